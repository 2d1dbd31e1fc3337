"""Limits of velocity commands against the measured tool."""

import numpy as np

from sgft_ros.robot.contract import RobotContract


class TwistLimits:
    """Workspace box and speed for a tool that is commanded by velocities in the base frame."""

    def __init__(self, contract: RobotContract):
        axes = contract.command.axes
        self._linear = [index for index, axis in enumerate(axes) if axis.startswith('linear')]
        self._angular = [index for index, axis in enumerate(axes) if axis.startswith('angular')]
        self._position = ['xyz'.index(axes[index][-1]) for index in self._linear]
        workspace = contract.limits.workspace
        self._minimum = np.array(workspace.minimum)[self._position]
        self._maximum = np.array(workspace.maximum)[self._position]
        self._rate = contract.control_rate
        self._linear_speed = contract.limits.linear_speed
        self._angular_speed = contract.limits.angular_speed

    def apply(self, command: np.ndarray, tool: np.ndarray, reasons: list[str]) -> np.ndarray:
        """Return the command (action,) [m/s, rad/s] within limits; add each cut to reasons."""
        command = command.copy()
        velocity = command[self._linear]
        position = tool[self._position]
        # Reach at most the face within one control period; from outside, only inwards.
        lowest = np.minimum((self._minimum - position) * self._rate, 0.0)
        highest = np.maximum((self._maximum - position) * self._rate, 0.0)
        inside = np.minimum(np.maximum(velocity, lowest), highest)
        if (inside != velocity).any():
            reasons.append('workspace')
        # Last, as a shorter velocity of the same direction cannot leave the box.
        slow = _shorten(inside, self._linear_speed)
        turn = command[self._angular]
        slow_turn = _shorten(turn, self._angular_speed)
        if slow is not inside or slow_turn is not turn:
            reasons.append('speed')
        command[self._linear] = slow
        command[self._angular] = slow_turn
        return command


def _shorten(vector: np.ndarray, longest: float) -> np.ndarray:
    norm = float(np.sqrt(vector @ vector))
    return vector if norm <= longest else vector * (longest / norm)
