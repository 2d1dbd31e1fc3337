"""Whatever comes in, no command leaves the limits and silence always ends in a stop."""

import dataclasses

from hypothesis import given, settings
from hypothesis import strategies as st
import numpy as np
from robots import SHIPPED
from sgft_ros.robot import load_robot_contract, MeasuredState, rotation, SafetyGate
from sgft_ros.robot.command import KINDS, TARGET_KINDS, TOOL_KINDS, TWIST_AXES
from sgft_ros.robot.gate import IDLE_TIMEOUT
from sgft_ros.robot.held_axes import HOLD_SHARE, HOLD_TURN, TILT
from sgft_ros.robot.limiters import SAG
from sgft_ros.robot.limits import JointLimits, MAX_WATCHDOG, ToolLimits, Workspace

CONTRACT = load_robot_contract(SHIPPED)
EPSILON = 1e-9
ANY = st.floats(width=32)
LIMIT = st.just(0.0) | st.floats(0.0, 0.2)
TURN = st.floats(-1.0, 1.0)


def vectors(elements, size):
    return st.lists(elements, min_size=size, max_size=size)


@st.composite
def contracts(draw):
    kind = draw(st.sampled_from(KINDS))
    if kind in TOOL_KINDS:
        axes = tuple(draw(st.permutations(TWIST_AXES))[:draw(st.integers(1, 6))])
    else:
        axes = tuple(f'joint_{number}' for number in range(draw(st.integers(1, 7))))
    count = 3 if kind in TOOL_KINDS else len(axes)
    low = np.array(draw(vectors(st.floats(-1.0, 1.0), count)))
    low, high = tuple(low.tolist()), tuple((low + draw(vectors(LIMIT, count))).tolist())
    common = {
        'action_step': tuple(draw(vectors(st.just(0.0) | st.floats(0.0, 2.0), len(axes)))),
        'watchdog': draw(st.floats(1.0, MAX_WATCHDOG))}
    max_age = draw(st.floats(0.01, 1.0))
    limits = ToolLimits(
        linear_speed=draw(LIMIT), angular_speed=draw(LIMIT),
        workspace=Workspace(low, high, max_age), **common) if kind in TOOL_KINDS else JointLimits(
            minimum=low, maximum=high, speed=tuple(draw(vectors(LIMIT, len(axes)))),
            topic='joint_states', max_age=max_age, **common)
    leads = 0 if kind not in TARGET_KINDS else 2 if kind == 'pose' else len(axes)
    command = dataclasses.replace(
        CONTRACT.command, kind=kind, axes=axes, joints=() if kind in TOOL_KINDS else axes,
        lead=tuple(draw(vectors(st.floats(0.001, 0.3) | st.floats(0.1, 0.3), leads))),
        scale=tuple(draw(vectors(st.floats(0.01, 0.5) | st.floats(-0.5, -0.01), len(axes)))))
    return dataclasses.replace(
        CONTRACT, control_rate=draw(st.floats(1.0, 100.0)), command=command, limits=limits)


def box_of(contract):
    """Return the lowest and the highest position that the limits allow."""
    limits = contract.limits
    box = limits.workspace if contract.command.commands_tool else limits
    return np.array(box.minimum), np.array(box.maximum)


@st.composite
def inputs(draw, contract):
    """Mostly what a good policy sends near the limits, now and then anything."""
    size = contract.command.size
    low, high = box_of(contract)
    share = np.array(draw(vectors(st.floats(-0.3, 1.3), len(low))))
    if contract.command.commands_tool and draw(st.booleans()):  # where actions do not move it
        fixed = [axis not in contract.command.axes for axis in TWIST_AXES[:3]]
        share[fixed] = np.clip(share[fixed], 0.0, 1.0)
    good = {
        'action': draw(vectors(st.floats(-1.2, 1.2), size)),
        'position': low + share * (high - low),
        'orientation': rotation.from_vector(np.array(draw(vectors(TURN, 3)))),
        'age': 0.0, 'delay': 0.0,
        'pause': draw(st.just(1.0) | st.floats(0.0, 1.3)),
    }
    bad = draw(st.sampled_from([
        {}, {}, {}, {},
        {'action': draw(vectors(ANY, draw(st.integers(0, 7))))},
        {'action': draw(vectors(ANY, size))},
        {'position': np.array(draw(vectors(ANY, len(low))))}, {'position': None},
        {'orientation': np.array(draw(vectors(st.just(np.nan), 4)))},
        {'age': draw(ANY)}, {'delay': draw(ANY)}, {'delay': draw(st.floats(-0.2, 0.2))},
        {'delay': 'zero stamp'}, {'pause': draw(st.floats(0.0, 10.0))},
    ]))
    return {**good, **bad}


