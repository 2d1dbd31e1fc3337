"""Which candidate acts: the one that the real successes speak for."""

from collections.abc import Iterable, Mapping

import numpy as np

MEMORY = 0.93           # share of the evidence on learners that is left after a training episode
TRAINING_WEIGHT = 0.25  # of a training episode where evaluations are arbitrated
PROBES = 5              # episodes of an evaluation that may go to others than the best
PI_SIM = 'pi_sim'
TRAINED, EVALUATED = range(2)  # rows of the evidence on a candidate


class Arbiter:
    """
    Thompson sampling over candidates, by success in real episodes (Thompson 1933).

    Each episode goes to one candidate. In training, and in the first episodes of an evaluation, it
    is the one that a draw from the posterior Beta(1 + successes, 1 + failures) favours, in the
    rest of an evaluation the one whose mean is best. Noise of exploration helps some candidates
    and harms others, so that training says little about evaluation and counts less there.

    Candidates keep learning, so older episodes count less and less (discounted Thompson sampling,
    Raj and Kalyani 2017), and who failed long ago is tried again. pi_sim is a candidate that does
    not learn, and about which nothing is forgotten.
    """

    def __init__(self, rng: np.random.Generator):
        self._rng = rng
        self._evidence = {}  # by name: successes and failures of each kind of episode (2, 2)
        self.admit([PI_SIM])
        self._probes = 0  # since the last training episode

    @property
    def candidates(self) -> tuple[str, ...]:
        """Return the names of the candidates, pi_sim first."""
        return tuple(self._evidence)

    def admit(self, names: Iterable[str]) -> None:
        """Let candidates take part from now on; nothing is known of them yet."""
        for name in names:
            self._evidence.setdefault(name, np.zeros((2, 2)))

    def choose(self, evaluation: bool = False) -> str:
        """Return the candidate that acts in the next episode."""
        if evaluation and self._probes >= PROBES:
            return max(self._evidence, key=self.mean)
        drawn = {name: self._rng.beta(*self._posterior(name, evaluation))
                 for name in self._evidence}
        return max(drawn, key=drawn.get)

    def mean(self, name: str) -> float:
        """Return the success that is expected of a candidate in evaluation, 0 to 1."""
        successes, failures = self._posterior(name, evaluation=True)
        return float(successes / (successes + failures))

    def record(self, name: str, success: float | None, evaluation: bool = False) -> None:
        """
        Take the outcome, 0 to 1, of an episode in which a candidate acted.

        None is an outcome that says nothing of the candidate, as others acted too.
        """
        self.admit([name])
        if evaluation:
            self._probes += 1
        else:
            self._probes = 0
            self._forget()  # as its transitions teach every learner
        if success is not None:
            self._evidence[name][EVALUATED if evaluation else TRAINED] += success, 1.0 - success

    def _forget(self):
        for name, evidence in self._evidence.items():
            if name != PI_SIM:
                evidence *= MEMORY

    def _posterior(self, name, evaluation):
        weight = TRAINING_WEIGHT if evaluation else 1.0
        evidence = self._evidence[name]
        return 1.0 + evidence[EVALUATED] + weight * evidence[TRAINED]

    def state(self) -> dict[str, list[list[float]]]:
        """Return what is known, as JSON types."""
        return {name: evidence.tolist() for name, evidence in self._evidence.items()}

    def load_state(self, state: Mapping[str, list[list[float]]]) -> None:
        """Go on from what :meth:`state` returned."""
        self._evidence = {name: np.array(evidence) for name, evidence in state.items()}
