"""A joystick moves the robot only while the dead-man button is held, and within the limits."""

import dataclasses

from hypothesis import given, settings
from hypothesis import strategies as st
import numpy as np
import pytest
from robots import SHIPPED, write_contract
from sgft_ros.robot import ContractError, load_robot_contract, MeasuredState, SafetyGate
from sgft_ros.robot.human import BUTTONS, HumanContract, Joystick, StickAxis

PAD = {'take_over': 5, 'axes': {'linear.x': {'axis': 1}, 'linear.y': {'axis': 0, 'scale': -0.5}},
       'deadband': 0.1, 'success': 0, 'failure': 1, 'abort': 2, 'pause_learner': 3,
       'max_age': 0.2}
REST = [0.0] * 6
CONTRACT = load_robot_contract(SHIPPED)


def contract_with(folder, **changes):
    values = {key: value for key, value in (PAD | changes).items() if value is not None}
    return load_robot_contract(write_contract(folder, {'human': values}))


@pytest.fixture
def joystick(tmp_path):
    return Joystick(contract_with(tmp_path).human, 3)


def down(*indices):
    return [int(index in indices) for index in range(6)]


def test_the_policy_acts_until_the_button_is_held(joystick):
    assert joystick.action(0.0) is None
    joystick.update([1.0] * 6, down(), 0.0)
    assert joystick.action(0.0) is None
    joystick.update([1.0] * 6, down(5), 0.1)
    assert joystick.action(0.1).tolist() == [1.0, -0.5, 0.0]
    joystick.update([1.0] * 6, down(), 0.2)
    assert joystick.action(0.2) is None


def test_silence_is_a_release(joystick):
    joystick.update([1.0] * 6, down(5), 1.0)
    assert joystick.action(1.2) is not None
    assert joystick.action(1.21) is None
    joystick.update([1.0] * 6, down(5), 2.0)
    assert joystick.action(2.0) is not None


@pytest.mark.parametrize('value, expected', [
    (0.1, 0.0), (-0.1, 0.0), (0.55, 0.5), (-1.0, -1.0), (7.0, 1.0),
    (np.nan, 0.0), (np.inf, 0.0), (-np.inf, 0.0)])
def test_a_stick_begins_to_move_at_the_edge_of_its_deadband(joystick, value, expected):
    joystick.update([0.0, value, *REST[2:]], down(5), 0.0)
    assert joystick.action(0.0)[0] == pytest.approx(expected)


def test_a_held_button_is_pressed_once(joystick):
    assert joystick.update(REST, down(), 0.0) == ()
    assert joystick.update(REST, down(0), 0.1) == ('success',)
    assert joystick.update(REST, down(0), 0.2) == ()
    assert joystick.update(REST, down(0, 2), 0.3) == ('abort',)
    assert joystick.update(REST, down(), 9.0) == ()
    assert joystick.update(REST, down(3, 0, 1), 9.1) == ('success', 'failure', 'pause_learner')


def test_a_button_that_is_down_at_first_is_no_press(joystick):
    assert joystick.update(REST, down(0), 0.0) == ()
    assert joystick.update(REST, down(), 0.1) == ()
    assert joystick.update(REST, down(0), 0.2) == ('success',)


@pytest.mark.parametrize('axes, buttons, words', [
    ([0.0], down(5), 'at least 2 axes, got 1'), (REST, [0, 0, 0, 0, 0], 'at least 6 buttons')])
def test_another_device_cannot_take_over_and_is_told_what_it_lacks(
        joystick, axes, buttons, words):
    joystick.update(REST, down(5), 0.0)
    with pytest.raises(ValueError, match=words):
        joystick.update(axes, buttons, 0.1)
    assert joystick.action(0.1) is None


@pytest.mark.parametrize('change, words', [
    ({'take_over': None}, ['human.take_over: missing', 'whole number']),
    ({'take_over': -1}, ['human.take_over', '>= 0']), ({'success': 1.5}, ['human.success', '1.5']),
    ({'abort': True}, ['human.abort', 'True']), ({'failure': 0}, ['human', 'success']),
    ({'success': 5}, ['other than that of', '5']),
    ({'axes': {}}, ['human.axes', 'at least one', 'linear.x']),
    ({'axes': {'linear.w': {'axis': 0}}}, ["unknown key 'linear.w'", 'linear.x']),
    ({'axes': {'linear.x': 1}}, ['human.axes.linear.x', 'mapping']),
    ({'axes': {'linear.x': {'axis': 0, 'scale': 0}}}, ['human.axes.linear.x.scale', '0']),
    ({'deadband': 1.0}, ['human.deadband', '<= 0.9']), ({'max_age': 0}, ['human.max_age', '> 0']),
    ({'sucess': 4}, ["unknown key 'sucess'", "did you mean 'success'?"]),
])
def test_mistake_is_answered_with_key_and_expectation(tmp_path, change, words):
    with pytest.raises(ContractError) as error:
        contract_with(tmp_path, **change)
    for word in words:
        assert word in str(error.value)


def test_every_button_but_the_dead_man_may_be_left_out(tmp_path):
    human = contract_with(tmp_path, **dict.fromkeys(BUTTONS)).human
    joystick = Joystick(human, 3)
    assert human.topic == 'joy' and human.buttons == ()
    assert joystick.update(REST, down(0, 1, 2, 3, 5), 0.0) == ()
    assert joystick.action(0.0) is not None


def test_a_contract_without_a_human_is_one_without_a_joystick():
    assert CONTRACT.human is None


ANY_JOY = st.tuples(
    st.lists(st.floats(width=32), max_size=4), st.lists(st.integers(-1, 2), max_size=4),
    st.floats(0.0, 0.3))


@settings(max_examples=200, deadline=None)
@given(st.lists(ANY_JOY, max_size=8), st.floats(-10.0, 10.0).filter(bool), st.floats(0.0, 0.9))
def test_whatever_a_joystick_says_no_command_leaves_the_limits(messages, scale, deadband):
    human = HumanContract('joy', 0, tuple(
        StickAxis(number, number, scale) for number in range(3)), deadband, (), 0.2)
    contract = dataclasses.replace(CONTRACT, human=human)
    joystick, gate, now = Joystick(human, 3), SafetyGate(contract), 0.0
    box = contract.limits.workspace
    low, high = np.array(box.minimum), np.array(box.maximum)
    position = high.copy()
    gate.arm(MeasuredState(position, 0.0), now)
    for axes, buttons, pause in messages:
        now += pause
        held = len(axes) >= 3 and len(buttons) >= 1 and buttons[0]
        try:
            joystick.update(axes, buttons, now)
        except ValueError:
            pass
        action = joystick.action(now)
        assert (action is not None) == bool(held)
        if action is None:
            continue
        assert action.shape == (3,) and (np.abs(action) <= 1.0).all()
        gate.arm(MeasuredState(position, 0.0), now)
        command = gate.filter(action, MeasuredState(position, 0.0), now).command
        assert np.linalg.norm(command) <= contract.limits.linear_speed + 1e-9
        position = position + command * contract.control_period
        assert (position >= low - 1e-9).all() and (position <= high + 1e-9).all()
