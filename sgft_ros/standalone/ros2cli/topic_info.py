"""The verbs `topic list`, `info`, `type` and `find`."""

from rclpy.duration import Duration
from rclpy.qos import HistoryPolicy
from ros2cli.graph import (
    absolute,
    add_graph_arguments,
    command_node,
    discover,
    topic_type,
    topics,
    wait_until,
)
from ros2cli.verbs import CommandError, near_names

FOREVER = Duration(seconds=2**31).nanoseconds  # as an offer: not limited


def list_arguments(parser):
    add_graph_arguments(parser)
    parser.add_argument(
        '-t', '--show-types', action='store_true', help='print the types too')
    parser.add_argument(
        '-c', '--count-topics', action='store_true', help='only print the number of topics')
    parser.add_argument(
        '-v', '--verbose', action='store_true', help='print who publishes and who subscribes')
    parser.add_argument(
        '--include-hidden-topics', action='store_true', help='list hidden topics too')


def list_topics(arguments):
    """List the topics of the graph."""
    with command_node() as node:
        discover(node, arguments.spin_time)
        found = topics(node, arguments.include_hidden_topics)
        if arguments.count_topics:
            print(len(found))
        elif arguments.verbose:
            print('Published topics:')
            _print_counts(found, node.count_publishers, 'publisher')
            print('\nSubscribed topics:')
            _print_counts(found, node.count_subscribers, 'subscriber')
            print()
        else:
            for name, types in found.items():
                print(f'{name} [{", ".join(types)}]' if arguments.show_types else name)


def info_arguments(parser):
    add_graph_arguments(parser)
    parser.add_argument('topic_name', help='name of the topic')
    parser.add_argument(
        '-v', '--verbose', action='store_true',
        help='print node, type hash and quality of service of each endpoint')


def info(arguments):
    """Print type, publishers and subscriptions of a topic."""
    topic = absolute(arguments.topic_name)
    with command_node() as node:
        types = wait_until(node, lambda: topics(node, True).get(topic), arguments.spin_time)
        if not types:
            raise CommandError(f"unknown topic '{topic}'{near_names(topic, topics(node))}")
        discover(node, arguments.spin_time)
        blank = '\n' if arguments.verbose else ''
        print(f'Type: {types[0] if len(types) == 1 else types}', end=f'\n{blank}')
        print(f'Publisher count: {node.count_publishers(topic)}', end=f'\n{blank}')
        if arguments.verbose:
            _print_endpoints(node.get_publishers_info_by_topic(topic))
        print(f'Subscription count: {node.count_subscribers(topic)}', end=f'\n{blank}')
        if arguments.verbose:
            _print_endpoints(node.get_subscriptions_info_by_topic(topic))


def type_arguments(parser):
    add_graph_arguments(parser)
    parser.add_argument('topic_name', help='name of the topic')


def print_type(arguments):
    """Print the type of a topic."""
    with command_node() as node:
        print(topic_type(node, absolute(arguments.topic_name), arguments.spin_time))


def find_arguments(parser):
    add_graph_arguments(parser)
    parser.add_argument('topic_type', help="type, e.g. 'std_msgs/msg/String'")
    parser.add_argument(
        '--include-hidden-topics', action='store_true', help='list hidden topics too')


def find(arguments):
    """List the topics of a type."""
    with command_node() as node:
        discover(node, arguments.spin_time)
        for name, types in topics(node, arguments.include_hidden_topics).items():
            if arguments.topic_type in types:
                print(name)


def _print_counts(found, count_of, noun):
    for name, types in found.items():
        count = count_of(name)
        if count:
            print(f' * {name} [{", ".join(types)}] {count} {noun}{"s" if count > 1 else ""}')


def _print_endpoints(endpoints):
    for endpoint in endpoints:
        print(endpoint_text(endpoint), end='\n\n')


def endpoint_text(endpoint) -> str:
    """Return what is known of a publisher or a subscription."""
    qos = endpoint.qos_profile
    history = qos.history.name
    if qos.history == HistoryPolicy.KEEP_LAST:
        history = f'{history} ({qos.depth})'
    return '\n'.join((
        f'Node name: {endpoint.node_name}',
        f'Node namespace: {endpoint.node_namespace}',
        f'Topic type: {endpoint.topic_type}',
        f'Topic type hash: {endpoint.topic_type_hash}',
        f'Endpoint type: {endpoint.endpoint_type.name}',
        f'GID: {".".join(f"{byte:02x}" for byte in endpoint.endpoint_gid)}',
        'QoS profile:',
        f'  Reliability: {qos.reliability.name}',
        f'  History (Depth): {history}',
        f'  Durability: {qos.durability.name}',
        f'  Lifespan: {_time(qos.lifespan)}',
        f'  Deadline: {_time(qos.deadline)}',
        f'  Liveliness: {qos.liveliness.name}',
        f'  Liveliness lease duration: {_time(qos.liveliness_lease_duration)}'))


def _time(duration):
    nanoseconds = duration.nanoseconds
    if nanoseconds == 0 or nanoseconds >= FOREVER:
        return 'Infinite'
    return f'{nanoseconds} nanoseconds'
