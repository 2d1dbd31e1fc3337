"""From the velocities that actions ask for to those that the drive is told, and back."""

import math
from typing import NamedTuple

import numpy as np
from sgft_ros.robot.contract import RobotContract
from sgft_ros.robot.drives import Whereabouts
from sgft_ros.robot.held_axes import HOLD_TURN
from sgft_ros.robot.limiters import clip, far_from_workspace, same, towards_box, WORKSPACE

# Of the least-squares inverse: near a singularity joints would have to race.
DAMPING = 1e-4 * np.eye(6)
SHORT = 0.05    # share of the velocity of a full action that may be missing
# How fast at most what no action moves returns (a joint too many at HOLD_TURN, too), and how far
# from there the robot is stopped.
HOLD_SPEED = 0.05  # [m/s]
MOST_AWAY, MOST_TURNED = 0.05, 0.3  # [m], [rad]
# How far beyond the workspace joints may lead the tool, which they do not move on straight lines;
# and how often they are slowed down until they do not.
SLACK, TRIES = 1e-3, 4  # [m]


class Asked(NamedTuple):
    """What an action asks of the drive."""

    velocity: np.ndarray           # (width,) [m/s, rad/s]
    reasons: tuple[str, ...] = ()  # why it is not all that the action asks for
    problem: str = ''              # why the robot must not be moved from where it is


def make_transmission(contract: RobotContract) -> 'Direct | ToolThroughJoints':
    """
    Return what lies between actions and the drive of a contract.

    :raises ContractError: if no arm can be made of its URDF
    """
    if contract.command.kinematics is None:
        return Direct()
    return ToolThroughJoints(contract)


class Direct:
    """The drive is told what actions ask for."""

    def begin(self, position: np.ndarray) -> str:
        """Take over the robot at a position like `MeasuredState.position`; or say why not."""
        return ''

    def problem(self, position: np.ndarray) -> str:
        """Return why no action may move the robot from a measured position."""
        return ''

    def look(self, where: Whereabouts) -> None:
        """See where the robot is."""

    def to_drive(self, velocity: np.ndarray) -> Asked:
        """Return what a velocity (action,) asks of the drive."""
        return Asked(velocity)

    def keep_inside(self, velocity: np.ndarray) -> np.ndarray:
        """Return a velocity (width,), cut to the limits of what only actions move."""
        return velocity

    def shortened(self, velocity: np.ndarray, cut: np.ndarray) -> np.ndarray:
        """Return a velocity (width,) no longer than what a limit left of each of its elements."""
        return cut

    def from_drive(self, velocity: np.ndarray) -> np.ndarray:
        """Return the velocity (action,) that one of the drive amounts to, where it was last."""
        return velocity


