"""Transforms without a stamp neither count nor fill the terminal."""

from data_path import running_probe
from geometry_msgs.msg import TransformStamped
import pytest
from rclpy.time import Time
from sgft_ros.nodes.stamped_buffer import StampedBuffer
from tf2_ros import TransformException

MANY = 50


def transform(x, stamp):
    message = TransformStamped(child_frame_id='peg_tip')
    message.header.frame_id, message.header.stamp = 'base_link', stamp.to_msg()
    message.transform.translation.x, message.transform.rotation.w = float(x), 1.0
    return message


def seen(buffer):
    found = buffer.lookup_transform('base_link', 'peg_tip', Time())
    return found.transform.translation.x, Time.from_msg(found.header.stamp).nanoseconds


def test_of_a_driver_that_forgets_stamps_one_line_is_written(domain_id, capfd):
    with running_probe() as probe:
        buffer, now = StampedBuffer(probe.node), probe.node.get_clock().now()
        buffer.set_transform(transform(1, now), 'driver')
        for number in range(MANY):
            buffer.set_transform(transform(number, Time()), 'driver')
        assert seen(buffer) == (1.0, now.nanoseconds)
    written = capfd.readouterr().err
    assert written.count('without a stamp are dropped') == written.count('\n') == 1, written


def test_a_driver_that_never_stamps_is_known_by_that(domain_id):
    with running_probe() as probe:
        buffer = StampedBuffer(probe.node)
        with pytest.raises(TransformException):
            seen(buffer)
        for number in range(MANY):
            buffer.set_transform(transform(number, Time()), 'driver')
        assert seen(buffer) == (0.0, 0)
        now = probe.node.get_clock().now()
        buffer.set_transform(transform(2, now), 'driver')
        assert seen(buffer) == (2.0, now.nanoseconds)
