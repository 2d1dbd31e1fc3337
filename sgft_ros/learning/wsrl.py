"""WSRL (Zhou et al., ICLR 2025): fine-tuning without the data that the policy was trained on."""

from collections.abc import Mapping

import numpy as np
from sgft_ros.learning.actor_critic import SACConfig
from sgft_ros.learning.inference import mlp_sizes
from sgft_ros.learning.networks import EnsembleMLP
from sgft_ros.learning.rlpd import RLPD
from sgft_ros.learning.sac import SAC
from sgft_ros.learning.slow_actor import SlowActor
from sgft_ros.learning.tensors import part_of
import torch


class WSRL(SlowActor, RLPD):
    """
    An ensemble of critics as in RLPD, but the policy follows the least of all.

    The paper trains the ensemble before, with the policy. A simulator's learner has two critics,
    and copies of them would stay copies, as every member sees the same minibatches and targets:
    new critics are fitted to the two in turn (`distil`). The warm-up, transitions of pi_sim before
    the first update, is the schedule's part (`start_after`).
    """

    def __init__(self, config: SACConfig, actor_learning_rate: float, seed: int = 0):
        super().__init__(config, actor_learning_rate, seed)
        self._simulator_critic = None

    def aim(self, values: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the least (...) of all critics (critics, ...), and its gradient."""
        return SAC.aim(self, values)

    def load_simulator(self, tensors: Mapping[str, np.ndarray]) -> None:
        """
        Begin with policy and temperature of the simulator; keep its critics for `distil`.

        :raises ValueError: if a tensor is missing or of another shape; the message names it
        :raises KeyError: if there are no critics
        """
        critics = part_of(tensors, 'critic.')
        self._simulator_critic = EnsembleMLP(*mlp_sizes(critics))
        self._simulator_critic.load_tensors(critics)
        self.load_policy(part_of(tensors, 'actor.'))
        self.log_alpha.data.copy_(torch.as_tensor(tensors['log_alpha']))

    def distil(self, batch: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        """Take one step of the critics towards those of the simulator; return the loss."""
        inputs = torch.cat([batch['observation'], batch['action']], -1)
        with torch.no_grad():
            simulated = self._simulator_critic(inputs)
        turn = torch.arange(self.config.critics) % len(simulated)
        loss = (self.critic(inputs) - simulated[turn]).square().mean((1, 2)).sum()
        self._step(loss)
        return {'critic_loss': loss.detach()}