class ToolThroughJoints:
    """
    Actions move the tool along some axes of the base, joints do it (Whitney 1969).

    Along and about its other axes the tool returns to where it was when the robot was taken over,
    as velocities alone would let it drift away, and so does the posture of an arm with more than
    six joints, as far as that leaves the tool alone (Liegeois 1977). Where a limit cuts the
    joints, they slow down together: each for itself they would lower and tilt the tool.
    """

    def __init__(self, contract: RobotContract):
        self._arm = make_arm(contract)
        self._axes = contract.command.twist_elements
        self._hold = contract.command.kinematics.hold
        self._is_held = np.full(6, float(self._hold > 0.0))
        self._is_held[self._axes] = 0.0
        self._short = SHORT * np.abs(contract.command.scale)
        self._names, self._workspace = contract.command.axes, contract.limits.workspace
        self._minimum = np.array(self._workspace.minimum)
        self._maximum = np.array(self._workspace.maximum)
        self._look_ahead = contract.look_ahead

    def begin(self, position: np.ndarray) -> str:
        """Hold from now on where joint positions (joints,) [rad] put the tool; or say why not."""
        self._home = self._tool = self._arm.tool(position)
        self._posture = np.array(position, float)
        self._back = np.zeros(len(position))
        return far_from_workspace(self._home.position, self._names, self._workspace)

    def problem(self, position: np.ndarray) -> str:
        """Return why no action may move the tool from where joints (joints,) [rad] put it."""
        return far_from_workspace(self._arm.position(position), self._names, self._workspace)

    def look(self, where: Whereabouts) -> None:
        """See where the tool is, if joint positions (joints,) [rad] are `where` they are."""
        self._at, low, high = map(np.array, where)
        self._tool = self._arm.tool(self._at)
        forth, back = (part(self._tool.jacobian[:3], 0.0) for part in (np.maximum, np.minimum))
        low, high = low - self._at, high - self._at
        self._below, self._above = forth @ low + back @ high, forth @ high + back @ low

    def to_drive(self, velocity: np.ndarray) -> Asked:
        """Return velocities (joints,) [rad/s] for one of the tool (action,) [m/s, rad/s]."""
        twist, problem = self._return()
        tool, posture = self._tool, self._to_posture()
        twist[self._axes] = velocity
        twist[:3] = towards_box(
            twist[:3].tolist(), (tool.position + self._below).tolist(),
            (tool.position + self._above).tolist(), self._workspace.minimum,
            self._workspace.maximum, 1.0 / self._look_ahead)
        inside = twist[self._axes]
        twists = np.zeros((6, 2))
        twists[:, 0] = self._is_held * twist - tool.jacobian @ posture
        twists[self._axes, 1] = inside
        self._back, forth = damped_solution(tool.jacobian, twists).T
        self._back += posture
        _, out = self._way(self._back + forth)
        if any(out):  # joints move the tool on a curve
            twists[:3, 1] -= out / self._look_ahead
            forth = damped_solution(tool.jacobian, twists[:, 1])
        missing = np.abs(self.from_drive(forth) - inside)
        reasons = () if same(inside, velocity) and not any(out) else (WORKSPACE,)
        reasons += ('reach of the arm',) if any(missing > self._short) else ()
        return Asked(self._back + forth, reasons, problem)

    def keep_inside(self, velocity: np.ndarray) -> np.ndarray:
        """
        Return velocities (joints,) [rad/s], all smaller if they lead the tool out of its box.

        Joints make neither a straight line of a velocity nor, near a singularity, all of it. From
        outside the tool gets no further out.
        """
        slower = velocity
        for _ in range(TRIES):
            way, out = self._way(slower, SLACK)
            beyond = out != 0.0
            if not any(beyond):
                return slower
            slower = slower * float((1.0 - out[beyond] / way[beyond]).min())
        return np.zeros_like(velocity)

    def _return(self):
        """Return the twist (6,) that brings the tool back, and why it must not, if so."""
        away = self._is_held * self._tool.way_to(self._home.position, self._home.orientation)
        far, turned = (math.hypot(*part.tolist()) for part in (away[:3], away[3:]))
        twist = self._hold * away
        twist[:3] *= HOLD_SPEED / max(self._hold * far, HOLD_SPEED)
        twist[3:] *= HOLD_TURN / max(self._hold * turned, HOLD_TURN)
        problem = '' if far <= MOST_AWAY and turned <= MOST_TURNED else (
            f'the tool is {1000 * far:.0f} mm and {turned:.2f} rad from where it is held since '
            'the gate was armed')
        return twist, problem

    def _to_posture(self):
        """Return joint velocities (joints,) to the posture of an arm that has one to choose."""
        if len(self._at) <= len(self._is_held):
            return np.zeros(len(self._at))
        return clip(self._hold * (self._posture - self._at), -HOLD_TURN, HOLD_TURN)

    def _way(self, velocity, slack=0.0):
        """Return the way (3,) [m] of the tool until the next look, and what of it is out."""
        here = self._tool.position
        there = self._arm.position(self._at + self._look_ahead * velocity)
        lowest = np.minimum(self._minimum - slack - self._below, here)
        highest = np.maximum(self._maximum + slack - self._above, here)
        return there - here, there - clip(there, lowest, highest)

    def shortened(self, velocity: np.ndarray, cut: np.ndarray) -> np.ndarray:
        """Return what returns the tool, with the part of the rest that every joint is left."""
        forth = velocity - self._back
        shares = np.divide(
            cut - self._back, forth, out=np.zeros_like(forth), where=forth != 0.0)
        share = float(shares[cut != velocity].min())
        return self._back + min(max(share, 0.0), 1.0) * forth

    def from_drive(self, velocity: np.ndarray) -> np.ndarray:
        """Return the velocity of the tool (action,) that joint velocities (joints,) make."""
        return (self._tool.jacobian @ velocity)[self._axes]


def make_arm(contract: RobotContract):
    """
    Return the ArmKinematics whose joints a contract commands and whose tool its actions move.

    :raises ContractError: if no arm can be made of its URDF
    """
    # Here, as it loads MuJoCo, and most processes that know the contract never compute an arm.
    from sgft_ros.robot.arm_kinematics import ArmKinematics

    command, frames = contract.command, contract.frames
    return ArmKinematics(command.kinematics.urdf, command.joints, frames.base, frames.tool)


def damped_solution(jacobian: np.ndarray, twist: np.ndarray) -> np.ndarray:
    """Return the joint velocities (joints,) that make a twist (6,), or several (6, n)."""
    return jacobian.T @ np.linalg.solve(jacobian @ jacobian.T + DAMPING, twist)
