"""What all learners have in common."""

from collections.abc import Mapping

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


def numbers(tensors: Mapping[str, torch.Tensor]) -> dict[str, float]:
    """Return what tensors () hold; waits for the device that computes them, once."""
    return dict(zip(tensors, torch.stack([*tensors.values()]).tolist()))
