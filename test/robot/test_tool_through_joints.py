"""Actions that move the tool of an arm whose driver is told about joints."""

import re

from command_kinds import through_joints
from hypothesis import given, HealthCheck, settings
from hypothesis import strategies as st
import numpy as np
import pytest
from robots import DELETED, write_contract
from sgft_ros.robot import ContractError, load_robot_contract, MeasuredState, rotation, SafetyGate
from sgft_ros.robot.arm_kinematics import ArmKinematics
from sgft_ros.robot.command import KINDS, TOOL_KINDS
from sgft_ros.robot.homing import Homing
from sgft_ros.robot.limiters import make_limiter
from sgft_ros.robot.limits import OVERDUE
from sgft_ros.robot.transmission import damped_solution, HOLD_SPEED, make_arm, SLACK
from sgft_ros.simulation.arm import HOME, JOINTS
from sgft_ros.simulation.scenes.scene import urdf_path

JOINT_KINDS = [kind for kind in KINDS if kind not in TOOL_KINDS]
SPEED = 0.06       # [m/s] per 1.0
SPEED_LIMIT = 2.0  # of the joints [rad/s]
JUMP = st.just(0.0) | st.floats(-0.05, 0.05) | st.floats(allow_nan=True)  # of a measured joint
# Two joints on a base that is not the first link; and as in the URDFs of real arms, what MuJoCo
# could not load, a mesh, and what it does not know, a transmission.
BENT = """<robot name="bent">
  <link name="world"/>
  <joint name="mount" type="fixed"><parent link="world"/><child link="foot"/>
    <origin xyz="0.3 -0.2 1.0" rpy="0 0 1.5707963267948966"/></joint>
  <link name="foot"><collision><geometry><mesh filename="package://nobody/foot.stl"/></geometry>
    </collision></link>
  <joint name="lift" type="prismatic"><parent link="foot"/><child link="post"/>
    <axis xyz="0 0 1"/><limit lower="0" upper="1" effort="1" velocity="1"/></joint>
  <link name="post"><visual><geometry><mesh filename="post.dae"/></geometry></visual></link>
  <joint name="swing" type="continuous"><parent link="post"/><child link="beam"/>
    <axis xyz="0 0 1"/></joint>
  <link name="beam"/>
  <joint name="tip" type="fixed"><parent link="beam"/><child link="hand"/>
    <origin xyz="0.5 0 0"/></joint>
  <link name="hand"/>
  <transmission name="t"><joint name="swing"/><actuator name="a"/></transmission>
</robot>"""


@pytest.fixture
def contract_of(tmp_path):
    """Return a function from a kind of command, and further changes, to a contract."""
    return lambda kind='joint_velocity', more=(): load_robot_contract(
        write_contract(tmp_path, through_joints(kind) | dict(more)))


@pytest.fixture
def bent(tmp_path):
    file = tmp_path / 'bent.urdf'
    file.write_text(BENT)
    return ArmKinematics(file, ('swing', 'lift'), 'foot', 'hand')


def test_a_urdf_with_meshes_and_any_base_says_where_the_tool_is(bent):
    tool = bent.tool(np.array([np.pi / 2, 0.4]))
    np.testing.assert_allclose(tool.position, [0.0, 0.5, 0.4], atol=1e-12)
    np.testing.assert_allclose(
        tool.orientation, rotation.from_vector(np.array([0.0, 0.0, np.pi / 2])), atol=1e-12)
    np.testing.assert_allclose(tool.jacobian.T, [
        [-0.5, 0, 0, 0, 0, 1], [0, 0, 1, 0, 0, 0]], atol=1e-12)


