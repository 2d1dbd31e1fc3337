"""RLPD (Ball et al., ICML 2023): SAC with many critics and half of each minibatch prior data."""

from sgft_ros.learning.sac import SAC
import torch

TARGETS = 2  # critics, drawn anew for each minibatch, the least of which is the target


class RLPD(SAC):
    """
    The targets take the least of two critics drawn from the ensemble, the policy their mean.

    Symmetric sampling of prior data is the replay's part (`prior_ratio`), many updates per
    transition the schedule's.
    """

    def aim(self, values: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the mean (...) of all critics (critics, ...), and its gradient."""
        return values.mean(0), torch.full_like(values, 1.0 / len(values))

    def combined(self, values: torch.Tensor) -> torch.Tensor:
        """Return one target (...) of those of all critics (critics, ...)."""
        chosen = torch.randperm(len(values), generator=self.generator)[:TARGETS]
        return values[chosen].amin(0)
