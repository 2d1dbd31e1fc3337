"""Whether the arm of the URDF is the one that moves, and whether it can move as actions ask."""

from collections.abc import Iterator

import numpy as np
from sgft_ros.check.facts import Facts, JOINT_POSITIONS, TOOL_POSE
from sgft_ros.check.findings import Finding, green, red, yellow
from sgft_ros.robot import RobotContract
from sgft_ros.robot.transmission import damped_solution, make_arm

MOST_APART, MOST_TURNED = 0.01, 0.03  # [m], [rad]; two robots of one type differ by less
WELL, HARDLY = 0.9, 0.5               # share of a motion that was asked for


def kinematics(facts: Facts, contract: RobotContract) -> Iterator[Finding]:
    """Judge tool and mobility of the URDF at the joint positions that were measured."""
    if contract.command.kinematics is None:
        return
    arm, at = make_arm(contract), facts.last(JOINT_POSITIONS)
    yield from _tool(facts, contract, arm)
    if at is not None:
        yield from _mobility(contract, arm.tool(at).jacobian)


def _tool(facts, contract, arm) -> Iterator[Finding]:
    """Compare where the URDF puts the tool with tf, in the ticks that have both."""
    apart = []
    joints, poses = (facts.signals[name].values for name in (JOINT_POSITIONS, TOOL_POSE))
    for at, pose in zip(reversed(joints), reversed(poses)):
        if np.isfinite(at).all() and np.isfinite(pose).all():
            way = arm.tool(at).way_to(pose[:3], pose[3:])
            apart.append((np.linalg.norm(way[:3]), np.linalg.norm(way[3:])))
    if not apart:
        return  # the rules of joints, frames and ages say why
    far, turned = np.median(apart, axis=0)
    subject = f'kinematics of {contract.command.kinematics.urdf.name}'
    expected = (f'{contract.frames.tool} where tf has it in {contract.frames.base}, within '
                f'{1000 * MOST_APART:g} mm and {MOST_TURNED:g} rad')
    found = f'{1000 * far:.3g} mm and {turned:.2g} rad apart'
    if far <= MOST_APART and turned <= MOST_TURNED:
        yield green(subject, expected, found)
    else:
        yield red(subject, expected, found,
                  'write under command.urdf what robot_state_publisher publishes, with this tool: '
                  'ros2 topic echo --once --field data --full-length /robot_description')


def _mobility(contract, jacobian) -> Iterator[Finding]:
    """Judge how much of a motion along each axis the joints can make where they are."""
    twists = np.eye(6)[:, contract.command.twist_elements]
    came = jacobian @ damped_solution(jacobian, twists)
    for axis, wanted, made in zip(contract.command.axes, twists.T, came.T, strict=True):
        share, aside = float(wanted @ made), float(np.linalg.norm(made - (wanted @ made) * wanted))
        subject, expected = f'motion along {axis}', f'at least {WELL:.0%} of what actions ask for'
        found = f'{share:.0%}, and {aside:.0%} of it another way'
        if share >= WELL and aside <= 1.0 - WELL:
            yield green(subject, expected, found)
        else:
            yield (red if share < HARDLY else yellow)(
                subject, expected, found, 'move the arm away from this singular configuration; an '
                'arm of fewer than six joints cannot be commanded along axes of its tool')
