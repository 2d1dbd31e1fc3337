"""What a driver reads from the messages of a contract's commands."""

from collections.abc import Callable

import numpy as np
from sgft_ros.robot import RobotContract
from sgft_ros.robot.command import CommandContract, TWIST_AXES


def make_command_reader(contract: RobotContract) -> Callable[[object], np.ndarray]:
    """
    Return the function from a message to the command, as the safety gate meant it.

    It raises ValueError, saying what was expected, for a message that this driver refuses.
    """
    command = contract.command
    readers = {'twist': _twist, 'pose': _pose, 'joint_trajectory': _trajectory}
    read = readers.get(command.kind, _array)

    def read_checked(message):
        values = read(command, message)
        if not np.isfinite(values).all():
            raise ValueError(f'expected finite numbers, got {values.tolist()}')
        return values

    return read_checked


def _check_frame(command, message):
    header = getattr(message, 'header', None)
    if header is not None and header.frame_id != command.frame_id:
        raise ValueError(f'expected frame {command.frame_id!r}, got {header.frame_id!r}')


def _twist(command: CommandContract, message):
    _check_frame(command, message)
    twist = getattr(message, 'twist', message)
    values = {f'{part}.{axis}': getattr(getattr(twist, part), axis)
              for part in ('linear', 'angular') for axis in 'xyz'}
    others = [axis for axis in TWIST_AXES if axis not in command.axes and values[axis]]
    if others:
        raise ValueError(f'expected 0 along {others[0]}, which is no axis of this robot, '
                         f'got {values[others[0]]}')
    return np.array([values[axis] for axis in command.axes])


def _pose(command, message):
    _check_frame(command, message)
    p, q = message.pose.position, message.pose.orientation
    return np.array([p.x, p.y, p.z, q.w, q.x, q.y, q.z])


def _array(command, message):
    if len(message.data) != len(command.joints):
        raise ValueError(f'expected {len(command.joints)} numbers, one per joint, '
                         f'got {len(message.data)}')
    return np.array(message.data, float)


def _trajectory(command, message):
    names = list(message.joint_names)
    if sorted(names) != sorted(command.joints):
        raise ValueError(
            f'expected the joints {", ".join(command.joints)}, got {", ".join(names)}')
    if not message.points or len(message.points[-1].positions) != len(names):
        raise ValueError('expected points with one position per joint')
    positions = dict(zip(names, message.points[-1].positions, strict=True))
    return np.array([positions[joint] for joint in command.joints])
