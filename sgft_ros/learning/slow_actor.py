"""SAC whose policy learns at a rate of its own, below that of the critics (As et al. 2026)."""

from collections.abc import Mapping

from sgft_ros.learning.sac import SAC, SACConfig
import torch


class SlowActor(SAC):
    """
    The learning rate of the configuration is that of critics and temperature.

    How many updates of the critics come to one of the policy is the schedule's part
    (`policy_delay`), data of the simulator in the minibatches the replay's (`prior_ratio`).
    """

    def __init__(self, config: SACConfig, actor_learning_rate: float, seed: int = 0):
        if config.learning_rate <= 0.0:
            raise ValueError(f'learning_rate: expected more than 0, got {config.learning_rate}')
        super().__init__(config, seed)
        self._actor_share = actor_learning_rate / config.learning_rate

    def update(self, batch: Mapping[str, torch.Tensor]) -> dict[str, float]:
        """Take one step of critics, actor and temperature, as :meth:`SAC.update` does."""
        before = self.actor.flat.detach().clone()
        losses = super().update(batch)
        with torch.no_grad():  # a step of Adam is proportional to its rate
            self.actor.flat.copy_(torch.lerp(before, self.actor.flat, self._actor_share))
        return losses
