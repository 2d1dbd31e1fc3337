"""Whatever comes in, no command leaves the limits and silence always ends in a stop."""

import dataclasses

from hypothesis import given, settings
from hypothesis import strategies as st
import numpy as np
from robots import SHIPPED
from sgft_ros.robot import load_robot_contract, SafetyGate, ToolState
from sgft_ros.robot.command import TWIST_AXES
from sgft_ros.robot.gate import IDLE_TIMEOUT
from sgft_ros.robot.limits import Limits, MAX_WATCHDOG, Workspace

CONTRACT = load_robot_contract(SHIPPED)
EPSILON = 1e-9
ANY = st.floats(width=32)
LIMIT = st.just(0.0) | st.floats(0.0, 0.2)


def vectors(elements, size):
    return st.lists(elements, min_size=size, max_size=size)


@st.composite
def contracts(draw):
    axes = tuple(draw(st.permutations(TWIST_AXES))[:draw(st.integers(1, 6))])
    low = np.array(draw(vectors(st.floats(-1.0, 1.0), 3)))
    high = low + draw(vectors(LIMIT, 3))
    limits = Limits(
        action_step=tuple(draw(vectors(st.just(0.0) | st.floats(0.0, 2.0), len(axes)))),
        linear_speed=draw(LIMIT), angular_speed=draw(LIMIT),
        workspace=Workspace(tuple(low.tolist()), tuple(high.tolist()), draw(st.floats(0.01, 1.0))),
        watchdog=draw(st.floats(1.0, MAX_WATCHDOG)))
    scale = draw(vectors(st.floats(0.01, 0.5) | st.floats(-0.5, -0.01), len(axes)))
    command = dataclasses.replace(CONTRACT.command, axes=axes, scale=tuple(scale))
    return dataclasses.replace(
        CONTRACT, control_rate=draw(st.floats(1.0, 100.0)), command=command, limits=limits)


@st.composite
def inputs(draw, contract):
    """Mostly what a good policy sends near the limits, now and then anything."""
    size = contract.command.size
    box = contract.limits.workspace
    share = np.array(draw(vectors(st.floats(-0.3, 1.3), 3)))
    good = {
        'action': draw(vectors(st.floats(-1.2, 1.2), size)),
        'position': np.array(box.minimum) + share * np.subtract(box.maximum, box.minimum),
        'age': 0.0, 'delay': 0.0, 'pause': draw(st.floats(0.0, 0.9)),
    }
    bad = draw(st.sampled_from([
        {}, {}, {}, {},
        {'action': draw(vectors(ANY, draw(st.integers(0, 7))))},
        {'action': draw(vectors(ANY, size))},
        {'position': np.array(draw(vectors(ANY, 3)))}, {'position': None},
        {'age': draw(ANY)}, {'delay': draw(ANY)}, {'delay': draw(st.floats(-0.2, 0.2))},
        {'delay': 'zero stamp'}, {'pause': draw(st.floats(0.0, 10.0))},
    ]))
    return {**good, **bad}


