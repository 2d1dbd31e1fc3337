"""What a task says about one step."""

from typing import NamedTuple


class Outcome(NamedTuple):
    """Reward of a step and whether it ended the task; a time limit is not an end of the task."""

    reward: float
    terminated: bool
    success: bool | None  # None: the task has returns, and no success
