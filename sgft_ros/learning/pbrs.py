"""Potential-based reward shaping (Ng et al. 1999) with V_sim as the potential: H = infinity."""

from collections.abc import Mapping

from sgft_ros.learning.actor_critic import SACConfig
from sgft_ros.learning.sac import SAC
import torch


class PBRS(SAC):
    """
    SAC on r_bar = r + gamma (1-d) V(s') - V(s); infinite horizon.

    Its Q(s, a) estimates Q*(s, a) - V(s), times `reward_scale`: differences of a V_sim of sparse
    rewards are a few hundredths, too little against the slopes that new networks have by chance.
    """

    def __init__(self, config: SACConfig, reward_scale: float = 1.0, seed: int = 0):
        self.reward_scale = reward_scale
        super().__init__(config, seed)

    def reward(self, batch: Mapping[str, torch.Tensor]) -> torch.Tensor:
        """Return r_bar (batch,), scaled."""
        return self.reward_scale * batch['shaped_reward']
