"""Whether a node name is allowed."""

from rclpy._names import check_node_name


def validate_node_name(node_name):
    """Return True; raise if it is not allowed."""
    return check_node_name(node_name)
