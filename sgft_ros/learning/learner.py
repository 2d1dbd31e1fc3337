"""What all learners have in common."""

from collections.abc import Mapping

from sgft_ros.learning.tensors import numbers
import torch


class Learner:
    """Takes steps on minibatches; `updates` counts them, by whoever has them taken."""

    updates = 0
    generator: torch.Generator | None = None  # of its random numbers, if it draws any

    def update(self, batch: Mapping[str, torch.Tensor]) -> dict[str, float]:
        """Take one step, see `step` of each learner, and count it; return the losses."""
        self.updates += 1
        return numbers(self.step(batch))

    def step(self, batch: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        """Take one step on a minibatch; return the losses, each ()."""
        raise NotImplementedError
