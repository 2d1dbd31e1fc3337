"""From the velocities that actions ask for to those that the drive is told, and back."""

import math

import numpy as np
from sgft_ros.robot.contract import RobotContract

DAMPING = 1e-4  # of the least-squares inverse: near a singularity joints would have to race
SHORT = 0.05    # share of the velocity of a full action that may be missing
# How fast at most what no action moves returns, and how far from there the robot is stopped.
HOLD_SPEED, HOLD_TURN = 0.05, 0.25  # [m/s], [rad/s]
MOST_AWAY, MOST_TURNED = 0.05, 0.3  # [m], [rad]


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

    problem = ''         # why the robot cannot be moved from where it was last
    falls_short = False  # whether the drive cannot do what was asked last

    def begin(self, position: np.ndarray) -> None:
        """Take over the robot where it is; `position` like `MeasuredState.position`."""

    def to_drive(self, velocity: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
        """Return the velocity (width,) that the drive is told, at a position in low...high."""
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
    as velocities alone would let it drift away. Where a limit cuts the joints, they slow down
    together: each for itself they would lower and tilt the tool.
    """

    def __init__(self, contract: RobotContract):
        self._arm = make_arm(contract)
        self._axes = contract.command.twist_elements
        self._hold = contract.command.kinematics.hold
        self._is_held = np.full(6, float(self._hold > 0.0))
        self._is_held[self._axes] = 0.0
        self._short = SHORT * np.abs(contract.command.scale)
        self.problem, self.falls_short = '', False

    def begin(self, position: np.ndarray) -> None:
        """Hold from now on where joint positions (joints,) [rad] put the tool."""
        self._home = self._arm.tool(position)
        self._jacobian, self._back = self._home.jacobian, np.zeros(len(position))

    def to_drive(self, velocity: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
        """Return velocities (joints,) [rad/s] for one of the tool (action,) [m/s, rad/s]."""
        tool = self._arm.tool(low + 0.5 * (high - low))
        away = self._is_held * tool.way_to(self._home.position, self._home.orientation)
        far, turned = (math.sqrt(part @ part) for part in (away[:3], away[3:]))
        self.problem = '' if far <= MOST_AWAY and turned <= MOST_TURNED else (
            f'the tool is {1000 * far:.0f} mm and {turned:.2f} rad from where it is held since '
            'the gate was armed')
        back = self._hold * away
        back[:3] *= HOLD_SPEED / max(self._hold * far, HOLD_SPEED)
        back[3:] *= HOLD_TURN / max(self._hold * turned, HOLD_TURN)
        twists = np.zeros((6, 2))
        twists[:, 0], twists[self._axes, 1] = back, velocity
        self._jacobian = tool.jacobian
        self._back, forth = damped_solution(tool.jacobian, twists).T
        missing = np.abs(self.from_drive(forth) - velocity)
        self.falls_short = bool((missing > self._short).any())
        return self._back + forth

    def shortened(self, velocity: np.ndarray, cut: np.ndarray) -> np.ndarray:
        """Return what returns the tool, with the part of the rest that every joint is left."""
        forth = velocity - self._back
        shares = np.divide(
            cut - self._back, forth, out=np.zeros_like(forth), where=forth != 0.0)
        share = float(shares[cut != velocity].min())
        return self._back + min(max(share, 0.0), 1.0) * forth

    def from_drive(self, velocity: np.ndarray) -> np.ndarray:
        """Return the velocity of the tool (action,) that joint velocities (joints,) make."""
        return (self._jacobian @ velocity)[self._axes]


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
    square = jacobian @ jacobian.T
    square[np.diag_indices(6)] += DAMPING
    return jacobian.T @ np.linalg.solve(square, twist)
