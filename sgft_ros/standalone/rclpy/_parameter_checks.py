"""Whether a value suits the descriptor of a parameter."""

import math

from rcl_interfaces.msg import SetParametersResult
from rclpy.parameter import Parameter

RELATIVE_TOLERANCE = 1e-6
WRONG_TYPE = 'Wrong parameter type'


def check(parameter, descriptor, declared, check_read_only):
    """Return a SetParametersResult; a descriptor with dynamic typing takes the type over."""
    reason = _problem(parameter, descriptor, declared, check_read_only)
    return SetParametersResult(successful=not reason, reason=reason)


def _problem(parameter, descriptor, declared, check_read_only):
    if check_read_only and descriptor.read_only:
        return f'Trying to set a read-only parameter: {parameter.name}.'
    kind = parameter.type_
    if descriptor.dynamic_typing:
        descriptor.type = kind.value
    elif kind is Parameter.Type.NOT_SET:
        if declared:
            return 'Static parameter cannot be undeclared'
    elif kind.value != descriptor.type:
        return (f"{WRONG_TYPE}, expected '{Parameter.Type(descriptor.type)}' got '{kind}'")
    if kind is Parameter.Type.INTEGER and descriptor.integer_range:
        return _integer_problem(parameter, descriptor.integer_range[0])
    if kind is Parameter.Type.DOUBLE and descriptor.floating_point_range:
        return _float_problem(parameter, descriptor.floating_point_range[0])
    return ''


def _integer_problem(parameter, limits):
    low, high = sorted((limits.from_value, limits.to_value))
    value = parameter.value
    if value in (low, high):
        return ''
    if not low < value < high:
        return f'Parameter {parameter.name} out of range. Min: {low}, Max: {high}, value: {value}'
    if limits.step and (value - low) % limits.step:
        return _step_problem(parameter, low, high, limits.step)
    return ''


def _float_problem(parameter, limits):
    low, high = sorted((limits.from_value, limits.to_value))
    value = parameter.value
    if any(math.isclose(value, edge, rel_tol=RELATIVE_TOLERANCE) for edge in (low, high)):
        return ''
    if not low < value < high:
        return f'Parameter {parameter.name} out of range Min: {low}, Max: {high}, value: {value}'
    if limits.step:
        nearest = low + round((value - low) / limits.step) * limits.step
        if not math.isclose(nearest, value, rel_tol=RELATIVE_TOLERANCE):
            return _step_problem(parameter, low, high, limits.step)
    return ''


def _step_problem(parameter, low, high, step):
    return (f'The parameter value for {parameter.name} is not a valid step. Min: {low}, '
            f'max: {high}, value: {parameter.value}, step: {step}')