class Witness:
    """Looks at everything that a gate sends."""

    def __init__(self, contract):
        self.contract = contract
        self.moving_since = None
        self.last = np.zeros(contract.command.size)

    def silent_until(self, now):
        """Fail if the robot is still under a moving command after three control periods."""
        if self.moving_since is not None:
            longest = 3 * self.contract.control_period
            assert now - self.moving_since <= longest * (1.0 + EPSILON)

    def see(self, decision, now, action=None, position=None):
        command, executed = decision.command, decision.executed_action
        limits, scale = self.contract.limits, np.array(self.contract.command.scale)
        assert command.shape == executed.shape == scale.shape
        assert np.isfinite(command).all()
        assert (np.abs(executed) <= 1.0).all()
        np.testing.assert_allclose(command, executed * scale, rtol=1e-6, atol=1e-9)
        linear, angular = self.split(command)
        assert np.linalg.norm(linear) <= limits.linear_speed + EPSILON
        assert np.linalg.norm(angular) <= limits.angular_speed + EPSILON
        assert decision.clipped == bool(decision.reason)
        if decision.stopped:
            assert not command.any() and decision.clipped
            self.moving_since = None
        else:
            self.moving_since = now
            assert decision.clipped or executed.tobytes() == action.tobytes()
            self.check_box(linear, position)
            # Workspace and speed may shorten a command by more than the step, never lengthen it.
            longest = np.abs(self.last) + limits.action_step
            assert (np.abs(executed) <= longest + 1e-6).all()
        self.last = executed.astype(np.float64)

    def see_held(self, decision, position):
        """Fail unless a command that replaces a held one is shorter and stays in the box."""
        assert (np.abs(decision.executed_action) <= np.abs(self.last)).all()
        if decision.stopped:
            assert not decision.command.any()
            self.moving_since = None
        else:
            self.check_box(self.split(decision.command)[0], position)
        self.last = decision.executed_action.astype(np.float64)

    def check_box(self, velocity, position):
        """Within one control period the tool stays in the box, or gets no further out."""
        axes = [axis for axis in self.contract.command.axes if axis.startswith('linear')]
        directions = ['xyz'.index(axis[-1]) for axis in axes]
        box, here = self.contract.limits.workspace, position[directions]
        there = here + velocity * self.contract.control_period
        low, high = np.array(box.minimum)[directions], np.array(box.maximum)[directions]
        assert (there >= np.minimum(low, here) - EPSILON).all()
        assert (there <= np.maximum(high, here) + EPSILON).all()

    def split(self, command):
        linear = np.array([axis.startswith('linear') for axis in self.contract.command.axes])
        return command[linear], command[~linear]


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_no_command_leaves_the_limits_and_silence_ends_in_a_stop(data):
    contract = data.draw(contracts())
    gate, witness, now = SafetyGate(contract), Witness(contract), 100.0
    home = ToolState(np.array(contract.limits.workspace.minimum), 0.0)
    for given_input in data.draw(st.lists(inputs(contract), min_size=1, max_size=8)):
        if not gate.armed:
            assert gate.filter(witness.last, home, now).stopped
            assert gate.arm(home, now) == ''
        # A node asks the watchdog at the deadline, or as soon as it gets to run again.
        pause = given_input['pause'] * contract.control_period
        if now + pause >= gate.deadline:
            witness.silent_until(gate.deadline)
            witness.see(gate.watchdog(gate.deadline), gate.deadline)
            assert not gate.armed
        now += pause
        position = given_input['position']
        tool = None if position is None else ToolState(position, given_input['age'])
        held = gate.hold(tool)
        if held is not None:
            witness.see_held(held, position)
        action = np.array(given_input['action'], np.float32)
        delay = given_input['delay']
        stamp = 0.0 if delay == 'zero stamp' else now - delay
        armed = gate.armed
        decision = gate.filter(action, tool, now, stamp=stamp, clock=now)
        assert armed or decision.stopped
        witness.see(decision, now, action, position)
    if gate.armed:
        witness.silent_until(gate.deadline)
        assert gate.deadline <= now + IDLE_TIMEOUT
        witness.see(gate.watchdog(gate.deadline), gate.deadline)


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_tool_or_observation_with_a_problem_never_arms(data):
    contract = data.draw(contracts())
    position = np.array(contract.limits.workspace.minimum)
    position[data.draw(st.integers(0, 2))] = data.draw(st.sampled_from([np.nan, np.inf, -np.inf]))
    gate = SafetyGate(contract)
    good = ToolState(np.zeros(3), 0.0)
    for tool, problems in (
        (None, ()), (ToolState(position, 0.0), ()), (ToolState(np.zeros(3), 1.1), ()),
        (ToolState(np.zeros(3), np.nan), ()), (good, ('force: never received',)),
    ):
        assert gate.arm(tool, 0.0, problems)
        assert not gate.armed
