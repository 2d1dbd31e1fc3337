"""Which candidate acts: the one that the real successes speak for."""

from collections.abc import Iterable, Mapping

import numpy as np

MEMORY = 0.93           # share of the evidence on learners that is left after a training episode
TRAINING_WEIGHT = 0.25  # of a training episode where evaluations are arbitrated
PROBES = 5              # episodes of an evaluation that may go to others than the best
PI_SIM = 'pi_sim'


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
        self._trained = {PI_SIM: np.zeros(2)}    # successes, failures
        self._evaluated = {PI_SIM: np.zeros(2)}
        self._probes = 0  # since the last training episode

    @property
    def candidates(self) -> tuple[str, ...]:
        """Return the names of the candidates, pi_sim first."""
        return tuple(self._trained)

    def admit(self, names: Iterable[str]) -> None:
        """Let candidates take part from now on; nothing is known of them yet."""
        for name in names:
            self._trained.setdefault(name, np.zeros(2))
            self._evaluated.setdefault(name, np.zeros(2))

    def choose(self, evaluation: bool = False) -> str:
        """Return the candidate that acts in the next episode."""
        if evaluation and self._probes >= PROBES:
            return max(self._trained, key=self.mean)
        drawn = {name: self._rng.beta(*self._posterior(name, evaluation))
                 for name in self._trained}
        return max(drawn, key=drawn.get)

    def mean(self, name: str) -> float:
        """Return the success that is expected of a candidate in evaluation, 0 to 1."""
        successes, failures = self._posterior(name, evaluation=True)
        return float(successes / (successes + failures))

    def record(self, name: str, success: float, evaluation: bool = False) -> None:
        """Take the outcome, 0 to 1, of an episode in which a candidate acted."""
        self.admit([name])
        if evaluation:
            self._probes += 1
        else:
            self._probes = 0
            self._forget()  # as its transitions teach every learner
        known = self._evaluated if evaluation else self._trained
        known[name] += success, 1.0 - success

    def _forget(self):
        for known in (self._trained, self._evaluated):
            for name, evidence in known.items():
                if name != PI_SIM:
                    evidence *= MEMORY

    def _posterior(self, name, evaluation):
        weight = TRAINING_WEIGHT if evaluation else 1.0
        return 1.0 + self._evaluated[name] + weight * self._trained[name]

    def state(self) -> dict[str, dict[str, list[float]]]:
        """Return what is known, as JSON types."""
        return {kind: {name: evidence.tolist() for name, evidence in known.items()}
                for kind, known in (('trained', self._trained), ('evaluated', self._evaluated))}

    def load_state(self, state: Mapping[str, Mapping[str, list[float]]]) -> None:
        """Go on from what :meth:`state` returned."""
        self._trained, self._evaluated = (
            {name: np.array(evidence) for name, evidence in state[kind].items()}
            for kind in ('trained', 'evaluated'))
