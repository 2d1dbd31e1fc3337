"""Objects stand in for messages here, as the code reads any object with the right fields."""

from types import SimpleNamespace as Message

import numpy as np
import pytest
from sgft_ros.robot.messages import make_extractor, stamp_seconds
from sgft_ros.robot.terms import JointStatesSource, TopicSource, TransformSource


def transform(w=1.0):
    return Message(translation=Message(x=1.0, y=2.0, z=3.0),
                   rotation=Message(x=0.1, y=0.2, z=0.3, w=w))


def test_fields_come_in_the_order_asked_for():
    extract = make_extractor(TransformSource('hole', 'peg_tip', ('z', 'x')))
    np.testing.assert_array_equal(extract(transform()), [3.0, 1.0])


def test_both_quaternions_of_a_rotation_look_the_same():
    extract = make_extractor(TransformSource('a', 'b', ('qx', 'qw')))
    np.testing.assert_array_equal(extract(transform(w=-0.5)), [-0.1, 0.5])
    np.testing.assert_array_equal(extract(transform(w=0.5)), [0.1, 0.5])


def test_joints_are_found_by_name_in_any_order():
    extract = make_extractor(JointStatesSource('joint_states', ('a', 'b'), 'velocity'))
    message = Message(name=['b', 'c', 'a'], velocity=[1.0, 2.0, 3.0])
    np.testing.assert_array_equal(extract(message), [3.0, 1.0])


def test_missing_joint_is_named():
    extract = make_extractor(JointStatesSource('joint_states', ('a', 'd'), 'position'))
    with pytest.raises(ValueError, match="no joint 'd'; it has: a, b"):
        extract(Message(name=['a', 'b'], position=[0.0, 0.0]))


def test_driver_without_velocities_is_named():
    extract = make_extractor(JointStatesSource('joint_states', ('a',), 'velocity'))
    with pytest.raises(ValueError, match="expected 1 numbers in 'velocity'"):
        extract(Message(name=['a'], velocity=[]))


def test_paths_reach_into_nested_arrays():
    source = TopicSource('t', 'p/msg/T', ('data[1]', 'poses[0].position.x', 'grid[1][0]', 'y'))
    message = Message(data=[1.0, 2.0], poses=[Message(position=Message(x=3.0))],
                      grid=[[0.0], [4.0]], y=5)
    np.testing.assert_array_equal(make_extractor(source)(message), [2.0, 3.0, 4.0, 5.0])


@pytest.mark.parametrize('path', ['gone', 'data[7]', 'text', 'data'])
def test_unreadable_path_is_named(path):
    extract = make_extractor(TopicSource('t', 'p/msg/T', (path,)))
    with pytest.raises(ValueError, match='cannot read the numbers'):
        extract(Message(data=[1.0, 2.0], text='x'))


def test_stamp_in_seconds():
    assert stamp_seconds(Message(sec=3, nanosec=500_000_000)) == 3.5
