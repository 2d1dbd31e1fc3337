"""Values of parameters: as text of the command line, as messages, as Python objects."""

from rcl_interfaces.msg import ParameterType, ParameterValue
from rclpy.parameter import get_parameter_value
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
    return list(found) if TYPES[value.type][0].endswith('array') else found


def parameter_value(text: str) -> ParameterValue:
    """
    Return the message for a value as YAML, whatever type the parameter has now, as `ros2` does it.

    :raises CommandError: if the text is no value of a parameter
    """
    try:
        return get_parameter_value(text)
    except (TypeError, yaml.YAMLError) as error:
        raise CommandError(f"'{text}' is no value of a parameter: {error}") from None
