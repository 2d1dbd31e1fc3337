"""The unshaped twin of SGFT-SAC: H steps of raw reward, then V_sim; critics begin as Q_sim."""

from collections.abc import Mapping

import numpy as np
from sgft_ros.learning.actor_critic import SACConfig
from sgft_ros.learning.sgft_sac import SGFTSAC
from sgft_ros.learning.tensors import part_of
import torch


class UnshapedSGFT(SGFTSAC):
    """
    Q_h(s, a) estimates (T^h V)(s, a): what SGFT-SAC estimates, plus V(s).

    y_1 = r + gamma (1-d) V(s'), and for h > 1

    y_h = r + gamma (1-d) (min_i Q_{h-1,i}(s', a') - alpha log pi_{h-1}(a'|s')).

    Both rank actions alike. But Q_h is of the size of Q_sim here, so that critics can begin with
    it instead of with nothing.
    """

    def __init__(self, config: SACConfig, horizon: int, seed: int = 0):
        super().__init__(config, horizon, seed=seed)

    def reward(self, batch: Mapping[str, torch.Tensor]) -> torch.Tensor:
        """Return the raw reward (batch,)."""
        return batch['reward']

    def critic_target(
        self, batch: Mapping[str, torch.Tensor], heads: torch.Tensor,
        sampled: tuple[torch.Tensor, torch.Tensor] | None = None,
    ) -> torch.Tensor:
        """Return y_h (batch, n); `batch` also holds next_value (batch,), V_sim(s')."""
        target = super().critic_target(batch, heads, sampled)
        opinion = self.discount * (1.0 - batch['terminated']) * batch['next_value']
        return target + (heads == 0) * opinion[:, None]

    def load_simulator(self, tensors: Mapping[str, np.ndarray]) -> None:
        """
        Begin every head with policy, critics and temperature of the simulator's SAC.

        :raises ValueError: if a tensor is missing or of another shape; the message names it
        """
        for network, prefix in (
            (self.actor, 'actor.'), (self.critic, 'critic.'), (self.target, 'critic.'),
        ):
            self._load_heads(network, part_of(tensors, prefix))
        self.log_alpha.data.copy_(torch.as_tensor(tensors['log_alpha']))
