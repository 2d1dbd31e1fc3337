"""The verb `bag play`: publish what was recorded, at the pace at which it came."""

import sys
from time import monotonic

import rclpy
from rclpy.duration import Duration
from rclpy.time import Time
from ros2cli.bag_qos import playback_qos
from ros2cli.bag_recovery import open_bag
from ros2cli.graph import absolute, command_node, discover
from ros2cli.verbs import CommandError, near_names
from rosgraph_msgs.msg import Clock
from rosidl_runtime_py.utilities import get_message

DISCOVERY = 1.0                    # [s] that subscriptions have to find the publishers
LAST_WORD = Duration(seconds=2.0)  # for the acknowledgement of the last messages
CLOCK = '/clock'
CLOCK_RATE = 40.0                  # [Hz]


def add_arguments(parser):
    parser.add_argument('bag_path', help='folder of the bag')
    parser.add_argument(
        '-r', '--rate', type=float, default=1.0, help='how much faster (default: 1)')
    parser.add_argument(
        '--topics', nargs='+', default=[], metavar='TOPIC', help='play only these topics')
    parser.add_argument(
        '-m', '--remap', nargs='+', default=[], metavar='OLD:=NEW', help='rename topics')
    parser.add_argument('-l', '--loop', action='store_true', help='begin again at the end')
    parser.add_argument(
        '-d', '--delay', type=float, default=0.0, help='time to wait before [s] (default: 0)')
    parser.add_argument(
        '--start-offset', type=float, default=0.0, metavar='SECONDS',
        help='begin later in the bag')
    parser.add_argument(
        '--clock', type=float, nargs='?', const=CLOCK_RATE, default=None, metavar='HZ',
        help=f'publish the time of the bag on /clock, instead of a recorded one (default: '
             f'{CLOCK_RATE:.0f} Hz)')
    parser.add_argument(
        '--disable-keyboard-controls', action='store_true', help='accepted, as there are none')


def play(arguments) -> int:
    """Publish the messages of a bag."""
    if arguments.rate <= 0.0:
        raise CommandError(f'expected a rate above 0, got {arguments.rate}')
    remappings = _remappings(arguments.remap)
    with open_bag(arguments.bag_path) as reader, command_node('rosbag2_player') as node:
        publishers = _publishers(node, reader, arguments, remappings)
        clock = None
        if arguments.clock is not None:
            clock = node.create_publisher(Clock, CLOCK, 10)
        discover(node, max(DISCOVERY, arguments.delay))
        start = reader.start_time + int(arguments.start_offset * 1e9)
        node.get_logger().info(f"Playing {reader.message_count} messages of "
                               f"{len(publishers)} topics from '{reader.path}'")
        while True:
            _play_once(node, reader, publishers, start, arguments, clock)
            if not arguments.loop:
                break
        for publisher in publishers.values():
            publisher.wait_for_all_acked(LAST_WORD)
        return 0
    return 130


def _publishers(node, reader, arguments, remappings):
    wanted = {absolute(name) for name in arguments.topics}
    known = {connection.topic for connection in reader.connections}
    for name in sorted(wanted - known):
        raise CommandError(f"the bag has no topic '{name}'{near_names(name, known)}")
    publishers, offered = {}, {}
    for connection in reader.connections:
        offered.setdefault(connection.topic, []).extend(connection.ext.offered_qos_profiles)
    for connection in reader.connections:
        topic = connection.topic
        if wanted and topic not in wanted:
            continue
        if topic == CLOCK and arguments.clock is not None:
            continue  # two clocks of different pace would pull all timers back and forth
        try:
            cls = get_message(connection.msgtype)
        except (AttributeError, ImportError, LookupError, ValueError) as error:
            print(f"warning: topic '{topic}' is not played: its type {connection.msgtype} is not "
                  f'known here: {error}', file=sys.stderr)
            continue
        publishers[connection.id] = node.create_publisher(
            cls, remappings.get(topic, topic), playback_qos(offered[topic]))
    return publishers


def _play_once(node, reader, publishers, start, arguments, clock):
    begin = monotonic()
    connections = [each for each in reader.connections if each.id in publishers]
    ticks = _clock_times(start, arguments.clock, arguments.rate)
    tick = next(ticks)

    def wait_for(stamp):
        due = begin + (stamp - start) * 1e-9 / arguments.rate
        while (left := due - monotonic()) > 0.0:
            rclpy.spin_once(node, timeout_sec=left)

    if not connections:
        return
    for connection, stamp, data in reader.messages(connections, start=start):
        while tick is not None and tick <= stamp:
            wait_for(tick)
            clock.publish(Clock(clock=Time(nanoseconds=tick).to_msg()))
            tick = next(ticks)
        wait_for(stamp)
        publishers[connection.id].publish(bytes(data))


def _clock_times(start, frequency, rate):
    """Yield the stamps of /clock [ns], `frequency` [Hz] of real time; None for ever without."""
    stamp = None if frequency is None else start
    while True:
        yield stamp
        if stamp is not None:
            stamp += int(1e9 * rate / frequency)


def _remappings(rules):
    remappings = {}
    for rule in rules:
        old, assignment, new = rule.partition(':=')
        if not assignment or not old or not new:
            raise CommandError(f"malformed remapping '{rule}', expected '<old>:=<new>'")
        remappings[absolute(old)] = absolute(new)
    return remappings
