"""Fill messages from dictionaries, as they come from YAML."""

from functools import partial
from typing import Any

from rosidl_standalone.field_checks import PYTHON_TYPES
from rosidl_standalone.interface_types import ARRAY_CODES, FieldType
from rosidl_standalone.messages import message_class


def set_message_fields(
        msg: Any, values: dict[str, Any], expand_header_auto: bool = False,
        expand_time_now: bool = False) -> list:
    """
    Set fields of a message; fields that are not given keep their value.

    :param expand_header_auto: let the value 'auto' of a std_msgs/msg/Header mean one whose stamp
        is set later
    :param expand_time_now: let the value 'now' of a builtin_interfaces/msg/Time mean one that is
        set later
    :return: functions, each of which takes the time and sets it in the message
    :raises AttributeError: if the message does not have a field
    :raises TypeError: if a value does not fit its field
    """
    return _Filler(expand_header_auto, expand_time_now).fill(msg, values, '')


class _Filler:
    def __init__(self, header_auto: bool, time_now: bool):
        self._header_auto = header_auto
        self._time_now = time_now
        self._stamps = []

    def fill(self, message, values, path: str) -> list:
        if not hasattr(values, 'items'):
            where = f"field '{path}'" if path else type(message).__name__
            raise TypeError(
                f'{where}: expected a dictionary of the fields of '
                f'{type(message).__name__}, got {type(values).__name__} {values!r}')
        types = {field.name: field.type for field in message._definition.fields}
        for name, value in values.items():
            if name not in types:
                raise AttributeError(
                    f"'{type(message).__name__}' object has no attribute '{name}'"
                    f'{f" (in {path!r})" if path else ""}; choose from: '
                    f'{", ".join(types) or "nothing, it has no fields"}')
            self._set(message, name, types[name], value, f'{path}.{name}' if path else name)
        return self._stamps

    def _set(self, message, name: str, type_: FieldType, value, path: str):
        if type_.kind == 'single' and type_.is_message:
            nested = getattr(message, name)
            if type_.base == 'std_msgs/msg/Header' and value == 'auto' and self._header_auto:
                self._stamps.append(partial(setattr, nested, 'stamp'))
            elif type_.base == 'builtin_interfaces/msg/Time' and value == 'now' \
                    and self._time_now:
                self._stamps.append(partial(setattr, message, name))
            elif isinstance(value, type(nested)):
                setattr(message, name, value)
            else:
                nested = type(nested)()
                self.fill(nested, value, path)
                setattr(message, name, nested)
            return
        converted = self._single(type_, value, path) if type_.kind == 'single' \
            else self._list(type_, value, path)
        try:
            setattr(message, name, converted)
        except AssertionError as error:
            raise TypeError(f"field '{path}': {error}") from None

    def _list(self, type_: FieldType, value, path: str) -> list:
        if isinstance(value, (bytes, bytearray)) and type_.base in ('byte', 'uint8', 'int8'):
            value = list(value)
        if isinstance(value, (str, dict)) or not hasattr(value, '__iter__'):
            raise TypeError(f"field '{path}': expected a list, got {value!r}")
        if type_.base in ARRAY_CODES and hasattr(value, 'dtype'):
            return value
        element = type_._replace(kind='single', size=0)
        return [self._single(element, item, f'{path}[{index}]')
                for index, item in enumerate(value)]

    def _single(self, type_: FieldType, value, path: str):
        if type_.is_message:
            message = message_class(type_.base)()
            if isinstance(value, type(message)):
                return value
            self.fill(message, value, path)
            return message
        converted = _convert(type_.base, value)
        if converted is None:
            expected = PYTHON_TYPES.get(type_.base, int).__name__
            raise TypeError(f"field '{path}': expected {expected}, got {value!r}")
        return converted


def _convert(base: str, value):
    """Return the value as a primitive type, or None if it is not one without loss."""
    try:
        if base == 'bool':
            return bool(value) if value in (True, False) else None
        if base == 'byte':
            if isinstance(value, str):
                value = value.encode('latin-1')
            return value if isinstance(value, bytes) else bytes([value])
        if base == 'string':
            return None if isinstance(value, (dict, list, tuple)) or value is None else str(value)
        if base in ('float32', 'float64'):
            return float(value)
        return int(value) if isinstance(value, str) or int(value) == value else None
    except (TypeError, ValueError, OverflowError):
        return None