def test_jacobian_is_the_slope_of_the_tool(contract_of):
    arm, rng, step = make_arm(contract_of()), np.random.default_rng(0), 1e-6
    for _ in range(5):
        at = rng.uniform(-2.0, 2.0, len(JOINTS))
        tool = arm.tool(at)
        for joint, column in zip(np.eye(len(JOINTS)), tool.jacobian.T, strict=True):
            there = arm.tool(at + step * joint)
            moved = (there.position - tool.position) / step
            turned = rotation.to_vector(rotation.multiply(
                there.orientation, rotation.inverse(tool.orientation))) / step
            np.testing.assert_allclose(np.concatenate([moved, turned]), column, atol=1e-5)


class FollowingArm:
    """Goes exactly where it is told."""

    def __init__(self, contract, at=HOME + 0.1):
        self.gate, self.arm = SafetyGate(contract), make_arm(contract)
        self.at, self.now = at, 0.0
        self.period, self.is_target = contract.control_period, contract.command.is_target
        assert self.gate.arm(self.measured, 0.0) == ''

    @property
    def measured(self):
        return MeasuredState(self.at, 0.0)

    @property
    def tool(self):
        return self.arm.tool(self.at)

    def act(self, action):
        decision = self.gate.filter(np.array(action, np.float32), self.measured, self.now)
        self.now += self.period
        self.at = decision.command if self.is_target else (
            self.at + self.period * decision.command)
        return decision


@pytest.mark.parametrize('kind', JOINT_KINDS)
def test_the_tool_moves_along_its_axes_as_fast_as_the_scale_says_and_nowhere_else(
        kind, contract_of):
    robot = FollowingArm(contract_of(kind))
    begin = robot.tool
    for _ in range(20):
        decision = robot.act([0.5, -1.0])
        assert not decision.clipped and decision.executed_action.tolist() == [0.5, -1.0]
    seconds = 20 * robot.period
    moved = robot.tool.position - begin.position
    np.testing.assert_allclose(
        moved, [0.5 * SPEED * seconds, -SPEED * seconds, 0.0], atol=0.02 * SPEED * seconds)
    np.testing.assert_allclose(robot.tool.orientation, begin.orientation, atol=5e-3)


@pytest.mark.parametrize('kind', JOINT_KINDS)
def test_what_no_action_moves_returns_after_a_disturbance(kind, contract_of):
    robot = FollowingArm(contract_of(kind, {'command.hold': 4.0}))
    begin = robot.tool
    robot.at = robot.at + 0.03
    away = robot.tool.position - begin.position
    assert abs(away[2]) > 0.005
    for _ in range(60):
        robot.act([0.0, 0.0])
    there = robot.tool
    assert abs(there.position[2] - begin.position[2]) < 2e-4
    np.testing.assert_allclose(there.orientation, begin.orientation, atol=1e-3)


@pytest.mark.parametrize('kind', JOINT_KINDS)
def test_the_way_home_is_that_of_the_tool(kind, contract_of):
    home = np.array([0.46, 0.05])
    contract = contract_of(kind, {'reset': {
        'kind': 'home', 'position': home.tolist(), 'tolerance': 0.002, 'speed': 1.0}})
    robot, homing = FollowingArm(contract), Homing(contract)
    height = robot.tool.position[2]
    for _ in range(100):
        action = homing.action(robot.measured)
        if action is None:
            break
        robot.act(action)
    np.testing.assert_allclose(robot.tool.position, [*home, height], atol=0.003)


def test_without_a_hold_it_does_not_return(contract_of):
    robot = FollowingArm(contract_of(more={'command.hold': 0.0}))
    robot.at = robot.at + 0.03
    height = robot.tool.position[2]
    for _ in range(60):
        robot.act([0.0, 0.0])
    assert robot.tool.position[2] == height


