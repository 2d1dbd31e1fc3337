"""What a driver is told, by its kind of command: velocities, or targets that velocities move."""

from collections import deque
import math
from typing import NamedTuple

import numpy as np
from sgft_ros.robot import rotation
from sgft_ros.robot.contract import RobotContract
from sgft_ros.robot.held_axes import HeldAxes
from sgft_ros.robot.limiters import clip, same, shortened, towards_box

FAR = 2.0  # leads between a target and the robot, beyond which something is wrong
UPRIGHT = np.array([1.0, 0.0, 0.0, 0.0])


class MeasuredState(NamedTuple):
    """What is measured of the things that commands move: the tool in the base frame, or joints."""

    position: np.ndarray  # of the tool (3,) [m], or of the command's joints (joints,) [rad]
    age: float            # [s]
    orientation: np.ndarray = UPRIGHT  # of the tool, quaternion (w, x, y, z)


class Whereabouts(NamedTuple):
    """From where a velocity moves on; the numbers of a position as in `MeasuredState`."""

    expected: list[float]  # if the robot has followed every command since it was measured
    low: list[float]       # the lowest that any of them, or none, can have brought it to
    high: list[float]      # the highest


def make_drive(contract: RobotContract) -> 'VelocityDrive | PoseDrive | JointTargetDrive':
    """Return the drive of the contract's kind of command."""
    if not contract.command.is_target:
        return VelocityDrive(contract)
    return (PoseDrive if contract.command.commands_tool else JointTargetDrive)(contract)


class VelocityDrive:
    """`twist` and `joint_velocity`: the command is the velocity, and zeros are the stop."""

    moves_on = True  # after the control period for which the command was meant

    def __init__(self, contract: RobotContract):
        self._moves, self._width = contract.command.moves, contract.command.width
        self._latency = contract.limits.latency
        self._oldest = contract.limits.max_age + self._latency
        # Since when [s] which velocity is in force, newest last: all that may not be measured yet.
        self._told = deque([(-math.inf, [0.0] * self._width)])

    def begin(self, measured: MeasuredState) -> None:
        """Take over the robot where it is."""

    def problem(self, measured: MeasuredState) -> str:
        """Return why the robot cannot be where it was measured; velocities know nothing of it."""
        return ''

    def whereabouts(self, measured: MeasuredState, now: float) -> Whereabouts:
        """Return where the robot is at `now` [s]; the measurement is some milliseconds old."""
        # A stamp from the future says that clocks differ, and by how much at least.
        age, until = abs(measured.age) + self._latency, now
        expected = measured.position.tolist()
        low, high = expected.copy(), expected.copy()
        slowest, fastest = [0.0] * self._width, [0.0] * self._width
        for since, velocity in reversed(self._told):
            lasted = until - max(since, now - age)
            for index, element in self._moves:
                expected[element] += velocity[index] * lasted
            slowest, fastest = list(map(min, slowest, velocity)), list(map(max, fastest, velocity))
            if since <= now - age:
                break
            until = since
        for index, element in self._moves:
            low[element] += slowest[index] * age
            high[element] += fastest[index] * age
        return Whereabouts(expected, low, high)

    def within_lead(self, velocity: np.ndarray, measured: MeasuredState) -> np.ndarray:
        """Return the velocity (width,), cut so that no target gets too far ahead."""
        return velocity

    def move(self, velocity: np.ndarray, now: float) -> np.ndarray:
        """Return the command for a velocity (width,) from `now` [s] on."""
        told = self._told
        told.append((now, velocity.tolist()))
        while len(told) > 1 and told[1][0] <= now - self._oldest:
            told.popleft()
        return velocity.copy()

    def refuse(self, now: float) -> np.ndarray | None:
        """Return what stops the robot until the next good action, None to say nothing."""
        return self.idle(now)

    def stop(self, measured: MeasuredState | None, now: float) -> np.ndarray | None:
        """Return what stops the robot as the gate disarms, None to say nothing."""
        return self.idle(now)

    def idle(self, now: float) -> np.ndarray | None:
        """Return what a driver is told while nobody may move the robot."""
        return self.move(np.zeros(self._width), now)


class _TargetDrive:
    """
    The command is a target; the stop is to hold the measured state, and never zeros.

    Velocities alone move the target, whatever is measured: no faster than the limits, and no
    further ahead of the robot than the lead. A refusal leaves it where actions have led it: if it
    took back what the robot has not followed yet, a measurement that is wrong in one direction
    would lead the target astray, as refusals may come by the hundred. What is measured further
    away than twice the lead is not believed: somebody pushes the robot, or the measurement is
    wrong.
    """

    moves_on = False

    def __init__(self, contract: RobotContract):
        self._period, self._rate = contract.control_period, contract.control_rate
        self._target = None  # in force; None until a measurement has been taken over

    def begin(self, measured: MeasuredState) -> None:
        self._target = self._as_target(measured)

    def problem(self, measured: MeasuredState) -> str:
        if not self._is_far(measured):
            return ''
        return (f'the robot was measured more than {FAR:g} times command.lead away from its '
                'target; was it pushed?')

    def move(self, velocity: np.ndarray, now: float) -> np.ndarray:
        self._target = self._moved(self._target, velocity)
        return self._target.copy()

    def refuse(self, now: float) -> None:
        """Say nothing: the driver holds the last target, one lead away at most."""

    def stop(self, measured: MeasuredState | None, now: float) -> np.ndarray | None:
        if measured is None:
            return None  # nobody knows where the robot is, and the last target stays in force
        self._target = self._near_target(self._as_target(measured))
        return self._target.copy()

    def idle(self, now: float) -> None:
        """Say nothing: another controller may be bringing the robot to its start."""


