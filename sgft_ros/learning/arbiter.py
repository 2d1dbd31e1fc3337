"""Which candidate acts: the one that the real successes speak for."""

from collections.abc import Iterable, Mapping

import numpy as np

MEMORY = 0.93           # share of the evidence on learners that is left after a training episode
TRAINING_WEIGHT = 0.25  # of a training episode where evaluations are arbitrated
PROBES = 0.25           # share of an evaluation that may go to others than the best
PI_SIM = 'pi_sim'
INCUMBENT = 'incumbent'
CALIBRATED = 'calibrated'  # pi_sim, corrected by what successes say of the tool
LEARN_NO_MORE = PI_SIM, INCUMBENT
NEVER_CROWNED = *LEARN_NO_MORE, CALIBRATED  # they do not forget what they can
TRAINED, EVALUATED = range(2)  # rows of the evidence on a candidate


class Arbiter:
    """
    Thompson sampling over candidates, by success in real episodes (Thompson 1933).

    Each episode goes to one candidate. In training, and in the first episodes of an evaluation, it
    is the one that a draw from the posterior Beta(1 + successes, 1 + failures) favours, in the
    rest of an evaluation the one whose mean is best. Noise of exploration helps some candidates
    and harms others, so that training says little about evaluation and counts less there. An
    evaluation says nothing about training: what never succeeds without noise, as pi_sim in many a
    real world, may be the one whose noise finds the first success.

    Candidates keep learning, so older episodes count less and less (discounted Thompson sampling,
    Raj and Kalyani 2017), and who failed long ago is tried again. Who learns may also forget what
    it could: the weights that did best in an evaluation go on as a candidate of their own, the
    incumbent. It and pi_sim do not learn, and nothing is forgotten about them.
    """

    def __init__(self, rng: np.random.Generator, evaluation_episodes: int = 20):
        """Know how many episodes an evaluation has."""
        self._rng = rng
        self._probes = int(PROBES * evaluation_episodes)
        self._evidence = {}  # by name: successes and failures of each kind of episode (2, 2)
        self.admit([PI_SIM])
        self._evaluated = {}  # likewise, in the evaluation that goes on: successes, failures (2,)

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
        if evaluation and self._episodes() >= self._probes:
            return self.best
        drawn = {name: self._rng.beta(*self._posterior(name, evaluation))
                 for name in self._evidence}
        return max(drawn, key=drawn.get)

    @property
    def best(self) -> str:
        """Return the candidate that is expected to succeed most often in evaluation."""
        return max(self._evidence, key=self.mean)

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
        if not evaluation:
            self._evaluated.clear()
            self._forget()  # as its transitions teach every learner
        if success is None:
            return
        outcome = np.array([success, 1.0 - success])
        self._evidence[name][EVALUATED if evaluation else TRAINED] += outcome
        if evaluation:
            self._evaluated[name] = self._evaluated.get(name, 0.0) + outcome

    def crown(self) -> str | None:
        """
        End an evaluation; return the candidate whose weights in it are the incumbent from now on.

        That is who acted in at least half of it, if it succeeded, and more often than is expected
        of the incumbent and of pi_sim. None: the incumbent stays, if there is one.
        """
        episodes, evaluated = self._episodes(), self._evaluated
        self._evaluated = {}
        for name, outcome in evaluated.items():
            if name in NEVER_CROWNED or not outcome[0] or 2 * outcome.sum() < episodes:
                continue
            expected = (1.0 + outcome[0]) / (2.0 + outcome.sum())
            if all(self.mean(rival) < expected for rival in LEARN_NO_MORE
                   if rival in self._evidence):
                self._evidence[INCUMBENT] = np.array([np.zeros(2), outcome])
                return name
        return None

    def begin_anew(self) -> None:
        """Forget everything but what is known of pi_sim: the learner is back there."""
        self._evidence = {PI_SIM: self._evidence[PI_SIM]}
        self._evaluated.clear()

    def _episodes(self):
        """Return how many episodes the evaluation that goes on has behind it."""
        return sum(outcome.sum() for outcome in self._evaluated.values())

    def _forget(self):
        for name, evidence in self._evidence.items():
            if name not in LEARN_NO_MORE:
                evidence *= MEMORY

    def _posterior(self, name, evaluation):
        trained, evaluated = self._evidence[name]
        return 1.0 + (evaluated + TRAINING_WEIGHT * trained if evaluation else trained)

    def state(self) -> dict[str, list[list[float]]]:
        """Return what is known, as JSON types."""
        return {name: evidence.tolist() for name, evidence in self._evidence.items()}

    def load_state(self, state: Mapping[str, list[list[float]]]) -> None:
        """Go on from what :meth:`state` returned."""
        self._evidence = {name: np.array(evidence) for name, evidence in state.items()}
