"""Bags: what is recorded is what was published, whatever ends the recorder."""

from array import array
import signal

from builtin_interfaces.msg import Time
from cli_runs import interrupt, sgft, sgft_started
from launch_runs import require_standalone
import pytest
import rclpy
from rclpy.duration import Duration
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy
from rclpy.serialization import deserialize_message, serialize_message
from rosbags.highlevel import AnyReader
from rosbags.rosbag2 import Reader
from rosgraph_msgs.msg import Clock
from std_msgs.msg import Float32MultiArray, String

require_standalone()

LATCHED = QoSProfile(depth=100, durability=DurabilityPolicy.TRANSIENT_LOCAL)
RELIABLE = QoSProfile(depth=100)


@pytest.fixture
def node(domain_id):
    with rclpy.init(args=[]):
        yield rclpy.create_node('tester')


def spin_until(node, happened):
    deadline = node.get_clock().now().nanoseconds + 20 * 10**9
    while not happened():
        assert node.get_clock().now().nanoseconds < deadline, 'it has not happened'
        rclpy.spin_once(node, timeout_sec=0.05)


def recording(path, *arguments):
    return sgft_started('bag', 'record', '-o', str(path), *arguments, ready='Recording...')


def recorded(path):
    """Return topic and bytes of all messages, in their order."""
    with Reader(path) as reader:
        return [(connection.topic, bytes(data)) for connection, _, data in reader.messages()]


def publish(node, *topics, count=20):
    """Publish on topics in turn, once they are being recorded; return topic and bytes."""
    publishers = {topic: node.create_publisher(Float32MultiArray, topic, RELIABLE)
                  for topic in topics}
    spin_until(node, lambda: all(
        publisher.get_subscription_count() for publisher in publishers.values()))
    sent = []
    for index in range(count):
        for topic, publisher in publishers.items():
            message = Float32MultiArray(data=array('f', [index, 0.5]))
            publisher.publish(message)
            sent.append((topic, serialize_message(message)))
    for publisher in publishers.values():
        assert publisher.wait_for_all_acked(Duration(seconds=20.0))
    return sent


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
def test_everything_published_is_in_the_bag_when_a_signal_ends_the_recorder(
        node, tmp_path, number):
    path = tmp_path / 'bag'
    with recording(path, '--regex', '/robot/.*') as recorder:
        sent = publish(node, '/robot/a', '/robot/b')
        assert interrupt(recorder, number) == 0, recorder.output
    assert sorted(recorded(path)) == sorted(sent)
    assert [entry for entry in recorded(path) if entry[0] == '/robot/a'] == sent[::2]
    assert '| Count: 20 |' in sgft('bag', 'info', str(path)).stdout


def test_played_bag_gives_the_same_bytes_in_the_same_order(node, tmp_path):
    path = tmp_path / 'bag'
    with recording(path, '/a', '/b') as recorder:
        sent = publish(node, '/a', '/b', count=10)
        assert interrupt(recorder) == 0, recorder.output
    heard = []
    for topic in ('/a', '/c'):
        node.create_subscription(
            Float32MultiArray, topic, lambda data, topic=topic: heard.append((topic, bytes(data))),
            RELIABLE, raw=True)
    times = []
    node.create_subscription(
        Clock, '/clock', lambda message: times.append(message.clock), RELIABLE)
    with sgft_started('bag', 'play', str(path), '--clock', '1000', '--remap', '/b:=/c') as player:
        spin_until(node, lambda: len(heard) == len(sent) and times)
        assert player.finish() == 0, player.output
    renamed = [({'/b': '/c'}.get(topic, topic), data) for topic, data in sent]
    for topic in ('/a', '/c'):
        assert ([entry for entry in heard if entry[0] == topic]
                == [entry for entry in renamed if entry[0] == topic])
    with Reader(path) as reader:
        first, last = reader.start_time, reader.end_time
    stamps = [time.sec * 10**9 + time.nanosec for time in times]
    assert stamps == sorted(stamps)
    assert first <= stamps[0] and stamps[-1] <= last


def test_recorded_clock_is_left_out_where_the_player_gives_the_time(node, tmp_path):
    path = tmp_path / 'bag'
    with recording(path, '/a', '/clock') as recorder:
        clock = node.create_publisher(Clock, '/clock', RELIABLE)
        spin_until(node, lambda: clock.get_subscription_count())
        clock.publish(Clock(clock=Time(sec=7)))
        assert clock.wait_for_all_acked(Duration(seconds=20.0))
        sent = publish(node, '/a')
        assert interrupt(recorder) == 0, recorder.output
    assert '/clock' in [topic for topic, _ in recorded(path)]
    heard, times = [], []
    node.create_subscription(Float32MultiArray, '/a', heard.append, RELIABLE)
    node.create_subscription(Clock, '/clock', lambda said: times.append(said.clock.sec), RELIABLE)
    with sgft_started('bag', 'play', str(path), '--clock', '1000') as player:
        spin_until(node, lambda: len(heard) == len(sent) and times)
        assert player.finish() == 0, player.output
    assert 7 not in times


