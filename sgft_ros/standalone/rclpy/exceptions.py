"""Errors of nodes, names and parameters."""

from rclpy._rclpy_pybind11 import InvalidHandle

__all__ = ['InvalidHandle']


class NotInitializedException(Exception):
    """The context was not initialised, or was shut down."""

    def __init__(self, message=None):
        """Add what could not be done."""
        super().__init__('rclpy.init() has not been called' + (f': {message}' if message else ''))


class NoTypeSupportImportedException(Exception):
    """A class that is no ROS 2 interface was used as one."""

    def __init__(self, message='no type support'):
        """Say which."""
        super().__init__(message)


class NameValidationException(Exception):
    """A name that ROS 2 does not allow."""

    def __init__(self, name_type, name, error_msg, invalid_index):
        """Point at the place."""
        pointer = ' ' * invalid_index + '^'
        super().__init__(f"Invalid {name_type}: {error_msg}:\n  '{name}'\n   {pointer}")


class InvalidNamespaceException(NameValidationException):
    """A namespace that ROS 2 does not allow."""

    def __init__(self, name, error_msg, invalid_index):
        """Point at the place."""
        super().__init__('namespace', name, error_msg, invalid_index)


class InvalidNodeNameException(NameValidationException):
    """A node name that ROS 2 does not allow."""

    def __init__(self, name, error_msg, invalid_index):
        """Point at the place."""
        super().__init__('node name', name, error_msg, invalid_index)


class InvalidTopicNameException(NameValidationException):
    """A topic name that ROS 2 does not allow."""

    def __init__(self, name, error_msg, invalid_index):
        """Point at the place."""
        super().__init__('topic name', name, error_msg, invalid_index)


class InvalidServiceNameException(NameValidationException):
    """A service name that ROS 2 does not allow."""

    def __init__(self, name, error_msg, invalid_index):
        """Point at the place."""
        super().__init__('service name', name, error_msg, invalid_index)


class ParameterException(Exception):
    """Something is wrong with parameters."""

    def __init__(self, error_msg, parameters):
        """Name them."""
        super().__init__(f'{error_msg}: {parameters}')


class ParameterNotDeclaredException(ParameterException):
    """An undeclared parameter was used."""

    def __init__(self, parameters):
        """Name it."""
        super().__init__('Invalid access to undeclared parameter(s)', parameters)


class ParameterAlreadyDeclaredException(ParameterException):
    """A parameter was declared twice."""

    def __init__(self, parameters):
        """Name it."""
        super().__init__('Parameter(s) already declared', parameters)


class InvalidParameterException(ParameterException):
    """A parameter name is empty or no string."""

    def __init__(self, parameter_name):
        """Name it."""
        super().__init__('Invalid parameter name', parameter_name)


class InvalidParameterTypeException(ParameterException):
    """A value is of another type than the parameter."""

    def __init__(self, desired_parameter, expected_type):
        """Say what came and what was expected."""
        super().__init__(
            f"Trying to set parameter '{desired_parameter.name}' to '{desired_parameter.value}' "
            f"of type '{desired_parameter.type_.name}', expecting type '{expected_type}'",
            desired_parameter.name)


class InvalidParameterValueException(ParameterException):
    """A callback or a descriptor rejects a value."""

    def __init__(self, parameter, value, reason):
        """Say why."""
        super().__init__(
            f'Invalid parameter value ({value}) for parameter. Reason: {reason}', parameter)


class ParameterImmutableException(ParameterException):
    """A read-only parameter was to be changed."""

    def __init__(self, parameter_name):
        """Name it."""
        super().__init__('Attempted to modify read-only parameter', parameter_name)


class ParameterUninitializedException(ParameterException):
    """A parameter has a type but no value yet."""

    def __init__(self, parameter_name):
        """Name it."""
        super().__init__(f"The parameter '{parameter_name}' is not initialized", parameter_name)


class ROSInterruptException(Exception):
    """An operation ended because the context was shut down."""

    def __init__(self):
        """Say so."""
        super().__init__('rclpy.shutdown() has been called')
