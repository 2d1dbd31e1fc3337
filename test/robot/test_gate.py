import dataclasses

from command_kinds import changes
import numpy as np
import pytest
from robots import SHIPPED, write_contract
from sgft_ros.robot import load_robot_contract, MeasuredState, rotation, SafetyGate
from sgft_ros.robot.command import KINDS, TARGET_KINDS, TOOL_KINDS
from sgft_ros.robot.limits import OVERDUE
from sgft_ros.simulation.arm import HOME

CONTRACT = load_robot_contract(SHIPPED)
CENTRE = MeasuredState(np.array([0.5, 0.0, 0.25]), 0.0)
PERIOD = CONTRACT.control_period


def limited(**limits):
    return dataclasses.replace(CONTRACT, limits=dataclasses.replace(CONTRACT.limits, **limits))


def armed_gate(contract=CONTRACT, **kwargs):
    gate = SafetyGate(contract, **kwargs)
    assert gate.arm(CENTRE, 0.0) == ''
    return gate


def at(x=0.5, y=0.0, z=0.25):
    return MeasuredState(np.array([x, y, z]), 0.0)


def is_stop(decision):
    return decision.stopped and not decision.command.any() and not decision.executed_action.any()


def test_starts_disarmed_and_sends_only_stops():
    decision = SafetyGate(CONTRACT).filter(np.ones(3), CENTRE, 0.0)
    assert is_stop(decision) and decision.clipped and decision.reason == 'disarmed'


def test_good_action_passes_bit_for_bit():
    action = np.array([0.3, -0.7, 0.123456789], np.float32)
    decision = armed_gate().filter(action, CENTRE, 0.0)
    assert decision.executed_action.tobytes() == action.tobytes()
    assert not decision.clipped and not decision.stopped and decision.reason == ''
    np.testing.assert_array_equal(decision.command, action.astype(np.float64) * 0.06)


def test_decision_does_not_share_memory_with_the_action():
    action = np.full(3, 0.5, np.float32)
    decision = armed_gate().filter(action, CENTRE, 0.0)
    action[:] = 9.0
    np.testing.assert_array_equal(decision.executed_action, 0.5)


@pytest.mark.parametrize('bad', [np.nan, np.inf, -np.inf, 1e300])
def test_non_finite_action_stops_at_once(bad):
    gate = armed_gate()
    gate.filter(np.ones(3), CENTRE, 0.0)
    with np.errstate(over='ignore'):
        decision = gate.filter(np.array([0.1, bad, 0.1]), CENTRE, PERIOD)
    assert is_stop(decision) and 'finite' in decision.reason


def test_non_finite_actions_do_not_feed_the_watchdog():
    gate = armed_gate()
    gate.filter(np.ones(3), CENTRE, 0.0)
    for tick in range(1, 4):
        gate.filter(np.full(3, np.nan), CENTRE, tick * PERIOD)
    assert not gate.armed


@pytest.mark.parametrize('action', [np.ones(2), np.ones(4), np.ones((3, 1)), np.float32(1.0), []])
def test_action_of_wrong_size_stops(action):
    assert is_stop(armed_gate().filter(action, CENTRE, 0.0))


def test_action_is_clipped_and_says_so():
    decision = armed_gate(limited(linear_speed=1.0)).filter(np.array([9.0, -9.0, 0]), CENTRE, 0.0)
    np.testing.assert_array_equal(decision.executed_action, [1.0, -1.0, 0.0])
    assert decision.clipped and 'beyond' in decision.reason


def test_step_is_limited_from_the_action_that_was_executed():
    gate = armed_gate(limited(action_step=(0.25, 0.25, 0.0)))
    for tick in range(3):
        decision = gate.filter(np.ones(3), CENTRE, tick * PERIOD)
    np.testing.assert_allclose(decision.executed_action, [0.75, 0.75, 0.0])
    assert decision.reason == 'action step'


def test_velocity_reaches_at_most_the_face_until_the_gate_looks_again():
    decision = armed_gate().filter(np.ones(3), at(x=0.699), 0.0)
    np.testing.assert_allclose(
        decision.command, [0.001 / (OVERDUE * PERIOD), 0.06, 0.06], rtol=1e-6)
    assert decision.reason == 'workspace'


def test_velocity_pointing_back_inside_always_passes():
    decision = armed_gate().filter(np.array([-1.0, 1.0, 0.0], np.float32), at(x=0.75), 0.0)
    assert not decision.clipped


