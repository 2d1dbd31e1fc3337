"""The way home: actions that bring the robot to the position where episodes start."""

import numpy as np
from sgft_ros.robot.contract import RobotContract
from sgft_ros.robot.drives import MeasuredState
from sgft_ros.robot.transmission import make_arm

GAIN = 0.2  # of the remaining way, per control period


class Homing:
    """Straight to `reset.position`, in the space of the actions, slower towards the end."""

    def __init__(self, contract: RobotContract):
        command, reset = contract.command, contract.reset
        self._home = np.array(reset.position)
        self._tolerance, self._speed = reset.tolerance, reset.speed
        # Velocity per action; a velocity of 1 covers the control period's share of the way.
        self._gain = GAIN * contract.control_rate / np.array(command.scale)
        self._locate = lambda position: position
        # Which numbers of the position of tool or joints the numbers of an action move.
        self.elements = np.array([element for _, element in command.moves])
        if command.kinematics is not None:
            arm = make_arm(contract)
            self._locate = lambda position: arm.tool(position).position
            self.elements = np.array(command.twist_elements)

    def where(self, position: np.ndarray) -> np.ndarray:
        """Return what actions move (action,), of a measured position (n,) or several (m, n)."""
        if np.ndim(position) == 2:
            return np.array([self.where(each) for each in position])
        return self._locate(position)[self.elements]

    def action(self, measured: MeasuredState) -> np.ndarray | None:
        """Return the next action (action,) float32, None where the robot is at home."""
        way = self._home - self.where(measured.position)
        if (np.abs(way) <= self._tolerance).all():
            return None
        action = self._gain * way
        largest = float(np.abs(action).max())
        return (action * min(1.0, self._speed / largest)).astype(np.float32)
