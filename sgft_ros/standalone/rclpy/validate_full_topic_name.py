"""Whether an absolute topic or service name is allowed."""

from rclpy._names import check_full_name


def validate_full_topic_name(name, *, is_service=False):
    """Return True; raise if it is not allowed."""
    return check_full_name(name, is_service)
