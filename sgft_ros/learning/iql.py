"""IQL (Kostrikov et al., ICLR 2022): critics that ask for no action but those of the replay."""

from collections.abc import Mapping
import math

import numpy as np
from sgft_ros.learning.actor_critic import SACConfig
from sgft_ros.learning.adam import Adam, OPTIMISER
from sgft_ros.learning.inference import LOG_STD_RANGE
from sgft_ros.learning.networks import EnsembleMLP
from sgft_ros.learning.sac import SAC
from sgft_ros.learning.squashed_gaussian import LOG_SQRT_2_PI
from sgft_ros.learning.tensors import part_of
import torch

EXPECTILE = 0.7         # the paper's for locomotion; .9 for mazes
TEMPERATURE = 3.0       # inverse, on scaled rewards; the paper's for locomotion
GREATEST_WEIGHT = 100.0
GREATEST_ACTION = 0.99  # actions at the limits are infinitely far in the tanh's eyes

VALUE = 'value.'
VALUE_OPTIMISER = f'{OPTIMISER}value.'


class IQL(SAC):
    """
    V(s) is an expectile of min_i Q_i(s, a) over the replay's actions; Q learns r + gamma V(s').

    The policy imitates the replay's actions, weighted by exp(temperature * (Q - V)): advantage-
    weighted regression (Peng et al. 2019). `reward_scale` times the reward is what the temperature
    was published for; the critics are in units of the reward, as those of the simulator.
    """

    def __init__(self, config: SACConfig, reward_scale: float = 1.0, seed: int = 0):
        super().__init__(config, seed)
        self._inverse_temperature = TEMPERATURE * reward_scale
        sizes = config.observation_size, *config.hidden, 1
        self.value = EnsembleMLP(1, sizes, self.generator)
        self._value_optimiser = Adam([self.value.flat], config.learning_rate)

    def critic_step(self, batch: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        """Take one step of critics and value function only; return the critics' loss."""
        critic_loss, value_loss, _ = self._losses(batch)
        self._step_all(critic_loss + value_loss)
        return {'critic_loss': critic_loss.detach()}

    def step(self, batch: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        """Take one step of critics, value function and policy; see :meth:`SAC.step`."""
        critic_loss, value_loss, advantage = self._losses(batch)
        weight = (self._inverse_temperature * advantage).clamp(max=math.log(GREATEST_WEIGHT)).exp()
        log_density = self.log_density(batch['observation'], batch['action'])
        actor_loss = -(weight * log_density).mean()
        self._step_all(critic_loss + value_loss + actor_loss)
        return {'critic_loss': critic_loss.detach(), 'actor_loss': actor_loss.detach()}

    def log_density(self, observation: torch.Tensor, action: torch.Tensor) -> torch.Tensor:
        """Return log pi(a|s) (batch,), but for the slope of the tanh, which has no parameters."""
        mean, log_std = self.actor(observation)[0].chunk(2, -1)
        log_std = log_std.clamp(*LOG_STD_RANGE)
        before = torch.atanh(action.clamp(-GREATEST_ACTION, GREATEST_ACTION))
        noise = (before - mean) / log_std.exp()
        return (-0.5 * noise.square() - log_std - LOG_SQRT_2_PI).sum(-1)

    def _losses(self, batch):
        """Return the losses of critics and value function, and the advantage (batch,)."""
        inputs = torch.cat([batch['observation'], batch['action']], -1)
        with torch.no_grad():
            next_value = self.value(batch['next_observation'])[0, :, 0]
            target = self.reward(batch) + self.discount * (1.0 - batch['terminated']) * next_value
            q = self.target(inputs).amin(0)[:, 0]
        predicted = self.critic(inputs)[..., 0]
        critic_loss = (predicted - target).square().mean(1).sum()
        advantage = q - self.value(batch['observation'])[0, :, 0]
        return critic_loss, expectile_loss(advantage, EXPECTILE), advantage.detach()

    def _step_all(self, loss):
        self._value_optimiser.zero_grad()
        self._step(loss)
        self._value_optimiser.step()

    def state(self) -> dict[str, torch.Tensor]:
        """Return everything needed to resume, as tensors by name."""
        return super().state() | {
            f'{VALUE}{name}': torch.from_numpy(tensor)
            for name, tensor in self.value.tensors().items()} | {
            f'{VALUE_OPTIMISER}{name}': tensor
            for name, tensor in self._value_optimiser.state().items()}

    def load_state(self, state: Mapping[str, torch.Tensor]) -> None:
        """
        Resume from what :meth:`state` returned.

        :raises ValueError: if a tensor is missing or of another shape; nothing is changed then
        """
        super().load_state(state)
        self.value.load_tensors(part_of(state, VALUE))
        self._value_optimiser.load_state(part_of(state, VALUE_OPTIMISER))

    def load_simulator(self, tensors: Mapping[str, np.ndarray]) -> None:
        """
        Go on from a learner of the simulator; it has no value function, this one stays new.

        :raises ValueError: if a tensor is missing or of another shape; the message names it
        """
        own = {name: tensor for name, tensor in self.state().items() if name.startswith(VALUE)}
        super().load_simulator({**tensors, **own})


def expectile_loss(difference: torch.Tensor, expectile: float) -> torch.Tensor:
    """Return the mean of |expectile - 1[u < 0]| u^2 over differences u; .5 is half of squares."""
    weight = torch.where(difference > 0, expectile, 1.0 - expectile)
    return (weight * difference.square()).mean()