@pytest.mark.parametrize('kind', JOINT_KINDS)
def test_limits_of_joints_hold_at_singularities_and_far_from_home(kind, contract_of):
    contract = contract_of(kind, {
        'command.scale': 2.0, 'limits.joints.min': [-0.5, -2.0, 0.0, -2.0, -2.0, -0.5],
        'limits.joints.max': [0.5, -1.0, 1.8, -1.0, -1.0, 0.5]})
    robot, rng = FollowingArm(contract), np.random.default_rng(0)
    low, high = (np.array(bound) for bound in (contract.limits.minimum, contract.limits.maximum))
    clipped, drift = 0, np.zeros(2)
    for _ in range(400):
        drift = np.clip(drift + 0.5 * rng.standard_normal(2), -1.0, 1.0)
        before = robot.at
        decision = robot.act(drift)
        assert (robot.at >= low - 1e-9).all() and (robot.at <= high + 1e-9).all()
        assert (np.abs(robot.at - before) <= SPEED_LIMIT * robot.period + 1e-9).all()
        assert (np.abs(decision.executed_action) <= 1.0).all()
        clipped += decision.clipped
    assert clipped > 100


@pytest.mark.parametrize('kind', JOINT_KINDS)
def test_where_a_limit_cuts_the_joints_the_tool_neither_sinks_nor_tilts(kind, contract_of):
    robot = FollowingArm(contract_of(kind, {
        'command.scale': 0.5, 'limits.joints.min': (HOME - 0.15).tolist(),
        'limits.joints.max': (HOME + 0.25).tolist()}))
    begin, rng = robot.tool, np.random.default_rng(1)
    clipped, drift = 0, np.zeros(2)
    for _ in range(300):
        drift = np.clip(drift + 0.5 * rng.standard_normal(2), -1.0, 1.0)
        clipped += 'joint limits' in robot.act(drift).reason
        turned = rotation.multiply(robot.tool.orientation, rotation.inverse(begin.orientation))
        assert abs(robot.tool.position[2] - begin.position[2]) < 0.003
        assert np.linalg.norm(rotation.to_vector(turned)) < 0.02
    assert clipped > 50


BOX = {'min': [0.35, 0.05, 0.1], 'max': [0.52, 0.3, 0.3]}  # [m]; the tool begins in it


def beyond_box(robot):
    """Return how far outside of BOX the tool is [m]."""
    at = robot.tool.position
    return float(np.maximum(BOX['min'] - at, at - BOX['max']).max())


@pytest.mark.parametrize('scale', [0.06, 0.5])
@pytest.mark.parametrize('kind', JOINT_KINDS)
def test_the_tool_stays_in_the_workspace_however_fast_and_bent_it_moves(kind, scale, contract_of):
    robot = FollowingArm(contract_of(kind, {
        'command.axes': ['linear.x', 'linear.y', 'linear.z'], 'command.scale': scale,
        'limits.joints.speed': 4.0, 'limits.workspace': BOX}))
    assert beyond_box(robot) < 0.0
    rng, drift, cut = np.random.default_rng(0), np.zeros(3), 0
    for _ in range(300):
        drift = np.clip(drift + 0.5 * rng.standard_normal(3), -1.0, 1.0)
        cut += 'workspace' in robot.act(drift).reason
        assert beyond_box(robot) <= SLACK + 1e-9
    assert cut > 50


def test_along_a_face_of_the_workspace_the_tool_slides(contract_of):
    robot = FollowingArm(contract_of(more={
        'command.scale': 0.3, 'limits.joints.speed': 4.0,
        'limits.workspace': {'min': [0.3, -0.3, 0.1], 'max': [0.44, 0.3, 0.4]}}))
    for _ in range(10):
        robot.act([1.0, 0.0])
    begin = robot.tool.position
    np.testing.assert_allclose(begin[0], 0.44, atol=2e-4)
    for _ in range(20):
        decision = robot.act([1.0, -1.0])
        assert decision.reason == 'workspace' and decision.executed_action[1] < -0.99
    np.testing.assert_allclose(robot.tool.position[0], 0.44, atol=5e-4)
    np.testing.assert_allclose(
        begin[1] - robot.tool.position[1], 0.3 * 20 * robot.period, rtol=0.01)


