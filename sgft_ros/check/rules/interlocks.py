"""Interlocks: whether the robot says that it may be moved, now and often enough."""

from collections.abc import Iterator
from functools import partial

import numpy as np
from sgft_ros.check.facts import Facts
from sgft_ros.check.findings import Finding, green, red, yellow
from sgft_ros.robot import RobotContract
from sgft_ros.robot.interlocks import Interlock

MOST_SILENT = 0.05  # share of the time


def interlocks(facts: Facts, contract: RobotContract) -> Iterator[Finding]:
    """Judge what came of each interlock whose topic is published with the right type."""
    for lock in contract.interlocks:
        signal = facts.interlocks[lock.name]
        types = {each.type for each in facts.topic(lock.topic).publishers}
        if lock.type not in types:
            continue  # the rule of the topics says so
        tell = partial(_tell, lock)
        key = f'interlocks ({lock.name})'
        if signal.problem:
            yield tell(red, f'no such value: {signal.problem}',
                       f'correct type and field under {key} in the contract: the nodes count '
                       'this as a robot that must not be moved')
        elif not signal.values:
            yield tell(red, *_nothing(facts, lock, key))
        else:
            yield _value(tell, facts, lock, signal.values, key)
            if lock.max_age is not None:
                yield _silence(lock, signal, key)


def _tell(lock, level, found, *advice) -> Finding:
    allowed = ' or '.join(map(str, lock.allowed))
    return level(f'interlock {lock.name}', f'{lock.field} of {lock.topic} is {allowed}',
                 found, *advice)


def _nothing(facts, lock, key):
    found = f'no message within {facts.duration:.1f} s: nothing received counts as not allowed'
    if not lock.latched:
        return found, (f'write latched: true under {key} in the contract if the driver publishes '
                       'it once only, for those who come later; or let the driver publish it '
                       'again and again')
    return found, ('see whether the driver knows the state of the robot at all: `topic echo` '
                   'shows its messages')


def _value(tell, facts, lock: Interlock, values, key) -> Finding:
    newest = values[-1]
    if lock.allows(newest):
        earlier = [value for value in values if not lock.allows(value)]
        return tell(green, f'{newest}, but {earlier[-1]} before' if earlier else str(newest))
    if not any(_kind(newest) == _kind(value) for value in lock.allowed):
        return tell(red, f'{newest!r}, {_kind(newest)}: the allowed values never match it',
                    f'write {_kind(newest)} under allowed of {key} in the contract')
    when = 'now' if facts.live else 'at the end of the bag'
    return tell(yellow, f'{newest} {when}: the robot may not be moved',
                'play the program on the pendant, release the protective or emergency stop, or '
                'switch the robot on, whatever this topic of the driver tells; the safety gate '
                f'stays disarmed until then. Or correct allowed under {key} in the contract')


def _silence(lock: Interlock, signal, key) -> Finding:
    subject = f'silence of interlock {lock.name}'
    expected = f'at most {lock.max_age:g} s between two messages'
    gaps = np.diff([*signal.arrivals, signal.end])
    excess = np.maximum(gaps - lock.max_age, 0.0).sum()
    if excess == 0.0:
        return green(subject, expected, f'at most {gaps.max():.2g} s')
    share = excess / gaps.sum()
    judge = red if share > MOST_SILENT else yellow
    return judge(subject, expected, f'up to {gaps.max():.2g} s, too long in {share:.0%} of the '
                 'time',
                 f'let the driver publish faster, or raise max_age under {key} in the contract: '
                 'the robot is stopped whenever this is silent for longer; leave max_age out if '
                 'the driver tells changes alone')


def _kind(value) -> str:
    """Return what a value is; True is 1 for Python, but not for a robot."""
    return ('true or false' if isinstance(value, bool) else
            'a text' if isinstance(value, str) else 'a number')
