"""Whether the robot is within its limits now, and the limits let actions do what they ask."""

from collections.abc import Iterator

import numpy as np
from sgft_ros.check.facts import Facts, JOINT_POSITIONS, TOOL_POSE, TOOL_POSITION
from sgft_ros.check.findings import Finding, green, red, yellow
from sgft_ros.robot import RobotContract
from sgft_ros.robot.command import TWIST_AXES
from sgft_ros.robot.transmission import damped_solution, make_arm

WORKSPACE = 'limits.workspace'
WIDEST, WIDEST_TURN = 10.0, 8.0 * np.pi  # [m], [rad]: two turns to each side
SLACK = 1e-3         # beyond a limit, which noise of a measurement may reach [m, rad]
MOST_OUTSIDE = 0.05  # share of the control ticks
LEAST_SPEED = 0.25   # share of what an action of 1.0 asks, below which actions hardly differ
LEAST_STEP = 0.05    # of the action, below which the robot is slow to start and slow to turn


def measured_state(facts: Facts, contract: RobotContract) -> Iterator[Finding]:
    """Judge where the tool and the joints have been."""
    limits = contract.limits
    if contract.command.commands_tool:
        yield from _places(facts, TOOL_POSITION, limits.workspace, WORKSPACE, 'xyz', 'm')
        return
    joints = contract.command.joints
    yield from _places(facts, JOINT_POSITIONS, limits, 'limits.joints', joints, 'rad')
    if limits.workspace is not None:
        yield from _places(facts, TOOL_POSE, limits.workspace, WORKSPACE, 'xyz', 'm')


def _places(facts, name, box, key, parts, unit) -> Iterator[Finding]:
    """Judge the first numbers of a measurement, which have names, against a box."""
    values = facts.signals[name].values
    if not values:
        return
    values = np.array(values)
    low, high = np.array(box.minimum) - SLACK, np.array(box.maximum) + SLACK
    for index, part in enumerate(parts):
        yield _place(values[:, index], low[index], high[index], f'{name}, {part}', key, unit)


def _place(values, low, high, subject, key, unit) -> Finding:
    expected = f'{low + SLACK:g} to {high - SLACK:g} {unit}'
    outside = float(np.mean((values < low) | (values > high)))
    found = f'{values.min():.3g} to {values.max():.3g} {unit}'
    if outside <= MOST_OUTSIDE:
        return green(subject, expected, found)
    middle = float(np.median(values))
    advice = (f'move the robot to where it shall work, or correct {key} in the contract: the '
              'safety gate lets it move inwards only')
    beyond = 'below the limit' if middle < low else 'above the limit' if middle > high else (
        f'outside in {outside:.0%} of the ticks')
    judge = yellow if low <= middle <= high else red
    return judge(subject, expected, f'{found}, {beyond}', advice)


def speeds(facts: Facts, contract: RobotContract) -> Iterator[Finding]:
    """Judge whether an action of 1.0 is cut by a limit of speed, step or lead."""
    command, limits = contract.command, contract.limits
    if command.commands_tool:
        for kind, limit in (('linear', limits.linear_speed), ('angular', limits.angular_speed)):
            indices = [i for i, axis in enumerate(command.axes) if axis.startswith(kind)]
            if indices:
                asked = [abs(command.scale[i]) for i in indices]
                yield _speed(f'limits.{kind}_speed', max(asked), float(np.linalg.norm(asked)),
                             limit, command.units[indices[0]])
    else:
        limit_of = dict(zip(command.joints, limits.speed, strict=True))
        for joint, (each, together) in _joint_speeds(facts, contract).items():
            yield _speed(
                f'limits.joints.speed of {joint}', each, together, limit_of[joint], 'rad/s')
    yield _step(min(limits.action_step))


