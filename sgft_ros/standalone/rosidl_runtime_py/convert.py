"""Messages as dictionaries, YAML and CSV."""

from collections import OrderedDict
from functools import partial
import sys
from typing import Any

from rosidl_standalone.interface_types import ARRAY_CODES, FieldType


def message_to_ordereddict(
        msg: Any, *, truncate_length: int | None = None, no_arr: bool = False,
        no_str: bool = False) -> OrderedDict:
    """
    Return the fields of a message in order, with nested messages as dictionaries too.

    :param truncate_length: longest list and string to be shown in full
    :param no_arr: name type and length of arrays in place of their elements
    :param no_str: name the length of strings in place of the text
    """
    convert = partial(_plain, truncate_length=truncate_length, no_arr=no_arr, no_str=no_str)
    return OrderedDict(
        (field.name, convert(getattr(msg, field.name), field.type))
        for field in msg._definition.fields)


def message_to_yaml(
        msg: Any, *, truncate_length: int | None = None, no_arr: bool = False,
        no_str: bool = False, flow_style: bool = False) -> str:
    """Return a message as YAML; the arguments are those of message_to_ordereddict()."""
    import yaml

    class Dumper(yaml.Dumper):
        """Writes dictionaries in their order."""

    Dumper.add_representer(OrderedDict, lambda dumper, data: dumper.represent_mapping(
        'tag:yaml.org,2002:map', data.items(), flow_style=flow_style))
    plain = message_to_ordereddict(
        msg, truncate_length=truncate_length, no_arr=no_arr, no_str=no_str)
    return yaml.dump(plain, Dumper=Dumper, allow_unicode=True, width=sys.maxsize,
                     default_flow_style=flow_style)


def message_to_csv(
        msg: Any, *, truncate_length: int | None = None, no_arr: bool = False,
        no_str: bool = False) -> str:
    """Return the values of a message, nested ones in a row with the others, parted by commas."""
    convert = partial(_cell, truncate_length=truncate_length, no_arr=no_arr, no_str=no_str)
    return ','.join(convert(getattr(msg, field.name), field.type)
                    for field in msg._definition.fields)


def _plain(value, type_: FieldType, *, truncate_length, no_arr, no_str):
    options = {'truncate_length': truncate_length, 'no_arr': no_arr, 'no_str': no_str}
    if type_.kind != 'single':
        if no_arr:
            return _summary(value, type_)
        cut = truncate_length is not None and len(value) > truncate_length
        shown = value[:truncate_length] if cut else value
        if type_.base in ARRAY_CODES:
            plain = shown.tolist()
        else:
            element_type = type_._replace(kind='single', size=0)
            plain = [_plain(element, element_type, **options) for element in shown]
        return [*plain, '...'] if cut else plain
    if type_.is_message:
        return message_to_ordereddict(value, **options)
    if isinstance(value, (bytes, bytearray)):
        value = value.decode('latin-1')
    elif isinstance(value, str) and no_str:
        return f'<string length: <{len(value)}>>'
    if isinstance(value, str) and truncate_length is not None and len(value) > truncate_length:
        return f'{value[:truncate_length]}...'
    return value


def _cell(value, type_: FieldType, *, truncate_length, no_arr, no_str) -> str:
    options = {'truncate_length': truncate_length, 'no_arr': no_arr, 'no_str': no_str}
    if type_.kind != 'single':
        if no_arr:
            return _summary(value, type_)
        element_type = type_._replace(kind='single', size=0)
        cut = truncate_length is not None and len(value) > truncate_length
        cells = [_cell(element, element_type, **options)
                 for element in (value[:truncate_length] if cut else value)]
        return ','.join([*cells, '...'] if cut else cells)
    if type_.is_message:
        return message_to_csv(value, **options)
    if isinstance(value, str) and no_str:
        return f'<string length: <{len(value)}>>'
    if isinstance(value, (str, bytes)) and truncate_length is not None \
            and len(value) > truncate_length:
        value = value[:truncate_length] + ('...' if isinstance(value, str) else b'...')
    return str(value)


def _summary(value, type_: FieldType) -> str:
    element = type_._replace(kind='single', size=0, string_bound=0)
    name = type_.base if type_.is_message else element.idl_name
    if type_.kind == 'array':
        return f'<array type: {name}[{type_.size}]>'
    bound = f'[{type_.size}]' if type_.size else ''
    return f'<sequence type: {name}{bound}, length: {len(value)}>'
