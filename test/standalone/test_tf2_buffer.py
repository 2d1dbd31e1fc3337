"""What a buffer answers, and what it refuses to know."""

from math import cos, pi, sin
import threading

from geometry_msgs.msg import TransformStamped
import numpy as np
import pytest
from rclpy.duration import Duration
from rclpy.time import Time
from tf2_ros import (
    Buffer,
    ConnectivityException,
    ExtrapolationException,
    InvalidArgumentException,
    LookupException,
    TransformException,
)

LATEST = Time()


def stamped(parent, child, stamp, x=0.0, y=0.0, z=0.0, yaw=0.0):
    message = TransformStamped()
    message.header.frame_id = parent
    message.child_frame_id = child
    message.header.stamp = Time(seconds=stamp).to_msg()
    translation, rotation = message.transform.translation, message.transform.rotation
    translation.x, translation.y, translation.z = float(x), float(y), float(z)
    rotation.z, rotation.w = sin(yaw / 2), cos(yaw / 2)
    return message


def buffer_with(*transforms, **options):
    buffer = Buffer(**options)
    for transform in transforms:
        buffer.set_transform(transform, 'test')
    return buffer


def position(message):
    translation = message.transform.translation
    return [translation.x, translation.y, translation.z]


def yaw_of(message):
    return 2 * np.arctan2(message.transform.rotation.z, message.transform.rotation.w)


def test_chain_takes_coordinates_of_the_source_to_the_target():
    buffer = buffer_with(
        stamped('base', 'arm', 1, x=1, yaw=pi / 2), stamped('arm', 'tool', 1, x=2))
    found = buffer.lookup_transform('base', 'tool', LATEST)
    assert (found.header.frame_id, found.child_frame_id) == ('base', 'tool')
    assert position(found) == pytest.approx([1, 2, 0])
    assert yaw_of(found) == pytest.approx(pi / 2)
    back = buffer.lookup_transform('tool', 'base', LATEST)
    assert position(back) == pytest.approx([-2, 1, 0])
    assert yaw_of(back) == pytest.approx(-pi / 2)


def test_siblings_meet_at_their_common_parent():
    buffer = buffer_with(
        stamped('base', 'left', 1, y=1, yaw=pi / 2), stamped('base', 'right', 1, y=-1))
    assert position(buffer.lookup_transform('left', 'right', LATEST)) == pytest.approx([-2, 0, 0])


def test_between_two_stamps_position_and_rotation_are_interpolated():
    buffer = buffer_with(
        stamped('base', 'tool', 1, x=0, yaw=0), stamped('base', 'tool', 2, x=4, yaw=2))
    found = buffer.lookup_transform('base', 'tool', Time(seconds=1.25))
    assert position(found) == pytest.approx([1, 0, 0])
    assert yaw_of(found) == pytest.approx(0.5)
    assert found.header.stamp == Time(seconds=1.25).to_msg()


def test_interpolation_takes_the_shorter_arc():
    far = stamped('base', 'tool', 2, yaw=0.2)
    far.transform.rotation.z *= -1
    far.transform.rotation.w *= -1  # the same rotation
    buffer = buffer_with(stamped('base', 'tool', 1, yaw=-0.2), far)
    middle = buffer.lookup_transform('base', 'tool', Time(seconds=1.5))
    assert abs(middle.transform.rotation.w) == pytest.approx(1.0)


def test_latest_is_the_latest_time_known_to_all_frames_on_the_way():
    buffer = buffer_with(
        stamped('base', 'arm', 1), stamped('base', 'arm', 3, x=2),
        stamped('arm', 'tool', 1), stamped('arm', 'tool', 2, y=1))
    found = buffer.lookup_transform('base', 'tool', LATEST)
    assert found.header.stamp.sec == 2
    assert position(found) == pytest.approx([1, 1, 0])


def test_static_transforms_hold_at_all_times():
    buffer = buffer_with(stamped('base', 'arm', 5))
    buffer.set_transform_static(stamped('arm', 'tool', 1, z=1), 'test')
    found = buffer.lookup_transform('base', 'tool', Time(seconds=5))
    assert position(found) == pytest.approx([0, 0, 1])
    buffer.set_transform_static(stamped('map', 'base', 1), 'test')
    buffer.set_transform_static(stamped('map', 'camera', 1, x=1), 'test')
    only_static = buffer.lookup_transform('base', 'camera', LATEST)
    assert position(only_static) == pytest.approx([1, 0, 0])
    assert (only_static.header.stamp.sec, only_static.header.stamp.nanosec) == (0, 0)


def test_frames_above_the_common_parent_need_not_be_known_at_the_time():
    buffer = buffer_with(
        stamped('map', 'base', 1), stamped('base', 'arm', 5), stamped('base', 'tool', 5, x=1))
    assert position(buffer.lookup_transform('arm', 'tool', Time(seconds=5)))[0] == 1.0


def test_stamp_may_be_a_message():
    buffer = buffer_with(stamped('base', 'tool', 1))
    assert buffer.can_transform('base', 'tool', Time(seconds=1).to_msg())
    with pytest.raises((InvalidArgumentException, TypeError)):
        buffer.lookup_transform('base', 'tool', 1.0)


@pytest.mark.parametrize(('stamp', 'words'), [
    (9, 'into the future.  Requested time 9.000000 but the latest data is at time 3.000000'),
    (1, 'into the past.  Requested time 1.000000 but the earliest data is at time 2.000000'),
])
def test_extrapolation_is_refused_with_the_times(stamp, words):
    buffer = buffer_with(stamped('base', 'tool', 2), stamped('base', 'tool', 3))
    with pytest.raises(ExtrapolationException, match=words):
        buffer.lookup_transform('base', 'tool', Time(seconds=stamp))


