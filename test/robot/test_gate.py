import dataclasses

import numpy as np
import pytest
from robots import SHIPPED
from sgft_ros.robot import load_robot_contract, MeasuredState, SafetyGate

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


def test_velocity_reaches_at_most_the_face_within_one_period():
    decision = armed_gate().filter(np.ones(3), at(x=0.699), 0.0)
    np.testing.assert_allclose(decision.command, [0.02, 0.06, 0.06], rtol=1e-6)
    assert decision.reason == 'workspace'


def test_velocity_pointing_back_inside_always_passes():
    decision = armed_gate().filter(np.array([-1.0, 1.0, 0.0], np.float32), at(x=0.9), 0.0)
    assert not decision.clipped


def test_outside_the_box_nothing_moves_further_out():
    decision = armed_gate().filter(np.ones(3), at(x=0.9), 0.0)
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
    assert gate.hold(at(x=0.693)) is None
    decision = gate.hold(at(x=0.698))
    np.testing.assert_allclose(decision.command, [0.04, 0.06, 0.0], rtol=1e-6)
    assert not decision.stopped and decision.reason == 'workspace'
    np.testing.assert_array_equal(gate.hold(at(x=0.7)).command, [0.0, 0.06, 0.0])


def test_held_command_stops_when_the_tool_gets_lost():
    gate = armed_gate()
    assert gate.hold(None) is None
    gate.filter(np.ones(3), CENTRE, 0.0)
    assert is_stop(gate.hold(None))


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
    assert is_stop(gate.disarm())
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


def test_the_age_of_the_measurement_counts_as_motion_that_went_on():
    gate = armed_gate(limited(action_step=(2.0, 2.0, 2.0)))
    gate.filter(np.array([1.0, 0.0, 0.0]), at(x=0.68), 0.0)
    # 0.1 s ago it was 8.5 mm from the face, towards which it has moved with 60 mm/s since.
    old = MeasuredState(np.array([0.6915, 0.0, 0.25]), 0.1)
    decision = gate.filter(np.array([1.0, 0.0, 0.0]), old, PERIOD)
    assert PERIOD * decision.command[0] == pytest.approx(0.0025)
    assert decision.reason == 'workspace'