def test_a_tool_outside_of_the_workspace_only_moves_inwards(contract_of):
    robot = FollowingArm(contract_of(more={
        'limits.workspace': {'min': [-1.0] * 3, 'max': [0.4, 1.0, 1.0]}}))
    begin = robot.tool.position
    assert begin[0] > 0.42
    robot.act([1.0, 0.0])
    np.testing.assert_allclose(robot.tool.position, begin, atol=1e-5)
    robot.act([-1.0, 0.0])
    np.testing.assert_allclose(
        robot.tool.position[0], begin[0] - SPEED * robot.period, atol=1e-4)


def test_a_velocity_in_force_is_cut_where_the_next_action_is_late(contract_of):
    robot = FollowingArm(contract_of(more={
        'command.scale': 0.3, 'limits.workspace': {'min': [-1.0] * 3, 'max': [0.44, 1.0, 1.0]}}))
    robot.at = robot.at + np.array([0.0, -0.2, 0.0, 0.0, 0.0, 0.0])  # back from the face
    robot.gate.arm(robot.measured, robot.now)
    commands = [robot.act([1.0, 0.0]).command]
    late = OVERDUE * robot.period  # when the node asks
    robot.at = robot.at + (late - robot.period) * commands[0]
    for tick in range(32):
        held = robot.gate.hold(robot.measured, (tick + 1) * late)
        if held is not None:
            assert held.reason == 'workspace' and held.clipped and not held.stopped
            commands.append(held.command)
        robot.at = robot.at + late * commands[-1]
        assert robot.tool.position[0] <= 0.44 + SLACK + 1e-9
    assert len(commands) > 1 and np.abs(commands[-1]).max() < 0.05 * np.abs(commands[0]).max()


def test_a_measurement_of_some_age_counts_for_the_workspace(contract_of):
    box = {'limits.workspace': {'min': [-1.0] * 3, 'max': [0.45, 1.0, 1.0]},
           'command.scale': 0.3, 'limits.action_step': 2.0}
    speeds = {}
    for age in (0.0, 0.03):
        robot = FollowingArm(contract_of(more=box))
        robot.act([0.5, 0.0])
        decision = robot.gate.filter(
            np.array([1.0, 0.0], np.float32), MeasuredState(robot.at, age), robot.now)
        speeds[age] = decision.executed_action[0]
    # 0.15 m/s for 30 ms may have brought it 4.5 mm further.
    np.testing.assert_allclose(
        speeds[0.0] - speeds[0.03], 0.0045 / (0.3 * robot.period), rtol=0.2)


def seven_joints(tmp_path, kind='continuous'):
    """Return changes that give the arm's URDF a seventh joint, between shoulder and upper arm."""
    text = urdf_path().read_text()
    old = f'<joint name="{JOINTS[2]}"'
    assert text.count(old) == 1
    parent = re.search(rf'{old}.*?<parent link="(.*?)"/>', text, re.DOTALL)
    third = (f'<link name="moved"/><joint name="third" type="{kind}">'
             f'<parent link="{parent[1]}"/><child link="moved"/><axis xyz="1 0 0"/></joint>')
    changed = parent[0].replace(parent[1], 'moved')
    file = tmp_path / 'seven.urdf'
    file.write_text(text.replace(parent[0], f'{third}{changed}'))
    return {'command.urdf': str(file), 'command.joints': [*JOINTS[:2], 'third', *JOINTS[2:]],
            'limits.joints.min': [-3.0] * 7, 'limits.joints.max': [3.0] * 7}


@pytest.mark.parametrize('hold, drift', [(0.0, True), (5.0, False)])
def test_the_posture_of_seven_joints_returns_without_moving_the_tool(
        hold, drift, contract_of, tmp_path):
    contract = contract_of(more=seven_joints(tmp_path) | {
        'command.scale': 0.2, 'command.hold': hold,
        'command.axes': ['linear.x', 'linear.y', 'linear.z']})
    home = np.insert(HOME + 0.1, 2, 0.2)
    robot = FollowingArm(contract, home)
    begin = robot.tool
    turns = 2.0 * np.pi * np.arange(200) / 40
    for turn in turns:  # five times around a circle of 6 cm
        robot.act([0.0, np.cos(turn), np.sin(turn)])
    for _ in range(60):
        way = begin.position - robot.tool.position
        robot.act(np.clip(way * 10.0, -1.0, 1.0))
    np.testing.assert_allclose(robot.tool.position, begin.position, atol=2e-3)
    assert (np.abs(robot.at - home).max() > 0.015) == drift