def test_one_transform_alone_holds_only_at_its_stamp():
    buffer = buffer_with(stamped('base', 'tool', 2))
    with pytest.raises(ExtrapolationException, match='only time 2.000000 is in the buffer'):
        buffer.lookup_transform('base', 'tool', Time(seconds=3))


def test_unknown_frame_is_named():
    buffer = buffer_with(stamped('base', 'tool', 2))
    with pytest.raises(LookupException, match='"tol" passed to lookupTransform argument source'):
        buffer.lookup_transform('base', 'tol', LATEST)
    with pytest.raises(InvalidArgumentException):
        buffer.lookup_transform('base', '', LATEST)


def test_trees_without_connection_are_refused():
    buffer = buffer_with(stamped('base', 'tool', 2), stamped('map', 'object', 2))
    for stamp in (LATEST, Time(seconds=2)):
        with pytest.raises(ConnectivityException, match='not part of the same tree'):
            buffer.lookup_transform('base', 'object', stamp)
    assert not buffer.can_transform('base', 'object', LATEST)


def test_loop_is_an_error_and_no_endless_search():
    buffer = buffer_with(
        stamped('a', 'b', 1), stamped('b', 'c', 1), stamped('c', 'a', 1), stamped('map', 'd', 1))
    for target, source in (('d', 'a'), ('a', 'd')):
        for stamp in (LATEST, Time(seconds=1)):
            with pytest.raises(TransformException):
                buffer.lookup_transform(target, source, stamp)


def test_new_parent_holds_from_its_stamp_on():
    buffer = buffer_with(
        stamped('table', 'object', 1, x=1), stamped('hand', 'object', 2, x=2))
    buffer.set_transform_static(stamped('base', 'table', 0), 'test')
    buffer.set_transform_static(stamped('base', 'hand', 0, z=5), 'test')
    assert position(buffer.lookup_transform('base', 'object', Time(seconds=1.5)))[0] == 1.0
    assert position(buffer.lookup_transform('base', 'object', LATEST)) == pytest.approx([2, 0, 5])


def test_transforms_older_than_the_cache_time_are_forgotten():
    buffer = buffer_with(
        *(stamped('base', 'tool', second) for second in range(1, 8)),
        cache_time=Duration(seconds=3))
    assert buffer.can_transform('base', 'tool', Time(seconds=4))
    assert not buffer.can_transform('base', 'tool', Time(seconds=3.5))
    buffer.set_transform(stamped('base', 'tool', 2), 'test')  # refused
    assert not buffer.can_transform('base', 'tool', Time(seconds=3.5))


def test_late_transform_is_sorted_in():
    buffer = buffer_with(
        stamped('base', 'tool', 1), stamped('base', 'tool', 3), stamped('base', 'tool', 2, x=1))
    assert position(buffer.lookup_transform('base', 'tool', Time(seconds=2.5)))[0] == 0.5


def broken(kind):
    message = stamped('base', 'tool', 2)
    if kind == 'zero quaternion':
        message.transform.rotation.w = 0.0
    elif kind == 'long quaternion':
        message.transform.rotation.w = 1.1
    elif kind == 'nan':
        message.transform.translation.x = float('nan')
    elif kind == 'self':
        message.child_frame_id = 'base'
    elif kind == 'no child':
        message.child_frame_id = ''
    elif kind == 'no parent':
        message.header.frame_id = ''
    return message


@pytest.mark.parametrize('kind', [
    'zero quaternion', 'long quaternion', 'nan', 'self', 'no child', 'no parent'])
def test_transform_that_cannot_be_right_is_not_taken(kind):
    buffer = buffer_with(stamped('base', 'tool', 1, x=1))
    buffer.set_transform(broken(kind), 'test')
    assert position(buffer.lookup_transform('base', 'tool', LATEST)) == [1.0, 0.0, 0.0]
    assert not buffer.can_transform('base', 'tool', Time(seconds=2))


def test_lookup_across_time_uses_the_frame_that_did_not_move():
    buffer = buffer_with(
        *(stamped('world', 'cart', second, x=second) for second in (1, 2, 3)),
        stamped('cart', 'camera', 1), stamped('cart', 'camera', 3))
    found = buffer.lookup_transform_full(
        'cart', Time(seconds=3), 'camera', Time(seconds=1), 'world')
    assert position(found) == pytest.approx([-2, 0, 0])
    assert found.header.stamp.sec == 3


def test_lookup_with_a_timeout_returns_as_soon_as_the_transform_comes():
    buffer = Buffer()
    late = threading.Timer(0.1, lambda: buffer.set_transform(stamped('base', 'tool', 1), 'test'))
    late.start()
    found = buffer.lookup_transform('base', 'tool', LATEST, timeout=Duration(seconds=20))
    assert found.child_frame_id == 'tool'
    late.join()


def test_wait_for_transform_completes_when_it_is_known():
    buffer = Buffer()
    future = buffer.wait_for_transform_async('base', 'tool', LATEST)
    buffer.set_transform(stamped('base', 'other', 1), 'test')
    assert not future.done()
    buffer.set_transform(stamped('base', 'tool', 1), 'test')
    assert future.done() and future.result() is True


def test_slash_in_front_of_a_frame_is_dropped():
    buffer = buffer_with(stamped('/base', '/tool', 1))
    assert buffer.can_transform('base', 'tool', LATEST)