def test_outside_the_box_nothing_moves_further_out():
    decision = armed_gate().filter(np.ones(3), at(x=0.75), 0.0)
    np.testing.assert_allclose(decision.command, [0.0, 0.06, 0.06])


def test_speed_is_a_norm_and_keeps_the_direction():
    decision = armed_gate(limited(linear_speed=0.05)).filter(np.array([1.0, 1, 0]), CENTRE, 0.0)
    assert np.linalg.norm(decision.command) == pytest.approx(0.05)
    assert decision.command[0] == decision.command[1]
    assert decision.reason == 'speed'


def test_speed_limit_of_zero_stands_still():
    decision = armed_gate(limited(linear_speed=0.0)).filter(np.ones(3), CENTRE, 0.0)
    np.testing.assert_array_equal(decision.command, 0.0)


@pytest.mark.parametrize('tool', [
    None, MeasuredState(np.array([0.5, np.nan, 0.2]), 0.0), MeasuredState(CENTRE.position, 0.21),
    MeasuredState(CENTRE.position, -0.21), MeasuredState(CENTRE.position, np.nan),
])
def test_unknown_tool_position_stops(tool):
    decision = armed_gate().filter(np.ones(3), tool, 0.0)
    assert is_stop(decision) and 'tool' in decision.reason


def test_held_command_is_cut_when_the_next_action_is_late():
    gate = armed_gate()
    gate.filter(np.array([1.0, 1.0, 0.0]), at(x=0.69), 0.0)
    late = OVERDUE * PERIOD
    assert gate.hold(at(x=0.69375), late) is None
    decision = gate.hold(at(x=0.698), late)
    np.testing.assert_allclose(decision.command, [0.002 / late, 0.06, 0.0], rtol=1e-6)
    assert not decision.stopped and decision.reason == 'workspace'
    np.testing.assert_array_equal(gate.hold(at(x=0.7), 2 * late).command, [0.0, 0.06, 0.0])


def test_held_command_stops_when_the_tool_gets_lost():
    gate = armed_gate()
    assert gate.hold(None, 0.0) is None
    gate.filter(np.ones(3), CENTRE, 0.0)
    assert is_stop(gate.hold(None, PERIOD))


def test_silence_stops_within_three_periods_and_disarms():
    gate = armed_gate()
    gate.filter(np.ones(3), CENTRE, 1.0)
    assert gate.deadline <= 1.0 + 3 * PERIOD
    assert gate.watchdog(1.0 + (CONTRACT.limits.watchdog - 0.1) * PERIOD) is None
    assert is_stop(gate.watchdog(1.0 + 3 * PERIOD))
    assert not gate.armed
    assert is_stop(gate.filter(np.ones(3), CENTRE, 1.0 + 3 * PERIOD))


def test_late_action_cannot_overtake_a_watchdog_that_had_no_time_to_run():
    gate = armed_gate()
    gate.filter(np.ones(3), CENTRE, 1.0)
    assert is_stop(gate.filter(np.ones(3), CENTRE, 1.0 + 4 * PERIOD))
    assert not gate.armed


def test_armed_gate_without_actions_disarms_in_the_end():
    gate = armed_gate()
    assert gate.watchdog(4.9) is None
    assert is_stop(gate.watchdog(5.0))


def test_watchdog_timeout_can_follow_a_faster_simulation():
    gate = armed_gate(watchdog_timeout=0.03)
    gate.filter(np.ones(3), CENTRE, 0.0)
    assert gate.deadline == 0.03


@pytest.mark.parametrize('timeout', [0.0, -1.0, np.inf, np.nan])
def test_watchdog_cannot_be_turned_off(timeout):
    with pytest.raises(ValueError, match='watchdog_timeout'):
        SafetyGate(CONTRACT, timeout)


def test_problem_of_an_observation_keeps_it_disarmed():
    gate = SafetyGate(CONTRACT)
    problems = ('force: never received', 'tip: old')
    assert gate.arm(CENTRE, 0.0, problems) == 'force: never received; tip: old'
    assert not gate.armed


def test_unknown_tool_position_keeps_it_disarmed():
    gate = SafetyGate(CONTRACT)
    assert gate.arm(None, 0.0) == 'tool position unknown'
    assert not gate.armed