@pytest.mark.parametrize('kind, unit, far', [('continuous', 'rad', 0.2), ('prismatic', 'm', 0.1)])
def test_how_far_a_joint_is_outside_counts_in_its_unit(kind, unit, far, contract_of, tmp_path):
    contract = contract_of(more=seven_joints(tmp_path, kind))
    limiter, third = make_limiter(contract), np.eye(7)[2]
    face = contract.limits.maximum[2]
    assert limiter.problem((face + 0.95 * far) * third) == ''
    problem = limiter.problem((face + 1.05 * far) * third)
    assert f'third is at {face + 1.05 * far:.4g} {unit}, far outside' in problem


@pytest.mark.parametrize('kind', JOINT_KINDS)
def test_where_the_tool_is_outside_and_no_action_moves_it_nothing_moves(kind, contract_of):
    robot = FollowingArm(contract_of(kind))
    floor = float(robot.tool.position[2]) - 0.002
    robot = FollowingArm(contract_of(kind, {
        'limits.workspace': {'min': [-1.0, -1.0, floor], 'max': [1.0, 1.0, 1.0]}}))
    assert not robot.act([0.5, 0.0]).stopped
    robot.at = robot.at + np.array([0.0, 0.05, 0.0, 0.0, 0.0, 0.0])  # somebody pushed it down
    assert robot.tool.position[2] < floor - 0.006
    decision = robot.gate.filter(np.zeros(2), robot.measured, robot.now)
    assert decision.stopped and 'linear.z' in decision.reason
    assert 'linear.z' in robot.gate.arm(robot.measured, robot.now)


def test_a_tool_that_was_moved_returns_slowly_or_not_at_all(contract_of):
    robot = FollowingArm(contract_of())
    robot.at = robot.at + np.array([0.0, 0.05, 0.0, 0.0, 0.0, 0.0])
    begin = robot.tool
    robot.act([0.0, 0.0])
    moved = np.linalg.norm(robot.tool.position - begin.position) / robot.period
    assert 0.01 < moved <= 1.05 * HOLD_SPEED
    robot.at = robot.at + np.array([0.0, 0.3, 0.0, 0.0, 0.0, 0.0])
    decision = robot.act([0.0, 0.0])
    assert decision.stopped and 'from where it is held' in decision.reason
    assert not decision.command.any()


def displaced(robot, way=(0.0, 0.0, 0.0), turn=(0.0, 0.0, 0.0)):
    """Return the joints that put the tool of a robot elsewhere, by `way` [m] and `turn` [rad]."""
    at, position = robot.at, robot.tool.position + way
    orientation = rotation.multiply(rotation.from_vector(np.array(turn)), robot.tool.orientation)
    for _ in range(50):
        tool = robot.arm.tool(at)
        at = at + damped_solution(tool.jacobian, tool.way_to(position, orientation))
    np.testing.assert_allclose(robot.arm.tool(at).way_to(position, orientation), 0.0, atol=1e-5)
    return at


@pytest.mark.parametrize('way, turn, returns', [
    ((0.0, 0.0, 0.045), (0.0, 0.0, 0.0), True), ((0.0, 0.0, 0.055), (0.0, 0.0, 0.0), False),
    ((0.0, 0.0, 0.0), (0.0, 0.0, 0.28), True), ((0.0, 0.0, 0.0), (0.0, 0.0, 0.32), False),
])
def test_a_tool_that_was_moved_or_turned_too_far_away_does_not_return(
        way, turn, returns, contract_of):
    robot = FollowingArm(contract_of())
    robot.act([0.0, 0.0])
    robot.at = displaced(robot, way, turn)
    assert robot.act([0.0, 0.0]).stopped != returns
    for _ in range(4):
        robot.act([0.0, 0.0])
    assert robot.gate.armed == returns  # refusals do not feed the watchdog


