"""Transforms between nodes over /tf and /tf_static."""

from time import monotonic

from geometry_msgs.msg import TransformStamped
import pytest
import rclpy
from rclpy.duration import Duration
from rclpy.executors import SingleThreadedExecutor
from rclpy.time import Time
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
