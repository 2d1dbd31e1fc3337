"""What no action moves of a target pose, which must not sink with an arm that sags."""

import math

import numpy as np
from sgft_ros.robot import rotation
from sgft_ros.robot.contract import RobotContract
from sgft_ros.robot.limiters import SAG, shortened

TILT = 0.02  # [rad] by which a compliant arm may turn while it sags
# How fast at most what no action moves returns. The share of the speed limit leaves 0.8 of it to
# actions; that of turning is often 0, as actions turn nothing.
HOLD_SHARE, HOLD_TURN = 0.6, 0.25  # of limits.linear_speed, [rad/s]
THERE = 1e-6  # [m], [rad] from where it is held, it has returned


class HeldAxes:
    """
    Hold a target pose along and about the axes of the tool that no action moves.

    A compliant arm rests a little below its target, and would sink by as much each time that the
    target began where the arm is measured. Poses (7,) are positions [m] and quaternions
    (w, x, y, z).
    """

    def __init__(self, contract: RobotContract):
        moved = set(contract.command.twist_elements)
        self._still = np.array([element not in moved for element in range(3)])
        self._turns = not moved.isdisjoint(range(3, 6))
        self.mask = np.array([*self._still, *[not self._turns] * 3], float)  # of twists (6,)
        lead, angular_lead = contract.command.lead
        self._near = np.where(self._still, min(SAG, lead), lead)
        self._near_angle = angular_lead if self._turns else min(TILT, angular_lead)
        self._rate, self._fastest = contract.control_rate, contract.limits.linear_speed
        self._home = None
        self.returning = False

    def begin(self, measured: np.ndarray, target: np.ndarray | None) -> np.ndarray:
        """
        Return the target of an arm that is taken over where it was measured.

        Where it is near `target`, the last one, nobody has moved it, and its driver still has
        that. From elsewhere the target returns to where it was held, if a sag alone parts them.
        """
        stayed = target is not None and (
            (np.abs(measured[:3] - target[:3]) <= self._near).all()
            and rotation.angle(measured[3:], target[3:]) <= self._near_angle)
        begin = self.unsagged(measured, target) if stayed else measured
        self._home = begin if self._home is None else self.unsagged(begin, self._home)
        self.returning = True
        return begin

    def unsagged(self, measured: np.ndarray, target: np.ndarray) -> np.ndarray:
        """Return a measured pose, but the target's where no action moves it and it only sagged."""
        sags = self._still & (np.abs(measured[:3] - target[:3]) <= self._near)
        tilts = not self._turns and rotation.angle(measured[3:], target[3:]) <= self._near_angle
        return np.concatenate([
            np.where(sags, target[:3], measured[:3]), target[3:] if tilts else measured[3:]])

    def returned(self, twist: np.ndarray, target: np.ndarray) -> np.ndarray:
        """
        Return the twist (6,) [m/s, rad/s] of an action and of a target on its way back.

        Both together keep the limit of the linear speed.
        """
        way = self.mask * np.concatenate([
            self._home[:3] - target[:3], rotation.difference(self._home[3:], target[3:])])
        self.returning = bool((np.abs(way) > THERE).any())
        if not self.returning:
            return twist
        back = np.concatenate([
            shortened(way[:3] * self._rate, HOLD_SHARE * self._fastest),
            shortened(way[3:] * self._rate, HOLD_TURN)])
        room = math.sqrt(self._fastest**2 - float(back[:3] @ back[:3]))
        return back + np.concatenate([shortened(twist[:3], room), twist[3:]])
