"""Whether the arm that the safety gate computes is the one that tf shows."""

from collections.abc import Callable

import numpy as np
from sgft_ros.nodes.sensors import Sensors
from sgft_ros.robot import MeasuredState, RobotContract
from sgft_ros.robot.transmission import make_arm
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
        p, q = found.translation, found.rotation
        way = arm.tool(measured.position).way_to(
            np.array([p.x, p.y, p.z]), np.array([q.w, q.x, q.y, q.z]))
        apart, turned = np.linalg.norm(way[:3]), np.linalg.norm(way[3:])
        if apart <= MOST_APART and turned <= MOST_TURNED:
            return ()
        return (f'{contract.command.kinematics.urdf} puts {frames.tool} '
                f'{1000 * apart:.0f} mm and {turned:.2f} rad away from where tf has it',)

    return problems
