"""The verb `topic pub`: publish a message, again and again or once."""

from time import monotonic

import rclpy
from rclpy.duration import Duration
from ros2cli.graph import absolute, add_graph_arguments, command_node
from ros2cli.interfaces import filled, message_class
from ros2cli.qos_arguments import add_qos_arguments, publisher_qos
from ros2cli.verbs import CommandError

LAST_WORD = Duration(seconds=1.0)  # that subscriptions have to acknowledge the last message


def add_arguments(parser):
    add_graph_arguments(parser)
    parser.add_argument('topic_name', help='name of the topic')
    parser.add_argument('message_type', help="type, e.g. 'std_msgs/msg/String'")
    parser.add_argument(
        'values', nargs='?', default='{}', help="fields as YAML, e.g. '{data: hello}'")
    parser.add_argument(
        '-r', '--rate', type=float, default=1.0, help='rate [Hz] (default: 1)')
    parser.add_argument(
        '-p', '--print', type=int, default=1, metavar='N', dest='print_every',
        help='print only every N-th message; 0: none (default: 1)')
    times = parser.add_mutually_exclusive_group()
    times.add_argument('-1', '--once', action='store_true', help='publish one message and end')
    times.add_argument('-t', '--times', type=int, default=0, help='publish so often and end')
    parser.add_argument(
        '-w', '--wait-matching-subscriptions', type=int, default=None, metavar='N',
        help='wait for so many subscriptions first (default: 1 with --once and --times, else 0)')
    parser.add_argument(
        '--max-wait-time-secs', type=float, default=None, metavar='SECONDS',
        help='how long to wait for subscriptions (default: for ever)')
    parser.add_argument(
        '--keep-alive', type=float, default=0.1, metavar='SECONDS',
        help='how long to stay after the last message (default: 0.1)')
    add_qos_arguments(parser)


def pub(arguments):
    """Publish until interrupted, or as often as asked for."""
    if arguments.rate <= 0.0:
        raise CommandError(f'expected a rate above 0, got {arguments.rate}')
    message = filled(message_class(arguments.message_type), arguments.values)
    times = 1 if arguments.once else arguments.times
    with command_node() as node:
        publisher = node.create_publisher(
            type(message), absolute(arguments.topic_name), publisher_qos(arguments))
        _wait_for_subscriptions(node, publisher, arguments, times)
        print('publisher: beginning loop', flush=True)
        count = 0

        def publish():
            nonlocal count
            count += 1
            if arguments.print_every and count % arguments.print_every == 0:
                print(f'publishing #{count}: {message!r}\n', flush=True)
            publisher.publish(message)

        publish()
        timer = node.create_timer(1.0 / arguments.rate, publish)
        while not times or count < times:
            rclpy.spin_once(node)
        timer.cancel()
        publisher.wait_for_all_acked(LAST_WORD)
        end = monotonic() + arguments.keep_alive
        while (left := end - monotonic()) > 0.0:
            rclpy.spin_once(node, timeout_sec=left)


def _wait_for_subscriptions(node, publisher, arguments, times):
    wanted = arguments.wait_matching_subscriptions
    if wanted is None:
        wanted = 1 if times else 0
    limit = arguments.max_wait_time_secs
    deadline = None if limit is None else monotonic() + limit
    said = monotonic()
    while publisher.get_subscription_count() < wanted:
        if deadline is not None and monotonic() > deadline:
            raise CommandError(
                f"waited {limit} s for {wanted} subscription(s) to '{publisher.topic_name}', got "
                f'{publisher.get_subscription_count()}')
        if monotonic() - said >= 1.0:
            print(f'Waiting for at least {wanted} matching subscription(s)...', flush=True)
            said = monotonic()
        rclpy.spin_once(node, timeout_sec=0.05)
