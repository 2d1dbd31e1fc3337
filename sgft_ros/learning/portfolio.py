"""Several algorithms that learn from one replay; real success arbitrates between them."""

from collections.abc import Callable, Mapping

import numpy as np
from sgft_ros.learning.checkpoint import Checkpoint
from sgft_ros.learning.finetuner import Candidate, FineTuner, FineTuningConfig
from sgft_ros.learning.tensors import part_of
import torch


def make_tuner(
    configs: Mapping[str, FineTuningConfig], checkpoints: Mapping[str, Checkpoint], seed: int = 0,
    prior_ratio: float = 0.0,
) -> 'FineTuner | Portfolio':
    """
    Return one fine-tuner, or a portfolio of several.

    :param configs: by name of the candidate
    :param checkpoints: by kind, all that :func:`checkpoint_kinds` names
    :param prior_ratio: share of prior data in the minibatches, at their ends
    :raises CheckpointError: if a checkpoint is missing or does not fit
    """
    tuners = {name: FineTuner(config, checkpoints, seed) for name, config in configs.items()}
    return Portfolio(tuners, prior_ratio) if len(tuners) > 1 else next(iter(tuners.values()))


def checkpoint_kinds(configs: Mapping[str, FineTuningConfig]) -> set[str]:
    """Return the kinds of checkpoints that learners of these configurations begin with."""
    return set().union(*(config.reads for config in configs.values()))


class Portfolio:
    """
    Fine-tuners side by side, each as often as its own configuration allows.

    All of them are off-policy: what one candidate experiences teaches the others too. One that
    diverges goes back alone. Used as one :class:`FineTuner` is.
    """

    def __init__(self, tuners: Mapping[str, FineTuner], prior_ratio: float = 0.0):
        """`tuners` by name; at least one. `prior_ratio` as for :func:`make_tuner`."""
        self._tuners, self._prior_ratio = dict(tuners), prior_ratio

    @property
    def start_after(self) -> int:
        """Return the real transitions before the first update of any."""
        return min(tuner.start_after for tuner in self._tuners.values())

    @property
    def updates(self) -> int:
        """Return the updates on real transitions of the one that makes most."""
        return max(tuner.updates for tuner in self._tuners.values())

    @property
    def successive(self) -> int:
        """Return how many rows of a minibatch, each time, are to come one after another."""
        return max(tuner.successive for tuner in self._tuners.values())

    @property
    def trained(self) -> bool:
        """Return whether there was an update since the start or the last reset."""
        return any(tuner.trained for tuner in self._tuners.values())

    @property
    def policy_moved(self) -> bool:
        """Return whether any candidate is something else than pi_sim."""
        return any(tuner.policy_moved for tuner in self._tuners.values())

    @property
    def diverged(self) -> int:
        """Return how many times one of them went back to its last good state."""
        return sum(tuner.diverged for tuner in self._tuners.values())

    @property
    def problem(self) -> str:
        """Return why, the last time of each."""
        return '; '.join(
            f'{name}: {tuner.problem}' for name, tuner in self._tuners.items() if tuner.problem)

    @property
    def needs_warm_start(self) -> bool:
        """Return whether `warm_start` is due before the first update."""
        return any(tuner.needs_warm_start for tuner in self._tuners.values())

    def warm_start(
        self, columns: Mapping[str, np.ndarray], generator: np.random.Generator,
        progress: Callable[[int], bool] = lambda done: True,
    ) -> None:
        """Warm up those that need it, see :meth:`FineTuner.warm_start`."""
        for tuner in self._tuners.values():
            if tuner.needs_warm_start:
                tuner.warm_start(columns, generator, progress)

    def updates_due(self, inserted: int) -> int:
        """Return how many updates the transitions inserted so far allow now."""
        return max(tuner.updates_due(inserted) for tuner in self._tuners.values())

    def update(
        self, batch: Mapping[str, torch.Tensor], inserted: int = 0, rewarded: int = 0,
    ) -> dict[str, float]:
        """Update those whose turn it is on a minibatch; return the losses, first come first."""
        losses = {}
        for tuner in self._tuners.values():
            if tuner.updates_due(inserted):
                part = self._part(batch, tuner.config.batch_size)
                losses = tuner.update(part, inserted, rewarded) | losses
        return losses

    def _part(self, batch, size):
        """Return a smaller minibatch with the same share of prior data."""
        most = len(batch['reward'])
        if size >= most:
            return batch
        own, real = (each - round(self._prior_ratio * each) for each in (size, most))
        if own == size:
            return {name: column[:size] for name, column in batch.items()}
        return {name: torch.cat([column[:own], column[real:real + size - own]])
                for name, column in batch.items()}

    def candidates(self, moved: bool = False) -> list[Candidate]:
        """Return what the robot may act with; with `moved` without those that are pi_sim still."""
        return [candidate for tuner in self._tuners.values()
                for candidate in tuner.candidates(moved)]

    def keep(self) -> dict[str, torch.Tensor]:
        """Remember the state of each, see :meth:`FineTuner.keep`; return all that is needed."""
        return {f'{name}/{key}': value for name, tuner in self._tuners.items()
                for key, value in tuner.keep().items()}

    def reset(self) -> None:
        """Bring every candidate back to its start."""
        for tuner in self._tuners.values():
            tuner.reset()

    def load_state(self, state: Mapping[str, torch.Tensor]) -> None:
        """
        Resume from what :meth:`keep` returned.

        :raises ValueError: if a tensor is missing or of another shape
        """
        for name, tuner in self._tuners.items():
            tuner.load_state(part_of(state, f'{name}/'))
