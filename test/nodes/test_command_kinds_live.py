"""Safety gate and driver as processes, for each kind of command that a contract may name."""

from array import array
import signal
import time

from command_kinds import changes, through_joints, write_urdf
from data_path import node_process, running_probe
import numpy as np
import pytest
import rclpy
from robots import write_contract
from sensor_msgs.msg import JointState
from sgft_ros.msg import Action
from sgft_ros.nodes import qos
from sgft_ros.robot.command import KINDS, TOOL_KINDS
from std_srvs.srv import SetBool

PERIOD = 0.05   # of the control loop [s]
REST = 0.01     # of the joints, at most, when the arm has been stopped [rad/s]


class Robot:
    """A simulated arm and its gate, and a policy that this test plays."""

    def __init__(self, probe):
        self.probe = probe
        self.joints = probe.collect(JointState, 'joint_states', 10)
        self.executed = probe.collect(Action, 'executed_action', 10)
        self.actions = probe.node.create_publisher(Action, 'action', qos.ACTION)
        self.enable_client = probe.node.create_client(SetBool, 'safety_gate/enable')

    def arm(self):
        """Ask the gate until it has heard the first measurements."""
        self.until_answered(lambda answer: answer.success)

    def until_answered(self, as_wanted):
        """Ask the gate to arm until the answer is as wanted."""
        probe = self.probe
        probe.until(lambda: self.joints and self.enable_client.service_is_ready(), what='a gate')
        while True:
            future = self.enable_client.call_async(SetBool.Request(data=True))
            probe.until(future.done, what='the answer of enable')
            if as_wanted(future.result()):
                return
            rclpy.spin_once(probe.node, timeout_sec=0.05)

    def act(self, action, seconds):
        """Publish the action at the control rate; return the joints before and after (6,)."""
        before = self.positions()
        for tick in range(round(seconds / PERIOD)):
            message = Action(sequence=tick + 1, action=array('f', action))
            message.header.stamp = self.probe.node.get_clock().now().to_msg()
            self.actions.publish(message)
            self.wait(PERIOD)
        return before, self.positions()

    def wait(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            rclpy.spin_once(self.probe.node, timeout_sec=0.005)

    def positions(self):
        return np.array(self.joints[-1].position)

    def until_at_rest(self):
        def rests():
            del self.joints[:-5]
            return all(np.abs(state.velocity).max() < REST for state in self.joints[-5:])

        self.probe.until(rests, timeout=20.0, what='an arm at rest')


@pytest.fixture
def robot(domain_id, request, tmp_path):
    kind, _, through = request.param.partition(' ')
    file = write_contract(tmp_path, (through_joints if through else changes)(kind))
    with running_probe() as probe, \
            node_process('simulated_robot', robot=file, gap=0.0), \
            node_process('safety_gate', robot=file) as gate:
        robot = Robot(probe)
        robot.gate = gate
        # Whichever way the arm is moved, it turns to the left.
        robot.left = [0.0, 1.0] if through else [0.0, 1.0, 0.0] if kind in TOOL_KINDS else (
            [1.0, 0.0, 0.0, 0.0, 0.0, 0.0])
        yield robot


@pytest.mark.parametrize(
    'robot', [*KINDS, 'joint_velocity through', 'joint_trajectory through'], indirect=True)
def test_actions_move_the_arm_and_silence_stops_it(robot):
    robot.arm()
    before, after = robot.act(robot.left, 1.0)
    assert after[0] - before[0] > 0.03
    assert any(not executed.stopped for executed in robot.executed)
    robot.until_at_rest()
    robot.probe.until_diagnostics('safety_gate: gate', watchdog_stops=1)
    here = robot.positions()
    robot.wait(1.0)
    np.testing.assert_allclose(robot.positions(), here, atol=2e-3)


@pytest.mark.parametrize('robot', ['joint_velocity', 'joint_position', 'pose'], indirect=True)
def test_a_gate_that_is_told_to_end_stops_the_arm_first(robot):
    robot.arm()
    robot.act(robot.left, 0.5)
    robot.gate.send_signal(signal.SIGTERM)
    robot.until_at_rest()
    here = robot.positions()
    robot.wait(1.0)
    np.testing.assert_allclose(robot.positions(), here, atol=2e-3)


def test_a_gate_whose_urdf_is_that_of_another_arm_does_not_arm(domain_id, tmp_path):
    write_urdf(tmp_path / 'longer.urdf', 'xyz="0 0 0.11"')
    file = write_contract(
        tmp_path, through_joints('joint_velocity') | {'command.urdf': 'longer.urdf'})
    with running_probe() as probe, node_process('simulated_robot', robot=file, gap=0.0), \
            node_process('safety_gate', robot=file):
        Robot(probe).until_answered(lambda answer: not answer.success and (
            'longer.urdf puts peg_tip 40 mm' in answer.message))