class Witness:
    """Looks at everything that a gate sends."""

    def __init__(self, contract, home):
        self.contract = contract
        self.moving_since = None
        self.last = np.zeros(contract.command.size)
        self.target = None
        self.begin(home)

    def begin(self, measured, now=0.0):
        """Expect targets to begin where the robot is, or where they were if nobody moved it."""
        target = self.as_target(measured)
        self.target = self.unsagged(target) if self.stayed(target) else target
        self.began, self.periods = now, 0.0  # that a target has moved for at full speed

    def silent_until(self, now):
        """Fail if the robot is still under a moving command after three control periods."""
        if self.moving_since is not None:
            longest = 3 * self.contract.control_period
            assert now - self.moving_since <= longest * (1.0 + EPSILON)

    def see(self, decision, now, action=None, measured=None, disarms=False):
        executed, velocity = decision.executed_action, self.velocity(decision)
        assert executed.shape == self.last.shape
        assert (np.abs(executed) <= 1.0).all()
        self.check_speed(velocity)
        assert decision.clipped == bool(decision.reason)
        if decision.stopped:
            assert not executed.any() and decision.clipped
            self.check_stop(decision.command, measured, disarms)
            self.moving_since = None
        else:
            assert np.isfinite(decision.command).all()
            self.moving_since = now
            assert decision.clipped or executed.tobytes() == action.tobytes()
            self.check_motion(decision.command, velocity, measured)
            # The box and speed may shorten a command by more than the step, never lengthen it.
            longest = np.abs(self.last) + self.contract.limits.action_step
            assert (np.abs(executed) <= longest + 1e-6).all()
        self.last = executed.astype(np.float64)

    def see_held(self, decision, measured):
        """Fail unless a command that replaces a held one is shorter and stays in the box."""
        assert (np.abs(decision.executed_action) <= np.abs(self.last)).all()
        if decision.stopped:
            self.check_stop(decision.command, measured)
            self.moving_since = None
        else:
            assert not self.contract.command.is_target  # a target does not move on
            self.check_motion(decision.command, self.velocity(decision), measured)
        self.last = decision.executed_action.astype(np.float64)

    def velocity(self, decision):
        return decision.executed_action * np.array(self.contract.command.scale)

    def check_speed(self, velocity):
        limits = self.contract.limits
        if self.contract.command.commands_tool:
            linear, angular = self.split(velocity)
            assert np.linalg.norm(linear) <= limits.linear_speed + 1e-7
            assert np.linalg.norm(angular) <= limits.angular_speed + 1e-7
        else:
            assert (np.abs(velocity) <= np.array(limits.speed) + 1e-7).all()

    def check_stop(self, command, measured, disarms=False):
        """Velocities stop at zero, targets near what was measured; a refusal moves no target."""
        if not self.contract.command.is_target:
            assert not command.any()
        elif disarms and self.good(measured):
            self.target = self.unsagged(self.near_target(measured))
            np.testing.assert_allclose(command, self.target, atol=1e-9)
        else:
            assert command is None

    def check_motion(self, command, velocity, measured):
        if not self.contract.command.is_target:
            np.testing.assert_allclose(command, velocity, rtol=1e-6, atol=1e-9)
            self.check_box(velocity, measured.position)
            return
        here, count, rounding = measured.position, len(measured.position), 1e-7
        assert self.good(measured)
        origin = self.target[:count]
        self.check_box(velocity, origin)
        ahead = np.maximum(self.reach(), np.abs(origin - here))
        assert (np.abs(command[:count] - here) <= ahead + rounding).all()
        moved = command[:count] - origin
        if self.contract.command.commands_tool:
            linear, _ = self.split(velocity)
            self.check_return(command)
            moved = moved[self.directions()]
            before, after = (self.angle(target, measured) for target in (self.target, command))
            assert after <= max(self.contract.command.lead[1], before) + 1e-6
            assert np.isclose(np.linalg.norm(command[3:]), 1.0)
        else:
            linear = velocity
        np.testing.assert_allclose(
            moved, linear * self.contract.control_period, atol=rounding)
        self.target = command
        self.periods += np.abs(velocity / self.contract.command.scale).max()

    def check_return(self, command):
        """Fail if what no action moves returns fast, or beyond the limit of the linear speed."""
        period, moved = self.contract.control_period, command[:3] - self.target[:3]
        assert np.linalg.norm(moved) <= self.contract.limits.linear_speed * period + 1e-7
        held = np.delete(moved, self.directions())
        fastest = HOLD_SHARE * self.contract.limits.linear_speed
        assert np.linalg.norm(held) <= fastest * period + 1e-9
        if self.moves_straight():
            turned = np.linalg.norm(rotation.difference(command[3:], self.target[3:]))
            assert turned <= HOLD_TURN * period + 1e-7

    def check_pace(self, now):
        """However often actions come, they move a target for no longer than time has passed."""
        passed = (now - self.began) / self.contract.control_period
        assert self.periods <= passed + 1.5 + EPSILON

    def check_box(self, velocity, origin):
        """Until the gate looks again the robot stays in the box, or gets no further out."""
        low, high = box_of(self.contract)
        if self.contract.command.commands_tool:
            velocity, _ = self.split(velocity)
            directions = self.directions()
            low, high, origin = low[directions], high[directions], origin[directions]
        there = origin + velocity * self.contract.look_ahead
        assert (there >= np.minimum(low, origin) - 1e-7).all()
        assert (there <= np.maximum(high, origin) + 1e-7).all()

    def directions(self):
        axes = [axis for axis in self.contract.command.axes if axis.startswith('linear')]
        return ['xyz'.index(axis[-1]) for axis in axes]

    def split(self, command):
        linear = np.array([axis.startswith('linear') for axis in self.contract.command.axes])
        return command[linear], command[~linear]

    def good(self, measured):
        """Return whether the state may be believed."""
        known = (measured is not None and np.isfinite(measured.position).all()
                 and np.isfinite(measured.orientation).all()
                 and abs(measured.age) <= self.contract.limits.max_age)
        if not known or not self.contract.command.is_target:
            return known
        away = np.abs(measured.position - self.target[:len(measured.position)])
        return bool((away <= 2.0 * self.reach()).all()) and (
            not self.contract.command.commands_tool
            or self.angle(self.target, measured) <= 2.0 * self.contract.command.lead[1])

    def reach(self):
        """Return how far a target may be ahead, number by number."""
        lead = self.contract.command.lead
        return np.array(lead[0] if self.contract.command.commands_tool else lead)

    @staticmethod
    def angle(target, measured):
        return np.linalg.norm(rotation.difference(target[3:], measured.orientation))

    def near_target(self, measured):
        """Return what is measured, or what is nearest to it within a lead of the target."""
        near, target, count = self.as_target(measured), self.target, len(measured.position)
        near[:count] = np.clip(
            near[:count], target[:count] - self.reach(), target[:count] + self.reach())
        if self.contract.command.commands_tool:
            near[3:] = self.turned_back(measured, self.contract.command.lead[1])
        return near

    def stayed(self, target):
        """Return whether a target is near the last one, no further than a sag where held."""
        command, last = self.contract.command, self.target
        if last is None or command.kind != 'pose':
            return False
        most = np.full(3, min(SAG, command.lead[0]))
        most[self.directions()] = command.lead[0]
        tilt = min(TILT, command.lead[1]) if self.moves_straight() else command.lead[1]
        return (np.abs(target[:3] - last[:3]) <= most).all() and (
            np.linalg.norm(rotation.difference(target[3:], last[3:])) <= tilt)

    def moves_straight(self):
        return len(self.directions()) == self.contract.command.size

    def unsagged(self, target):
        """Return a target with what no action moves as it was, if that is but a sag away."""
        command = self.contract.command
        if command.kind != 'pose':
            return target
        target, moved = target.copy(), self.directions()
        for index in set(range(3)) - set(moved):
            if abs(target[index] - self.target[index]) <= min(SAG, command.lead[0]):
                target[index] = self.target[index]
        apart = np.linalg.norm(rotation.difference(target[3:], self.target[3:]))
        if self.moves_straight() and apart <= min(TILT, command.lead[1]):
            target[3:] = self.target[3:]
        return target

    def turned_back(self, measured, most):
        apart = rotation.difference(measured.orientation, self.target[3:])
        angle = np.linalg.norm(apart)
        return measured.orientation if angle <= most else rotation.multiply(
            rotation.from_vector(apart * most / angle), self.target[3:])

    def as_target(self, measured):
        pose = [measured.position, measured.orientation]
        return np.concatenate(pose if self.contract.command.commands_tool else pose[:1])


