"""The parameters of a node."""

from copy import deepcopy

from rcl_interfaces.msg import (
    ListParametersResult,
    ParameterDescriptor,
    ParameterEvent,
    ParameterValue,
    SetParametersResult,
)
from rclpy import _parameter_checks
from rclpy.exceptions import (
    InvalidParameterTypeException,
    InvalidParameterValueException,
    ParameterAlreadyDeclaredException,
    ParameterImmutableException,
    ParameterNotDeclaredException,
    ParameterUninitializedException,
)
from rclpy.parameter import Parameter, PARAMETER_SEPARATOR_STRING, parameter_value_to_python
from rclpy.validate_parameter_name import validate_parameter_name


class NodeParameters:
    """What Node can do with parameters."""

    def _init_parameters(self, overrides, allow_undeclared):
        self._parameters = {}
        self._descriptors = {}
        self._parameter_overrides = overrides  # name -> Parameter
        self._allow_undeclared_parameters = allow_undeclared
        self._pre_set_callbacks, self._on_set_callbacks, self._post_set_callbacks = [], [], []
        self._parameter_event_publisher = None

    def declare_parameter(self, name, value=None, descriptor=None, ignore_override=False):
        """
        Declare a parameter and return it with its value: the override, else the default.

        :param value: the default, or a Parameter.Type where there is none
        :raises ParameterAlreadyDeclaredException: if it was declared before
        :raises InvalidParameterTypeException: if the override is of another type
        :raises InvalidParameterValueException: if descriptor or a callback rejects the value
        """
        entry = (name,) if value is None and descriptor is None else (name, value, descriptor)
        return self.declare_parameters('', [entry], ignore_override)[0]

    def declare_parameters(self, namespace, parameters, ignore_override=False):
        """Declare tuples (name, value, descriptor), the last of which may be missing."""
        prefix = namespace + PARAMETER_SEPARATOR_STRING if namespace else ''
        declared = [self._declaration(prefix, entry, ignore_override) for entry in parameters]
        known = [parameter.name for parameter, _ in declared if parameter.name in self._parameters]
        if known:
            raise ParameterAlreadyDeclaredException(known)
        for parameter, descriptor in declared:
            result = self._store([parameter], {parameter.name: descriptor})
            if result.successful:
                continue
            if result.reason.startswith(_parameter_checks.WRONG_TYPE):
                raise InvalidParameterTypeException(
                    parameter, Parameter.Type(descriptor.type).name)
            raise InvalidParameterValueException(parameter.name, parameter.value, result.reason)
        return [self._parameters[parameter.name] for parameter, _ in declared]

    def undeclare_parameter(self, name):
        """Forget a parameter; raise if it is unknown or read-only."""
        if name not in self._parameters:
            raise ParameterNotDeclaredException(name)
        if self._descriptors[name].read_only:
            raise ParameterImmutableException(name)
        del self._parameters[name], self._descriptors[name]

    def has_parameter(self, name):
        """Return whether a parameter is declared."""
        return name in self._parameters

    def get_parameter(self, name):
        """Return a Parameter; raise if it is not declared or has no value yet."""
        if name in self._parameters:
            parameter = self._parameters[name]
            if (parameter.type_ is not Parameter.Type.NOT_SET
                    or self._descriptors[name].dynamic_typing):
                return parameter
            raise ParameterUninitializedException(name)
        if self._allow_undeclared_parameters:
            return Parameter(name, Parameter.Type.NOT_SET, None)
        raise ParameterNotDeclaredException(name)

    def get_parameters(self, names):
        """Return Parameters."""
        if not all(isinstance(name, str) for name in names):
            raise TypeError('All names must be instances of type str')
        return [self.get_parameter(name) for name in names]

    def get_parameter_or(self, name, alternative_value=None):
        """Return a Parameter, or the alternative if it is not declared or has no value."""
        if alternative_value is None:
            alternative_value = Parameter(name, Parameter.Type.NOT_SET)
        parameter = self._parameters.get(name)
        if parameter is None or parameter.type_ is Parameter.Type.NOT_SET:
            return alternative_value
        return parameter

    def get_parameter_type(self, name):
        """Return the number of the Parameter.Type."""
        if name in self._parameters:
            return self._parameters[name].type_.value
        if self._allow_undeclared_parameters:
            return Parameter.Type.NOT_SET
        raise ParameterNotDeclaredException(name)

    def get_parameter_types(self, names):
        """Return the numbers of Parameter.Types."""
        if not all(isinstance(name, str) for name in names):
            raise TypeError('All names must be instances of type str')
        return [self.get_parameter_type(name) for name in names]

    def get_parameters_by_prefix(self, prefix):
        """Return the parameters below a prefix, by their names without it."""
        start = prefix + PARAMETER_SEPARATOR_STRING if prefix else ''
        return {name[len(start):]: parameter for name, parameter in self._parameters.items()
                if name.startswith(start)}

    def set_parameters(self, parameter_list):
        """Set parameters one by one; return a SetParametersResult for each."""
        return [self.set_parameters_atomically([parameter]) for parameter in
                self._checked(parameter_list)]

    def set_parameters_atomically(self, parameter_list):
        """Set all parameters or none; return a SetParametersResult."""
        parameters = list(self._checked(parameter_list))
        for callback in self._pre_set_callbacks:
            parameters = list(callback(parameters))
            if not parameters:
                return SetParametersResult(
                    successful=False,
                    reason='parameter list is empty after the pre set callbacks')
        self._checked(parameters)
        return self._store(parameters)

    def list_parameters(self, prefixes, depth):
        """Return a ListParametersResult; depth 0 means any."""
        if not isinstance(prefixes, list) or not all(isinstance(one, str) for one in prefixes):
            raise TypeError('The prefixes argument must be a list of str')
        if not isinstance(depth, int):
            raise TypeError('The depth must be instance of type int')
        if depth < 0:
            raise ValueError('The depth must be greater than or equal to zero')
        result = ListParametersResult()
        for name in self._parameters:
            if not any(self._below(name, prefix, depth) for prefix in prefixes or ['']):
                continue
            result.names.append(name)
            parent = name.rpartition(PARAMETER_SEPARATOR_STRING)[0]
            if parent and parent not in result.prefixes:
                result.prefixes.append(parent)
        return result

    def describe_parameter(self, name):
        """Return the ParameterDescriptor."""
        if name in self._descriptors:
            return self._descriptors[name]
        if self._allow_undeclared_parameters:
            return ParameterDescriptor()
        raise ParameterNotDeclaredException(name)

    def describe_parameters(self, names):
        """Return ParameterDescriptors."""
        return [self.describe_parameter(name) for name in names]

    def set_descriptor(self, name, descriptor, alternative_value=None):
        """Give a parameter another descriptor, and a value where the present one fails it."""
        if name not in self._descriptors:
            if self._allow_undeclared_parameters:
                return self._parameters.get(name, ParameterValue())
            raise ParameterNotDeclaredException(name)
        if self._descriptors[name].read_only:
            raise ParameterImmutableException(name)
        value = (self._parameters[name].value if alternative_value is None
                 else parameter_value_to_python(alternative_value))
        parameter = Parameter(name, value=value)
        if not descriptor.dynamic_typing:
            descriptor.type = parameter.type_.value
        result = self._store([parameter], {name: descriptor})
        if not result.successful:
            raise InvalidParameterValueException(name, value, result.reason)
        return self._parameters[name].get_parameter_value()

    def add_pre_set_parameters_callback(self, callback):
        """Have `callback(parameters)` return what is to be set instead."""
        self._pre_set_callbacks.insert(0, callback)

    def add_on_set_parameters_callback(self, callback):
        """Have `callback(parameters)` say with a SetParametersResult whether they may be set."""
        self._on_set_callbacks.insert(0, callback)

    def add_post_set_parameters_callback(self, callback):
        """Call `callback(parameters)` after they were set."""
        self._post_set_callbacks.insert(0, callback)

    def remove_pre_set_parameters_callback(self, callback):
        """Take a callback away; raise ValueError if it is unknown."""
        self._pre_set_callbacks.remove(callback)

    def remove_on_set_parameters_callback(self, callback):
        """Take a callback away; raise ValueError if it is unknown."""
        self._on_set_callbacks.remove(callback)

    def remove_post_set_parameters_callback(self, callback):
        """Take a callback away; raise ValueError if it is unknown."""
        self._post_set_callbacks.remove(callback)

    def _declaration(self, prefix, entry, ignore_override):
        """Return Parameter and descriptor of a tuple given to `declare_parameters`."""
        if not 1 <= len(entry) <= 3:
            raise TypeError(f'parameter declaration: expected 1 to 3 elements, got {entry}')
        name, value, descriptor = (*entry, None, None)[:3]
        if not isinstance(name, str):
            raise TypeError(f'parameter declaration: expected a name, got {name!r}')
        descriptor = ParameterDescriptor() if descriptor is None else descriptor
        if not isinstance(descriptor, ParameterDescriptor):
            raise TypeError(f'parameter {name!r}: expected a ParameterDescriptor, '
                            f'got {descriptor!r}')
        descriptor = deepcopy(descriptor)
        name = prefix + name
        validate_parameter_name(name)
        kind = None
        if isinstance(value, Parameter.Type):
            kind, value = value, None
            if kind is Parameter.Type.NOT_SET:
                raise ValueError(f"Cannot declare parameter '{name}' as Parameter.Type.NOT_SET")
        elif isinstance(value, ParameterValue):
            value = parameter_value_to_python(value)
        elif value is None and len(entry) == 1:
            descriptor.dynamic_typing = True
        if kind is not None and descriptor.dynamic_typing:
            raise ValueError(f"parameter '{name}': a type and dynamic typing exclude each other")
        default = Parameter(name, value=value)
        if not descriptor.dynamic_typing:
            kind = default.type_ if kind is None else kind
            if kind is Parameter.Type.NOT_SET:
                raise ValueError(f"Cannot declare a statically typed parameter '{name}' with an "
                                 'uninitialized value')
            descriptor.type = kind.value
        override = None if ignore_override else self._parameter_overrides.get(name)
        parameter = default if override is None else override
        descriptor.name = name
        return parameter, descriptor

    def _checked(self, parameters):
        for parameter in parameters:
            if not isinstance(parameter, Parameter):
                raise TypeError(f"parameter must be instance of type '{Parameter!r}'")
        unknown = [parameter.name for parameter in parameters
                   if parameter.name not in self._parameters]
        if unknown and not self._allow_undeclared_parameters:
            raise ParameterNotDeclaredException(unknown)
        return parameters

    def _store(self, parameters, descriptors=None):
        """Check and set parameters; `descriptors` come with a declaration."""
        checked = [self._conform(parameter, descriptors) for parameter in parameters]
        for parameter, descriptor in checked:
            result = _parameter_checks.check(
                parameter, descriptor, parameter.name in self._parameters, descriptors is None)
            if not result.successful:
                return result
        parameters = [parameter for parameter, _ in checked]
        for callback in self._on_set_callbacks:
            result = callback(parameters)
            if not result.successful:
                return result
        event = ParameterEvent(node=self.get_fully_qualified_name())
        for parameter, descriptor in checked:
            name, message = parameter.name, parameter.to_parameter_msg()
            before = self._parameters.get(name)
            if descriptors is None and parameter.type_ is Parameter.Type.NOT_SET:
                self._parameters.pop(name, None)
                self._descriptors.pop(name, None)
                event.deleted_parameters.append(message)
                continue
            new = before is None or before.type_ is Parameter.Type.NOT_SET
            (event.new_parameters if new else event.changed_parameters).append(message)
            self._descriptors[name] = descriptor
            self._parameters[name] = parameter
        if self._parameter_event_publisher is not None and self.context.ok():
            event.stamp = self.get_clock().now().to_msg()
            self._parameter_event_publisher.publish(event)
        for callback in self._post_set_callbacks:
            callback(parameters)
        return SetParametersResult(successful=True)

    def _conform(self, parameter, descriptors):
        if descriptors is not None:
            return parameter, descriptors[parameter.name]
        descriptor = self._descriptors.get(parameter.name)
        if descriptor is None:
            return parameter, ParameterDescriptor(name=parameter.name, dynamic_typing=True)
        return parameter, descriptor

    @staticmethod
    def _below(name, prefix, depth):
        if prefix and name != prefix and not name.startswith(prefix + PARAMETER_SEPARATOR_STRING):
            return False
        rest = name[len(prefix):].strip(PARAMETER_SEPARATOR_STRING) if prefix else name
        return not depth or rest.count(PARAMETER_SEPARATOR_STRING) < depth
