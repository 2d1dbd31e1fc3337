"""The newest raw value of every observation term, and whether it may be acted upon."""

import numpy as np
from sgft_ros.robot.age import age_problem
from sgft_ros.robot.contract import RobotContract


class RawObservation:
    """Keep the newest numbers and stamp [s] of each measured term; times are of the ROS clock."""

    def __init__(self, contract: RobotContract):
        self._terms = [term for term in contract.observation if term.max_age is not None]
        self._stamps = {term.name: None for term in self._terms}
        self.values: dict[str, np.ndarray] = {}  # by term, in the units of the contract

    def update(self, term: str, values: np.ndarray, stamp: float) -> bool:
        """
        Take a measurement.

        :return: False, and nothing is taken, if it carries no stamp
        """
        if stamp == 0.0:
            return False
        self.values[term] = values
        self._stamps[term] = stamp
        return True

    def newer_than(self, stamp: float) -> bool:
        """Return whether every term was measured after `stamp` [s]."""
        return all(taken is not None and taken > stamp for taken in self._stamps.values())

    def problems(self, now: float) -> tuple[str, ...]:
        """Return a sentence for each term that is missing, old, in the future or not finite."""
        return tuple(filter(None, (self._problem(term, now) for term in self._terms)))

    def _problem(self, term, now):
        stamp = self._stamps[term.name]
        if stamp is None:
            return f'{term.name}: never received'
        if not np.isfinite(self.values[term.name]).all():
            return f'{term.name}: not finite: {self.values[term.name].tolist()}'
        return age_problem(term.name, now - stamp, term.max_age)
