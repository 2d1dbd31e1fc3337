"""Whether a parameter name is allowed."""

from rclpy.exceptions import InvalidParameterException


def validate_parameter_name(name):
    """Return True; raise InvalidParameterException for the empty name."""
    if not name:
        raise InvalidParameterException(name)
    return True
