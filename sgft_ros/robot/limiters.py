"""Limits of velocities against the measured state, of a tool and of joints."""

import math

import numpy as np
from sgft_ros.robot.contract import RobotContract


def clip(values: np.ndarray, low: np.ndarray | float, high: np.ndarray | float) -> np.ndarray:
    """Return the values within low...high, as np.clip does, in half its time."""
    return np.minimum(np.maximum(values, low), high)


def same(a: np.ndarray, b: np.ndarray) -> bool:
    """Return whether two handfuls of numbers are equal; np.array_equal takes much longer."""
    return a.tolist() == b.tolist()


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
    box = 'workspace'

    def __init__(self, contract: RobotContract):
        axes = contract.command.axes
        moves = contract.command.moves
        self._linear = [index for index, _ in moves]
        self._position = [element for _, element in moves]
        angular = [index for index, axis in enumerate(axes) if axis.startswith('angular')]
        workspace = contract.limits.workspace
        self._minimum = np.array(workspace.minimum)[self._position]
        self._maximum = np.array(workspace.maximum)[self._position]
        self._rate = contract.control_rate
        self._speeds = [(indices, fastest) for indices, fastest in (
            (self._linear, contract.limits.linear_speed),
            (angular, contract.limits.angular_speed)) if indices]

    def keep_inside(
        self, velocity: np.ndarray, low: np.ndarray, high: np.ndarray,
    ) -> np.ndarray:
        """
        Return the velocity (action,) [m/s, rad/s], cut so that the tool stays in the box.

        It reaches at most the face within one control period; from outside it moves inwards only.
        The motion begins anywhere from `low` to `high` (3,) [m]. What needs no cut is returned as
        it is.
        """
        linear = velocity[self._linear]
        inside = towards_box(linear, low[self._position], high[self._position],
                             self._minimum, self._maximum, self._rate)
        return self._replace(velocity, self._linear, linear, inside)

    def slow_down(self, velocity: np.ndarray) -> np.ndarray:
        """Return the velocity no faster than the limits, in the same direction."""
        for indices, fastest in self._speeds:
            part = velocity[indices]
            norm = math.sqrt(part @ part)
            if norm > fastest:
                velocity = self._replace(velocity, indices, part, part * (fastest / norm))
        return velocity

    @staticmethod
    def _replace(velocity, indices, old, new):
        if same(new, old):
            return velocity
        velocity = velocity.copy()
        velocity[indices] = new
        return velocity


class JointLimiter:
    """Positions and speeds of joints."""

    measures = 'joint positions'
    box = 'joint limits'

    def __init__(self, contract: RobotContract):
        limits = contract.limits
        self.size = contract.command.width
        self._minimum, self._maximum = np.array(limits.minimum), np.array(limits.maximum)
        self._speed = np.array(limits.speed)
        self._rate = contract.control_rate

    def keep_inside(
        self, velocity: np.ndarray, low: np.ndarray, high: np.ndarray,
    ) -> np.ndarray:
        """Return the velocity (joints,) [rad/s], cut as that of a tool, joint by joint."""
        inside = towards_box(velocity, low, high, self._minimum, self._maximum, self._rate)
        return velocity if same(inside, velocity) else inside

    def slow_down(self, velocity: np.ndarray) -> np.ndarray:
        """Return the velocity no faster than any joint's limit, in the same direction."""
        speed = np.abs(velocity)
        over = speed > self._speed
        if not over.any():
            return velocity
        share = (self._speed[over] / speed[over]).min()
        # Multiplying may round up by one bit.
        return clip(velocity * share, -self._speed, self._speed)


def towards_box(
    velocity: np.ndarray, low: np.ndarray, high: np.ndarray, minimum: np.ndarray,
    maximum: np.ndarray, rate: float,
) -> np.ndarray:
    """
    Return the velocity, cut so that it ends within minimum...maximum after one period.

    It begins anywhere from `low` to `high`; from outside it moves inwards only. `rate` is periods
    per second.
    """
    lowest = np.minimum((minimum - low) * rate, 0.0)
    highest = np.maximum((maximum - high) * rate, 0.0)
    return clip(velocity, lowest, highest)
