"""Message definitions as text, the way bags store them."""

from rosidl_standalone.definitions import find_definition
from rosidl_standalone.typesupport import type_name

SEPARATOR = '=' * 80


def definition_text(cls: type) -> str:
    """Return the definition of a message and of all that it consists of, without constants."""
    names = [type_name(cls)]
    for name in names:  # grows on the way
        for field in find_definition(name).fields:
            if field.type.is_message and field.type.base not in names:
                names.append(field.type.base)
    texts = [_fields(names[0])]
    texts += [f'{SEPARATOR}\nMSG: {_short(name)}\n{_fields(name)}' for name in names[1:]]
    return '\n'.join(texts)


def _fields(name):
    return '\n'.join(f'{_type(field.type)} {field.name}' for field in find_definition(name).fields)


def _type(kind):
    text = _short(kind.base) if kind.is_message else kind.base
    if kind.string_bound:
        text += f'<={kind.string_bound}'
    if kind.kind == 'array':
        return f'{text}[{kind.size}]'
    if kind.kind == 'sequence':
        return f'{text}[<={kind.size}]' if kind.size else f'{text}[]'
    return text


def _short(name):
    return name.replace('/msg/', '/')