def test_a_tool_that_was_turned_returns_slowly(contract_of):
    robot = FollowingArm(contract_of())
    robot.at = displaced(robot, turn=(0.0, 0.0, 0.28))
    begin = robot.tool
    robot.act([0.0, 0.0])
    turn = rotation.difference(robot.tool.orientation, begin.orientation)
    assert np.linalg.norm(turn) / robot.period == pytest.approx(0.25, rel=0.05)


@pytest.mark.parametrize('absurd', [1e308, -1e308, 1e30])
def test_a_measurement_that_overflows_stops_the_arm_for_that_moment_only(contract_of, absurd):
    robot = FollowingArm(contract_of())
    robot.act([0.5, 0.5])
    good = robot.at
    robot.at = good * absurd
    decision = robot.gate.filter(np.zeros(2, np.float32), robot.measured, robot.now)
    assert np.isfinite(decision.command).all() and np.isfinite(decision.executed_action).all()
    robot.at = good
    decision = robot.act([0.5, 0.5])
    assert not decision.stopped and np.isfinite(decision.command).all()


def test_what_an_arm_cannot_do_is_told(contract_of):
    robot = FollowingArm(contract_of(more={'limits.joints.min': [-4.0] * 6}))
    robot.at = np.array([0.0, 0.0, 0.0, -1.57, -1.57, 0.0])  # stretched out
    robot.gate.arm(robot.measured, robot.now)
    decision = robot.act([-1.0, 0.0])
    assert 'reach of the arm' in decision.reason and abs(decision.executed_action[0]) < 0.5


