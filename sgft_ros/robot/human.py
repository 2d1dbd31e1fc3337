"""The human of a robot contract: which axis and which button of a joystick does what."""

from collections.abc import Sequence
from dataclasses import dataclass
import math

import numpy as np
from sgft_ros.robot.command import CommandContract
from sgft_ros.robot.yaml_section import Section

BUTTONS = ('success', 'failure', 'abort', 'pause_learner')
HUMAN_KEYS = ('topic', 'take_over', 'axes', 'deadband', *BUTTONS, 'max_age')


@dataclass(frozen=True)
class StickAxis:
    """An axis of the joystick that drives a number of the action."""

    number: int   # of the action, from 0
    axis: int     # of the Joy message, from 0
    scale: float  # action per 1.0 of the axis; its sign turns the direction


@dataclass(frozen=True)
class HumanContract:
    """How a human takes part by sensor_msgs/msg/Joy; buttons are indices of the message."""

    topic: str
    take_over: int                        # the human acts while it is held down
    axes: tuple[StickAxis, ...]
    deadband: float                       # of an axis around 0
    buttons: tuple[tuple[str, int], ...]  # what a press says, out of BUTTONS, and which button
    max_age: float                        # since a message arrived, then the human lets go [s]


def read_human(contract: Section, command: CommandContract) -> HumanContract | None:
    """Read the section `human` of a contract, which may be missing."""
    if 'human' not in contract:
        return None
    section = contract.section('human', HUMAN_KEYS)
    used = ('take_over', *(name for name in BUTTONS if name in section))
    buttons = {name: section.index(name) for name in used}
    for name, index in buttons.items():
        others = [other for other in buttons if buttons[other] == index and other != name]
        if others:
            section.fail(name, f'a button other than that of {others[0]}', index)
    return HumanContract(
        topic=section.name('topic', 'joy'), take_over=buttons.pop('take_over'),
        axes=_read_axes(section, command),
        deadband=section.number('deadband', minimum=0.0, maximum=0.9, default=0.1),
        buttons=tuple(buttons.items()), max_age=section.number('max_age', above=0.0))


def _read_axes(human: Section, command: CommandContract) -> tuple[StickAxis, ...]:
    section = human.section('axes', command.axes)
    axes = []
    for number, name in enumerate(command.axes):
        if name in section:
            stick = section.section(name, ('axis', 'scale'))
            scale = stick.number('scale', default=1.0)
            if scale == 0.0:
                stick.fail('scale', 'a number other than 0 (leave the axis out instead)', scale)
            axes.append(StickAxis(number, stick.index('axis'), scale))
    if not axes:
        human.fail('axes', f'at least one of {", ".join(command.axes)}', {})
    return tuple(axes)


class Joystick:
    """What a human does with a joystick; times are seconds of one clock that never jumps."""

    def __init__(self, human: HumanContract, action_size: int):
        self._human, self._size = human, action_size
        self._fewest_axes = 1 + max(axis.axis for axis in human.axes)
        self._fewest_buttons = 1 + max([human.take_over, *(index for _, index in human.buttons)])
        self._action = None   # while the human has taken over
        self._arrival = -math.inf
        self._down = None     # buttons of the message before; None before the first

    def update(self, axes: Sequence[float], buttons: Sequence[int], now: float) -> tuple[str, ...]:
        """
        Take a message; return what the buttons say that have just been pressed, out of BUTTONS.

        A button that is down in the first message of all says nothing: nobody knows since when.

        :raises ValueError: if axes or buttons are missing; the human has let go then
        """
        self._action = None
        for what, values, fewest in (('axes', axes, self._fewest_axes),
                                     ('buttons', buttons, self._fewest_buttons)):
            if len(values) < fewest:
                raise ValueError(f'expected at least {fewest} {what}, got {len(values)}')
        down = {name for name, index in self._human.buttons if buttons[index]}
        pressed = down - (down if self._down is None else self._down)
        self._down = down
        if buttons[self._human.take_over]:
            self._action, self._arrival = self._read(axes), now
        return tuple(name for name in BUTTONS if name in pressed)

    def action(self, now: float) -> np.ndarray | None:
        """Return what the human wants (action,) float32, -1...1; None while the policy acts."""
        if self._action is None or now - self._arrival > self._human.max_age:
            return None
        return self._action.copy()

    def _read(self, axes):
        action = np.zeros(self._size, np.float32)
        for stick in self._human.axes:
            wanted = stick.scale * self._deflection(axes[stick.axis])
            action[stick.number] = min(max(wanted, -1.0), 1.0)
        return action

    def _deflection(self, value):
        """Return -1...1, growing from 0 at the edge of the deadband; 0 for what is no number."""
        if not math.isfinite(value):
            return 0.0
        beyond = (abs(value) - self._human.deadband) / (1.0 - self._human.deadband)
        return math.copysign(min(max(beyond, 0.0), 1.0), value)
