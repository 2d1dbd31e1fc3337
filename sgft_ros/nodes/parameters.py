"""ROS parameters from a frozen dataclass: name, default, description, unit, range in one place."""

import dataclasses

from rcl_interfaces.msg import FloatingPointRange, IntegerRange, ParameterDescriptor


def parameter(
    default, description, *, unit='', minimum=None, maximum=None, read_only=True, required=False,
):
    """
    Return a dataclass field that `declare_parameters` turns into a declared ROS parameter.

    With `required`, the empty default must be replaced by whoever starts the node.
    """
    return dataclasses.field(default=default, metadata={
        'description': f'{description} [{unit}]' if unit else description,
        'range': (minimum, maximum), 'read_only': read_only, 'required': required,
    })


def declare_parameters(node, settings):
    """
    Declare every field of the dataclass `settings` on the node; return one with the values.

    Lists arrive as tuples, so that nothing can change them. Raises ValueError for a required
    parameter that nobody set.
    """
    values = {}
    for field in dataclasses.fields(settings):
        default = list(field.default) if isinstance(field.default, tuple) else field.default
        value = node.declare_parameter(field.name, default, descriptor(field)).value
        if field.metadata['required'] and not value:
            raise ValueError(f"parameter '{field.name}' of {node.get_fully_qualified_name()} "
                             f"must be set: {field.metadata['description']}")
        is_list = isinstance(field.default, tuple)
        values[field.name] = tuple(value) if is_list else value
    return settings(**values)


def descriptor(field):
    """Return the ParameterDescriptor of a field made by `parameter`."""
    minimum, maximum = field.metadata['range']
    result = ParameterDescriptor(
        description=field.metadata['description'], read_only=field.metadata['read_only'])
    if minimum is None and maximum is None:
        return result
    if minimum is None or maximum is None:
        raise ValueError(f"parameter '{field.name}': a range needs a minimum and a maximum")
    sample = field.default[0] if isinstance(field.default, tuple) else field.default
    if isinstance(sample, int):
        result.integer_range = [IntegerRange(from_value=minimum, to_value=maximum, step=0)]
    else:
        result.floating_point_range = [
            FloatingPointRange(from_value=float(minimum), to_value=float(maximum), step=0.0)]
    return result
