"""Messages arrive: late readers, restarted ones, large messages, other threads."""

from array import array
import signal
import threading

from conftest import reserved_domain
import pytest
import rclpy
from rclpy._rclpy_pybind11 import InvalidHandle
from rclpy.duration import Duration
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy
from rclpy.serialization import deserialize_message, serialize_message
from rclpy.wait_for_message import wait_for_message
from rclpy_runs import collect, finished, node, running, until
from std_msgs.msg import Int64, String, UInt8MultiArray

__all__ = ['node']

KEPT = QoSProfile(depth=1000, durability=DurabilityPolicy.TRANSIENT_LOCAL)

# Tells what arrives, until it has come to the number of its argument.
READER = """
from std_msgs.msg import Int64
with initialised():
    node = rclpy.create_node('reader')
    last = rclpy.task.Future()
    def take(message):
        print(message.data, flush=True)
        if message.data == int(sys.argv[1]):
            last.set_result(None)
    qos = QoSProfile(depth=1000, durability=DurabilityPolicy.TRANSIENT_LOCAL)
    node.create_subscription(Int64, 'numbers', take, qos)
    rclpy.spin_until_future_complete(node, last)
"""
ECHO = """
from rclpy_runs import until
from std_msgs.msg import UInt8MultiArray
with initialised():
    node = rclpy.create_node('echo')
    publisher = node.create_publisher(UInt8MultiArray, 'back', 10)
    until(node, publisher.get_subscription_count)  # before anybody can ask for an answer
    node.create_subscription(UInt8MultiArray, 'there', publisher.publish, 10)
    rclpy.spin(node)
"""


def numbers(process):
    """Return what a READER told, after it ended."""
    code, out, err = finished(process)
    assert code == 0, err
    return [int(line) for line in out.split()]


def test_late_reader_gets_the_whole_history_in_order(node):
    publisher = node.create_publisher(Int64, 'numbers', KEPT)
    for number in range(500):
        publisher.publish(Int64(data=number))
    with running(READER, '499') as reader:
        assert numbers(reader) == list(range(500))


def test_reader_killed_in_the_stream_gets_everything_after_its_restart(node):
    publisher = node.create_publisher(Int64, 'numbers', KEPT)
    with running(READER, '-1') as reader:
        for number in range(200):
            publisher.publish(Int64(data=number))
        assert reader.stdout.readline() == '0\n'
        reader.send_signal(signal.SIGKILL)
        reader.wait()
        for number in range(200, 400):
            publisher.publish(Int64(data=number))
    with running(READER, '399') as reader:
        assert numbers(reader) == list(range(400))


def test_history_is_as_deep_as_the_profile_says(node):
    publisher = node.create_publisher(
        Int64, 'numbers', QoSProfile(depth=3, durability=DurabilityPolicy.TRANSIENT_LOCAL))
    for number in range(10):
        publisher.publish(Int64(data=number))
    got = collect(node, Int64, 'numbers', KEPT)
    until(node, lambda: got and got[-1].data == 9)
    assert [message.data for message in got] == [7, 8, 9]


def test_a_megabyte_returns_unchanged_from_another_process(node):
    publisher = node.create_publisher(UInt8MultiArray, 'there', 10)
    got = collect(node, UInt8MultiArray, 'back', 10)
    with running(ECHO):
        until(node, lambda: publisher.get_subscription_count() and node.count_publishers('back'))
        for fill in range(5):
            message = UInt8MultiArray(data=array('B', bytes([fill]) * 1_000_000 + b'end'))
            publisher.publish(message)
            until(node, lambda number=fill: len(got) > number)
            assert got[-1] == message


def test_burst_larger_than_the_socket_buffers_arrives_whole(node):
    profile = QoSProfile(depth=30)
    publisher = node.create_publisher(UInt8MultiArray, 'burst', profile)
    got = collect(node, UInt8MultiArray, 'burst', profile)
    for number in range(30):
        publisher.publish(UInt8MultiArray(data=array('B', bytes([number]) * 300_000)))
    until(node, lambda: len(got) == 30)
    assert [message.data[0] for message in got] == list(range(30))