def test_recorder_in_simulated_time_waits_for_the_clock(node, tmp_path):
    path = tmp_path / 'bag'
    words = node.create_publisher(String, '/words', RELIABLE)
    latched = node.create_publisher(String, '/latched', LATCHED)
    latched.publish(String(data='history'))
    with recording(path, '/words', '/latched', '--use-sim-time') as recorder:
        clock = node.create_publisher(Clock, '/clock', RELIABLE)
        spin_until(node, lambda: clock.get_subscription_count())
        words.publish(String(data='before all time'))

        def is_heard():
            clock.publish(Clock(clock=Time(sec=7)))
            return words.get_subscription_count() and latched.get_subscription_count()

        spin_until(node, is_heard)
        words.publish(String(data='now'))
        assert words.wait_for_all_acked(Duration(seconds=20.0))
        assert interrupt(recorder) == 0, recorder.output
    with AnyReader([path]) as reader:
        found = [(stamp, reader.deserialize(data, connection.msgtype).data)
                 for connection, stamp, data in reader.messages()]
    assert sorted(found) == [(7 * 10**9, 'history'), (7 * 10**9, 'now')]


def test_history_of_latched_topics_is_recorded_and_played_to_late_listeners(node, tmp_path):
    path = tmp_path / 'bag'
    publisher = node.create_publisher(String, '/history', LATCHED)
    for word in ('one', 'two', 'three'):
        publisher.publish(String(data=word))
    with recording(path, '--all') as recorder:
        recorder.wait_for("Subscribed to topic '/history'")
        spin_until(node, lambda: publisher.get_subscription_count() == 1)
        publisher.publish(String(data='four'))
        publisher.wait_for_all_acked(Duration(seconds=5.0))
        assert interrupt(recorder) == 0, recorder.output
    with AnyReader([path]) as reader:
        connections = [each for each in reader.connections if each.topic == '/history']
        words = [reader.deserialize(data, connection.msgtype).data
                 for connection, _, data in reader.messages(connections)]
    assert words == ['one', 'two', 'three', 'four']
    assert connections[0].ext.offered_qos_profiles[0].durability.name == 'TRANSIENT_LOCAL'


def test_kill_of_the_recorder_costs_only_what_was_not_flushed(node, tmp_path):
    path = tmp_path / 'bag'
    with recording(path, '/a') as recorder:
        size = (path / 'bag.mcap').stat().st_size
        sent = publish(node, '/a')
        # The first flush may come amid the messages; the one of a later message has them all.
        spin_until(node, lambda: (path / 'bag.mcap').stat().st_size > size)
        flushed = (path / 'bag.mcap').stat().st_size
        publish(node, '/a', count=1)
        spin_until(node, lambda: (path / 'bag.mcap').stat().st_size > flushed)
        before = sgft('bag', 'info', str(path), check=False)
        assert before.returncode == 1
        assert 'is being recorded' in before.stderr
        interrupt(recorder, signal.SIGKILL)
    said = sgft('bag', 'info', str(path)).stdout  # it recovers the bag
    kept = recorded(path)
    assert kept[:20] == sent
    assert f'| Count: {len(kept)} |' in said


def test_best_effort_publisher_that_comes_later_is_recorded_too(node, tmp_path):
    path = tmp_path / 'bag'
    reliable = node.create_publisher(String, '/a', RELIABLE)
    with recording(path, '/a') as recorder:
        recorder.wait_for("Subscribed to topic '/a'")
        weak = node.create_publisher(
            String, '/a', QoSProfile(depth=10, reliability=ReliabilityPolicy.BEST_EFFORT))
        spin_until(node, lambda: weak.get_subscription_count() == 1)
        spin_until(node, lambda: reliable.get_subscription_count() == 1)

        def weak_is_recorded():
            weak.publish(String(data='weak'))  # the recorder may not know it yet
            return b'weak' in (path / 'bag.mcap').read_bytes()

        spin_until(node, weak_is_recorded)
        reliable.publish(String(data='reliable'))
        reliable.wait_for_all_acked(Duration(seconds=5.0))
        assert interrupt(recorder) == 0, recorder.output
    assert {deserialize_message(data, String).data for _, data in recorded(path)} == {
        'weak', 'reliable'}


def test_existing_folder_is_not_touched(tmp_path):
    tmp_path.joinpath('bag').mkdir()
    done = sgft('bag', 'record', '-a', '-o', str(tmp_path / 'bag'), check=False)
    assert done.returncode == 1
    assert 'exists already; name another one with --output' in done.stderr
    assert not list(tmp_path.joinpath('bag').iterdir())
