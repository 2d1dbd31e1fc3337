"""Limits of velocities against the measured state, of a tool and of joints."""

import numpy as np
from sgft_ros.robot.contract import RobotContract


def clip(values: np.ndarray, low: np.ndarray | float, high: np.ndarray | float) -> np.ndarray:
    """Return the values within low...high, as np.clip does, in half its time."""
    return np.minimum(np.maximum(values, low), high)


def make_limiter(contract: RobotContract) -> 'ToolLimiter | JointLimiter':
    """Return the limiter of what the contract commands."""
    return (ToolLimiter if contract.command.moves_tool else JointLimiter)(contract)


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
        self._speeds = ((self._linear, contract.limits.linear_speed),
                        (angular, contract.limits.angular_speed))

    def keep_inside(self, velocity: np.ndarray, position: np.ndarray) -> np.ndarray:
        """
        Return the velocity (action,) [m/s, rad/s], cut so that the tool stays in the box.

        It reaches at most the face within one control period; from outside it moves inwards only.
        `position` (3,) [m] is where the motion begins. What needs no cut is returned as it is.
        """
        linear = velocity[self._linear]
        inside = towards_box(
            linear, position[self._position], self._minimum, self._maximum, self._rate)
        return self._replace(velocity, self._linear, linear, inside)

    def slow_down(self, velocity: np.ndarray) -> np.ndarray:
        """Return the velocity no faster than the limits, in the same direction."""
        for indices, fastest in self._speeds:
            part = velocity[indices]
            norm = float(np.sqrt(part @ part))
            if norm > fastest:
                velocity = self._replace(velocity, indices, part, part * (fastest / norm))
        return velocity

    @staticmethod
    def _replace(velocity, indices, old, new):
        if (new == old).all():
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
        self.size = contract.command.size
        self._minimum, self._maximum = np.array(limits.minimum), np.array(limits.maximum)
        self._speed = np.array(limits.speed)
        self._rate = contract.control_rate

    def keep_inside(self, velocity: np.ndarray, position: np.ndarray) -> np.ndarray:
        """Return the velocity (action,) [rad/s], cut as that of a tool, joint by joint."""
        inside = towards_box(velocity, position, self._minimum, self._maximum, self._rate)
        return velocity if (inside == velocity).all() else inside

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
    velocity: np.ndarray, position: np.ndarray, minimum: np.ndarray, maximum: np.ndarray,
    rate: float,
) -> np.ndarray:
    """
    Return the velocity, cut so that it ends within minimum...maximum after one period.

    It begins at `position`; from outside it moves inwards only. `rate` is periods per second.
    """
    lowest = np.minimum((minimum - position) * rate, 0.0)
    highest = np.maximum((maximum - position) * rate, 0.0)
    return clip(velocity, lowest, highest)
