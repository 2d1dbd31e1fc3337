"""The verb `topic echo`: print the messages of a topic."""

from time import monotonic

import rclpy
from ros2cli.graph import absolute, add_graph_arguments, command_node, topic_type, wait_until
from ros2cli.interfaces import message_class
from ros2cli.qos_arguments import add_qos_arguments, subscription_qos, warn_of_mixture
from ros2cli.verbs import CommandError
from rosidl_runtime_py import message_to_csv, message_to_yaml

SETTLE = 0.2  # [s] in which further publishers of the topic become known


def add_arguments(parser):
    add_graph_arguments(parser)
    parser.add_argument('topic_name', help='name of the topic')
    parser.add_argument(
        'message_type', nargs='?', help='type; without it the topic has to exist')
    add_qos_arguments(parser)
    parser.add_argument('--field', metavar='FIELD', help="print one field, e.g. 'header.stamp'")
    parser.add_argument('--once', action='store_true', help='end after the first message')
    parser.add_argument('--timeout', type=float, help='end after this time [s]')
    parser.add_argument('--csv', action='store_true', help='print lines of comma-separated values')
    parser.add_argument('--raw', action='store_true', help='print the bytes')
    parser.add_argument('-f', '--full-length', action='store_true', help='shorten nothing')
    parser.add_argument(
        '-l', '--truncate-length', type=int, default=128, metavar='N',
        help='length above which arrays and strings are shortened (default: 128)')
    parser.add_argument('--no-arr', action='store_true', help='print only the sizes of arrays')
    parser.add_argument('--no-str', action='store_true', help='print only the sizes of strings')
    parser.add_argument('--flow-style', action='store_true', help='print collections in one line')


def echo(arguments) -> int:
    """Print messages until interrupted."""
    topic = absolute(arguments.topic_name)
    with command_node() as node:
        type_name = arguments.message_type or topic_type(node, topic, arguments.spin_time)
        cls = message_class(type_name)
        wait_until(node, lambda: False, SETTLE)
        endpoints = node.get_publishers_info_by_topic(topic)
        warn_of_mixture(topic, endpoints)
        show = _printer(arguments)
        seen = []

        def take(message):
            if arguments.once and seen:
                return
            seen.append(True)
            show(message)

        node.create_subscription(
            cls, topic, take, subscription_qos(arguments, endpoints), raw=arguments.raw)
        deadline = None if arguments.timeout is None else monotonic() + arguments.timeout
        while not (arguments.once and seen):
            left = None if deadline is None else deadline - monotonic()
            if left is not None and left <= 0.0:
                if arguments.once:
                    raise CommandError(
                        f"no message on '{topic}' within {arguments.timeout} s")
                return 0
            rclpy.spin_once(node, timeout_sec=left)
    return 0


def _printer(arguments):
    length = None if arguments.full_length else arguments.truncate_length
    path = [] if arguments.field is None else arguments.field.strip('.').split('.')

    def show(message):
        if arguments.raw:
            print(bytes(message), end='\n---\n', flush=True)
            return
        value = _field(message, path)
        options = {'truncate_length': length, 'no_arr': arguments.no_arr,
                   'no_str': arguments.no_str}
        if not hasattr(value, 'get_fields_and_field_types'):
            print(value, end='\n' if arguments.csv else '\n---\n', flush=True)
        elif arguments.csv:
            print(message_to_csv(value, **options), flush=True)
        else:
            text = message_to_yaml(value, flow_style=arguments.flow_style, **options)
            print(text, end='---\n', flush=True)

    return show


def _field(value, path):
    for step in path:
        name, *indices = step.replace(']', '').split('[')
        try:
            value = getattr(value, name)
            for index in indices:
                value = value[int(index)]
        except (AttributeError, IndexError, TypeError, ValueError):
            fields = getattr(value, 'get_fields_and_field_types', dict)()
            raise CommandError(
                f"no field '{step}'; choose from: {', '.join(fields) or 'none'}") from None
    return value
