"""
Hashes of types, RIHS01, as ROS 2 exchanges them on discovery (REP-2011).

The hash is the SHA-256 of a JSON text that describes the type and all types in it.
"""

from hashlib import sha256
import json

from rosidl_standalone.definitions import find_definition
from rosidl_standalone.interface_types import FieldType

# type_description_interfaces/msg/FieldType
TYPE_IDS = {'int8': 2, 'uint8': 3, 'int16': 4, 'uint16': 5, 'int32': 6, 'uint32': 7, 'int64': 8,
            'uint64': 9, 'float32': 10, 'float64': 11, 'bool': 15, 'byte': 16, 'string': 17}
NESTED_TYPE = 1
BOUNDED_STRING = 21
ARRAY, BOUNDED_SEQUENCE, UNBOUNDED_SEQUENCE = 48, 96, 144  # added to the id of the element
EMPTY = ('structure_needs_at_least_one_member', FieldType('uint8'))


def message_hash(name: str) -> str:
    """Return the hash of a message, given by its full name."""
    return _hash(name, [(field.name, field.type) for field in find_definition(name).fields])


def service_hash(name: str) -> str:
    """Return the hash of a service, given by its full name (package/srv/Name)."""
    return _hash(name, [(f'{part.lower()}_message', FieldType(f'{name}_{part}'))
                        for part in ('Request', 'Response', 'Event')])


def _hash(name: str, fields: list[tuple[str, FieldType]]) -> str:
    referenced = {}
    _collect(fields, referenced)
    description = {
        'type_description': _individual(name, fields),
        'referenced_type_descriptions': [referenced[key] for key in sorted(referenced)],
    }
    return f'RIHS01_{sha256(json.dumps(description).encode()).hexdigest()}'


def _collect(fields: list[tuple[str, FieldType]], referenced: dict):
    for _, type_ in fields:
        if type_.is_message and type_.base not in referenced:
            nested = [(field.name, field.type) for field in find_definition(type_.base).fields]
            referenced[type_.base] = _individual(type_.base, nested)
            _collect(nested, referenced)


def _individual(name: str, fields: list[tuple[str, FieldType]]) -> dict:
    return {
        'type_name': name,
        'fields': [{'name': field, 'type': _description(type_)}
                   for field, type_ in fields or [EMPTY]],
    }


def _description(type_: FieldType) -> dict:
    if type_.is_message:
        identifier = NESTED_TYPE
    else:
        identifier = BOUNDED_STRING if type_.string_bound else TYPE_IDS[type_.base]
    if type_.kind == 'array':
        identifier += ARRAY
    elif type_.kind == 'sequence':
        identifier += BOUNDED_SEQUENCE if type_.size else UNBOUNDED_SEQUENCE
    return {
        'type_id': identifier,
        'capacity': type_.size,
        'string_capacity': type_.string_bound,
        'nested_type_name': type_.base if type_.is_message else '',
    }
