"""Values of parameters: as text of the command line, as messages, as Python objects."""

from rcl_interfaces.msg import ParameterType, ParameterValue
from ros2cli.verbs import CommandError
import yaml

# By type: its name, how `param get` begins the line, and the field of ParameterValue.
TYPES = {
    ParameterType.PARAMETER_BOOL: ('boolean', 'Boolean value is:', 'bool_value'),
    ParameterType.PARAMETER_INTEGER: ('integer', 'Integer value is:', 'integer_value'),
    ParameterType.PARAMETER_DOUBLE: ('double', 'Double value is:', 'double_value'),
    ParameterType.PARAMETER_STRING: ('string', 'String value is:', 'string_value'),
    ParameterType.PARAMETER_BYTE_ARRAY: ('byte array', 'Byte values are:', 'byte_array_value'),
    ParameterType.PARAMETER_BOOL_ARRAY:
        ('boolean array', 'Boolean values are:', 'bool_array_value'),
    ParameterType.PARAMETER_INTEGER_ARRAY:
        ('integer array', 'Integer values are:', 'integer_array_value'),
    ParameterType.PARAMETER_DOUBLE_ARRAY:
        ('double array', 'Double values are:', 'double_array_value'),
    ParameterType.PARAMETER_STRING_ARRAY:
        ('string array', 'String values are:', 'string_array_value'),
}
SCALARS = {bool: ParameterType.PARAMETER_BOOL, int: ParameterType.PARAMETER_INTEGER,
           float: ParameterType.PARAMETER_DOUBLE, str: ParameterType.PARAMETER_STRING}
ARRAYS = {bool: ParameterType.PARAMETER_BOOL_ARRAY, int: ParameterType.PARAMETER_INTEGER_ARRAY,
          float: ParameterType.PARAMETER_DOUBLE_ARRAY, str: ParameterType.PARAMETER_STRING_ARRAY}


def type_name(kind: int) -> str:
    """Return the name of a parameter type."""
    return TYPES[kind][0] if kind in TYPES else 'not set'


def python_value(value: ParameterValue):
    """Return what a message holds; None: not set."""
    if value.type not in TYPES:
        return None
    found = getattr(value, TYPES[value.type][2])
    if value.type == ParameterType.PARAMETER_BYTE_ARRAY:
        return [each[0] for each in found]
    return list(found) if value.type in ARRAYS.values() else found


def parameter_value(text: str, kind: int | None = None) -> ParameterValue:
    """
    Return the message for a value as YAML.

    :param kind: type that the parameter has now, where the text leaves a choice, e.g. '3' of a
        double or 'true' of a string
    :raises CommandError: if the text is no value of a parameter
    """
    try:
        value = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise CommandError(f"'{text}' is not YAML: {error}") from None
    if value is None or kind == ParameterType.PARAMETER_STRING:
        value = text
    if kind == ParameterType.PARAMETER_DOUBLE and type(value) is int:
        value = float(value)
    if isinstance(value, list):
        return _array(value, kind, text)
    if type(value) not in SCALARS:
        value = text
    return _message(SCALARS[type(value)], value)


def _array(values, kind, text):
    if not values:
        if kind not in ARRAYS.values():
            raise CommandError('an empty array has no type; the parameter has to have one before')
        return _message(kind, values)
    types = {type(value) for value in values}
    if types == {int, float} or (types == {int} and kind == ParameterType.PARAMETER_DOUBLE_ARRAY):
        types, values = {float}, [float(value) for value in values]
    if len(types) != 1 or not types <= ARRAYS.keys():
        raise CommandError(
            f"expected an array of one type (bool, int, float or str), got '{text}'")
    return _message(ARRAYS[types.pop()], values)


def _message(kind, value):
    message = ParameterValue(type=kind)
    setattr(message, TYPES[kind][2], value)
    return message
