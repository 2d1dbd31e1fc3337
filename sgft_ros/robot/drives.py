"""What a driver is told, by its kind of command: velocities, or targets that velocities move."""

from collections import deque
import math
from typing import NamedTuple

import numpy as np
from sgft_ros.robot import rotation
from sgft_ros.robot.contract import RobotContract
from sgft_ros.robot.limiters import clip, same, towards_box

UPRIGHT = np.array([1.0, 0.0, 0.0, 0.0])


class MeasuredState(NamedTuple):
    """What is measured of the things that commands move: the tool in the base frame, or joints."""

    position: np.ndarray  # of the tool (3,) [m], or of the command's joints (joints,) [rad]
    age: float            # [s]
    orientation: np.ndarray = UPRIGHT  # of the tool, quaternion (w, x, y, z)


def make_drive(contract: RobotContract) -> 'VelocityDrive | PoseDrive | JointTargetDrive':
    """Return the drive of the contract's kind of command."""
    if not contract.command.is_target:
        return VelocityDrive(contract)
    return (PoseDrive if contract.command.commands_tool else JointTargetDrive)(contract)


class VelocityDrive:
    """`twist` and `joint_velocity`: the command is the velocity, and zeros are the stop."""

    moves_on = True  # after the control period for which the command was meant

    def __init__(self, contract: RobotContract):
        command = contract.command
        self._moves = command.moves
        # Newest last, as many as may have moved the robot since it was measured.
        self._velocities = deque(
            [[0.0] * command.width],
            maxlen=math.ceil(contract.limits.max_age * contract.control_rate) + 1)

    def begin(self, measured: MeasuredState) -> None:
        """Take over the robot where it is."""

    def whereabouts(self, measured: MeasuredState) -> tuple[np.ndarray, np.ndarray]:
        """
        Return the lowest and the highest position from which a velocity may move on.

        Each is like `measured.position`. The measurement is some milliseconds old: where the robot
        was then, and the farthest to both sides that what it was told since can have brought it.
        """
        age = max(measured.age, 0.0)
        low, high = np.array(measured.position, float), np.array(measured.position, float)
        told = list(zip(*self._velocities, strict=True))  # by number of the velocity
        for index, element in self._moves:
            low[element] += min(*told[index], 0.0) * age
            high[element] += max(*told[index], 0.0) * age
        return low, high

    def within_lead(self, velocity: np.ndarray, measured: MeasuredState) -> np.ndarray:
        """Return the velocity (width,), cut so that no target gets too far ahead."""
        return velocity

    def move(self, velocity: np.ndarray) -> np.ndarray:
        """Return the command for a velocity (width,) over one control period."""
        self._velocities.append(velocity.tolist())
        return velocity.copy()

    def stop(self, measured: MeasuredState | None) -> np.ndarray | None:
        """Return the command that stops the robot, None if there is nothing to say."""
        return self.idle()

    def idle(self) -> np.ndarray | None:
        """Return what a driver is told while nobody may move the robot."""
        return self.move(np.zeros(len(self._velocities[-1])))


class _TargetDrive:
    """
    The command is a target; the stop is to hold the measured state, and never zeros.

    The target is held from the first stop to the next motion: to hold what is measured anew again
    and again would let a compliant arm sink.
    """

    moves_on = False

    def __init__(self, contract: RobotContract):
        self._period, self._rate = contract.control_period, contract.control_rate
        self._target = None   # in force; None until a measurement has been taken over
        self._held = False

    def begin(self, measured: MeasuredState) -> None:
        self._target, self._held = self._as_target(measured), False

    def move(self, velocity: np.ndarray) -> np.ndarray:
        self._target, self._held = self._moved(self._target, velocity), False
        return self._target.copy()

    def stop(self, measured: MeasuredState | None) -> np.ndarray | None:
        if not self._held and measured is not None:
            self._target, self._held = self._as_target(measured), True
        # Nobody knows where the robot is: its driver holds the last target, one lead away.
        return self._target.copy() if self._held else None

    def idle(self) -> None:
        """Say nothing: another controller may be bringing the robot to its start."""
        self._target, self._held = None, False


class JointTargetDrive(_TargetDrive):
    """`joint_position` and `joint_trajectory`: the command is joint positions (joints,) [rad]."""

    def __init__(self, contract: RobotContract):
        super().__init__(contract)
        self._lead = np.array(contract.command.lead)

    def whereabouts(self, measured: MeasuredState) -> tuple[np.ndarray, np.ndarray]:
        self._target = clip(
            self._target, measured.position - self._lead, measured.position + self._lead)
        return self._target, self._target

    def within_lead(self, velocity: np.ndarray, measured: MeasuredState) -> np.ndarray:
        cut = towards_box(velocity, self._target, self._target, measured.position - self._lead,
                          measured.position + self._lead, self._rate)
        return velocity if same(cut, velocity) else cut

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

    def whereabouts(self, measured: MeasuredState) -> tuple[np.ndarray, np.ndarray]:
        position = clip(self._target[:3], measured.position - self._lead,
                        measured.position + self._lead)
        self._target = np.concatenate(
            [position, self._near(self._target[3:], measured.orientation)])
        return position, position

    def within_lead(self, velocity: np.ndarray, measured: MeasuredState) -> np.ndarray:
        twist = self._twist(velocity)
        linear = towards_box(
            twist[:3], self._target[:3], self._target[:3], measured.position - self._lead,
            measured.position + self._lead, self._rate)
        wanted = self._turned(self._target[3:], twist[3:])
        angular = twist[3:]
        if _angle(wanted, measured.orientation) > self._angular_lead:
            angular = np.zeros(3)
        cut = np.concatenate([linear, angular])[self._axes]
        return velocity if same(cut, velocity) else cut

    def _near(self, orientation, measured):
        """Return the orientation, turned back to within the lead of the measured one."""
        apart = rotation.difference(orientation, measured)
        angle = float(np.linalg.norm(apart))
        if angle <= self._angular_lead:
            return orientation
        return rotation.multiply(
            rotation.from_vector(apart * (self._angular_lead / angle)), measured)

    def _turned(self, orientation, angular):
        turned = rotation.multiply(rotation.from_vector(angular * self._period), orientation)
        return turned / np.linalg.norm(turned)

    def _twist(self, velocity):
        twist = np.zeros(6)
        twist[self._axes] = velocity
        return twist

    def _as_target(self, measured):
        return np.concatenate([measured.position, measured.orientation])

    def _moved(self, target, velocity):
        twist = self._twist(velocity)
        return np.concatenate([
            target[:3] + twist[:3] * self._period, self._turned(target[3:], twist[3:])])


def _angle(a, b):
    return float(np.linalg.norm(rotation.difference(a, b)))
