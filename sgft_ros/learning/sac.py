"""Soft actor-critic (Haarnoja et al. 2018): the base of SGFT-SAC, and its rival."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from sgft_ros.learning.inference import LOG_STD_RANGE
from sgft_ros.learning.networks import EnsembleMLP
import torch
from torch import nn


@dataclass(frozen=True)
class SACConfig:
    """Sizes and rates of an actor-critic learner."""

    observation_size: int
    action_size: int
    gamma: float
    hidden: tuple[int, ...] = (128, 128)
    critics: int = 2
    learning_rate: float = 3e-4
    tau: float = 0.005                    # share of the critic in its target per update
    temperature: float = 0.1              # alpha at the start
    target_entropy: float | None = None   # [nat]; None is minus the number of actions


class SAC:
    """Unshaped: y = r + gamma (1-d) (min_i Q_i(s', a') - alpha log pi(a'|s'))."""

    heads = 1

    def __init__(self, config: SACConfig, seed: int = 0):
        self.config = config
        self._generator = torch.Generator().manual_seed(seed)
        o, a = config.observation_size, config.action_size
        hidden = config.hidden
        self.actor = EnsembleMLP(1, (o, *hidden, 2 * a * self.heads), self._generator)
        self.critic = EnsembleMLP(config.critics, (o + a, *hidden, self.heads), self._generator)
        self.target = EnsembleMLP(config.critics, (o + a, *hidden, self.heads), self._generator)
        self.target.load_state_dict(self.critic.state_dict())
        self.target.requires_grad_(False)
        self.log_alpha = nn.Parameter(torch.tensor(float(np.log(config.temperature))))
        self.target_entropy = -float(a) if config.target_entropy is None else config.target_entropy
        self.updates = 0
        self._optimise()

    def _optimise(self) -> None:
        rate = self.config.learning_rate
        self.optimisers = {
            'actor': torch.optim.Adam(self.actor.parameters(), lr=rate, fused=True),
            'critic': torch.optim.Adam(self.critic.parameters(), lr=rate, fused=True),
            'temperature': torch.optim.Adam([self.log_alpha], lr=rate),
        }

    @property
    def alpha(self) -> float:
        """Return the temperature."""
        return float(self.log_alpha.detach().exp())

    def sample(self, observation: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Sample every head's policy: actions (batch, heads, action), densities (batch, heads)."""
        output = self.actor(observation)[0].view(len(observation), self.heads, 2, -1)
        mean, log_std = output[:, :, 0], output[:, :, 1].clamp(*LOG_STD_RANGE)
        noise = torch.randn(mean.shape, generator=self._generator)
        pre = mean + log_std.exp() * noise
        # log of the tanh's slope in a form that does not overflow
        slope = 2 * (np.log(2) - pre - nn.functional.softplus(-2 * pre))
        density = -0.5 * noise**2 - log_std - 0.5 * np.log(2 * np.pi) - slope
        return torch.tanh(pre), density.sum(-1)

    def q(
        self, critic: EnsembleMLP, observation: torch.Tensor, action: torch.Tensor,
    ) -> torch.Tensor:
        """Return min_i Q_h,i(s, a_h) (batch, heads) for actions (batch, heads, action)."""
        batch = len(observation)
        rows = torch.cat([observation[:, None].expand(-1, self.heads, -1), action], -1)
        values = critic(rows.reshape(batch * self.heads, -1))
        values = values.view(-1, batch, self.heads, self.heads)
        return values.diagonal(dim1=2, dim2=3).min(0).values

    def reward(self, batch: Mapping[str, torch.Tensor]) -> torch.Tensor:
        """Return the reward that this learner maximises (batch,)."""
        return batch['reward']

    def bootstrap(self, next_value: torch.Tensor) -> torch.Tensor:
        """Turn the soft values of s' per head (batch, heads) into each head's continuation."""
        return next_value

    @torch.no_grad()
    def critic_target(self, batch: Mapping[str, torch.Tensor]) -> torch.Tensor:
        """Return y (batch, heads)."""
        action, log_density = self.sample(batch['next_observation'])
        next_q = self.q(self.target, batch['next_observation'], action)
        next_value = next_q - self.alpha * log_density
        alive = self.config.gamma * (1.0 - batch['terminated'])
        return self.reward(batch)[:, None] + alive[:, None] * self.bootstrap(next_value)

    def update_critic(self, batch: Mapping[str, torch.Tensor]) -> float:
        """Take one critic step; return the loss."""
        target = self.critic_target(batch)
        prediction = self.critic(torch.cat([batch['observation'], batch['action']], -1))
        loss = (prediction - target).square().mean((1, 2)).sum()
        self._step('critic', loss)
        with torch.no_grad():
            torch._foreach_lerp_(
                list(self.target.parameters()), list(self.critic.parameters()), self.config.tau)
        return float(loss.detach())

    def update(self, batch: Mapping[str, torch.Tensor]) -> dict[str, float]:
        """
        Take one step of critic, actor and temperature on a minibatch.

        `batch`: observation, action, next_observation (batch, size), and reward, terminated
        (batch,); SGFT also reads shaped_reward (batch,).
        """
        critic_loss = self.update_critic(batch)
        self.critic.requires_grad_(False)
        action, log_density = self.sample(batch['observation'])
        q = self.q(self.critic, batch['observation'], action)
        actor_loss = (self.alpha * log_density - q).mean()
        self._step('actor', actor_loss)
        self.critic.requires_grad_(True)
        entropy = -log_density.detach().mean()
        self._step('temperature', self.log_alpha * (entropy - self.target_entropy))
        self.updates += 1
        return {
            'critic_loss': critic_loss, 'actor_loss': float(actor_loss.detach()),
            'temperature': self.alpha, 'entropy': float(entropy),
            'q_mean': float(q.detach()[:, -1].mean()),
        }

    def _step(self, name: str, loss: torch.Tensor) -> None:
        self.optimisers[name].zero_grad(set_to_none=True)
        loss.backward()
        self.optimisers[name].step()

    def policy_tensors(self) -> dict[str, np.ndarray]:
        """Return what the robot needs: the actor's head that acts, of the longest horizon."""
        tensors = {name: value.detach().numpy().copy()
                   for name, value in self.actor.named_parameters()}
        outputs = 2 * self.config.action_size
        last = len(self.actor.sizes) - 2
        for name in (f'weight{last}', f'bias{last}'):
            tensors[name] = tensors[name][..., -outputs:].copy()
        return tensors

    def load_policy(self, tensors: Mapping[str, np.ndarray]) -> None:
        """
        Start every head's policy from these actor tensors (as policy_tensors returns them).

        :raises ValueError: if a tensor's shape does not fit; the message names it
        """
        last = len(self.actor.sizes) - 2
        for name, parameter in self.actor.named_parameters():
            value = torch.from_numpy(np.array(tensors[name], np.float32))
            if name in (f'weight{last}', f'bias{last}'):
                value = value.repeat(1, 1, self.heads)
            if value.shape != parameter.shape:
                raise ValueError(
                    f'actor tensor {name!r} has shape {tuple(value.shape)}, this learner needs '
                    f'{tuple(parameter.shape)}; are the hidden sizes the same?')
            parameter.data.copy_(value)

    def state(self) -> dict[str, torch.Tensor]:
        """Return everything needed to resume, as tensors by name."""
        state = {'log_alpha': self.log_alpha.detach().clone(),
                 'updates': torch.tensor(self.updates),
                 'generator': self._generator.get_state()}
        for name in ('actor', 'critic', 'target'):
            for key, value in getattr(self, name).state_dict().items():
                state[f'{name}.{key}'] = value.clone()
        for name, optimiser in self.optimisers.items():
            for index, moments in optimiser.state_dict()['state'].items():
                for key, value in moments.items():
                    state[f'optimiser.{name}.{index}.{key}'] = torch.as_tensor(value).clone()
        return state

    def load_state(self, state: Mapping[str, torch.Tensor]) -> None:
        """
        Resume from what :meth:`state` returned.

        :raises ValueError: if a tensor is missing or of another shape; nothing is changed then
        """
        state = {name: torch.as_tensor(value) for name, value in state.items()}
        own = self.state()
        for name, value in own.items():
            if name.startswith('optimiser.') or name == 'generator':
                continue
            if name not in state or state[name].shape != value.shape:
                came = tuple(state[name].shape) if name in state else 'nothing'
                raise ValueError(
                    f'checkpoint tensor {name!r}: expected shape {tuple(value.shape)}, got {came}')
        for name in ('actor', 'critic', 'target'):
            network = getattr(self, name)
            network.load_state_dict({key: state[f'{name}.{key}'] for key in network.state_dict()})
        self.log_alpha.data.copy_(state['log_alpha'])
        self.updates = int(state['updates'])
        if 'generator' in state:
            self._generator.set_state(state['generator'].to(torch.uint8))
        self._optimise()
        for name, optimiser in self.optimisers.items():
            saved = optimiser.state_dict()
            prefix = f'optimiser.{name}.'
            for key, value in state.items():
                if key.startswith(prefix):
                    index, moment = key[len(prefix):].split('.')
                    saved['state'].setdefault(int(index), {})[moment] = value.clone()
            optimiser.load_state_dict(saved)