def test_problem_disarms_a_gate_that_was_armed():
    gate = armed_gate()
    gate.arm(CENTRE, 0.0, ('force: never received',))
    assert not gate.armed


def test_disarm_stops_and_arming_again_forgets_the_past():
    gate = armed_gate(limited(action_step=(0.5,) * 3))
    gate.filter(np.full(3, 0.5), CENTRE, 0.0, stamp=100.0, clock=100.0)
    assert is_stop(gate.disarm(0.5))
    assert gate.arm(CENTRE, 1.0) == ''
    decision = gate.filter(np.ones(3), CENTRE, 1.0, stamp=50.0, clock=50.0)
    np.testing.assert_allclose(decision.executed_action, 0.5)


@pytest.mark.parametrize(('stamp', 'clock', 'words'), [
    (0.0, 100.0, 'without stamp'), (99.0, 100.0, '1.000 s old'), (101.0, 100.0, 'future'),
    (np.nan, 100.0, 'old'),
])
def test_action_with_a_wrong_stamp_stops(stamp, clock, words):
    decision = armed_gate().filter(np.ones(3), CENTRE, 0.0, stamp=stamp, clock=clock)
    assert is_stop(decision) and words in decision.reason


@pytest.mark.parametrize('second', [100.0, 99.99])
def test_repeated_or_reordered_action_stops(second):
    gate = armed_gate()
    assert not gate.filter(np.ones(3), CENTRE, 0.0, stamp=100.0, clock=100.0).stopped
    decision = gate.filter(np.ones(3), CENTRE, 0.01, stamp=second, clock=100.0)
    assert is_stop(decision) and decision.reason == 'action out of order'


@pytest.mark.parametrize('age', [0.1, -0.1])  # a stamp from the future tells nothing better
def test_the_age_of_the_measurement_counts_as_motion_that_went_on(age):
    gate = armed_gate(limited(action_step=(2.0, 2.0, 2.0)))
    gate.filter(np.array([1.0, 0.0, 0.0]), at(x=0.68), 0.0)
    # 0.1 s ago it was 8.5 mm from the face, towards which it has moved with 60 mm/s since.
    old = MeasuredState(np.array([0.6915, 0.0, 0.25]), age)
    decision = gate.filter(np.array([1.0, 0.0, 0.0]), old, PERIOD)
    assert OVERDUE * PERIOD * decision.command[0] == pytest.approx(0.0025)
    assert decision.reason == 'workspace'


@pytest.mark.parametrize('junk', [np.full(3, np.nan), np.zeros(3)])
@pytest.mark.parametrize('count', [0, 5])
def test_what_came_in_between_does_not_hide_what_moved_the_tool(junk, count):
    gate, tool, places = armed_gate(limited(action_step=(2.0,) * 3)), 0.6, [0.6] * 4
    assert gate.arm(at(x=tool), 0.0) == ''
    for tick in range(60):
        now = tick * PERIOD
        measured = MeasuredState(at(x=places[-4]).position, 0.15)  # three periods ago
        for _ in range(count if tick else 0):
            gate.filter(junk, measured, now)
        tool += PERIOD * gate.filter(np.array([1.0, 0.0, 0.0]), measured, now).command[0]
        places.append(tool)
        assert tool <= 0.7 + 1e-9
    assert tool > 0.69 or (count and np.isfinite(junk).all())  # those count as actions


@pytest.mark.parametrize('latency', [0.0, 0.1])
def test_latency_of_the_contract_counts_what_the_robot_has_yet_to_do(latency):
    gate, tool, late = SafetyGate(limited(
        action_step=(2.0,) * 3, latency=latency)), 0.6, [0.0, 0.0]  # two periods behind
    assert gate.arm(at(x=tool), 0.0) == ''
    for tick in range(60):
        decision = gate.filter(np.array([1.0, 0.0, 0.0]), at(x=tool), tick * PERIOD)
        late.append(decision.command[0])
        tool += PERIOD * late.pop(0)
    assert tool > 0.699
    assert (tool > 0.7 + 1e-9) == (latency == 0.0)


def test_actions_that_come_faster_than_the_control_rate_change_the_command_no_faster():
    gate, now = armed_gate(limited(action_step=(0.1,) * 3)), 0.0
    for count in range(41):  # ten times as often, for four periods
        now = count * 0.1 * PERIOD
        decision = gate.filter(np.ones(3), CENTRE, now)
    assert decision.executed_action.max() <= 0.1 * (4 + 1.5) + 1e-6


