"""
What a message field accepts: functions that return the value to store or raise AssertionError.

The rules and the first words of each text are those of rosidl's generated classes with
ROS_PYTHON_CHECK_FIELDS=1. Without that variable ROS 2 checks when it publishes, if at all; here
a message checks always.
"""

from array import array
from collections.abc import Callable, Sequence, Set
from math import inf

from rosidl_standalone.array_fields import array_check, ndarray_check
from rosidl_standalone.interface_types import ARRAY_CODES, FieldType

PYTHON_TYPES = {'bool': bool, 'byte': bytes, 'string': str, 'float32': float, 'float64': float}
FLOAT32_MAX = 3.402823466e+38


def field_check(name: str, type_: FieldType, message_class: type | None) -> Callable:
    """Return the check of a field; message_class is the class of a field that is a message."""
    if type_.kind == 'single':
        return _single_check(name, type_, message_class)
    if type_.base in ARRAY_CODES:
        elements = _elements_check(name, type_, message_class)
        make = ndarray_check if type_.kind == 'array' else array_check
        return make(name, type_, elements)
    return _elements_check(name, type_, message_class)


def _single_check(name: str, type_: FieldType, message_class: type | None) -> Callable:
    if message_class is not None:
        return _instance_check(name, message_class, 'a sub message of type')
    if type_.base == 'byte':
        return _byte_check(name)
    if type_.string_bound:
        return _bounded_string_check(name, type_.string_bound)
    if type_.base == 'float32':
        return _float32_check(name)
    if type_.base in PYTHON_TYPES:
        return _instance_check(name, PYTHON_TYPES[type_.base], 'of type')
    return _integer_check(name, *integer_range(type_.base))


def integer_range(base: str) -> tuple[int, int]:
    """Return the least and the greatest value of an integer type."""
    bits = int(base.lstrip('uint'))
    if base.startswith('u'):
        return 0, 2**bits - 1
    return -2**(bits - 1), 2**(bits - 1) - 1


def _instance_check(name: str, expected: type, phrase: str) -> Callable:
    def check(value):
        if isinstance(value, expected):
            return value
        raise AssertionError(
            f"The '{name}' field must be {phrase} '{expected.__name__}', not {_shown(value)}")
    return check


def _byte_check(name: str) -> Callable:
    def check(value):
        if isinstance(value, (bytes, bytearray)) and len(value) == 1:
            return value
        raise AssertionError(
            f"The '{name}' field must be of type 'bytes' or 'ByteString' with length 1, "
            f'not {_shown(value)}')
    return check


def _bounded_string_check(name: str, bound: int) -> Callable:
    def check(value):
        if isinstance(value, str) and len(value) <= bound:
            return value
        raise AssertionError(
            f"The '{name}' field must be string value not longer than {bound}, "
            f'not {_shown(value)}')
    return check


def _float32_check(name: str) -> Callable:
    def check(value):
        if not isinstance(value, float):
            raise AssertionError(
                f"The '{name}' field must be of type 'float', not {_shown(value)}")
        if FLOAT32_MAX < abs(value) < inf:
            raise AssertionError(
                f"The '{name}' field must be a float in [-{FLOAT32_MAX}, {FLOAT32_MAX}], "
                f'not {value}')
        return value
    return check


def _integer_check(name: str, least: int, greatest: int) -> Callable:
    sign = 'an integer' if least else 'an unsigned integer'

    def check(value):
        if not isinstance(value, int):
            raise AssertionError(f"The '{name}' field must be of type 'int', not {_shown(value)}")
        if not least <= value <= greatest:
            raise AssertionError(
                f"The '{name}' field must be {sign} in [{least}, {greatest}], not {value}")
        return value
    return check


def _elements_check(name: str, type_: FieldType, message_class: type | None) -> Callable:
    """Check a list, tuple or set element by element."""
    element_check = _single_check(name, type_._replace(kind='single', size=0), message_class)
    expected = message_class or PYTHON_TYPES.get(type_.base, int)
    only_type = type_.base in ('bool', 'string', 'float64') and not type_.string_bound
    any_length = type_.kind == 'sequence' and not type_.size
    length = f' with length {"<= " if type_.kind == "sequence" else ""}{type_.size}'
    requirement = (f"The '{name}' field must be a set or sequence{'' if any_length else length} "
                   f"and each value of type '{expected.__name__}'")

    def check(value):
        if not isinstance(value, (Sequence, Set)) or isinstance(value, str):
            raise AssertionError(f'{requirement}, not {_shown(value)}')
        if not any_length and (
                len(value) > type_.size or (type_.kind == 'array' and len(value) != type_.size)):
            raise AssertionError(f'{requirement}, not {len(value)} values')
        if only_type and set(map(type, value)) <= {expected}:
            return value
        try:
            for element in value:
                element_check(element)
        except AssertionError as error:
            raise AssertionError(f'{requirement}: {error}') from None
        return value
    return check


def _shown(value) -> str:
    text = repr(value) if not isinstance(value, (Sequence, Set, array)) else ''
    name = type(value).__name__
    return f"'{name}' ({text})" if 0 < len(text) < 60 else f"'{name}'"
