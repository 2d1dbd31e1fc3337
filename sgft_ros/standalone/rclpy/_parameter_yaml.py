"""Parameter values in YAML, typed as rcl types them."""

import re

from rclpy._names import TOKEN
import yaml

TAG = 'tag:yaml.org,2002:'
BOOLS = re.compile(r'^(?:y|Y|yes|Yes|YES|n|N|no|No|NO|true|True|TRUE|false|False|FALSE'
                   r'|on|On|ON|off|Off|OFF)$')
INTEGERS = re.compile(r'^[-+]?(?:0|[1-9][0-9]*|0x[0-9a-fA-F]+|0[0-7]+)$')
FLOATS = re.compile(r'^[-+]?(?:(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?'
                    r'|[0-9]+[eE][-+]?[0-9]+|\.?(?:inf|Inf|INF)|\.?(?:nan|NaN|NAN))$')
TRUE = {'y', 'yes', 'true', 'on'}
WILDCARDS = ('*', '**')


class _Loader(yaml.SafeLoader):
    """YAML without dates, numbers of base 60 and null, which are strings for rcl, or aliases."""

    yaml_implicit_resolvers = {}

    def compose_node(self, parent, index):
        if self.check_event(yaml.AliasEvent):
            raise yaml.composer.ComposerError(
                None, None, 'aliases are not supported', self.peek_event().start_mark)
        return super().compose_node(parent, index)

    def compose_scalar_node(self, anchor):
        event = self.peek_event()
        if not event.value and event.style is None:
            raise yaml.composer.ComposerError(None, None, 'no value', event.start_mark)
        return super().compose_scalar_node(anchor)

    def construct_mapping(self, node, deep=False):
        # Names are texts, also those that as values would be booleans, like y.
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.constructor.ConstructorError(
                    None, None, 'expected a name', key.start_mark)
        mapping = {}
        for key, value in node.value:
            _add(mapping, key.value, self.construct_object(value, True))
        return mapping


def _add(mapping, name, value):
    """Add a value, or as rcl does, what is below a name that comes again to what was there."""
    before = mapping.get(name)
    if isinstance(before, dict) and isinstance(value, dict):
        for inner, each in value.items():
            _add(before, inner, each)
    else:
        mapping[name] = value


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
    if value is None or isinstance(value, dict):
        raise ValueError(f'expected a value, got {text!r}')
    return value


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
        pattern = f'{prefix.rstrip("/")}/{name}' if prefix else name
        for key, values in inner.items():
            if key == 'ros__parameters':
                _check_pattern(pattern, path)
                yield pattern, flatten(values)
            else:
                yield from _nodes(pattern, {key: values}, path)


def _check_pattern(pattern, path):
    parts = pattern.removeprefix('/').split('/')
    if not all(part in WILDCARDS or TOKEN.fullmatch(part) for part in parts):
        raise ValueError(f'parameter file {path}: invalid node name {pattern!r}: expected * or ** '
                         'or letters, digits and _, joined by single slashes')


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


def merged(sources):
    """
    Return pairs of node pattern and values, each pattern once, in order of first appearance.

    As rcl does it: a later source overrides an earlier one of the same pattern in its place, and
    does not override what stands below another pattern that appeared in between.
    """
    values = {}
    for pattern, found in sources:
        values.setdefault(pattern, {}).update(found)
    return list(values.items())


def matches(pattern, fully_qualified_name):
    """Return whether a node pattern, with the wildcards * and **, covers a node."""
    parts = ('/' + pattern.lstrip('/')).split('/')[1:]
    expression = ''.join(
        '(?:/[^/]+)*' if part == '**' else '/[^/]+' if part == '*' else '/' + re.escape(part)
        for part in parts)
    return re.fullmatch(expression, fully_qualified_name) is not None
