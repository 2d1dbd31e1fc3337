"""The measured state that commands are limited against."""

from array import array

from command_kinds import changes
from data_path import running_probe
import numpy as np
import pytest
import rclpy
from rclpy.duration import Duration
from robots import write_contract
from sensor_msgs.msg import JointState
from sgft_ros.nodes import other_joints
from sgft_ros.nodes.sensors import Sensors
from sgft_ros.nodes.state_source import make_state_source
from sgft_ros.robot import load_robot_contract
from sgft_ros.simulation.arm import JOINTS

GRIPPER = ['finger_joint']


@pytest.mark.parametrize('ahead', [-1.0, 1.0])  # [s]
def test_joints_get_older_also_with_a_stamp_of_the_future(ahead, domain_id, tmp_path):
    contract = load_robot_contract(write_contract(tmp_path, changes('joint_velocity')))
    with running_probe() as probe:
        clock = probe.node.get_clock()
        drivers = probe.node.create_publisher(JointState, 'joint_states', 10)
        measure = make_state_source(probe.node, contract, Sensors(probe.node, contract))
        probe.until(drivers.get_subscription_count, what='a subscription')
        stamp = clock.now() + Duration(seconds=ahead)
        message = JointState(name=list(JOINTS), position=array('d', [0.1] * len(JOINTS)))
        message.header.stamp = stamp.to_msg()
        drivers.publish(message)
        probe.until(measure, what='joint positions')
        ages = [abs(measure().age)]
        later = clock.now() + Duration(seconds=0.05)
        while clock.now() < later:
            ages.append(abs(measure().age))
        assert ages == sorted(ages) and ages[0] < ages[-1]


def joint_state(node, joints, position=0.1):
    message = JointState(name=list(joints), position=array('d', [position] * len(joints)))
    message.header.stamp = node.get_clock().now().to_msg()
    return message


@pytest.fixture
def joints(domain_id, tmp_path):
    """Give a probe, publisher of joint states, what tells the positions, and sensors."""
    contract = load_robot_contract(write_contract(tmp_path, changes('joint_velocity') | {
        'observation.1.source': {'kind': 'joint_states', 'field': 'position',
                                 'joints': list(JOINTS)}}))
    with running_probe() as probe:
        drivers = probe.node.create_publisher(JointState, 'joint_states', 10)
        sensors = Sensors(probe.node, contract)
        measure = make_state_source(probe.node, contract, sensors)
        probe.until(lambda: drivers.get_subscription_count() == 2, what='subscriptions')
        yield probe, drivers, measure, sensors


def test_a_gripper_on_the_topic_of_the_arm_is_no_error(joints, capfd):
    probe, drivers, measure, _ = joints
    for position in np.linspace(0.1, 0.2, 10):
        drivers.publish(joint_state(probe.node, GRIPPER))
        for _ in range(2):  # readers
            rclpy.spin_once(probe.node, timeout_sec=0.05)
        drivers.publish(joint_state(probe.node, JOINTS, position))
        probe.until(lambda position=position: measure() and measure().position[0] == position)
    assert GRIPPER[0] not in capfd.readouterr().err


def test_a_gripper_right_behind_the_arm_does_not_replace_it(joints):
    probe, drivers, measure, sensors = joints

    def heard():
        return [] if measure() is None else [
            measure().position[0], *sensors.values.get('force', [])[:1]]

    for position in (0.25, 0.5):
        drivers.publish(joint_state(probe.node, JOINTS, position))
        drivers.publish(joint_state(probe.node, GRIPPER))
        probe.until(lambda position=position: heard() == [position, position],
                    timeout=10.0, what=f'position {position} of the arm')


def test_where_no_driver_brings_the_joints_the_names_are_told(joints, capfd, monkeypatch):
    probe, drivers, measure, _ = joints
    monkeypatch.setattr(other_joints, 'PATIENCE', 0.05)
    told = []

    def complained():
        drivers.publish(joint_state(probe.node, GRIPPER))
        told.append(capfd.readouterr().err)
        return all(f"{who}joint_states: no joint '{JOINTS[0]}'; it has: {GRIPPER[0]}"
                   in ''.join(told) for who in ('[probe]: ', "observation term 'force': "))

    probe.until(complained, what='two errors')
    assert measure() is None
