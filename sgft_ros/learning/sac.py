"""Soft actor-critic (Haarnoja et al. 2018): the base of SGFT-SAC, and its rival."""

from collections.abc import Mapping
from dataclasses import dataclass
import math

import numpy as np
from sgft_ros.learning.adam import Adam
from sgft_ros.learning.inference import LOG_STD_RANGE
from sgft_ros.learning.networks import EnsembleMLP
from sgft_ros.learning.tensors import check_shapes, part_of
import torch
from torch import nn
from torch.nn import functional

NETWORKS = ('actor', 'critic', 'target')
OPTIMISER = 'optimiser.'
LOG_2 = math.log(2.0)
LOG_SQRT_2_PI = 0.5 * math.log(2.0 * math.pi)


@dataclass(frozen=True)
class SACConfig:
    """Sizes and rates of an actor-critic learner."""

    observation_size: int
    action_size: int
    gamma: float
    hidden: tuple[int, ...] = (64, 64)
    critics: int = 2
    learning_rate: float = 3e-4
    tau: float = 0.005                    # share of the critic in its target per update
    temperature: float = 0.1              # alpha at the start
    target_entropy: float | None = None   # [nat]; None is minus the number of actions
    heads_per_row: int = 5                # of a minibatch, at most; see SAC.update


