"""Limits of velocity commands against the measured tool."""

import numpy as np
from sgft_ros.robot.contract import RobotContract


def clip(values: np.ndarray, low: np.ndarray | float, high: np.ndarray | float) -> np.ndarray:
    """Return the values within low...high, as np.clip does, in half its time."""
    return np.minimum(np.maximum(values, low), high)


class TwistLimits:
    """Workspace box and speed for a tool that is commanded by velocities in the base frame."""

    def __init__(self, contract: RobotContract):
        axes = contract.command.axes
        self._linear = [index for index, axis in enumerate(axes) if axis.startswith('linear')]
        angular = [index for index, axis in enumerate(axes) if axis.startswith('angular')]
        self._position = ['xyz'.index(axes[index][-1]) for index in self._linear]
        workspace = contract.limits.workspace
        self._minimum = np.array(workspace.minimum)[self._position]
        self._maximum = np.array(workspace.maximum)[self._position]
        self._rate = contract.control_rate
        self._speeds = ((self._linear, contract.limits.linear_speed),
                        (angular, contract.limits.angular_speed))

    def keep_inside(self, command: np.ndarray, tool: np.ndarray) -> np.ndarray:
        """
        Return the command (action,) [m/s, rad/s], cut so that the tool stays in the box.

        It reaches at most the face within one control period; from outside it moves inwards only.
        `tool` is its measured position (3,) [m]. What needs no cut is returned as it is.
        """
        velocity = command[self._linear]
        position = tool[self._position]
        lowest = np.minimum((self._minimum - position) * self._rate, 0.0)
        highest = np.maximum((self._maximum - position) * self._rate, 0.0)
        inside = clip(velocity, lowest, highest)
        return self._replace(command, self._linear, velocity, inside)

    def slow_down(self, command: np.ndarray) -> np.ndarray:
        """Return the command no faster than the limits, in the same direction."""
        for indices, fastest in self._speeds:
            velocity = command[indices]
            norm = float(np.sqrt(velocity @ velocity))
            if norm > fastest:
                command = self._replace(command, indices, velocity, velocity * (fastest / norm))
        return command

    @staticmethod
    def _replace(command, indices, old, new):
        if (new == old).all():
            return command
        command = command.copy()
        command[indices] = new
        return command
