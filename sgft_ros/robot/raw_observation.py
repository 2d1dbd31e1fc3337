"""The measurement of every observation term that counts now, and whether it may be acted upon."""

from collections import deque
from functools import partial

import numpy as np
from sgft_ros.robot.age import age_problem, believed_age
from sgft_ros.robot.contract import RobotContract
from sgft_ros.robot.terms import NEAREST

RESTART = 10**9  # [ns] by which stamps go back where a clock begins anew
KEPT = 256  # measurements of a term that is aligned: a quarter of a second at 1 kHz


class RawObservation:
    """
    Keep what is measured of each term, and choose among it as the term's `alignment` says.

    All times are of the ROS clock, in nanoseconds.
    """

    def __init__(self, contract: RobotContract):
        self._terms = [term for term in contract.observation if term.max_age is not None]
        self._kept = {term.name: deque(maxlen=KEPT) for term in self._terms
                      if term.alignment == NEAREST}
        self._most_ahead = {term.name: 1e9 * term.max_age for term in self._terms}
        self.values = contract.constants  # (size,) by term, in the units of the contract
        self._times: dict[str, tuple[int, int]] = {}  # stamp and arrival of these, by term

    @property
    def stamps(self) -> dict[str, int]:
        """Return when the values were measured, by term, in the order of the contract."""
        return {term.name: self._times[term.name][0] for term in self._terms
                if term.name in self._times}

    def update(self, term: str, values: np.ndarray, stamp: int, arrival: int) -> bool:
        """
        Take a measurement that came at `arrival`.

        :return: False, and nothing is taken, if it carries no stamp
        """
        if stamp == 0:
            return False
        if term in self._kept:
            kept = self._kept[term]
            if kept and stamp < kept[-1][0][0] - RESTART:
                kept.clear()
            kept.append(((stamp, arrival), values))
        else:
            self._times[term], self.values[term] = (stamp, arrival), values
        return True

    def align(self, tick: int) -> None:
        """
        Choose the measurement nearest to the time of the tick, of the terms that ask for it.

        Those that came with a stamp of the future are not waited for, if there are others.
        """
        for term, kept in self._kept.items():
            if kept:
                self._times[term], self.values[term] = min(
                    kept, key=partial(_remoteness, tick, self._most_ahead[term]))

    def newer_than(self, stamp: int) -> bool:
        """Return whether every term was measured after `stamp`."""
        return all(min(self._times.get(term.name, (stamp,))) > stamp for term in self._terms)

    def problems(self, now: int) -> tuple[str, ...]:
        """Return a sentence for each term that is missing, old, in the future or not finite."""
        return tuple(filter(None, (self._problem(term, now) for term in self._terms)))

    def _problem(self, term, now):
        times = self._times.get(term.name)
        if times is None:
            return f'{term.name}: never received'
        if not np.isfinite(self.values[term.name]).all():
            return f'{term.name}: not finite: {self.values[term.name].tolist()}'
        return age_problem(term.name, believed_age(*times, now) * 1e-9, term.max_age)


def _remoteness(tick, most_ahead, measurement):
    """Return what sorts measurements by their distance from a tick, those of the future last."""
    (stamp, arrival), _ = measurement
    return stamp - arrival > most_ahead, abs(stamp - tick)
