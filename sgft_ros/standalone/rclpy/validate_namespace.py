"""Whether a namespace is allowed."""

from rclpy._names import check_namespace


def validate_namespace(namespace):
    """Return True; raise if it is not allowed."""
    return check_namespace(namespace)
