"""Transforms between nodes over /tf and /tf_static."""

from time import monotonic

from geometry_msgs.msg import TransformStamped
import pytest
import rclpy
from rclpy.duration import Duration
from rclpy.executors import SingleThreadedExecutor
from rclpy.parameter import Parameter
from rclpy.time import Time
from rosgraph_msgs.msg import Clock
from tf2_ros import Buffer, StaticTransformBroadcaster, TransformBroadcaster, TransformListener

TIMEOUT = 90.0  # [s]
LATEST = Time()


@pytest.fixture
def spinner(domain_id):
    with rclpy.init(args=[]):
        executor = SingleThreadedExecutor()
        yield Spinner(executor)


class Spinner:
    """Spin several nodes until something has happened."""

    def __init__(self, executor):
        self.executor = executor

    def node(self, name):
        node = rclpy.create_node(name)
        self.executor.add_node(node)
        return node

    def until(self, happened):
        deadline = monotonic() + TIMEOUT
        while not happened():
            assert monotonic() < deadline, 'it has not happened'
            self.executor.spin_once(timeout_sec=0.05)


def transform(parent, child, stamp=1.0):
    message = TransformStamped()
    message.header.frame_id = parent
    message.header.stamp = Time(seconds=stamp).to_msg()
    message.child_frame_id = child
    return message


def test_listener_hears_what_is_broadcast(spinner):
    talker, hearer = spinner.node('talker'), spinner.node('hearer')
    buffer = Buffer(node=hearer)
    listener = TransformListener(buffer, hearer)
    broadcaster = TransformBroadcaster(talker)
    spinner.until(lambda: broadcaster.pub_tf.get_subscription_count() == 1)
    broadcaster.sendTransform([transform('base', 'tool'), transform('base', 'object')])
    spinner.until(lambda: buffer.can_transform('tool', 'object', LATEST))
    listener.unregister()
    spinner.until(lambda: broadcaster.pub_tf.get_subscription_count() == 0)


def test_late_listener_gets_all_static_transforms(spinner):
    broadcaster = StaticTransformBroadcaster(spinner.node('talker'))
    broadcaster.sendTransform(transform('base', 'camera'))
    broadcaster.sendTransform(transform('base', 'table'))  # the first must not be forgotten
    hearer = spinner.node('hearer')
    buffer = Buffer()
    listener = TransformListener(buffer, hearer)
    spinner.until(lambda: buffer.can_transform('camera', 'table', LATEST))
    assert listener.buffer is buffer


def test_listener_with_a_thread_needs_no_spinning(spinner):
    broadcaster = StaticTransformBroadcaster(spinner.node('talker'))
    broadcaster.sendTransform(transform('base', 'camera'))
    hearer = rclpy.create_node('hearer')
    buffer = Buffer()
    listener = TransformListener(buffer, hearer, spin_thread=True)
    found = buffer.lookup_transform(
        'base', 'camera', LATEST, timeout=Duration(seconds=TIMEOUT))
    assert found.child_frame_id == 'camera'
    listener.unregister()


def test_a_clock_that_goes_back_leaves_nothing_but_the_static_transforms(spinner):
    hearer = spinner.node('hearer')
    hearer.set_parameters([Parameter('use_sim_time', value=True)])
    buffer = Buffer(node=hearer)
    clock = spinner.node('simulator').create_publisher(Clock, '/clock', 10)
    spinner.until(clock.get_subscription_count)

    def begin(seconds):
        clock.publish(Clock(clock=Time(seconds=seconds).to_msg()))
        spinner.until(lambda: hearer.get_clock().now().nanoseconds == seconds * 10**9)

    begin(100)
    buffer.set_transform_static(transform('base', 'camera'), 'test')
    buffer.set_transform(transform('base', 'tool', 100.0), 'test')
    begin(200)
    assert buffer.can_transform('camera', 'tool', LATEST)
    begin(20)
    assert not buffer.can_transform('camera', 'tool', LATEST)
    buffer.set_transform(transform('base', 'tool', 20.0), 'test')
    assert buffer.lookup_transform('camera', 'tool', LATEST).header.stamp.sec == 20
