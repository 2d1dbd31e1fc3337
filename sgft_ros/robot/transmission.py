"""From the velocities that actions ask for to those that the drive is told, and back."""

import numpy as np
from sgft_ros.robot import rotation
from sgft_ros.robot.command import TWIST_AXES
from sgft_ros.robot.contract import RobotContract

DAMPING = 1e-4  # of the least-squares inverse: near a singularity joints would have to race


def make_transmission(contract: RobotContract) -> 'Direct | ToolThroughJoints':
    """
    Return what lies between actions and the drive of a contract.

    :raises ValueError: if its URDF is no arm that can be computed
    """
    if contract.command.kinematics is None:
        return Direct()
    return ToolThroughJoints(contract)


class Direct:
    """The drive is told what actions ask for."""

    def begin(self, position: np.ndarray) -> None:
        """Take over the robot where it is; `position` like `MeasuredState.position`."""

    def to_drive(self, velocity: np.ndarray, position: np.ndarray) -> np.ndarray:
        """Return the velocity that the drive is told, at a position."""
        return velocity

    def from_drive(self, velocity: np.ndarray) -> np.ndarray:
        """Return the velocity (action,) that one of the drive amounts to, where it was last."""
        return velocity


class ToolThroughJoints:
    """
    Actions move the tool along some axes of the base, joints do it (Whitney 1969).

    Along and about its other axes the tool returns to where it was when the robot was taken over,
    as velocities alone would let it drift away.
    """

    def __init__(self, contract: RobotContract):
        # Here, as most processes that know the contract never compute an arm.
        from sgft_ros.robot.arm_kinematics import make_arm

        self._arm = make_arm(contract)
        self._axes = _axes(contract)
        self._held = np.full(6, contract.command.kinematics.hold)
        self._held[self._axes] = 0.0

    def begin(self, position: np.ndarray) -> None:
        """Hold from now on where joint positions (joints,) [rad] put the tool."""
        self._home = self._arm.tool(position)
        self._jacobian = self._home.jacobian

    def to_drive(self, velocity: np.ndarray, position: np.ndarray) -> np.ndarray:
        """Return velocities (joints,) [rad/s] for one of the tool (action,) [m/s, rad/s]."""
        tool = self._arm.tool(position)
        away = rotation.multiply(self._home.orientation, rotation.inverse(tool.orientation))
        twist = self._held * np.concatenate(
            [self._home.position - tool.position, rotation.to_vector(away)])
        twist[self._axes] = velocity
        self._jacobian = tool.jacobian
        return _through(tool.jacobian, twist)

    def from_drive(self, velocity: np.ndarray) -> np.ndarray:
        """Return the velocity of the tool (action,) that joint velocities (joints,) make."""
        return (self._jacobian @ velocity)[self._axes]


def joint_velocities(contract: RobotContract, position: np.ndarray) -> np.ndarray:
    """Return those (joints, action) [rad/s] at a position, per velocity of the tool's axes."""
    from sgft_ros.robot.arm_kinematics import make_arm

    twists = np.eye(6)[:, _axes(contract)]
    return _through(make_arm(contract).tool(position).jacobian, twists)


def _axes(contract):
    return [TWIST_AXES.index(axis) for axis in contract.command.axes]


def _through(jacobian, twist):
    """Return the joint velocities that make a twist (6,), or several (6, n)."""
    square = jacobian @ jacobian.T
    square[np.diag_indices(6)] += DAMPING
    return jacobian.T @ np.linalg.solve(square, twist)
