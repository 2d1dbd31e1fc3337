"""Whether the arm that the safety gate computes is the one that tf shows."""

from collections.abc import Callable

import numpy as np
from sgft_ros.nodes.sensors import Sensors
from sgft_ros.robot import MeasuredState, RobotContract, rotation
from sgft_ros.robot.arm_kinematics import make_arm
from tf2_ros import TransformException

MOST_APART, MOST_TURNED = 0.02, 0.1  # [m], [rad]


def make_arm_check(
    contract: RobotContract, sensors: Sensors,
) -> Callable[[MeasuredState | None], tuple[str, ...]]:
    """
    Return a function that tells, of a measured state, why the computed arm is not this one.

    It says nothing where nothing is computed, and where tf does not know the tool.
    """
    if contract.command.kinematics is None:
        return lambda measured: ()
    arm, frames = make_arm(contract), contract.frames

    def problems(measured):
        try:
            found = sensors.lookup(frames.base, frames.tool).transform
        except TransformException:
            return ()
        if measured is None or not np.isfinite(measured.position).all():
            return ()
        tool, p, q = arm.tool(measured.position), found.translation, found.rotation
        apart = np.linalg.norm(tool.position - [p.x, p.y, p.z])
        turn = rotation.multiply(
            tool.orientation, rotation.inverse(np.array([q.w, q.x, q.y, q.z])))
        turned = np.linalg.norm(rotation.to_vector(turn))
        if apart <= MOST_APART and turned <= MOST_TURNED:
            return ()
        return (f'{contract.command.kinematics.urdf} puts {frames.tool} '
                f'{1000 * apart:.0f} mm and {turned:.2f} rad away from where tf has it',)

    return problems