@pytest.mark.parametrize('rate', [1.0, 2.0, 10.0])
@pytest.mark.parametrize('kind', sorted(TARGET_KINDS))
def test_targets_move_no_faster_than_actions_ask_however_often_they_come(kind, rate, tmp_path):
    contract = load_robot_contract(write_contract(tmp_path, changes(kind)))
    gate, at_home = SafetyGate(contract), home_of(contract)
    measured, period = at_home, contract.control_period
    assert gate.arm(measured, 0.0) == ''
    seconds = 1.0
    for count in range(round(seconds * rate / period)):
        decision = gate.filter(
            np.eye(contract.action_size)[0], measured, count * period / rate)
        assert rate > 1.0 or not decision.clipped
        measured = MeasuredState(decision.command[:len(at_home.position)], 0.0)  # follows
    moved = np.abs(measured.position - at_home.position).max()
    speed = abs(contract.command.scale[0])
    assert moved <= speed * (seconds + 1.5 * period) + 1e-9
    assert moved > 0.9 * speed * seconds or rate > 2.0


def test_arming_again_lets_no_target_move_faster(tmp_path):
    contract = load_robot_contract(write_contract(tmp_path, changes('pose')))
    gate, measured, period = SafetyGate(contract), CENTRE, contract.control_period
    for count in range(50):  # ten times as often as the control rate
        now = count * 0.1 * period
        assert gate.arm(measured, now) == ''
        command = gate.filter(np.array([1.0, 0.0, 0.0]), measured, now).command
        measured = MeasuredState(command[:3], 0.0)
    moved = measured.position[0] - CENTRE.position[0]
    assert moved <= contract.command.scale[0] * (5.0 + 1.5) * period + 1e-9


@pytest.mark.parametrize('lateness', [0.0, 0.3])
def test_a_tick_that_is_late_costs_the_next_one_nothing(lateness, tmp_path):
    contract = load_robot_contract(write_contract(tmp_path, changes('pose')))
    gate, measured, period = SafetyGate(contract), CENTRE, contract.control_period
    assert gate.arm(measured, 0.0) == ''
    for tick in range(20):
        decision = gate.filter(np.ones(3), measured, (tick + lateness * (tick % 2)) * period)
        assert not decision.clipped
        measured = MeasuredState(decision.command[:3], 0.0)


@pytest.mark.parametrize('kind', sorted(TARGET_KINDS))
def test_a_wrong_measurement_moves_no_target(kind, tmp_path):
    contract = load_robot_contract(write_contract(tmp_path, changes(kind)))
    gate, home, period = SafetyGate(contract), home_of(contract), contract.control_period
    assert gate.arm(home, 0.0) == ''
    action, lead = np.full(contract.action_size, 0.1), contract.command.lead[0]
    before = gate.filter(action, home, 0.0).command
    near = MeasuredState(home.position + 1.9 * lead, 0.0)
    after = gate.filter(action, near, period).command
    moved = np.abs(after - before)[:len(home.position)]
    assert (moved <= 0.1 * np.abs(contract.command.scale).max() * period + 1e-9).all()
    for tick, far in ((2, 2.2 * lead), (3, 2 * np.pi)):
        wrong = gate.filter(action, MeasuredState(home.position + far, 0.0), tick * period)
        assert wrong.stopped and wrong.command is None
        assert '2 times command.lead' in wrong.reason
        decision = gate.filter(action, home, (tick + 0.5) * period)  # and is forgotten
        assert not decision.stopped
        np.testing.assert_allclose(decision.command, after, atol=0.2 * lead)


