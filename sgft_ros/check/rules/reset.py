"""The reset: a service that is offered, a position that is reached, a person who confirms."""

from collections.abc import Iterator
import math

import numpy as np
from sgft_ros.check.facts import Facts, JOINT_POSITIONS, READY, TOOL_POSITION
from sgft_ros.check.findings import Finding, green, listed, near, red, yellow
from sgft_ros.robot import MeasuredState, RobotContract, SafetyGate
from sgft_ros.robot.homing import Homing

RESET_TYPE = 'std_srvs/srv/Trigger'
LEAST_SPARE = 0.2  # share of `timeout` that should be left over for a robot that lags behind
AT_REST = 2.0      # standard deviations, by those of the differences, from which on it moves
EXACT = 1e-9       # [m, rad] that a measurement without noise may vary by
FEW = 10           # measurements, from which nothing can be said
OFTEN, HARDLY = 0.5, 0.02  # shares of the measurements at rest that lie within the tolerance


def reset(facts: Facts, contract: RobotContract) -> Iterator[Finding]:
    """Judge each part of the way to the start of an episode."""
    if contract.reset.kind == 'service':
        yield from _service(facts, contract)
    elif contract.reset.kind == 'home':
        yield from _home(facts, contract)
    if contract.reset.confirm:
        yield green('operator', 'a person who says when an episode may begin, as reset says',
                    f'nothing to look at: each episode waits until somebody calls '
                    f'{facts.names[READY]} ({RESET_TYPE})')


def _service(facts, contract) -> Iterator[Finding]:
    """Judge whether somebody offers the service; a bag does not tell."""
    if not facts.live:
        return
    full = facts.names[contract.reset.service]
    subject, expected = f'service {full}', f'{RESET_TYPE}, to begin an episode'
    types = facts.services.get(full)
    if not types:
        same = [name for name, kinds in facts.services.items() if RESET_TYPE in kinds]
        yield red(subject, expected, f'nobody offers it{near(full, facts.services)}',
                  'start the node that brings the robot to its start, or write its service under '
                  f'reset.service in the contract; services of this type: {listed(same)}')
    elif RESET_TYPE not in types:
        yield red(subject, expected, f'a service of type {", ".join(types)}',
                  f'offer a service of type {RESET_TYPE} that brings the robot to its start, and '
                  'name it under reset.service')
    else:
        yield green(subject, expected, 'offered')


def _home(facts, contract) -> Iterator[Finding]:
    """Judge position, way and tolerance."""
    outside = list(_outside(contract))
    yield from outside
    tool = contract.command.commands_tool
    signal = facts.signals[TOOL_POSITION if tool else JOINT_POSITIONS]
    if not signal.values:
        return  # the rules of frames, joints or ages say why
    values = np.array(signal.values)
    positions = values[np.isfinite(values).all(axis=1)]
    if not outside and len(positions):
        yield _way(contract, positions[-1])
    yield from _noise(contract, positions)


def _outside(contract) -> Iterator[Finding]:
    """Find numbers of the position that the safety gate does not let the robot get to."""
    limits, tolerance = contract.limits, contract.reset.tolerance
    box, key = (limits, 'limits.joints') if limits.workspace is None else (
        limits.workspace, 'limits.workspace')
    elements = Homing(contract).elements
    low, high = np.array(box.minimum)[elements], np.array(box.maximum)[elements]
    for axis, at, least, most in zip(
            contract.command.axes, contract.reset.position, low, high, strict=True):
        if not least - tolerance <= at <= most + tolerance:
            yield red(f'reset.position, {axis}', f'{least:g} to {most:g}, as {key} allows',
                      f'{at:g}: the safety gate never lets the robot get there',
                      f'write a position within {key} under reset.position in the contract')


def _way(contract, here) -> Finding:
    """Judge how long the way home takes a robot that follows every command at once."""
    reset = contract.reset
    subject = 'way to reset.position'
    expected = f'within {reset.timeout:g} s (timeout) at {reset.speed:.0%} of the speed'
    advice = ('raise reset.timeout or reset.speed in the contract, or bring the robot nearer to '
              'its start by hand')
    there, seconds = _drive_home(contract, here)
    left = np.array(reset.position) - there
    if (np.abs(left) > reset.tolerance).any():
        return red(subject, expected, f'from where the robot is now, {np.abs(left).max():.2g} '
                   f'are left after {seconds:.3g} s', advice)
    found = f'{seconds:.2g} s from where the robot is now, if it follows every command'
    if seconds > (1.0 - LEAST_SPARE) * reset.timeout:
        return yellow(subject, expected, found, advice)
    return green(subject, expected, found)


def _drive_home(contract, here) -> tuple[np.ndarray, float]:
    """Return where what actions move is at the end, and after how long [s]."""
    homing, gate, here = Homing(contract), SafetyGate(contract), np.array(here, float)
    scale, period = np.array(contract.command.scale), contract.control_period
    gate.arm(MeasuredState(here, 0.0), 0.0)
    ticks = 0
    for ticks in range(math.ceil(contract.reset.timeout * contract.control_rate)):
        measured = MeasuredState(here.copy(), 0.0)
        action = homing.action(measured)
        if action is None:
            break
        decision = gate.filter(action, measured, ticks * period)
        if contract.command.commands_tool:
            for number, element in contract.command.moves:
                here[element] += decision.executed_action[number] * scale[number] * period
        else:
            here = decision.command if contract.command.is_target else (
                here + decision.command * period)
    return homing.where(here), ticks * period


def _noise(contract, positions) -> Iterator[Finding]:
    """Judge how often a robot that rests at home would be seen there."""
    if len(positions) < FEW:
        return
    positions = Homing(contract).where(positions)
    # Of neighbours, so that slow motion does not count as noise.
    noise = np.std(np.diff(positions, axis=0), axis=0) / math.sqrt(2.0)
    if (np.std(positions, axis=0) > AT_REST * noise + EXACT).any():
        return
    tolerance = contract.reset.tolerance
    away = np.abs(positions - np.median(positions, axis=0))
    share = float(np.mean((away <= tolerance).all(axis=1)))
    subject = 'reset.tolerance'
    expected = f'{tolerance:g}, more than the measured position varies at rest'
    found = (f'varies by up to {away.max():.2g}; {share:.0%} of the measurements of a robot at '
             'rest lie within the tolerance')
    if share >= OFTEN:
        yield green(subject, expected, found)
        return
    yield (red if share < HARDLY else yellow)(
        subject, expected, found,
        f'raise reset.tolerance in the contract to at least {3.0 * noise.max():.2g}, or let the '
        'driver measure with less noise: the robot would hardly ever be seen at home')
