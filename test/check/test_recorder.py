"""What the check makes of joint states that several drivers publish on one topic."""

from array import array

from command_kinds import changes
from looks import assert_named, bad
import pytest
from rclpy.time import Time
from robots import write_contract
from sensor_msgs.msg import JointState
from sgft_ros.check.facts import Facts, JOINT_POSITIONS
from sgft_ros.check.findings import Level
from sgft_ros.check.joystick_recorder import JoystickSignal
from sgft_ros.check.recorder import Recorder
from sgft_ros.check.rules.freshness import freshness
from sgft_ros.check.rules.joints import joint_names
from sgft_ros.robot import load_robot_contract
from sgft_ros.simulation.arm import JOINTS

BEGIN, TICKS = 1000.0, 40  # [s], and how many control ticks are looked at
GRIPPER = ('finger_joint',)
ALIAS = ('shoulder_pan_jiont',)


@pytest.fixture
def look(tmp_path):
    """Return a function from drivers, as (joints, ticks between messages), to the findings."""
    contract = load_robot_contract(write_contract(tmp_path, changes('joint_position')))

    def check(*drivers):
        recorder = Recorder(contract)
        for tick in range(TICKS):
            now = BEGIN + tick * contract.control_period
            for joints, every in drivers:
                if tick % every == 0:
                    recorder.take('joint_states', joint_state(joints, now), now)
            recorder.tick(now)
        facts = Facts(
            live=True, simulated_time=False, duration=TICKS * contract.control_period,
            names={topic: f'/{topic}' for topic in contract.topics}, topics={}, services={},
            frames={}, signals=recorder.signals, interlocks={}, joystick=JoystickSignal(BEGIN))
        return [each for rule in (joint_names, freshness) for each in rule(facts, contract)
                if JOINT_POSITIONS in each.subject]

    return check


def joint_state(joints, seconds):
    message = JointState(name=list(joints), position=array('d', [0.1] * len(joints)))
    message.header.stamp = Time(nanoseconds=round(1e9 * seconds)).to_msg()
    return message


@pytest.mark.parametrize('drivers', [
    [(JOINTS, 1), (GRIPPER, 1)], [(GRIPPER, 1), (JOINTS, 1)], [(JOINTS + GRIPPER, 1)]])
def test_a_gripper_beside_the_arm_is_no_mistake_of_the_names(look, drivers):
    findings = look(*drivers)
    assert len(findings) == 2 and not bad(findings)


def test_a_gripper_does_not_make_a_slow_arm_fast(look):
    assert_named(look((JOINTS, 10), (GRIPPER, 1)), Level.RED, 'too slow: one every 0.5 s')


def test_a_joint_that_no_driver_has_is_named_with_those_of_all(look):
    assert_named(look((ALIAS + JOINTS[1:], 1), (GRIPPER, 1)), Level.RED,
                 f'lacks {JOINTS[0]}', f'did you mean {ALIAS[0]!r}', GRIPPER[0], JOINTS[5])


def test_joints_that_never_come_in_one_message_are_a_mistake(look):
    assert_named(look((JOINTS[:3], 1), (JOINTS[3:], 1)), Level.RED, JOINT_POSITIONS,
                 'no joint', 'let one driver publish them together')
