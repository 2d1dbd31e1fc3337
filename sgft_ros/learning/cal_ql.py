"""Cal-QL (Nakamoto et al., NeurIPS 2023): conservative critics that stay above a known value."""

from collections.abc import Mapping

from sgft_ros.learning.actor_critic import SACConfig
from sgft_ros.learning.sac import pairs
from sgft_ros.learning.slow_actor import SlowActor
import torch

ACTIONS = 10      # sampled from each of three distributions
WEIGHT = 1.0      # of the regulariser; the paper's for manipulation (Adroit), 5 elsewhere


class CalQL(SlowActor):
    """
    SAC whose critics also learn that actions outside of the replay are worse (CQL).

    With weight alpha, beside the squared error of each critic:

    alpha (log sum_a exp(max(Q(s, a), V_sim(s)) - log mu(a)) - Q(s, a_replay))

    over actions a ~ mu of the policy at s and at s', and uniform ones, which V_sim does not bound.
    The bound keeps values in the range that fine-tuning meets. The paper takes Monte-Carlo returns
    for it; V_sim was regressed on those of pi_sim. `reward_scale` times the reward is what weight
    and temperature of the regulariser were published for.

    The targets take the best of several actions, and no entropy.
    """

    def __init__(
        self, config: SACConfig, actor_learning_rate: float, reward_scale: float = 1.0,
        seed: int = 0,
    ):
        super().__init__(config, actor_learning_rate, seed)
        self._scale = reward_scale

    @torch.no_grad()
    def critic_target(
        self, batch: Mapping[str, torch.Tensor], heads: torch.Tensor,
        sampled: tuple[torch.Tensor, torch.Tensor] | None = None,
    ) -> torch.Tensor:
        """Return r + gamma (1-d) max_a' min_i Q_i(s', a') (batch, 1)."""
        observation, several = batch['next_observation'], heads.expand(-1, ACTIONS)
        action, _ = self.sample(observation, several)
        next_q = self.target_q(observation, action, several).amax(1)
        alive = 1.0 - batch['terminated']
        return (self.reward(batch) + self.discount * alive * next_q)[:, None]

    def critic_gradient(
        self, batch: Mapping[str, torch.Tensor], heads: torch.Tensor,
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Return squared error and regulariser, summed over the critics, and the gradient."""
        return self._regularised(batch, *super().critic_gradient(batch, heads))

    def gradients(
        self, batch: Mapping[str, torch.Tensor], heads: torch.Tensor,
    ) -> tuple[tuple[torch.Tensor, torch.Tensor], tuple[dict[str, torch.Tensor], torch.Tensor]]:
        """Return loss and gradient of the critics, as `critic_gradient`, and of the policy."""
        of_critics, of_policy = super().gradients(batch, heads)
        return self._regularised(batch, *of_critics), of_policy

    def _regularised(self, batch, loss, gradient):
        # Divided by the square of the scale, as the squared error is.
        regulariser = WEIGHT / self._scale * self.conservatism(batch)
        more, = torch.autograd.grad(regulariser, self.critic.flat)
        return loss + regulariser.detach(), gradient + more

    def conservatism(self, batch: Mapping[str, torch.Tensor]) -> torch.Tensor:
        """Return the regulariser in units of the reward, summed over the critics."""
        observation = batch['observation']
        actions, log_density = self._proposals(batch)
        sampled = self.critic(pairs(observation, actions))[..., 0].unflatten(1, actions.shape[:2])
        uniform, own = sampled[..., :ACTIONS], sampled[..., ACTIONS:]
        bounded = torch.cat([uniform, own.maximum(reference_value(batch, self.discount)[:, None])],
                            -1)
        best = torch.logsumexp(self._scale * bounded - log_density, -1) / self._scale
        replayed = self.critic(torch.cat([observation, batch['action']], -1))[..., 0]
        return (best - replayed).mean(1).sum()

    @torch.no_grad()
    def _proposals(self, batch):
        """Return actions (batch, 3 n, action), uniform ones first, and their log densities."""
        count, size = batch['action'].shape
        uniform = 2.0 * torch.rand(count, ACTIONS, size, generator=self.generator) - 1.0
        heads = torch.zeros(count, ACTIONS, dtype=torch.long)
        here, there = (
            self.sample(batch[name], heads) for name in ('observation', 'next_observation'))
        density = torch.full((count, ACTIONS), 0.5**size).log()
        return (torch.cat([uniform, here[0], there[0]], 1),
                torch.cat([density, here[1], there[1]], 1))


def reference_value(batch: Mapping[str, torch.Tensor], gamma: float) -> torch.Tensor:
    """Return V_sim(s) (batch,), which the shaped reward r + gamma (1-d) V(s') - V(s) contains."""
    following = gamma * (1.0 - batch['terminated']) * batch['next_value']
    return batch['reward'] + following - batch['shaped_reward']
