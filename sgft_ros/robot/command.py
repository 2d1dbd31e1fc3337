"""Commands: what a normalised action means in SI units, and what stops the robot."""

from dataclasses import dataclass

import numpy as np
from sgft_ros.robot.yaml_section import ContractError, Section

KINDS = ('twist', 'pose', 'joint_velocity', 'joint_position', 'joint_trajectory')
SUPPORTED = ('twist',)
TWIST_AXES = ('linear.x', 'linear.y', 'linear.z', 'angular.x', 'angular.y', 'angular.z')
TWIST_TYPE = 'geometry_msgs/msg/TwistStamped'
COMMAND_KEYS = ('kind', 'topic', 'type', 'frame_id', 'axes', 'scale')


@dataclass(frozen=True)
class CommandContract:
    """How an action becomes a message."""

    kind: str
    topic: str
    type: str
    frame_id: str              # axes of the velocity, REP 105
    axes: tuple[str, ...]      # what each number of the action commands; other axes stay 0
    scale: tuple[float, ...]   # [m/s] or [rad/s] per 1.0 of the action, one per axis

    @property
    def size(self) -> int:
        """Return how many numbers an action has."""
        return len(self.axes)

    @property
    def units(self) -> tuple[str, ...]:
        """Return the unit of each number of the command."""
        return tuple('m/s' if axis.startswith('linear') else 'rad/s' for axis in self.axes)


def read_command(contract: Section) -> CommandContract:
    """Read the section `command` of a contract."""
    section = contract.section('command', COMMAND_KEYS)
    kind = section.choice('kind', KINDS)
    if kind not in SUPPORTED:
        raise ContractError(
            f'{section.file}: command.kind: {kind!r} is not supported yet; '
            f'this version drives: {", ".join(SUPPORTED)}')
    axes = section.texts('axes')
    for axis in axes:
        if axis not in TWIST_AXES:
            section.fail('axes', f'axes out of {", ".join(TWIST_AXES)}', axis)
    scale = section.numbers('scale', len(axes), spread=True)
    if 0.0 in scale:
        section.fail('scale', 'numbers other than 0 (leave the axis out instead)', list(scale))
    return CommandContract(
        kind=kind, topic=section.text('topic'), type=section.choice('type', (TWIST_TYPE,)),
        frame_id=section.text('frame_id'), axes=axes, scale=scale)


class TwistCommand:
    """Velocity commands of a tool."""

    def __init__(self, contract: CommandContract):
        self._scale = np.array(contract.scale)
        self._paths = [axis.split('.') for axis in contract.axes]
        self.size = contract.size

    def to_command(self, action: np.ndarray) -> np.ndarray:
        """Return the velocity (action,) [m/s, rad/s] of a normalised action (action,)."""
        return np.asarray(action, np.float64) * self._scale

    def to_action(self, command: np.ndarray) -> np.ndarray:
        """Return the normalised action (action,) float32 of a velocity (action,)."""
        return (np.asarray(command, np.float64) / self._scale).astype(np.float32)

    def stop(self) -> np.ndarray:
        """Return the command that stops the robot: zeros, as velocities have it."""
        return np.zeros(self.size)

    def fill(self, twist: object, command: np.ndarray) -> None:
        """Write a command (action,) into a geometry_msgs Twist; other axes stay as they are."""
        for (part, axis), value in zip(self._paths, command.tolist(), strict=True):
            setattr(getattr(twist, part), axis, value)
