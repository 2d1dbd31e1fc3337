"""Shaped returns and weight swaps of training episodes, gathered from single transitions."""

from typing import NamedTuple


class Step(NamedTuple):
    """What a report needs of one training transition."""

    step: int
    shaped_reward: float
    policy_version: int


class ShapedReturns:
    """Gather the steps of every episode, in any order and however often they arrive."""

    def __init__(self):
        """Begin with no step."""
        self._steps = {}  # key of the episode -> {step: Step}
        self._done = set()
        self._count = 0

    def __len__(self):
        """Return the number of different training transitions that arrived."""
        return self._count

    def add(self, key: tuple[str, int, int], step: Step) -> None:
        """Add a step of the episode (robot, session, episode) unless it is known."""
        if key in self._done:
            return
        steps = self._steps.setdefault(key, {})
        self._count += step.step not in steps
        steps[step.step] = step

    def complete(self, key: tuple[str, int, int], steps: int) -> bool:
        """Return whether all steps of an episode have arrived."""
        return len(self._steps.get(key, ())) >= steps

    def take(
        self, key: tuple[str, int, int], steps: int, version_before: int | None,
    ) -> tuple[float | None, list[tuple[int, int]]]:
        """
        Return the shaped return of an episode and its (step, new version); forget its steps.

        The return is None where steps are missing. `version_before` is the newest version that
        acted before the episode; versions only grow, however late an episode is entered.
        """
        gathered = self._steps.pop(key, {})
        self._done.add(key)
        ordered = [gathered[number] for number in sorted(gathered)]
        swaps = []
        for step in ordered:
            if version_before is not None and step.policy_version > version_before:
                swaps.append((step.step, step.policy_version))
            version_before = max(step.policy_version, version_before or 0)
        total = sum(step.shaped_reward for step in ordered)
        return (total if len(ordered) == steps else None), swaps

    def skip(self, key: tuple[str, int, int], steps: int) -> None:
        """Count an episode that is known already, and ignore its steps from now on."""
        self._done.add(key)
        self._count += steps
