"""The measurement of every observation term that counts now, and whether it may be acted upon."""

from collections import deque

import numpy as np
from sgft_ros.robot.age import age_problem
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
        self.values: dict[str, np.ndarray] = {}  # by term, in the units of the contract
        self._stamps: dict[str, int] = {}        # of these, by term

    @property
    def stamps(self) -> dict[str, int]:
        """Return when the values were measured, by term, in the order of the contract."""
        return {term.name: self._stamps[term.name] for term in self._terms
                if term.name in self._stamps}

    def update(self, term: str, values: np.ndarray, stamp: int) -> bool:
        """
        Take a measurement.

        :return: False, and nothing is taken, if it carries no stamp
        """
        if stamp == 0:
            return False
        if term in self._kept:
            kept = self._kept[term]
            if kept and stamp < kept[-1][0] - RESTART:
                kept.clear()
            kept.append((stamp, values))
        else:
            self._stamps[term], self.values[term] = stamp, values
        return True

    def align(self, tick: int) -> None:
        """Choose the measurement nearest to the time of the tick, of the terms that ask for it."""
        for term, kept in self._kept.items():
            if kept:
                self._stamps[term], self.values[term] = min(
                    kept, key=lambda measurement: abs(measurement[0] - tick))

    def newer_than(self, stamp: int) -> bool:
        """Return whether every term was measured after `stamp`."""
        return all(self._stamps.get(term.name, stamp) > stamp for term in self._terms)

    def problems(self, now: int) -> tuple[str, ...]:
        """Return a sentence for each term that is missing, old, in the future or not finite."""
        return tuple(filter(None, (self._problem(term, now) for term in self._terms)))

    def _problem(self, term, now):
        stamp = self._stamps.get(term.name)
        if stamp is None:
            return f'{term.name}: never received'
        if not np.isfinite(self.values[term.name]).all():
            return f'{term.name}: not finite: {self.values[term.name].tolist()}'
        return age_problem(term.name, (now - stamp) * 1e-9, term.max_age)
