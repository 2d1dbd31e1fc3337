"""The measured state that commands are limited against."""

from array import array

from command_kinds import changes
from data_path import running_probe
import pytest
from rclpy.duration import Duration
from robots import write_contract
from sensor_msgs.msg import JointState
from sgft_ros.nodes.sensors import Sensors
from sgft_ros.nodes.state_source import make_state_source
from sgft_ros.robot import load_robot_contract
from sgft_ros.simulation.arm import JOINTS


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