class SAC:
    """y = r + gamma (1-d) (min_i Q_i(s', a') - alpha log pi(a'|s')); infinite horizon."""

    heads = 1

    def __init__(self, config: SACConfig, seed: int = 0):
        self.config = config
        self.discount = config.gamma
        self._generator = torch.Generator().manual_seed(seed)
        o, a = config.observation_size, config.action_size
        hidden, generator = config.hidden, self._generator
        self.actor = EnsembleMLP(1, (o, *hidden, 2 * a * self.heads), generator)
        self.critic = EnsembleMLP(config.critics, (o + a, *hidden, self.heads), generator)
        self.target = EnsembleMLP(config.critics, (o + a, *hidden, self.heads), generator)
        self.target.load_state_dict(self.critic.state_dict())
        self.target.requires_grad_(False)
        self.log_alpha = nn.Parameter(torch.tensor(math.log(config.temperature)))
        self.target_entropy = -float(a) if config.target_entropy is None else config.target_entropy
        self.updates = 0
        self.optimiser = Adam(
            [self.actor.flat, self.critic.flat, self.log_alpha], config.learning_rate)

    @property
    def alpha(self) -> float:
        """Return the temperature."""
        return math.exp(self.log_alpha.item())

    def sample(
        self, observation: torch.Tensor, heads: torch.Tensor,
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """
        Sample the policies of `heads` (batch, n).

        Return actions (batch, n, action) and their log densities (batch, n).
        """
        output = self.actor(observation)[0].view(len(observation), self.heads, 2, -1)
        rows = torch.arange(len(heads))[:, None]
        mean, log_std = output[rows, heads].unbind(2)
        log_std = log_std.clamp(*LOG_STD_RANGE)
        noise = torch.randn(mean.shape, generator=self._generator)
        return squashed(mean, log_std, noise)

    def q(
        self, critic: EnsembleMLP, observation: torch.Tensor, action: torch.Tensor,
        heads: torch.Tensor,
    ) -> torch.Tensor:
        """
        Return Q_h(s, a_h) (batch, n) for actions (batch, n, action) of `heads` (batch, n).

        Gradients reach the actions, not the critic.
        """
        batch, count = heads.shape
        rows = torch.cat([observation[:, None].expand(-1, count, -1), action], -1)
        values = self.combined(critic, critic(rows.reshape(batch * count, -1), frozen=True))
        return values.view(batch, count, -1).gather(2, heads[:, :, None])[:, :, 0]

    def combined(self, critic: EnsembleMLP, values: torch.Tensor) -> torch.Tensor:
        """Return one estimate (rows, heads) of those of all critics (critics, rows, heads)."""
        return values.amin(0)

    def reward(self, batch: Mapping[str, torch.Tensor]) -> torch.Tensor:
        """Return the reward that this learner maximises (batch,)."""
        return batch['reward']

    def successor(self, heads: torch.Tensor) -> torch.Tensor:
        """Return the heads that tell what follows each of `heads`; -1 for nothing."""
        return heads

    @torch.no_grad()
    def critic_target(
        self, batch: Mapping[str, torch.Tensor], heads: torch.Tensor,
    ) -> torch.Tensor:
        """Return y_h (batch, n) for `heads` (batch, n)."""
        following = self.successor(heads)
        alive = (1.0 - batch['terminated'])[:, None] * (following >= 0)
        following = following.clamp(min=0)
        action, log_density = self.sample(batch['next_observation'], following)
        next_q = self.q(self.target, batch['next_observation'], action, following)
        continuation = next_q - self.alpha * log_density
        return self.reward(batch)[:, None] + self.discount * alive * continuation

    def critic_loss(
        self, batch: Mapping[str, torch.Tensor], heads: torch.Tensor,
    ) -> torch.Tensor:
        """Return the mean squared error over `heads` (batch, n), summed over the critics."""
        prediction = self.critic(torch.cat([batch['observation'], batch['action']], -1))
        prediction = prediction.gather(2, heads.expand(len(prediction), -1, -1))
        return self.config.critics * functional.mse_loss(
            prediction, self.critic_target(batch, heads).expand_as(prediction))

    def update_critic(self, batch: Mapping[str, torch.Tensor]) -> float:
        """Take one step of the critics only; return the loss."""
        loss = self.critic_loss(batch, self._some_heads(len(batch['reward'])))
        self._step(loss)
        return loss.item()

    def update(self, batch: Mapping[str, torch.Tensor]) -> dict[str, float]:
        """
        Take one step of critics, actor and temperature together on a minibatch.

        Every head costs an action of its own, hence an evaluation of the critics: each row of the
        minibatch trains the head that acts and some others, drawn anew.

        `batch`: observation, action, next_observation (batch, size), and reward, terminated
        (batch,); SGFT also reads shaped_reward (batch,).
        """
        heads = self._some_heads(len(batch['reward']))
        critic_loss = self.critic_loss(batch, heads)
        action, log_density = self.sample(batch['observation'], heads)
        q = self.q(self.critic, batch['observation'], action, heads)
        actor_loss = (self.alpha * log_density - q).mean()
        entropy = -log_density.detach().mean()
        self._step(critic_loss + actor_loss + self.log_alpha * (entropy - self.target_entropy))
        self.updates += 1
        return {
            'critic_loss': critic_loss.item(), 'actor_loss': actor_loss.item(),
            'temperature': self.alpha, 'entropy': entropy.item(),
            'q_mean': q.detach()[:, -1].mean().item(),
        }

    def _some_heads(self, rows):
        """Draw the heads that each row trains (rows, n), the one that acts as the last."""
        order = torch.rand(rows, self.heads - 1, generator=self._generator).argsort(1)
        acting = torch.full((rows, 1), self.heads - 1)
        return torch.cat([order[:, :self.config.heads_per_row - 1], acting], 1)

    def _step(self, loss: torch.Tensor) -> None:
        self.optimiser.zero_grad()
        loss.backward()
        self.optimiser.step()
        with torch.no_grad():
            self.target.flat.lerp_(self.critic.flat, self.config.tau)

    def policy_tensors(self) -> dict[str, np.ndarray]:
        """Return what the robot needs: the actor's head that acts, of the longest horizon."""
        tensors = self.actor.tensors()
        outputs = 2 * self.config.action_size
        for name in self._head_names():
            tensors[name] = tensors[name][..., -outputs:].copy()
        return tensors

    def load_policy(self, tensors: Mapping[str, np.ndarray]) -> None:
        """
        Start every head's policy from these actor tensors (as policy_tensors returns them).

        :raises ValueError: if a tensor's shape does not fit; the message names it
        """
        self._load_heads(self.actor, tensors)

    def _load_heads(self, network, tensors):
        """Load a network of one head into every head of another."""
        tensors = dict(tensors)
        for name in self._head_names():
            tensors[name] = np.tile(tensors[name], (1, 1, self.heads))
        network.load_tensors(tensors)

    def load_simulator(self, tensors: Mapping[str, np.ndarray]) -> None:
        """
        Go on from the state of a learner of the simulator; updates count from here on.

        :raises ValueError: if a tensor is missing or of another shape; the message names it
        """
        self.load_state(tensors)
        self.updates = 0

    def state(self) -> dict[str, torch.Tensor]:
        """Return everything needed to resume, as tensors by name."""
        state = {'log_alpha': self.log_alpha.detach().clone(),
                 'updates': torch.tensor(self.updates),
                 'generator': self._generator.get_state()}
        for network in NETWORKS:
            for name, value in getattr(self, network).tensors().items():
                state[f'{network}.{name}'] = torch.from_numpy(value)
        return state | {
            f'{OPTIMISER}{name}': value for name, value in self.optimiser.state().items()}

    def load_state(self, state: Mapping[str, torch.Tensor]) -> None:
        """
        Resume from what :meth:`state` returned.

        :raises ValueError: if a tensor is missing or of another shape; nothing is changed then
        """
        state = {name: torch.as_tensor(value) for name, value in state.items()}
        check_shapes(state, {name: value for name, value in self.state().items()
                             if name in state or not name.startswith(OPTIMISER)})
        for network in NETWORKS:
            getattr(self, network).load_tensors(part_of(state, f'{network}.'))
        self.log_alpha.data.copy_(state['log_alpha'])
        self.updates = int(state['updates'])
        self._generator.set_state(state['generator'].to(torch.uint8))
        self.optimiser.load_state(part_of(state, OPTIMISER))

    def _head_names(self):
        last = len(self.actor.sizes) - 2
        return f'weight{last}', f'bias{last}'


def squashed(
    mean: torch.Tensor, log_std: torch.Tensor, noise: torch.Tensor,
) -> tuple[torch.Tensor, torch.Tensor]:
    """
    Return actions of a tanh-squashed Gaussian, and their log densities (...).

    :param noise: standard normal, of the shape (..., action) of the others
    """
    before = mean + log_std.exp() * noise
    # Gaussian density minus the log of the tanh's slope, in a form that does not overflow.
    slope = 2.0 * (LOG_2 - before - functional.softplus(-2.0 * before))
    log_density = -0.5 * noise.square() - LOG_SQRT_2_PI - log_std - slope
    return torch.tanh(before), log_density.sum(-1)
