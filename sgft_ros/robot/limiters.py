"""Limits of velocities against the measured state, of a tool and of joints."""

from collections.abc import Sequence
import math

import numpy as np
from sgft_ros.robot.command import TWIST_AXES
from sgft_ros.robot.contract import RobotContract
from sgft_ros.robot.limits import Workspace

FAR_OUT, FAR_TURNED = 0.1, 0.2  # [m], [rad] outside of limits; from there nothing moves
WORKSPACE = 'workspace'  # why something was cut
SAG = 0.005  # [m] that a tool may be outside along an axis that no action moves


def clip(values: np.ndarray, low: np.ndarray | float, high: np.ndarray | float) -> np.ndarray:
    """Return the values within low...high, as np.clip does, in half its time."""
    return np.minimum(np.maximum(values, low), high)


def same(a: np.ndarray, b: np.ndarray) -> bool:
    """Return whether two handfuls of numbers are equal; np.array_equal takes much longer."""
    return a.tolist() == b.tolist()


def shortened(vector: np.ndarray, most: float) -> np.ndarray:
    """Return a vector, no longer than `most`, in the same direction."""
    norm = math.hypot(*vector.tolist())
    return vector * (most / norm) if norm > most else vector


def all_finite(values: np.ndarray) -> bool:
    """Return whether a handful of numbers are finite, likewise."""
    return all(map(math.isfinite, values.tolist()))


def make_limiter(contract: RobotContract) -> 'ToolLimiter | JointLimiter':
    """Return the limiter of what the contract commands."""
    return (ToolLimiter if contract.command.commands_tool else JointLimiter)(contract)


class ToolLimiter:
    """Workspace box and speed of a tool whose velocity is in the base frame."""

    measures = 'tool position'
    size = 3  # numbers of the measured position
    box = WORKSPACE

    def __init__(self, contract: RobotContract):
        axes = contract.command.axes
        self._moves = contract.command.moves
        linear = [index for index, _ in self._moves]
        angular = [index for index, axis in enumerate(axes) if axis.startswith('angular')]
        self._axes, self._workspace = axes, contract.limits.workspace
        self._rate = 1.0 / contract.look_ahead
        self._speeds = [(indices, fastest) for indices, fastest in (
            (linear, contract.limits.linear_speed),
            (angular, contract.limits.angular_speed)) if indices]

    def problem(self, position: np.ndarray) -> str:
        """Return why no action may move the tool (3,) [m] from where it is."""
        return far_from_workspace(position, self._axes, self._workspace)

    def keep_inside(
        self, velocity: np.ndarray, low: Sequence[float], high: Sequence[float],
    ) -> np.ndarray:
        """
        Return the velocity (action,) [m/s, rad/s], cut so that the tool stays in the box.

        It reaches at most the face until the gate looks again; from outside it moves inwards only.
        The motion begins anywhere from `low` to `high` (3,) [m]. What needs no cut is returned as
        it is.
        """
        asked, box = velocity.tolist(), self._workspace
        inside = asked.copy()
        for index, element in self._moves:
            inside[index] = towards_face(
                asked[index], low[element], high[element], box.minimum[element],
                box.maximum[element], self._rate)
        return velocity if inside == asked else np.array(inside)

    def slow_down(self, velocity: np.ndarray) -> np.ndarray:
        """Return the velocity no faster than the limits, in the same direction."""
        asked = velocity.tolist()
        for indices, fastest in self._speeds:
            speed = math.hypot(*[asked[index] for index in indices])
            if speed > fastest:
                velocity = velocity.copy()
                velocity[indices] *= fastest / speed
        return velocity


class JointLimiter:
    """Positions and speeds of joints."""

    measures = 'joint positions'
    box = 'joint limits'

    def __init__(self, contract: RobotContract):
        limits = contract.limits
        self._joints, self._units = contract.command.joints, contract.command.joint_units
        self._far = [FAR_OUT if unit == 'm' else FAR_TURNED for unit in self._units]
        self.size = contract.command.width
        self._box = limits.minimum, limits.maximum
        self._speed = np.array(limits.speed)
        self._rate = 1.0 / contract.look_ahead

    def problem(self, position: np.ndarray) -> str:
        """Return why no action may move the joints (joints,) [rad, m] from where they are."""
        return '; '.join(
            f'{joint} is at {at:.4g} {unit}, far outside of limits.joints, '
            f'{low:.4g} to {high:.4g} {unit}'
            for joint, unit, far, at, low, high in zip(
                self._joints, self._units, self._far, position.tolist(), *self._box)
            if not low - far <= at <= high + far)

    def keep_inside(
        self, velocity: np.ndarray, low: Sequence[float], high: Sequence[float],
    ) -> np.ndarray:
        """Return the velocity (joints,) [rad/s, m/s], cut as that of a tool, joint by joint."""
        asked = velocity.tolist()
        inside = towards_box(asked, low, high, *self._box, self._rate)
        return velocity if inside == asked else np.array(inside)

    def slow_down(self, velocity: np.ndarray) -> np.ndarray:
        """Return the velocity no faster than any joint's limit, in the same direction."""
        speed = np.abs(velocity)
        over = speed > self._speed
        if not any(over):
            return velocity
        share = (self._speed[over] / speed[over]).min()
        # Multiplying may round up by one bit.
        return clip(velocity * share, -self._speed, self._speed)


def far_from_workspace(
    position: np.ndarray, axes: Sequence[str], workspace: Workspace,
) -> str:
    """
    Return why no action may move a tool (3,) [m] from where it is.

    It has to be within its box along axes that no action moves, and near it along the others. From
    outside it may move inwards only, but where the box is elsewhere that is no limit.
    """
    found = []
    for axis, at, low, high in zip(
            TWIST_AXES, position.tolist(), workspace.minimum, workspace.maximum):
        room, why = (FAR_OUT, 'far') if axis in axes else (SAG, 'where no action moves it,')
        if not low - room <= at <= high + room:
            found.append(f'tool position: {axis} is {at:.4g} m, {why} outside of '
                         f'limits.workspace, {low:g} to {high:g} m')
    return '; '.join(found)


def towards_box(
    velocity: Sequence[float], low: Sequence[float], high: Sequence[float],
    minimum: Sequence[float], maximum: Sequence[float], rate: float,
) -> list[float]:
    """
    Return the velocity, cut so that it ends within minimum...maximum after one period.

    It begins anywhere from `low` to `high`; from outside it moves inwards only. `rate` is periods
    per second.
    """
    return [towards_face(*numbers, rate) for numbers in zip(
        velocity, low, high, minimum, maximum, strict=True)]


def towards_face(
    velocity: float, low: float, high: float, minimum: float, maximum: float, rate: float,
) -> float:
    """Return the same along one axis: for a handful of numbers NumPy would take longer."""
    lowest, highest = min((minimum - low) * rate, 0.0), max((maximum - high) * rate, 0.0)
    return min(max(velocity, lowest), highest)
