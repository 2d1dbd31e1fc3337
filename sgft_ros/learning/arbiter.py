"""Which candidate acts: the one that the real successes speak for."""

from collections.abc import Iterable, Mapping

import numpy as np

MEMORY = 0.93   # share of a candidate's evidence that is left after its next episode
PI_SIM = 'pi_sim'


class Arbiter:
    """
    Thompson sampling over candidates, by success in real episodes (Thompson 1933).

    A candidate keeps learning, so its older episodes count less and less. Training episodes go to
    the candidate that a draw from the posterior Beta(1 + successes, 1 + failures) favours;
    evaluations to the one whose mean is best. pi_sim is a candidate like the others, so that
    nothing worse acts for long.
    """

    def __init__(self, rng: np.random.Generator):
        self._rng = rng
        self._evidence = {PI_SIM: [0.0, 0.0]}

    @property
    def candidates(self) -> tuple[str, ...]:
        """Return the names of the candidates, pi_sim first."""
        return tuple(self._evidence)

    def admit(self, names: Iterable[str]) -> None:
        """Let candidates take part from now on, as well trusted as pi_sim is."""
        for name in names:
            if name not in self._evidence:
                self._evidence[name] = [0.0, 0.0]

    def choose(self) -> str:
        """Return the candidate that acts in the next training episode."""
        drawn = {name: self._rng.beta(1.0 + successes, 1.0 + failures)
                 for name, (successes, failures) in self._evidence.items()}
        return max(drawn, key=drawn.get)

    def best(self) -> str:
        """Return the candidate that acts in the next evaluation."""
        return max(self._evidence, key=self.mean)

    def mean(self, name: str) -> float:
        """Return the expected success of a candidate, 0 to 1."""
        successes, failures = self._evidence[name]
        return (1.0 + successes) / (2.0 + successes + failures)

    def record(self, name: str, success: float) -> None:
        """Take the outcome, 0 to 1, of an episode in which a candidate acted."""
        evidence = self._evidence.setdefault(name, [0.0, 0.0])
        evidence[:] = (MEMORY * count for count in evidence)
        evidence[0] += success
        evidence[1] += 1.0 - success

    def state(self) -> dict[str, list[float]]:
        """Return what is known, as JSON types."""
        return {name: list(evidence) for name, evidence in self._evidence.items()}

    def load_state(self, state: Mapping[str, list[float]]) -> None:
        """Go on from what :meth:`state` returned."""
        self._evidence = {name: [float(number) for number in evidence]
                          for name, evidence in state.items()}
