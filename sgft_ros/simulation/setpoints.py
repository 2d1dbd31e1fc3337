"""What the simulated drive follows, by the kind of command: velocities, poses, joints."""

from collections.abc import Callable

import numpy as np
from sgft_ros.robot.command import CommandContract, TWIST_AXES

POSE_GAIN = 25.0   # of a pose controller: velocity per distance to the target [1/s]
JOINT_GAIN = 30.0  # of a position controller [1/s]
TOOL_SPEED = 1.0   # of a pose controller, at most [m/s]
JOINT_SPEED = 3.0  # of a position controller, at most, per joint [rad/s]


class Setpoint:
    """What the drive aims at; asked once per servo period."""

    def joint_velocities(self, arm) -> np.ndarray:
        """Return the joint velocities (6,) [rad/s] that lead there."""
        raise NotImplementedError


class ToolVelocity(Setpoint):
    """A linear velocity (3,) [m/s] of the tool, which stays upright."""

    def __init__(self, velocity: np.ndarray):
        self._velocity = velocity

    def joint_velocities(self, arm) -> np.ndarray:
        """Return the joint velocities (6,) [rad/s] that move the tool so."""
        return arm.joint_velocities_for(arm.turn @ self._velocity)


class ToolPosition(Setpoint):
    """A position (3,) [m] of the tool, which stays upright."""

    def __init__(self, position: np.ndarray):
        self._position = position

    def joint_velocities(self, arm) -> np.ndarray:
        """Return joint velocities (6,) [rad/s] in proportion to the distance."""
        velocity = POSE_GAIN * (self._position - arm.tip_position)
        speed = float(np.linalg.norm(velocity))
        velocity *= min(1.0, TOOL_SPEED / max(speed, 1e-9))
        return arm.joint_velocities_for(arm.turn @ velocity)


class JointVelocities(Setpoint):
    """Velocities (6,) [rad/s] of the joints."""

    def __init__(self, velocities: np.ndarray):
        self._velocities = velocities

    def joint_velocities(self, arm) -> np.ndarray:
        """Return them, as the drive executes them."""
        return arm.physics.gain * self._velocities


class JointPositions(Setpoint):
    """Positions (6,) [rad] of the joints, reached on a straight line after `duration` [s]."""

    def __init__(self, positions: np.ndarray, duration: float = 0.0):
        self._positions = positions
        self._duration = duration
        self._begin = None  # time [s] and positions when the drive began to follow

    def joint_velocities(self, arm) -> np.ndarray:
        """Return joint velocities (6,) [rad/s] in proportion to the distance from the line."""
        if self._begin is None:
            self._begin = arm.time, arm.joint_positions
        begin, start = self._begin
        ahead = 0.0
        target = self._positions
        if arm.time - begin < self._duration:
            ahead = (self._positions - start) / self._duration
            target = start + ahead * (arm.time - begin)
        velocities = ahead + JOINT_GAIN * (target - arm.joint_positions)
        return np.clip(arm.physics.gain * velocities, -JOINT_SPEED, JOINT_SPEED)


def setpoint_maker(
    command: CommandContract, control_period: float,
) -> Callable[[np.ndarray], Setpoint]:
    """
    Return the function from a command of the safety gate to what the simulated drive follows.

    :raises ValueError: if this arm cannot be commanded so
    """
    if not command.commands_tool and len(command.joints) != 6:
        raise ValueError(
            f'the simulated arm has 6 joints, command.joints names {len(command.joints)}')
    if command.kind == 'twist':
        # This arm keeps its tool upright and knows linear velocities only.
        if any(axis.startswith('angular') for axis in command.axes):
            raise ValueError('the simulated arm keeps its tool upright: command.axes may only be '
                             f'out of {", ".join(TWIST_AXES[:3])}, got {", ".join(command.axes)}')
        axes = command.twist_elements

        def tool_velocity(command):
            velocity = np.zeros(3)
            velocity[axes] = command
            return ToolVelocity(velocity)

        return tool_velocity
    if command.kind == 'pose':
        return lambda target: ToolPosition(target[:3])
    if command.kind == 'joint_velocity':
        return JointVelocities
    duration = command.duration * control_period if command.kind == 'joint_trajectory' else 0.0
    return lambda positions: JointPositions(positions, duration)
