"""What the published code of SGFT runs (WEIRDLabUW/sgft, on TD-MPC2): a documented negative."""

from collections.abc import Mapping

import numpy as np
from sgft_ros.learning.actor_critic import SACConfig
from sgft_ros.learning.inference import LOG_STD_RANGE
from sgft_ros.learning.networks import EnsembleMLP
from sgft_ros.learning.pbrs import PBRS
from sgft_ros.learning.tensors import part_of
import torch

PAIR = 2  # critics, drawn anew for each potential, the least of which counts


class ReferenceSGFT(PBRS):
    """
    PBRS on r + gamma V(s') - V(s), where V(s) = min Q_sim(s, a) with an action a ~ pi_sim.

    It departs from what shaping promises in two ways:

    - V(s) is drawn anew wherever it is asked for, so that the rewards of an episode do not
      telescope;
    - V(s') counts at a true end of the task too, and ends that are better than they are worth
      change what is optimal (Grzes 2017).

    And its horizon is infinite, where the paper's is finite.
    """

    def __init__(self, config: SACConfig, reward_scale: float = 1.0, seed: int = 0):
        super().__init__(config, reward_scale, seed)
        self._pi_sim = EnsembleMLP(1, self.actor.sizes, self.generator).requires_grad_(False)
        self._q_sim = EnsembleMLP(
            config.critics, self.critic.sizes, self.generator).requires_grad_(False)

    def reward(self, batch: Mapping[str, torch.Tensor]) -> torch.Tensor:
        """Return r + gamma V(s') - V(s) (batch,), scaled."""
        value, next_value = (
            self.potential(batch[name]) for name in ('observation', 'next_observation'))
        return self.reward_scale * (batch['reward'] + self.discount * next_value - value)

    def potential(self, observation: torch.Tensor) -> torch.Tensor:
        """Return V(s) (batch,) of a new action and a new pair of critics."""
        mean, log_std = self._pi_sim(observation)[0].chunk(2, -1)
        noise = torch.randn(mean.shape, generator=self.generator)
        action = torch.tanh(mean + log_std.clamp(*LOG_STD_RANGE).exp() * noise)
        values = self._q_sim(torch.cat([observation, action], -1))[..., 0]
        return values[torch.randperm(len(values), generator=self.generator)[:PAIR]].amin(0)

    def load_simulator(self, tensors: Mapping[str, np.ndarray]) -> None:
        """
        Begin with the policy of the simulator; keep it and its critics as the potential.

        :raises ValueError: if a tensor is missing or of another shape; the message names it
        """
        policy = part_of(tensors, 'actor.')
        self._pi_sim.load_tensors(policy)
        self._q_sim.load_tensors(part_of(tensors, 'critic.'))
        self.load_policy(policy)
