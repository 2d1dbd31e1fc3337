"""Read .msg and .srv text (https://docs.ros.org/en/jazzy/Concepts/Basic/About-Interfaces.html)."""

import re

from rosidl_standalone.interface_types import (
    Constant,
    constant_value,
    Definition,
    Field,
    FieldType,
    PRIMITIVES,
    SYNONYMS,
)

QUOTED = r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\''
WITHOUT_COMMENT = re.compile(rf'(?:{QUOTED}|[^#])*')
TYPE = re.compile(
    r'(?P<base>[A-Za-z][A-Za-z0-9_]*(?:/[A-Za-z][A-Za-z0-9_]*){0,2})'
    r'(?:<=(?P<bound>\d+))?(?P<array>\[(?P<upto><=)?(?P<size>\d*)\])?')
CONSTANT = re.compile(r'(?P<type>\S+)\s+(?P<name>[A-Z][A-Z0-9_]*)\s*=\s*(?P<value>.+)')
FIELD = re.compile(r'(?P<type>\S+)\s+(?P<name>[a-z][a-z0-9_]*)(?:\s+(?P<default>.+))?')
LIST_ITEM = re.compile(rf'\s*({QUOTED}|[^,]+)\s*')


class InterfaceSyntaxError(ValueError):
    """Raised when a definition does not follow the grammar."""


def parse_message(name: str, text: str) -> Definition:
    """
    Read the text of one message.

    :param name: full name (package/msg/Name)
    :raises InterfaceSyntaxError: with message and line
    """
    fields, constants = [], []
    for number, line in enumerate(text.splitlines(), 1):
        line = WITHOUT_COMMENT.match(line)[0].strip()
        if not line:
            continue
        try:
            if match := CONSTANT.fullmatch(line):
                base = _field_type(match['type'], name).base
                value = _value(match['value'].strip(), base, bare_string=True)
                constants.append(Constant(match['name'], constant_value(base, value)))
            elif match := FIELD.fullmatch(line):
                type_ = _field_type(match['type'], name)
                fields.append(Field(match['name'], type_, _default(match['default'], type_)))
            else:
                raise ValueError('expected "type name", "type name default" or "type NAME=value"')
        except ValueError as error:
            raise InterfaceSyntaxError(f'{name}, line {number}, {line!r}: {error}') from error
    return Definition(name, tuple(fields), tuple(constants))


def parse_service(name: str, text: str) -> tuple[Definition, Definition]:
    """Read the text of one service, request and response parted by a line of ``---``."""
    parts = re.split(r'^---\s*$', text, flags=re.MULTILINE)
    if len(parts) != 2:
        raise InterfaceSyntaxError(f'{name}: expected one line of ---, found {len(parts) - 1}')
    request, response = parts
    return parse_message(f'{name}_Request', request), parse_message(f'{name}_Response', response)


def _field_type(text: str, message: str) -> FieldType:
    match = TYPE.fullmatch(text)
    if match is None:
        raise ValueError(f'{text!r} is not a type')
    base = SYNONYMS.get(match['base'], match['base'])
    if base in ('wstring', 'wchar'):
        raise ValueError(f'{base} is not supported where ROS 2 is not installed; use string')
    if base not in PRIMITIVES:
        package, _, rest = base.rpartition('/')
        if not rest[0].isupper():
            raise ValueError(
                f'unknown type {text!r}; choose from: {", ".join(sorted(PRIMITIVES))} '
                'or a message')
        package = package.removesuffix('/msg') or message.split('/')[0]
        base = f'{package}/msg/{rest}'
    if match['array'] is None:
        kind, size = 'single', 0
    else:
        kind = 'array' if match['size'] and not match['upto'] else 'sequence'
        size = int(match['size'] or 0)
    return FieldType(base, int(match['bound'] or 0), kind, size)


def _default(text: str | None, type_: FieldType):
    if text is None:
        return None
    text = text.strip()
    if type_.kind == 'single':
        return constant_value(type_.base, _value(text, type_.base, bare_string=True))
    if not (text.startswith('[') and text.endswith(']')):
        raise ValueError(f'expected a list as default, not {text!r}')
    items = LIST_ITEM.findall(text[1:-1])
    values = [constant_value(type_.base, _value(item.strip(), type_.base)) for item in items]
    if (type_.kind == 'array' and len(values) != type_.size) or \
            (type_.size and len(values) > type_.size):
        raise ValueError(f'expected {type_.size} default values, found {len(values)}')
    return values


def _value(text: str, base: str, bare_string: bool = False):
    if base == 'string':
        if re.fullmatch(QUOTED, text):
            return re.sub(r'\\(["\'\\])', r'\1', text[1:-1])
        if bare_string:
            return text
        raise ValueError(f'expected a string in quotes, not {text!r}')
    if base == 'bool':
        if text.lower() not in ('true', 'false', '1', '0'):
            raise ValueError(f'expected true or false, not {text!r}')
        return text.lower() in ('true', '1')
    if base in ('float32', 'float64'):
        return float(text)
    if base in PRIMITIVES:
        return int(text, 0)
    raise ValueError('a message has no default value')