@settings(max_examples=150, deadline=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_no_input_makes_it_send_more_than_the_limits_allow(contract_of, data):
    contract = contract_of(data.draw(st.sampled_from(JOINT_KINDS)))
    gate, now, at = SafetyGate(contract), 0.0, HOME + 0.1
    assert gate.arm(MeasuredState(at, 0.0), now) == ''
    for _ in range(data.draw(st.integers(1, 8))):
        now += contract.control_period
        jump = np.array(data.draw(st.lists(JUMP, min_size=6, max_size=6)))
        measured = MeasuredState(at + jump, data.draw(st.sampled_from([0.0, 0.0, 1.0, np.nan])))
        action = np.array(data.draw(st.lists(
            st.floats(-1.25, 1.25, width=32) | st.floats(width=32), min_size=2, max_size=2)))
        for decision in (gate.hold(measured, now), gate.filter(action, measured, now)):
            if decision is None or decision.command is None:
                continue
            assert np.isfinite(decision.command).all()
            assert (np.abs(decision.executed_action) <= 1.0).all()
            if not contract.command.is_target:
                assert (np.abs(decision.command) <= SPEED_LIMIT + 1e-9).all()
            elif not decision.stopped:
                fastest = SPEED_LIMIT * contract.control_period
                assert (np.abs(decision.command - at) <= fastest + 1e-9).all()
                away = np.abs(at - measured.position)  # before it moved
                assert (np.abs(decision.command - measured.position)
                        <= np.maximum(contract.command.lead[0], away) + 1e-9).all()
                at = decision.command
        if not gate.armed:
            assert gate.arm(MeasuredState(at, 0.0), now) == ''


def test_what_the_limits_left_of_an_action_is_what_the_tool_does(contract_of):
    robot = FollowingArm(contract_of(more={'limits.joints.speed': 0.02}))
    begin = robot.tool.position
    decision = robot.act([0.0, 1.0])
    assert decision.reason == 'speed' and 0.0 < decision.executed_action[1] < 0.9
    moved = (robot.tool.position - begin)[:2] / (SPEED * robot.period)
    np.testing.assert_allclose(decision.executed_action, moved, rtol=0.01, atol=1e-3)


@pytest.mark.parametrize('change, words', [
    ({'command.urdf': 'gone.urdf'}, ['command.urdf', 'gone.urdf']),
    ({'command.urdf': 'package://nobody/arm.urdf'}, ['command.urdf', 'package://nobody']),
    ({'command.joints': ['elbow', *JOINTS[1:]]},
     ['command.joints', 'movable joints', 'elbow_joint']),
    ({'frames.tool': 'peg_tipp'}, ['command.urdf', 'frames.tool', "'peg_tip'"]),
    ({'command.joints': list(JOINTS[:5]), 'limits.joints.min': [-3.0] * 5,
      'limits.joints.max': [3.0] * 5}, ['command.joints', 'all movable joints', JOINTS[5]]),
    ({'frames.base': 'wrist_1_link', 'frames.object': 'base_link'},
     ['command.joints', 'between wrist_1_link and peg_tip']),
    ({'frames.tool': 'base_link'}, ['command.urdf', "from 'base_link' to 'base_link'"]),
    ({'limits.workspace': DELETED}, ['limits.workspace', 'missing']),
    ({'limits.workspace.max': [0.5, 0.5]}, ['limits.workspace.max', '3']),
    ({'limits.workspace.max_age': 0.1}, ['limits.workspace', 'max_age']),
    ({'command.hold': 11.0}, ['command.hold', '<= 5']),
    ({'command.axes': ['x']}, ['command.axes', 'linear.x']),
    ({'command.scale': [0.1, 0.0]}, ['command.scale', 'leave the axis out']),
    ({'reset': {'kind': 'home', 'position': [0.5, 0.0, 0.2], 'tolerance': 0.01}},
     ['reset.position', '2 finite numbers']),
], ids=lambda value: '-'.join(value) if isinstance(value, dict) else '')
def test_a_mistake_is_answered_with_key_and_expectation(contract_of, change, words):
    with pytest.raises(ContractError) as error:
        contract_of(more=change)
    for word in words:
        assert word in str(error.value)


def test_axes_of_the_tool_need_a_urdf(tmp_path):
    values = through_joints('joint_velocity')
    del values['command.urdf']
    with pytest.raises(ContractError, match='command.urdf: missing'):
        load_robot_contract(write_contract(tmp_path, values))


@pytest.mark.parametrize('text, words', [
    ('<sdf/>', ['xacro has to be expanded']), ('<robot><link/>', ['a URDF (']),
    ('<?xml version="1.0" encoding="nonsense"?><robot/>', ['a URDF (']),
    (BENT.replace('<link name="hand"/>', ''), ["frames.tool, 'hand', is a link"]),
    (BENT.replace('<axis xyz="0 0 1"/></joint>', '<mimic joint="lift"/></joint>'),
     ['mimic', "'swing'"]),
    (BENT.replace('<parent link="foot"/>', '<parent link="nothing"/>'), ["from 'foot' to 'hand'"]),
], ids=lambda value: value if isinstance(value, str) and len(value) < 30 else '')
def test_a_file_that_is_no_usable_urdf_is_answered_with_what_was_expected(
        contract_of, tmp_path, text, words):
    file = tmp_path / 'bad.urdf'
    file.write_text(text)
    with pytest.raises(ContractError) as error:
        contract_of(more={
            'command.urdf': str(file), 'frames.base': 'foot', 'frames.tool': 'hand'})
    for word in ['command.urdf', 'bad.urdf', *words]:
        assert word in str(error.value)


def test_numbers_that_no_model_can_be_made_of_are_named_with_the_file(contract_of, tmp_path):
    file = tmp_path / 'bad.urdf'
    file.write_text(BENT.replace('xyz="0.5 0 0"', 'xyz="${length} 0 0"'))
    with pytest.raises(ContractError, match=r'bad\.urdf: no arm can be made of it'):
        ArmKinematics(file, ('swing', 'lift'), 'foot', 'hand')
