"""The verbs `topic hz` and `topic bw`: measure what arrives on a topic."""

from collections import deque
from math import sqrt
from time import monotonic

import rclpy
from rclpy.qos import DurabilityPolicy
from ros2cli.graph import absolute, add_graph_arguments, command_node, topic_type, wait_until
from ros2cli.interfaces import message_class
from ros2cli.qos_arguments import matching_qos
from ros2cli.topic_echo import SETTLE

PERIOD = 1.0  # [s] between two lines


def hz_arguments(parser):
    _arguments(parser, window=10000)


def hz(arguments):
    """Print the rate of a topic, once a second."""
    arrivals = deque(maxlen=arguments.window)

    def report():
        if len(arrivals) < 2:
            print('no new messages', flush=True)
            return
        times = list(arrivals)
        periods = [after - before for before, after in zip(times, times[1:])]
        mean = sum(periods) / len(periods)
        deviation = sqrt(sum((each - mean) ** 2 for each in periods) / len(periods))
        print(f'average rate: {1.0 / mean if mean else float("inf"):.3f}\n'
              f'\tmin: {min(periods):.3f}s max: {max(periods):.3f}s '
              f'std dev: {deviation:.5f}s window: {len(times)}', flush=True)

    _measure(arguments, lambda data: arrivals.append(monotonic()), report)


def bw_arguments(parser):
    _arguments(parser, window=100)


def bw(arguments):
    """Print the bandwidth of a topic, once a second."""
    arrivals = deque(maxlen=arguments.window)

    def report():
        if not arrivals:
            return
        sizes = [size for _, size in arrivals]
        elapsed = max(monotonic() - arrivals[0][0], 1e-3)
        print(f'{_bytes(sum(sizes) / elapsed)}/s from {len(sizes)} messages\n'
              f'\tMessage size mean: {_bytes(sum(sizes) / len(sizes))} '
              f'min: {_bytes(min(sizes))} max: {_bytes(max(sizes))}', flush=True)

    _measure(arguments, lambda data: arrivals.append((monotonic(), len(data))), report)


def _arguments(parser, window):
    add_graph_arguments(parser)
    parser.add_argument('topic_name', help='name of the topic')
    parser.add_argument(
        '-w', '--window', type=int, default=window, metavar='N',
        help=f'number of messages over which to average (default: {window})')


def _measure(arguments, take, report):
    topic = absolute(arguments.topic_name)
    with command_node() as node:
        cls = message_class(topic_type(node, topic, arguments.spin_time))
        wait_until(node, lambda: False, SETTLE)
        qos = matching_qos(node.get_publishers_info_by_topic(topic))
        qos.durability = DurabilityPolicy.VOLATILE  # what was published before has no rate
        node.create_subscription(cls, topic, take, qos, raw=True)
        print(f'Subscribed to [{topic}]', flush=True)
        node.create_timer(PERIOD, report)
        rclpy.spin(node)


def _bytes(count):
    for unit, size in (('MB', 1e6), ('KB', 1e3)):
        if count >= size:
            return f'{count / size:.2f} {unit}'
    return f'{count:.0f} B'
