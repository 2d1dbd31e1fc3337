"""When to train and when to evaluate."""

from dataclasses import dataclass

EVALUATION, TRAINING, FINISHED = 'evaluation', 'training', 'finished'


@dataclass
class Counts:
    """What a run has behind it; survives restarts."""

    transitions: int = 0    # of training
    rounds: int = 0         # evaluation rounds that are complete
    evaluated_at: int = -1  # transitions before the last complete round; -1: there was none
    episodes: int = 0       # of both kinds


class Schedule:
    """
    Evaluate at the start, after every `interval` training transitions, and at the `limit`.

    A round that was interrupted begins anew: a round is worth something only if one policy made
    it alone.
    """

    def __init__(self, interval: int, episodes: int, limit: int, counts: Counts):
        """`episodes` make one evaluation round; `counts` go on from an earlier life."""
        self._interval, self._limit = interval, limit
        self.round_episodes = episodes
        self.counts = counts
        self._done = 0

    @property
    def phase(self) -> str:
        """Return what the next episode, or the one that is going on, is for."""
        if self._evaluation_due:
            return EVALUATION
        return TRAINING if self.counts.transitions < self._limit else FINISHED

    @property
    def in_round(self) -> bool:
        """Return whether an evaluation round has an episode behind it and others before it."""
        return self._done > 0

    def end_episode(self, evaluation: bool, transitions: int) -> None:
        """Count an episode that ended by the task's rules or, in training, in any way."""
        counts = self.counts
        counts.episodes += 1
        if not evaluation:
            counts.transitions += transitions
            return
        self._done += 1
        if self._done == self.round_episodes:
            self._done = 0
            counts.rounds += 1
            counts.evaluated_at = counts.transitions

    @property
    def _evaluation_due(self) -> bool:
        counts = self.counts
        if counts.evaluated_at < 0:
            return True
        due = min((counts.evaluated_at // self._interval + 1) * self._interval, self._limit)
        return counts.evaluated_at < due <= counts.transitions


class ActingSchedule(Schedule):
    """Evaluate without end: nobody learns any more."""

    @property
    def phase(self) -> str:
        """Return what every episode is for."""
        return EVALUATION
