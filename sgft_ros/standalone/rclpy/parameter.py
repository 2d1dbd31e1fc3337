"""Parameters: a name, a type and a value."""

from array import array
from enum import Enum

from rcl_interfaces.msg import Parameter as ParameterMsg
from rcl_interfaces.msg import ParameterType, ParameterValue
from rclpy._parameter_yaml import matches, read_parameter_file
import yaml

PARAMETER_SEPARATOR_STRING = '.'

_FIELDS = {
    ParameterType.PARAMETER_BOOL: 'bool_value',
    ParameterType.PARAMETER_INTEGER: 'integer_value',
    ParameterType.PARAMETER_DOUBLE: 'double_value',
    ParameterType.PARAMETER_STRING: 'string_value',
    ParameterType.PARAMETER_BYTE_ARRAY: 'byte_array_value',
    ParameterType.PARAMETER_BOOL_ARRAY: 'bool_array_value',
    ParameterType.PARAMETER_INTEGER_ARRAY: 'integer_array_value',
    ParameterType.PARAMETER_DOUBLE_ARRAY: 'double_array_value',
    ParameterType.PARAMETER_STRING_ARRAY: 'string_array_value',
}


class Parameter:
    """A named value; immutable."""

    class Type(Enum):
        """What a value is; lists hold elements of one type."""

        NOT_SET = ParameterType.PARAMETER_NOT_SET
        BOOL = ParameterType.PARAMETER_BOOL
        INTEGER = ParameterType.PARAMETER_INTEGER
        DOUBLE = ParameterType.PARAMETER_DOUBLE
        STRING = ParameterType.PARAMETER_STRING
        BYTE_ARRAY = ParameterType.PARAMETER_BYTE_ARRAY
        BOOL_ARRAY = ParameterType.PARAMETER_BOOL_ARRAY
        INTEGER_ARRAY = ParameterType.PARAMETER_INTEGER_ARRAY
        DOUBLE_ARRAY = ParameterType.PARAMETER_DOUBLE_ARRAY
        STRING_ARRAY = ParameterType.PARAMETER_STRING_ARRAY

        @classmethod
        def from_parameter_value(cls, parameter_value):
            """Return the type of a Python value; raise TypeError if it has none."""
            if parameter_value is None:
                return cls.NOT_SET
            for kind, name in ((bool, 'BOOL'), (int, 'INTEGER'), (float, 'DOUBLE'),
                               (str, 'STRING')):
                if isinstance(parameter_value, kind):
                    return cls[name]
            if isinstance(parameter_value, array):
                name = {'q': 'INTEGER_ARRAY', 'd': 'DOUBLE_ARRAY'}.get(parameter_value.typecode)
                if name is not None:
                    return cls[name]
            elif isinstance(parameter_value, (list, tuple)):
                for kind, name in ((bytes, 'BYTE'), (bool, 'BOOL'), (int, 'INTEGER'),
                                   (float, 'DOUBLE'), (str, 'STRING')):
                    if all(isinstance(value, kind) for value in parameter_value):
                        return cls[f'{name}_ARRAY']
                raise TypeError('The given value is not a list of one of the allowed types '
                                f"'{parameter_value}'.")
            raise TypeError('The given value is not one of the allowed types '
                            f"'{parameter_value}'.")

        def check(self, parameter_value):
            """Return whether a value is of this type."""
            if self is type(self).NOT_SET:
                return parameter_value is None
            found = type(self).from_parameter_value(parameter_value)
            empty = isinstance(parameter_value, (list, tuple, array)) and not len(parameter_value)
            return found is self or (empty and self.name.endswith('_ARRAY'))

    @classmethod
    def from_parameter_msg(cls, param_msg):
        """Return the Parameter of rcl_interfaces/msg/Parameter."""
        kind = cls.Type(param_msg.value.type)
        return cls(param_msg.name, kind, parameter_value_to_python(param_msg.value))

    def __init__(self, name, type_=None, value=None):
        """Take name and value; the type follows from the value where it is not given."""
        if type_ is None:
            type_ = self.Type.from_parameter_value(value)
        if not isinstance(type_, self.Type):
            raise TypeError(f"type must be an instance of '{self.Type!r}'")
        if not type_.check(value):
            raise ValueError(f"Type '{type_}' and value '{value}' do not agree")
        self._type_ = type_
        self._name = name
        self._value = list(value) if isinstance(value, tuple) else value

    @property
    def name(self):
        """Return the name."""
        return self._name

    @property
    def type_(self):
        """Return the Parameter.Type."""
        return self._type_

    @property
    def value(self):
        """Return the value, None if it is not set."""
        return self._value

    def get_parameter_value(self):
        """Return rcl_interfaces/msg/ParameterValue."""
        message = ParameterValue(type=self._type_.value)
        field = _FIELDS.get(self._type_.value)
        if field is not None:
            setattr(message, field, self._value)
        return message

    def to_parameter_msg(self):
        """Return rcl_interfaces/msg/Parameter."""
        return ParameterMsg(name=self._name, value=self.get_parameter_value())

    def __eq__(self, other):
        if not isinstance(other, Parameter):
            return NotImplemented
        return (self._name, self._type_, self._value) == (other._name, other._type_, other._value)

    __hash__ = None

    def __repr__(self):
        return f'Parameter(name={self._name!r}, type_={self._type_}, value={self._value!r})'


def parameter_value_to_python(parameter_value):
    """Return the Python value of rcl_interfaces/msg/ParameterValue."""
    if parameter_value.type == ParameterType.PARAMETER_NOT_SET:
        return None
    field = _FIELDS.get(parameter_value.type)
    if field is None:
        raise RuntimeError(f'unexpected parameter type {parameter_value.type}')
    return getattr(parameter_value, field)


def get_parameter_value(string_value):
    """
    Return rcl_interfaces/msg/ParameterValue of a text, by the rules of YAML for Python.

    They are not those of rcl for arguments and parameter files: `y` and `1e3` are texts. A list of
    several types is one, too.

    :raises TypeError: if the text stands for what no parameter holds, as a dictionary
    """
    try:
        value = yaml.safe_load(string_value)
    except yaml.parser.ParserError:
        value = string_value
    if value is None or isinstance(value, list) and not _is_array(value):
        value = string_value
    elif value == []:
        return ParameterValue(type=ParameterType.PARAMETER_BOOL_ARRAY)
    return Parameter('_', value=value).get_parameter_value()


def _is_array(values):
    return any(all(isinstance(value, kind) for value in values)
               for kind in (bool, int, float, str))


def parameter_dict_from_yaml_file(
    parameter_file, use_wildcard=False, target_nodes=None, namespace='',
):
    """Return name -> rcl_interfaces/msg/Parameter of a parameter file."""
    from pathlib import Path
    found = {}
    for pattern, values in read_parameter_file(Path(parameter_file)):
        wild = '*' in pattern
        wanted = (use_wildcard if wild else not target_nodes or any(
            matches(pattern, '/' + node.lstrip('/')) for node in target_nodes))
        if wanted:
            for name, value in values.items():
                full = f'{namespace}.{name}' if namespace else name
                found[full] = Parameter(full, value=value).to_parameter_msg()
    if not found:
        raise RuntimeError('Param file does not contain selected parameters')
    return found
