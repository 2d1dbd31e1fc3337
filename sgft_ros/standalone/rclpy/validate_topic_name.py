"""Whether a topic or service name is allowed."""

from rclpy._names import check_topic_name


def validate_topic_name(name, *, is_service=False):
    """Return True; raise if it is not allowed."""
    return check_topic_name(name, is_service)