@pytest.mark.parametrize('kind', sorted(TARGET_KINDS))
@pytest.mark.parametrize('bias', [-0.95, -0.5, 0.0, 0.5, 0.95])
@pytest.mark.parametrize('actions', [(0.0,), (1.0, -1.0), (1.0, 1.0, -1.0, -1.0)])
def test_refusals_lead_a_target_nowhere_but_where_actions_have(actions, bias, kind, tmp_path):
    contract = load_robot_contract(write_contract(tmp_path, changes(kind)))
    gate, home, period = SafetyGate(contract), home_of(contract), contract.control_period
    bias, size = bias * contract.command.lead[0], contract.action_size
    assert gate.arm(home, 0.0) == ''
    target, expected = home.position, home.position[0]
    for tick in range(200):
        now, measured = tick * period, MeasuredState(target + bias, 0.0)  # the robot follows
        decision = gate.filter(actions[tick % len(actions)] * np.eye(size)[0], measured, now)
        target = decision.command[:len(target)]
        expected += decision.executed_action[0] * contract.command.scale[0] * period
        refused = gate.filter(np.full(size, np.nan), measured, now + 0.5 * period)
        assert refused.stopped
        target = target if refused.command is None else refused.command[:len(target)]
        np.testing.assert_allclose(target, [expected, *home.position[1:]], atol=1e-7)
    assert gate.armed


def turned(angle):
    return CENTRE._replace(orientation=rotation.from_vector(np.array([0.0, 0.0, angle])))


@pytest.fixture
def turning_contract(tmp_path):
    """Return the contract of poses whose actions turn the tool about z, by 25 mrad at most."""
    return load_robot_contract(write_contract(tmp_path, changes('pose') | {
        'command.axes': ['angular.z'], 'command.scale': 0.5, 'limits.angular_speed': 0.5}))


def angle_of(command):
    return rotation.to_vector(command[3:])[2]


@pytest.mark.parametrize('ahead', [0.0, 0.03])  # of where the target is, the tool is measured
def test_a_target_turns_no_further_ahead_of_the_tool_than_its_lead(turning_contract, ahead):
    gate, period, lead = SafetyGate(turning_contract), turning_contract.control_period, 0.1
    assert turning_contract.command.lead[1] == lead
    assert gate.arm(CENTRE, 0.0) == ''
    angles = [angle_of(gate.filter(np.ones(1), turned(ahead), tick * period).command)
              for tick in range(20)]
    assert max(angles) <= ahead + lead + 1e-9
    assert max(angles) > ahead + 0.8 * lead


def test_a_tool_that_turned_away_from_its_target_is_refused_beyond_twice_the_lead(
        turning_contract):
    gate, period, lead = SafetyGate(turning_contract), turning_contract.control_period, 0.1
    assert gate.arm(CENTRE, 0.0) == ''
    assert not gate.filter(np.zeros(1), turned(1.9 * lead), period).stopped
    decision = gate.filter(np.zeros(1), turned(2.1 * lead), 2 * period)
    assert decision.stopped and 'command.lead' in decision.reason
    held = gate.disarm(3 * period, 'test', turned(1.9 * lead))
    assert angle_of(held.command) == pytest.approx(lead)


def test_refusals_turn_a_tool_about_no_axis_but_as_actions_have(turning_contract):
    gate, period = SafetyGate(turning_contract), turning_contract.control_period
    tilt, target = np.array([0.05, 0.0, 0.0]), CENTRE.orientation
    assert gate.arm(CENTRE, 0.0) == ''
    for tick in range(100):
        now = tick * period
        tilted = rotation.multiply(rotation.from_vector(tilt), target)
        measured = CENTRE._replace(orientation=tilted)
        target = gate.filter(np.full(1, (-1.0) ** tick), measured, now).command[3:]
        gate.filter(np.full(1, np.nan), measured, now + 0.5 * period)
        turn = [0.0, 0.0, 0.0 if tick % 2 else 0.5 * period]
        np.testing.assert_allclose(rotation.to_vector(target), turn, atol=1e-9)


@pytest.mark.parametrize('kind', sorted(TARGET_KINDS))
def test_a_stop_moves_the_target_by_no_more_than_its_lead(kind, tmp_path):
    contract = load_robot_contract(write_contract(tmp_path, changes(kind)))
    gate, home, lead = SafetyGate(contract), home_of(contract), contract.command.lead[0]
    assert gate.arm(home, 0.0) == ''
    near = MeasuredState(home.position + 0.5 * lead, 0.0)
    assert same_place(gate.disarm(0.1, 'test', near), near)
    assert gate.arm(home, 1.0) == ''
    held = gate.disarm(1.1, 'test', MeasuredState(home.position + 1.9 * lead, 0.0))
    np.testing.assert_allclose(held.command[:len(home.position)], home.position + lead)


