"""A node for the time of a command, and what it sees of the graph."""

from contextlib import contextmanager
import os
from time import monotonic

import rclpy
from rclpy.executors import ExternalShutdownException
from ros2cli.verbs import CommandError, near_names

PATIENCE = 2.0  # [s] in which everything that runs has been discovered
QUIET = 0.3     # [s] without news after which the graph is taken to be complete
STEP = 0.02     # [s] between two looks at the graph
HIDDEN = '_'    # names with a part that begins so are not listed


def add_graph_arguments(parser):
    """Add the arguments that all verbs have in common that look at the graph."""
    parser.add_argument(
        '--spin-time', type=float, default=PATIENCE,
        help=f'how long to wait for discovery at most [s] (default: {PATIENCE})')
    parser.add_argument(
        '--no-daemon', action='store_true', help='accepted, as there never is a daemon')


def initialised(**options):
    """
    Return what `rclpy.init` does, for a block that a command runs in.

    :raises CommandError: if ROS_DOMAIN_ID is no domain
    """
    try:
        return rclpy.init(args=[], **options)
    except ValueError as error:
        raise CommandError(error) from None


@contextmanager
def command_node(name: str | None = None):
    """Yield a node, hidden if it has no name; an interrupt ends the block quietly."""
    with initialised():
        node = rclpy.create_node(name or f'_ros2cli_{os.getpid()}',
                                 start_parameter_services=False, enable_rosout=False)
        try:
            yield node
        except (KeyboardInterrupt, ExternalShutdownException):
            pass
        finally:
            node.destroy_node()


def discover(node, spin_time: float = PATIENCE):
    """Wait until the graph is known: it has been quiet for a while, or the time is over."""
    start = changed = monotonic()
    before, alone = None, _snapshot(node)
    while monotonic() - start < spin_time:
        rclpy.spin_once(node, timeout_sec=STEP)
        now = _snapshot(node)
        if now != before:
            before, changed = now, monotonic()
        elif now != alone and monotonic() - changed > QUIET:
            return


def wait_until(node, found, spin_time: float = PATIENCE):
    """Wait until `found()` is true, or the time is over; return its last value."""
    deadline = monotonic() + spin_time
    while not (value := found()) and monotonic() < deadline:
        rclpy.spin_once(node, timeout_sec=STEP)
    return value


def nodes(node, include_hidden: bool = False) -> list[str]:
    """Return the sorted names of all nodes but the one of this command."""
    names = (f'{namespace.rstrip("/")}/{name}'
             for name, namespace in node.get_node_names_and_namespaces())
    own = node.get_fully_qualified_name()
    return sorted(name for name in names
                  if name != own and (include_hidden or not is_hidden(name)))


def topics(node, include_hidden: bool = False) -> dict[str, list[str]]:
    """Return the types of all topics, by name."""
    return {name: types for name, types in sorted(node.get_topic_names_and_types())
            if include_hidden or not is_hidden(name)}


def services(node, include_hidden: bool = False) -> dict[str, list[str]]:
    """Return the types of all services, by name."""
    return {name: types for name, types in sorted(node.get_service_names_and_types())
            if include_hidden or not is_hidden(name)}


def topic_type(node, topic: str, spin_time: float = PATIENCE) -> str:
    """
    Return the type of a topic, after waiting for it to appear.

    :raises CommandError: if it does not appear, or has several types
    """
    types = wait_until(node, lambda: topics(node, True).get(topic), spin_time)
    if not types:
        discover(node, QUIET)
        raise CommandError(f"unknown topic '{topic}'{near_names(topic, topics(node))}")
    if len(types) > 1:
        raise CommandError(
            f"topic '{topic}' has more than one type: {', '.join(types)}; name the one to use")
    return types[0]


def absolute(name: str) -> str:
    """Return the name with the slash in front that may be left out on the command line."""
    return name if name.startswith('/') else f'/{name}'


def is_hidden(name: str) -> bool:
    """Return whether a name is not to be listed unless asked for."""
    return any(part.startswith(HIDDEN) for part in name.split('/'))


def _snapshot(node):
    return (sorted(node.get_node_names_and_namespaces()),
            sorted((name, tuple(types)) for name, types in node.get_topic_names_and_types()),
            sorted((name, tuple(types)) for name, types in node.get_service_names_and_types()))