class JointTargetDrive(_TargetDrive):
    """`joint_position` and `joint_trajectory`: the command is joint positions (joints,) [rad]."""

    def __init__(self, contract: RobotContract):
        super().__init__(contract)
        self._lead = np.array(contract.command.lead)

    def whereabouts(self, measured: MeasuredState, now: float) -> Whereabouts:
        position = self._target.tolist()
        return Whereabouts(position, position, position)

    def within_lead(self, velocity: np.ndarray, measured: MeasuredState) -> np.ndarray:
        asked, target = velocity.tolist(), self._target.tolist()
        cut = towards_box(asked, target, target, (measured.position - self._lead).tolist(),
                          (measured.position + self._lead).tolist(), self._rate)
        return velocity if cut == asked else np.array(cut)

    def _is_far(self, measured):
        return bool((np.abs(measured.position - self._target) > FAR * self._lead).any())

    def _near_target(self, measured):
        return clip(measured, self._target - self._lead, self._target + self._lead)

    def _as_target(self, measured):
        return np.array(measured.position, float)

    def _moved(self, target, velocity):
        return target + velocity * self._period


class PoseDrive(_TargetDrive):
    """`pose`: the command is position [m] and quaternion (w, x, y, z) of the tool (7,)."""

    def __init__(self, contract: RobotContract):
        super().__init__(contract)
        self._axes = contract.command.twist_elements
        self._lead, self._angular_lead = contract.command.lead
        self._held, self._moved_at = HeldAxes(contract), -math.inf
        self._back = np.zeros(6)  # velocity that brings held axes back

    def begin(self, measured: MeasuredState) -> None:
        self._target = self._held.begin(self._as_target(measured), self._target)

    def whereabouts(self, measured: MeasuredState, now: float) -> Whereabouts:
        position = self._target[:3].tolist()
        return Whereabouts(position, position, position)

    def within_lead(self, velocity: np.ndarray, measured: MeasuredState) -> np.ndarray:
        twist, target, returning = self._twist(velocity), self._target, self._held.returning
        if returning:
            twist = self._held.returned(twist, target)
        position = target[:3].tolist()
        linear = towards_box(
            twist[:3].tolist(), position, position, (measured.position - self._lead).tolist(),
            (measured.position + self._lead).tolist(), self._rate)
        angular = twist[3:]
        ahead = rotation.angle(self._turned(target[3:], angular), measured.orientation)
        if ahead > max(self._angular_lead, rotation.angle(target[3:], measured.orientation)):
            angular = _shorter(angular, lambda turn: rotation.angle(
                self._turned(target[3:], turn), measured.orientation) <= self._angular_lead)
        near = np.concatenate([linear, angular])
        self._back = self._held.mask * near if returning else np.zeros(6)
        cut = near[self._axes]
        return velocity if same(cut, velocity) else cut

    def move(self, velocity: np.ndarray, now: float) -> np.ndarray:
        # Per time, and not per action, as the velocity is.
        self._back *= min((now - self._moved_at) * self._rate, 1.0)
        self._moved_at = now
        return super().move(velocity, now)

    def _is_far(self, measured):
        turned = rotation.angle(measured.orientation, self._target[3:])
        return bool((np.abs(measured.position - self._target[:3]) > FAR * self._lead).any()
                    or turned > FAR * self._angular_lead)

    def _near_target(self, measured):
        target = self._target
        position = clip(measured[:3], target[:3] - self._lead, target[:3] + self._lead)
        orientation = _turned_towards(measured[3:], target[3:], self._angular_lead)
        return self._held.unsagged(np.concatenate([position, orientation]), target)

    def _turned(self, orientation, angular):
        turned = rotation.multiply(rotation.from_vector(angular * self._period), orientation)
        return turned / np.linalg.norm(turned)

    def _twist(self, velocity):
        twist = np.zeros(6)
        twist[self._axes] = velocity
        return twist

    def _as_target(self, measured):
        return np.concatenate([
            measured.position, measured.orientation / np.linalg.norm(measured.orientation)])

    def _moved(self, target, velocity):
        twist = self._twist(velocity) + self._back
        return np.concatenate([
            target[:3] + twist[:3] * self._period, self._turned(target[3:], twist[3:])])


def _turned_towards(orientation, begin, most):
    """Return `begin`, turned towards an orientation by an angle of at most `most` [rad]."""
    apart = rotation.difference(orientation, begin)
    turn = shortened(apart, most)
    return orientation if turn is apart else rotation.multiply(rotation.from_vector(turn), begin)


def _shorter(vector, fits):
    """Return the vector, shortened until it fits; zeros if nothing does."""
    for share in (0.75, 0.5, 0.25, 0.125):
        if fits(share * vector):
            return share * vector
    return np.zeros_like(vector)