@pytest.mark.parametrize('kind', sorted(TARGET_KINDS))
def test_a_disarmed_gate_says_nothing_to_a_robot_that_others_have_moved(kind, tmp_path):
    contract = load_robot_contract(write_contract(tmp_path, changes(kind)))
    gate, home = SafetyGate(contract), home_of(contract)
    assert gate.arm(home, 0.0) == ''
    assert gate.disarm(0.1, 'end of the episode', home).command is not None
    elsewhere = MeasuredState(home.position - 0.15, 0.0)
    assert gate.disarm(1.0, 'disarmed', elsewhere).command is None
    assert gate.arm(elsewhere, 1.0) == ''
    decision = gate.filter(np.zeros(contract.action_size), elsewhere, 1.0)
    assert same_place(decision, elsewhere)


@pytest.mark.parametrize('kind', sorted(TOOL_KINDS))
def test_outside_of_the_workspace_where_no_action_moves_the_tool_nothing_moves(kind, tmp_path):
    change = changes(kind) | {'command.axes': ['linear.x', 'linear.y'], 'command.scale': 0.06}
    contract = load_robot_contract(write_contract(tmp_path, change))
    floor = contract.limits.workspace.minimum[2]
    low, high, gate = at(z=floor - 0.006), at(z=floor - 0.004), SafetyGate(contract)
    assert 'where no action moves it' in gate.arm(low, 0.0)
    assert not gate.armed and gate.arm(high, 0.0) == ''
    assert not gate.filter(np.ones(2), high, 0.0).stopped
    decision = gate.hold(low, PERIOD)
    assert decision.stopped and 'limits.workspace' in decision.reason
    assert gate.filter(np.ones(2), low, PERIOD).stopped


def sagging(target, sag, tilt=0.0):
    """Return where a compliant arm comes to rest below its target (7,)."""
    tilted = rotation.multiply(rotation.from_vector(np.array([0.0, tilt, 0.0])), target[3:])
    return MeasuredState(target[:3] - [0.0, 0.0, sag], 0.0, tilted)


@pytest.fixture
def level_contract(tmp_path):
    """Return the contract of poses whose actions move x and y alone."""
    return load_robot_contract(write_contract(tmp_path, changes('pose') | {
        'command.axes': ['linear.x', 'linear.y'], 'command.scale': 0.06}))


def test_a_compliant_arm_sinks_no_deeper_however_often_it_is_armed(level_contract):
    gate, period, now = SafetyGate(level_contract), level_contract.control_period, 0.0
    measured = at(z=level_contract.limits.workspace.minimum[2])
    for episode in range(100):
        assert gate.arm(measured, now) == ''
        for action in (np.ones(2), np.zeros(2)):
            now += period
            target = gate.filter(action, measured, now).command
            measured = sagging(target, sag=0.004, tilt=0.01)
        target = gate.disarm(now, 'end of the episode', measured).command
        measured = sagging(target, sag=0.004, tilt=0.01)
        if episode % 2:  # and to a start elsewhere, by another controller
            measured = measured._replace(
                position=np.array([0.45 + 0.1 * (episode % 4 > 1), 0.0, measured.position[2]]))
    np.testing.assert_allclose(
        target[2:], [level_contract.limits.workspace.minimum[2], *CENTRE.orientation], atol=1e-5)


def test_an_arm_that_was_moved_elsewhere_returns_to_where_it_is_held_without_a_jump(
        level_contract):
    gate, period = SafetyGate(level_contract), level_contract.control_period
    assert gate.arm(CENTRE, 0.0) == ''
    gate.disarm(0.1, 'reset', CENTRE)
    there = sagging(np.array([0.6, 0.1, 0.25, 1.0, 0.0, 0.0, 0.0]), sag=0.0049, tilt=0.019)
    assert gate.arm(there, 1.0) == ''
    targets = [np.concatenate([there.position, there.orientation])]
    for tick in range(20):
        decision = gate.filter(np.ones(2), there, 1.0 + 0.5 * tick * period)  # twice as often
        targets.append(decision.command)
    steps = np.linalg.norm(np.diff(targets, axis=0)[:, :3], axis=1)
    turns = [np.linalg.norm(rotation.difference(after[3:], before[3:]))
             for before, after in zip(targets, targets[1:])]
    assert steps.max() <= level_contract.limits.linear_speed * period + 1e-9
    assert 0.0 < np.diff(targets, axis=0)[:, 2].max() < 0.0049  # not all at once
    assert max(turns) <= 0.25 * period + 1e-9
    assert turns[1] <= 0.5 * 0.25 * period + 1e-9  # per time, however often actions come
    np.testing.assert_allclose(targets[-1][2:], [0.25, *CENTRE.orientation], atol=1e-5)


