"""RLPD (Ball et al., ICML 2023): SAC with many critics and half of each minibatch prior data."""

from sgft_ros.learning.networks import EnsembleMLP
from sgft_ros.learning.sac import SAC
import torch

TARGETS = 2  # critics, drawn anew for each minibatch, the least of which is the target


class RLPD(SAC):
    """
    The targets take the least of two critics drawn from the ensemble, the policy their mean.

    Symmetric sampling of prior data is the replay's part (`prior_ratio`), many updates per
    transition the schedule's.
    """

    def combined(self, critic: EnsembleMLP, values: torch.Tensor) -> torch.Tensor:
        """Return one estimate (rows, heads) of those of all critics (critics, rows, heads)."""
        if critic is not self.target:
            return values.mean(0)
        chosen = torch.randperm(len(values), generator=self._generator)[:TARGETS]
        return values[chosen].amin(0)
