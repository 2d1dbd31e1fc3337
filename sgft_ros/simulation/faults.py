"""Faults of drivers and sensors as they befall real robots, drawn at random."""

from collections.abc import Iterable

import numpy as np
from sgft_ros.robot.yaml_section import suggest

FAULTS = {
    'dropped_sensors': 'no measurement is published',
    'frozen_sensors': 'the last measurement is published again and again, with its old stamp',
    'jitter': 'four of five measurements are missing',
    'nan_sensors': 'forces, joints and velocities are not numbers',
    'clock_offset': 'stamps are a second in the past or in the future',
    'zero_stamps': 'measurements carry no stamp',
    'joint_order': 'joints come in the reverse order, by their names',
    'dropped_commands': 'commands do not arrive',
    'protective_stop': 'the arm halts and ignores commands, and says so; then it goes on with the '
                       'newest one',
}


def fault_names(text: str) -> tuple[str, ...]:
    """
    Return the faults of a list like `jitter,protective_stop`; `all` is every one.

    :raises ValueError: naming a fault that does not exist
    """
    if text == 'all':
        return tuple(FAULTS)
    return _known(filter(None, (name.strip() for name in text.split(','))))


class Faults:
    """Let faults come and go; one is active at a time, or none."""

    def __init__(
        self, names: Iterable[str], interval: float, longest: float, rng: np.random.Generator,
    ):
        """
        Draw from `names`, one every `interval` [s] in the mean, each for `longest` [s] at most.

        :raises ValueError: naming a fault that does not exist
        """
        self._names = _known(names)
        self._interval, self._longest, self._rng = interval, longest, rng
        self.active = ''   # name of the fault that is going on
        self.strength = 0.0  # of it, drawn from -1...1
        self.counts = dict.fromkeys(self._names, 0)
        self._left = self._pause()

    def advance(self, duration: float) -> bool:
        """Let time pass [s]; return whether a fault began or ended."""
        if not self._names:
            return False
        self._left -= duration
        if self._left > 0.0:
            return False
        if self.active:
            self.active, self._left = '', self._pause()
        else:
            self.active = str(self._rng.choice(self._names))
            self.strength = self._rng.uniform(-1.0, 1.0)
            self.counts[self.active] += 1
            self._left = self._rng.uniform(0.0, self._longest)
        return True

    def _pause(self):
        return self._rng.exponential(self._interval)


def _known(names):
    names = tuple(names)
    for name in names:
        if name not in FAULTS:
            raise ValueError(f'unknown fault {name!r}{suggest(name, FAULTS)}')
    return names
