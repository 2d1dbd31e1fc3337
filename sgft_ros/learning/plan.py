"""What planners of every kind have in common."""

from collections.abc import Sequence

import numpy as np


class Planning:
    """A plan from decision to decision of an episode, and what is drawn to make it."""

    def __init__(self, seed: int | Sequence[int]):
        self._seed, self._rng = seed, np.random.default_rng(seed)
        self.cut = 0  # plans that the time ran out on
        self.reset()

    def reset(self) -> None:
        """Forget the plan: another episode begins."""
        self._plan, self._decision = None, 0

    def take_over(self, other: 'Planning') -> None:
        """Go on with the plan of another planner of the same kind, horizon and actions."""
        self._plan, self._decision = other._plan, other._decision

    def _decide(self, evaluation: bool) -> int:
        """
        Begin a decision; return its number in the episode.

        What is drawn in an evaluation its start and the weights alone are to decide: the seed and
        this number say it.
        """
        decision, self._decision = self._decision, self._decision + 1
        if evaluation:
            self._rng = np.random.default_rng(
                np.random.SeedSequence(self._seed, spawn_key=(decision,)))
        return decision