def _joint_speeds(facts, contract) -> dict[str, tuple[float, float]]:
    """
    Return how fast each joint [rad/s] has to be for an action of 1.0, by name.

    The first along the axis that asks most of it, the second along all of them at once. Where
    joints move the tool that depends on where they are; nothing where nobody knows.
    """
    command = contract.command
    if command.kinematics is None:
        return {joint: (abs(scale), abs(scale))
                for joint, scale in zip(command.joints, command.scale, strict=True)}
    at = facts.last(JOINT_POSITIONS)
    if at is None:
        return {}  # the rules of joints and ages say why
    twists = np.eye(6)[:, command.twist_elements] * command.scale
    speeds = np.abs(damped_solution(make_arm(contract).tool(at).jacobian, twists))
    return {joint: (float(each.max()), float(each.sum()))
            for joint, each in zip(command.joints, speeds, strict=True)}


def room(facts: Facts, contract: RobotContract) -> Iterator[Finding]:
    """Find axes and joints whose limits leave no room, or all of it; no finding otherwise."""
    command, limits = contract.command, contract.limits
    boxes = []
    if command.joints:
        boxes += [('limits.joints', limits, enumerate(command.joints))]
    if limits.workspace is not None:
        boxes += [(WORKSPACE, limits.workspace, ((element, axis) for element, axis in enumerate(
            TWIST_AXES[:3]) if axis in command.axes))]
    for key, box, parts in boxes:
        for element, name in parts:
            low, high = box.minimum[element], box.maximum[element]
            subject = f'{key}, {name}'
            widest, unit, wrong = (WIDEST_TURN, 'rad', 'degrees') if box is limits else (
                WIDEST, 'm', 'millimetres')
            if low == high:
                yield red(subject, 'room to move', f'min and max are both {low:g}',
                          'write limits between which it may move, or leave it out of the command')
            elif high - low > widest:
                yield red(subject, f'at most {widest:.3g} {unit} between min and max',
                          f'{low:g} to {high:g} {unit}, which is no limit',
                          f'write limits in {unit}; are these {wrong}?')


def _step(step) -> Finding:
    subject, expected = 'limits.action_step', f'at least {LEAST_STEP:g} per command'
    advice = ('write how much an action may change from one command to the next; 2.0 allows a '
              'full reversal')
    if step == 0.0:
        return red(subject, expected, '0: no action may ever change', advice)
    if step < LEAST_STEP:
        return yellow(subject, expected, f'{step:g}: from rest to an action of 1.0 it takes '
                      f'{1.0 / step:.0f} commands', advice)
    return green(subject, expected, f'{step:g}')


def _speed(subject, asked, diagonal, limit, unit) -> Finding:
    expected = f'at least {asked:.3g} {unit}, for which an action of 1.0 asks (command.scale)'
    found = f'{limit:g} {unit}'
    if limit == 0.0:
        return red(subject, expected, f'{found}: the robot could not move',
                   'a limit of 0 is a limit: write the largest speed that is safe')
    if limit < asked:
        judge = red if limit < LEAST_SPEED * asked else yellow
        return judge(subject, expected, f'{found}: actions are cut to {limit / asked:.0%}',
                      'lower command.scale or raise the limit if that is safe; leave both as they '
                      'are if the policy was trained with them')
    if limit < diagonal:
        found += f', which cuts motions along all axes at once to {limit / diagonal:.0%}'
    return green(subject, expected, found)


def leads(facts: Facts, contract: RobotContract) -> Iterator[Finding]:
    """Judge whether a target may be as far ahead as one control period moves it."""
    command = contract.command
    if not command.is_target:
        return
    if command.kind == 'pose':
        lead = {'linear': command.lead[0], 'angular': command.lead[1]}
        leads = [lead[axis.partition('.')[0]] for axis in command.axes]
        rows = zip(command.axes, leads, np.abs(command.scale).tolist(), command.units, strict=True)
    else:
        lead_of = dict(zip(command.joints, command.lead, strict=True))
        rows = [(joint, lead_of[joint], speed, 'rad/s')
                for joint, (speed, _) in _joint_speeds(facts, contract).items()]
    for axis, most, speed, unit in rows:
        step, length = speed * contract.control_period, unit.partition('/')[0]
        subject = f'command.lead of {axis}'
        expected = f'at least {step:.3g} {length}, which an action of 1.0 moves in one period'
        yield green(subject, expected, f'{most:g} {length}') if most >= step else yellow(
            subject, expected, f'{most:g} {length}: targets are held back',
            'raise command.lead, or lower command.scale')
