"""What a topic name stands for within a node."""

from rclpy._names import check_namespace, check_node_name, expand


def expand_topic_name(topic_name, node_name, node_namespace):
    """Return the absolute name; raise if a name is not allowed."""
    check_node_name(node_name)
    check_namespace(node_namespace)
    return expand(topic_name, node_name, node_namespace)
