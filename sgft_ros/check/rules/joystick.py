"""The joystick of a human: heard, with all axes and buttons, often enough, and let go of."""

from collections.abc import Iterator

import numpy as np
from sgft_ros.check.facts import Facts, JOY
from sgft_ros.check.findings import Finding, green, listed, near, red, yellow
from sgft_ros.robot import RobotContract


def joystick(facts: Facts, contract: RobotContract) -> Iterator[Finding]:
    """Judge the joystick, if the contract has a human; a run without one is no error."""
    human = contract.human
    if human is None:
        return
    subject, expected = f'topic {facts.names[human.topic]}', f'{JOY}, for human'
    publishers = facts.topic(human.topic).publishers
    types = {each.type for each in publishers}
    if not publishers:
        same = [name for name, topic in facts.topics.items()
                if JOY in {each.type for each in topic.publishers}]
        yield yellow(subject, expected,
                     f'nobody publishes it{near(facts.names[human.topic], facts.topics)}',
                     'start the driver of the joystick (`ros2 run joy joy_node`), or write its '
                     f'topic under human.topic; topics of this type: {listed(same)}. Without it '
                     'the run goes on, and nobody can take over')
    elif JOY not in types:
        yield red(subject, expected, f'messages of type {", ".join(sorted(types))}',
                  'write the topic of the joystick under human.topic in the contract')
    elif not facts.joystick.arrivals:
        yield yellow(subject, expected, f'no message within {facts.duration:.1f} s',
                     'press a button once and check again; set autorepeat_rate of joy_node, or '
                     'nobody can take over for longer than human.max_age')
    else:
        yield from _numbers(contract, facts.joystick)
        yield _silence(human, facts.joystick)


def _numbers(contract, signal) -> Iterator[Finding]:
    """Judge whether all axes and buttons are there, and at rest."""
    human = contract.human
    axes = {f'human.axes.{contract.command.axes[stick.number]}': stick.axis
            for stick in human.axes}
    buttons = {f'human.{name}': index
               for name, index in (('take_over', human.take_over), *human.buttons)}
    missing = [
        f'{key} is {what} {index}' for what, names, there in (
            ('axis', axes, signal.axes), ('button', buttons, signal.buttons))
        for key, index in names.items() if index >= len(there)]
    subject, expected = 'joystick', 'every axis and button that human names, at rest'
    has = f'{len(signal.axes)} axes and {len(signal.buttons)} buttons, from 0'
    if missing:
        yield red(subject, expected, f'{", ".join(missing)}; it has {has}',
                  'write the numbers of this joystick under human: `topic echo` shows which axis '
                  'and which button is which')
        return
    moved = [f'{key} at {signal.axes[index]:.2g}' for key, index in axes.items()
             if not abs(signal.axes[index]) <= human.deadband]
    held = [f'{key} held down' for key, index in buttons.items() if signal.buttons[index]]
    if moved or held:
        yield yellow(subject, expected, ', '.join(moved + held),
                     'let go of it and check again. What stays is an axis that does not rest at '
                     '0, as triggers of gamepads: the robot would move as soon as somebody takes '
                     'over; name another axis under human, or a wider deadband')
    else:
        yield green(subject, expected, has)


def _silence(human, signal) -> Finding:
    gap = np.diff([signal.begin, *signal.arrivals, signal.end]).max()
    subject = 'silence of the joystick'
    expected = f'at most {human.max_age:g} s (human.max_age) between two messages'
    if gap <= human.max_age:
        return green(subject, expected, f'at most {gap:.2g} s')
    return yellow(subject, expected, f'up to {gap:.2g} s',
                  'set autorepeat_rate of joy_node to at least '
                  f'{3.0 / human.max_age:.2g} Hz, or raise human.max_age: a human who holds the '
                  'stick still would lose the robot to the policy')
