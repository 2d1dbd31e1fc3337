"""Whether the arm of the URDF is the one that moves: its tool where tf has it."""

from collections.abc import Iterator

import numpy as np
from sgft_ros.check.facts import Facts, JOINT_POSITIONS, TOOL_POSITION
from sgft_ros.check.findings import Finding, green, red
from sgft_ros.robot import RobotContract
from sgft_ros.robot.arm_kinematics import make_arm

MOST_APART = 0.01  # [m]; two robots of one type differ by a few millimetres


def kinematics(facts: Facts, contract: RobotContract) -> Iterator[Finding]:
    """Judge where the URDF puts the tool, at the joint positions measured last."""
    if contract.command.kinematics is None:
        return
    joints, tool = (
        facts.signals[name].values for name in (JOINT_POSITIONS, TOOL_POSITION))
    if not joints or not tool:
        return  # the rules of joints, frames and ages say why
    apart = float(np.linalg.norm(make_arm(contract).tool(joints[-1]).position - tool[-1]))
    subject = f'kinematics of {contract.command.kinematics.urdf.name}'
    expected = (f'{contract.frames.tool} where tf has it in {contract.frames.base}, within '
                f'{1000 * MOST_APART:g} mm')
    found = f'{1000 * apart:.3g} mm apart'
    if apart <= MOST_APART:
        yield green(subject, expected, found)
    else:
        yield red(subject, expected, found,
                  'write under command.urdf the file that robot_state_publisher publishes, with '
                  'this tool; command.joints in the order of the controller')