def test_publishing_from_another_thread_wakes_the_spinning_one(node):
    publisher = node.create_publisher(Int64, 'numbers', 100)
    got = collect(node, Int64, 'numbers', 100)

    def publish():
        for number in range(50):
            publisher.publish(Int64(data=number))

    thread = threading.Thread(target=publish)
    thread.start()
    until(node, lambda: len(got) == 50)
    thread.join()
    assert publisher.wait_for_all_acked(Duration(seconds=5))


def test_raw_subscription_gets_what_serialization_reads(node):
    raw = []
    node.create_subscription(String, 'text', raw.append, 10, raw=True)
    publisher = node.create_publisher(String, 'text', 10)
    publisher.publish(serialize_message(String(data='as bytes')))
    publisher.publish(String(data='as message'))
    until(node, lambda: len(raw) == 2)
    assert all(isinstance(data, bytes) for data in raw)
    assert [deserialize_message(data, String).data for data in raw] == ['as bytes', 'as message']


def test_callback_of_two_arguments_gets_the_message_info(node):
    infos = []
    node.create_subscription(
        String, 'text', lambda message, info: infos.append((message, info)), 10)
    before = node.get_clock().now().nanoseconds
    node.create_publisher(String, 'text', 10).publish(String(data='x'))
    until(node, lambda: infos)
    message, info = infos[0]
    assert message.data == 'x'
    assert before <= info['source_timestamp'] <= info['received_timestamp']


@pytest.mark.parametrize('callback', [lambda: None, lambda message, info, more: None])
def test_callback_of_no_or_of_three_arguments_is_refused(node, callback):
    with pytest.raises(RuntimeError, match='two'):
        node.create_subscription(String, 'text', callback, 10)
    assert node.count_subscribers('text') == 0


def test_best_effort_reader_hears_a_reliable_writer(node):
    got = collect(node, Int64, 'numbers',
                  QoSProfile(depth=1, reliability=ReliabilityPolicy.BEST_EFFORT))
    publisher = node.create_publisher(Int64, 'numbers', 10)
    until(node, publisher.get_subscription_count)
    publisher.publish(Int64(data=1))
    until(node, lambda: got)


def test_destroyed_publisher_and_wrong_types_raise(node):
    publisher = node.create_publisher(Int64, 'numbers', 10)
    with pytest.raises(TypeError):
        publisher.publish(String())
    assert node.destroy_publisher(publisher)
    assert not node.destroy_publisher(publisher)
    with pytest.raises(InvalidHandle):
        publisher.publish(Int64())


def test_destroyed_subscription_is_called_no_more(node):
    got = []
    publisher = node.create_publisher(Int64, 'numbers', 10)
    subscription = node.create_subscription(Int64, 'numbers', got.append, 10)
    publisher.publish(Int64(data=1))
    until(node, lambda: got)
    node.destroy_subscription(subscription)
    later = collect(node, Int64, 'numbers', 10)
    publisher.publish(Int64(data=2))
    until(node, lambda: later)
    assert [message.data for message in got] == [1]


def test_context_in_another_domain_hears_nothing(node):
    other = rclpy.Context()
    with reserved_domain() as another:
        other.init(args=[], domain_id=another)
        try:
            stranger = rclpy.create_node('stranger', context=other)
            publisher = stranger.create_publisher(Int64, 'numbers', KEPT)
            publisher.publish(Int64(data=1))
            until(node, lambda: stranger.count_publishers('numbers') == 1)
            assert node.count_publishers('numbers') == 0
        finally:
            other.try_shutdown()


def test_wait_for_message_returns_the_first_or_gives_up(node):
    node.create_publisher(Int64, 'numbers', KEPT).publish(Int64(data=7))
    assert wait_for_message(Int64, node, 'numbers', qos_profile=KEPT, time_to_wait=10.0) == (
        True, Int64(data=7))
    assert wait_for_message(Int64, node, 'silence', time_to_wait=0.05)[0] is False