@settings(max_examples=500, deadline=None)
@given(st.data())
def test_no_command_leaves_the_limits_and_silence_ends_in_a_stop(data):
    contract = data.draw(contracts())
    home = MeasuredState(box_of(contract)[0], 0.0)
    gate, witness, now = SafetyGate(contract), Witness(contract, home), 100.0
    for given_input in data.draw(st.lists(inputs(contract), min_size=1, max_size=8)):
        if not gate.armed:
            idle = gate.filter(witness.last, home, now)
            assert idle.stopped and (idle.command is None if contract.command.is_target
                                     else not idle.command.any())
            assert gate.arm(home, now) == ''
            witness.begin(home, now)
        position = given_input['position']
        measured = None if position is None else MeasuredState(
            position, given_input['age'], given_input['orientation'])
        # A node asks the watchdog at the deadline, or as soon as it gets to run again.
        pause = given_input['pause'] * contract.control_period
        if now + pause >= gate.deadline:
            witness.silent_until(gate.deadline)
            witness.see(
                gate.watchdog(gate.deadline, measured), gate.deadline, None, measured, True)
            assert not gate.armed
        now += pause
        held = gate.hold(measured, now)
        if held is not None:
            witness.see_held(held, measured)
        action = np.array(given_input['action'], np.float32)
        delay = given_input['delay']
        stamp = 0.0 if delay == 'zero stamp' else now - delay
        armed = gate.armed
        decision = gate.filter(action, measured, now, stamp=stamp, clock=now)
        if armed:
            witness.see(decision, now, action, measured)
            witness.check_pace(now)
        else:
            assert decision.stopped and (decision.command is None if contract.command.is_target
                                         else not decision.command.any())
    if gate.armed:
        witness.silent_until(gate.deadline)
        assert gate.deadline <= now + IDLE_TIMEOUT
        witness.see(gate.watchdog(gate.deadline), gate.deadline, disarms=True)


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_unknown_state_or_observation_with_a_problem_never_arms(data):
    contract = data.draw(contracts())
    good = MeasuredState(box_of(contract)[0], 0.0)
    position = good.position.copy()
    position[data.draw(st.integers(0, len(position) - 1))] = data.draw(
        st.sampled_from([np.nan, np.inf, -np.inf]))
    gate = SafetyGate(contract)
    for measured, problems in (
        (None, ()), (MeasuredState(position, 0.0), ()), (good._replace(age=1.1), ()),
        (good._replace(age=np.nan), ()), (good, ('force: never received',)),
    ):
        assert gate.arm(measured, 0.0, problems)
        assert not gate.armed
