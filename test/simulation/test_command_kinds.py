"""The simulated arm, driven by each kind of command that a contract may name."""

from command_kinds import changes, through_joints
import numpy as np
import pytest
from robots import write_contract
from sgft_ros.robot import load_robot_contract
from sgft_ros.robot.command import KINDS, TOOL_KINDS
from sgft_ros.simulation.environment import Environment
from sgft_ros.simulation.experts import EXPERTS
from sgft_ros.simulation.physics import Physics
from sgft_ros.simulation.scenes.puck_push import PUCK
from sgft_ros.simulation.worlds import WORLDS
from sgft_ros.tasks import get_task

EPISODES = 5
THROUGH = ' through'  # joints that move the tool
WAYS = [*KINDS, *(kind + THROUGH for kind in KINDS if kind not in TOOL_KINDS)]
PROFILES = ('ur5e_servo', 'ur5e_velocity', 'fr3_crisp', 'joint_trajectory')
NOMINAL = Physics()


def environment(folder, way, physics=NOMINAL):
    kind = way.removesuffix(THROUGH)
    change = changes(kind) if way == kind else through_joints(kind) | {
        'command.axes': ['linear.x', 'linear.y', 'linear.z']}
    contract = load_robot_contract(write_contract(folder, change))
    return Environment(
        get_task('peg_insert'), contract, np.random.default_rng(0), lambda _: physics)


@pytest.mark.parametrize('way', WAYS)
def test_scripted_controller_inserts_the_peg(way, tmp_path):
    arm = environment(tmp_path, way)
    for _ in range(EPISODES):
        arm.reset()
        ended = truncated = False
        while not (ended or truncated):
            _, outcome, truncated = arm.step(EXPERTS['peg_insert'](arm))
            ended = outcome.terminated
        assert outcome.success


@pytest.mark.parametrize('number', [0.0, np.nan])
@pytest.mark.parametrize('way', WAYS)
def test_no_action_and_one_that_is_refused_leave_the_arm_where_it_is(way, number, tmp_path):
    arm = environment(tmp_path, way)
    arm.reset()
    begin = arm.cell.arm.tip_position
    for _ in range(20):
        arm.step(np.full(arm.action_size, number))
    assert np.linalg.norm(arm.cell.arm.tip_position - begin) < 1e-3


@pytest.mark.parametrize('way', WAYS)
def test_full_actions_move_the_arm_as_fast_as_the_scale_says(way, tmp_path):
    arm = environment(tmp_path, way)
    arm.reset()
    joints = arm.action_size == 6
    action = np.eye(6)[0] if joints else np.array([0.0, 1.0, 0.0])
    where = (lambda: arm.cell.arm.joint_positions[0]) if joints else (
        lambda: arm.cell.arm.tip_position[1])
    for _ in range(5):  # until the drive has caught up
        arm.step(action)
    begin = where()
    for _ in range(10):
        arm.step(action)
    assert where() - begin == pytest.approx(0.5 * (0.4 if joints else 0.06), rel=0.1)


def test_a_drive_that_is_late_and_weak_moves_less(tmp_path):
    moved = {}
    for name, physics in (('sound', Physics()), ('weak', Physics(gain=0.5, delay=0.1))):
        arm = environment(tmp_path, 'joint_velocity', physics)
        arm.reset()
        begin = arm.cell.arm.joint_positions[0]
        for _ in range(10):
            arm.step(np.eye(6)[0])
        moved[name] = arm.cell.arm.joint_positions[0] - begin
    assert moved['weak'] < 0.5 * moved['sound']


def test_an_arm_of_other_joints_is_refused(tmp_path):
    change = changes('joint_velocity') | {
        'command.joints': ['a', 'b'], 'limits.joints.min': [-1.0, -1.0],
        'limits.joints.max': [1.0, 1.0]}
    contract = load_robot_contract(write_contract(tmp_path, change))
    with pytest.raises(ValueError, match='6 joints'):
        Environment(get_task('peg_insert'), contract, np.random.default_rng(0), None)


@pytest.mark.parametrize('robot', PROFILES)
def test_every_profile_strikes_the_puck(robot):
    arm = Environment(get_task('puck_push'), load_robot_contract(robot), np.random.default_rng(0),
                      WORLDS['puck_push'].sim.draw)
    moved = 0
    for _ in range(EPISODES):
        arm.reset()
        begin = arm.cell.arm.body_pose(PUCK)[0]
        for _ in range(15):
            arm.step(EXPERTS['puck_push'](arm))
        moved += np.linalg.norm(arm.cell.arm.body_pose(PUCK)[0] - begin) > 0.1
    assert moved == EPISODES