def test_an_arm_that_nobody_has_moved_keeps_its_target(level_contract):
    gate = SafetyGate(level_contract)
    assert gate.arm(CENTRE, 0.0) == ''
    held = gate.disarm(0.1, 'end of the episode', CENTRE).command
    assert gate.arm(sagging(held, sag=0.0049, tilt=0.019), 1.0) == ''
    target = gate.filter(np.zeros(2), sagging(held, sag=0.0049, tilt=0.019), 1.0).command
    np.testing.assert_array_equal(target, held)


def test_a_full_speed_is_shared_with_the_return_of_what_is_held(level_contract):
    contract = dataclasses.replace(level_contract, limits=dataclasses.replace(
        level_contract.limits, linear_speed=0.05, action_step=(2.0, 2.0)))
    gate, period = SafetyGate(contract), contract.control_period
    assert gate.arm(CENTRE, 0.0) == ''
    gate.disarm(0.1, 'reset', CENTRE)
    there = at(x=0.6, z=CENTRE.position[2] - 0.0049)
    assert gate.arm(there, 1.0) == ''
    target = there.position
    for tick in range(5):
        decision = gate.filter(np.ones(2), there, 1.0 + tick * period)
        step, target = decision.command[:3] - target, decision.command[:3]
        assert np.linalg.norm(step) == pytest.approx(0.05 * period)
        np.testing.assert_allclose(  # executed is what actions got of it
            decision.executed_action * 0.06 * period, step[:2], atol=1e-8)
        assert (step[2] > 1e-6) == (tick < 4)  # 1.5 mm each


@pytest.mark.parametrize('sag, tilt, change', [
    (0.006, 0.0, {}), (-0.006, 0.0, {}), (0.0, 0.03, {}),  # too far for a sag
    (0.004, 0.0, {'command.lead.linear': 0.003}), (0.0, 0.015, {'command.lead.angular': 0.01}),
    (0.004, 0.0, {'command.axes': ['linear.z', 'linear.x']}),
    (0.0, 0.015, {'command.axes': ['linear.x', 'angular.x']}),
])
def test_a_target_begins_where_the_arm_is_unless_it_only_sagged(sag, tilt, change, tmp_path):
    contract = load_robot_contract(write_contract(tmp_path, changes('pose') | {
        'command.axes': ['linear.x', 'linear.y'], 'command.scale': 0.06} | change))
    gate = SafetyGate(contract)
    assert gate.arm(CENTRE, 0.0) == ''
    gate.disarm(0.1, 'reset', CENTRE)
    there = sagging(np.array([0.6, 0.1, 0.25, 1.0, 0.0, 0.0, 0.0]), sag, tilt)
    assert gate.arm(there, 1.0) == ''
    target = gate.filter(np.zeros(2), there, 1.0).command
    np.testing.assert_allclose(target, [*there.position, *there.orientation], atol=1e-12)


def test_an_orientation_that_is_none_keeps_it_disarmed():
    nothing = MeasuredState(CENTRE.position, 0.0, np.zeros(4))
    assert 'no rotation' in SafetyGate(CONTRACT).arm(nothing, 0.0)


def home_of(contract):
    """Return a measured state within the limits."""
    if contract.command.commands_tool:
        return CENTRE
    return MeasuredState(HOME + 0.1, 0.0)


def same_place(decision, measured):
    return np.array_equal(decision.command[:len(measured.position)], measured.position)


@pytest.mark.parametrize('kind', KINDS)
def test_far_outside_of_the_limits_nothing_moves_and_nothing_arms(kind, tmp_path):
    contract = load_robot_contract(write_contract(tmp_path, changes(kind)))
    home, box = home_of(contract), contract.limits
    box = box.workspace if contract.command.commands_tool else box
    far = home.position.copy()
    far[0] = box.maximum[0] + 0.21
    gate = SafetyGate(contract)
    assert 'far outside of limits.' in gate.arm(MeasuredState(far, 0.0), 0.0)
    assert not gate.armed
    near = far - [0.15, *[0.0] * (len(far) - 1)]
    assert gate.arm(MeasuredState(near, 0.0), 0.0) == ''
