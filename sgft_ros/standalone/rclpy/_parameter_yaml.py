"""Parameter values in YAML, typed as rcl types them."""

import re

import yaml

TAG = 'tag:yaml.org,2002:'
BOOLS = re.compile(r'^(?:y|Y|yes|Yes|YES|n|N|no|No|NO|true|True|TRUE|false|False|FALSE'
                   r'|on|On|ON|off|Off|OFF)$')
INTEGERS = re.compile(r'^[-+]?(?:0|[1-9][0-9]*|0x[0-9a-fA-F]+|0[0-7]+)$')
FLOATS = re.compile(r'^[-+]?(?:(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?'
                    r'|[0-9]+[eE][-+]?[0-9]+|\.?(?:inf|Inf|INF)|\.?(?:nan|NaN|NAN))$')
TRUE = {'y', 'yes', 'true', 'on'}


class _Loader(yaml.SafeLoader):
    """YAML without dates, numbers of base 60 and null, which are strings for rcl."""

    yaml_implicit_resolvers = {}


for _kind, _pattern in (('bool', BOOLS), ('int', INTEGERS), ('float', FLOATS)):
    _Loader.add_implicit_resolver(TAG + _kind, _pattern, None)


def _construct_float(loader, node):
    text = loader.construct_scalar(node).lower().replace('.inf', 'inf').replace('.nan', 'nan')
    return float(text)


def _construct_int(loader, node):
    text = loader.construct_scalar(node)
    digits = text.lstrip('+-')
    octal = len(digits) > 1 and digits[0] == '0' and digits.isdecimal()
    return int(text, 8 if octal else 0)


def _construct_bool(loader, node):
    return loader.construct_scalar(node).lower() in TRUE


_Loader.add_constructor(TAG + 'float', _construct_float)
_Loader.add_constructor(TAG + 'int', _construct_int)
_Loader.add_constructor(TAG + 'bool', _construct_bool)


def parse_value(text):
    """Return a parameter value from its YAML text; raise ValueError where it is none."""
    try:
        value = yaml.load(text, _Loader)
    except yaml.YAMLError as error:
        raise ValueError(f'{text!r} is no YAML: {error}') from None
    return '' if value is None else value


def read_parameter_file(path):
    """Return pairs of node pattern and values; raise ValueError where the file has none."""
    try:
        content = yaml.load(path.read_text(), _Loader)
    except OSError as error:
        raise ValueError(f'parameter file {path}: {error.strerror}') from None
    except yaml.YAMLError as error:
        raise ValueError(f'parameter file {path} is no YAML: {error}') from None
    if not isinstance(content, dict):
        raise ValueError(f'parameter file {path}: expected node names with ros__parameters')
    return list(_nodes('', content, path))


def _nodes(prefix, content, path):
    for name, inner in content.items():
        if not isinstance(inner, dict):
            raise ValueError(f'parameter file {path}: {prefix}{name}: expected ros__parameters')
        pattern = f'{prefix}/{str(name).lstrip("/")}'
        for key, values in inner.items():
            if key == 'ros__parameters':
                yield pattern, flatten(values or {})
            else:
                yield from _nodes(pattern, {key: values}, path)


def flatten(values, prefix=''):
    """Return nested values as `{'a.b': value}`; raise ValueError for lists of mixed types."""
    flat = {}
    if not isinstance(values, dict):
        raise ValueError(f'expected names and values, got {values!r}')
    for name, value in values.items():
        if isinstance(value, dict):
            flat.update(flatten(value, f'{prefix}{name}.'))
            continue
        if isinstance(value, list) and len({type(element) for element in value}) > 1:
            raise ValueError(f'parameter {prefix}{name}: expected elements of one type, '
                             f'got {value}')
        flat[f'{prefix}{name}'] = value
    return flat


def matches(pattern, fully_qualified_name):
    """Return whether a node pattern, with the wildcards * and **, covers a node."""
    parts = ('/' + pattern.lstrip('/')).split('/')[1:]
    expression = ''.join(
        '(?:/[^/]+)*' if part == '**' else '/[^/]+' if part == '*' else '/' + re.escape(part)
        for part in parts)
    return re.fullmatch(expression, fully_qualified_name) is not None
