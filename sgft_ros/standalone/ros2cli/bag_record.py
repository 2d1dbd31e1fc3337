"""The verb `bag record`."""

from datetime import datetime
import re
import signal
from time import monotonic

import rclpy
from rclpy.parameter import Parameter
from rclpy.signals import SignalHandlerOptions
from ros2cli.bag_recorder import open_writer, Recorder
from ros2cli.graph import absolute, initialised, is_hidden
from ros2cli.verbs import CommandError

STEP = 0.1       # [s] after which a signal is noticed at the latest
DRAIN = 0.05     # [s] without a message after which all that was under way has come
MAX_DRAIN = 1.0  # [s] even if publishers do not stop


def add_arguments(parser):
    parser.add_argument('topics', nargs='*', metavar='TOPIC', help='topics to record')
    parser.add_argument(
        '-o', '--output', help='folder of the bag (default: rosbag2_ and the time)')
    parser.add_argument('-a', '--all', action='store_true', help='record all topics')
    parser.add_argument(
        '--topics', nargs='+', default=[], metavar='TOPIC', dest='more_topics',
        help='topics to record, too')
    parser.add_argument('-e', '--regex', help='record the topics that match')
    parser.add_argument(
        '-x', '--exclude-regex', '--exclude', help='leave out the topics that match')
    parser.add_argument(
        '--exclude-topics', nargs='+', default=[], metavar='TOPIC', help='leave out these topics')
    parser.add_argument(
        '--include-hidden-topics', action='store_true',
        help='with --all and --regex: hidden topics too')
    parser.add_argument(
        '-p', '--polling-interval', type=int, default=100, metavar='MS',
        help='time between two looks for new topics [ms] (default: 100)')
    parser.add_argument(
        '--use-sim-time', action='store_true', help='stamp messages with the time of /clock')
    parser.add_argument(
        '-s', '--storage', choices=('mcap',), default='mcap', help='format of the file')
    parser.add_argument(
        '--disable-keyboard-controls', action='store_true', help='accepted, as there are none')
    parser.add_argument('--node-name', default='rosbag2_recorder', help='name of the node')


def record(arguments) -> int:
    """Record until interrupted; return 1 if the disk was full."""
    wanted = topic_filter(arguments)
    path = arguments.output or datetime.now().strftime('rosbag2_%Y_%m_%d-%H_%M_%S')
    stop = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, frame: stop.append(number))
    with initialised(signal_handler_options=SignalHandlerOptions.NO):
        writer = open_writer(path)
        node = rclpy.create_node(
            arguments.node_name, parameter_overrides=[
                Parameter('use_sim_time', value=arguments.use_sim_time)])
        recorder = Recorder(node, writer, wanted, arguments.polling_interval * 1e-3,
                            arguments.use_sim_time)
        node.get_logger().info('Recording...')
        try:
            while not stop and recorder.failure is None:
                rclpy.spin_once(node, timeout_sec=STEP)
            _drain(node, recorder)
        finally:
            recorder.close()
        node.get_logger().info(
            f"Recording stopped: {recorder.count} messages of {len(recorder.topics)} topics in "
            f"'{path}'")
        node.destroy_node()
    return 0 if recorder.failure is None else 1


def topic_filter(arguments):
    """
    Return a function that says of a topic's name whether to record it.

    :raises CommandError: if nothing is to be recorded, or an expression is none
    """
    named = {absolute(name) for name in (*arguments.topics, *arguments.more_topics)}
    excluded = {absolute(name) for name in arguments.exclude_topics}
    if not named and not arguments.all and arguments.regex is None:
        raise CommandError('name the topics to record, or use --all or --regex')
    try:
        included = re.compile(arguments.regex) if arguments.regex is not None else None
        left_out = (re.compile(arguments.exclude_regex)
                    if arguments.exclude_regex is not None else None)
    except re.error as error:
        raise CommandError(f'not a regular expression: {error}') from None

    def wanted(name):
        if name in excluded or (left_out is not None and left_out.search(name)):
            return False
        if name in named:
            return True
        if is_hidden(name) and not arguments.include_hidden_topics:
            return False
        return arguments.all or (included is not None and bool(included.search(name)))

    return wanted


def _drain(node, recorder):
    """Take what had arrived before the signal."""
    recorder.stop_timers()
    end = monotonic() + MAX_DRAIN
    count = None
    while count != recorder.count and monotonic() < end:
        count = recorder.count
        rclpy.spin_once(node, timeout_sec=DRAIN)
