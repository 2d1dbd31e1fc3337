"""TD-MPC2 (Hansen et al., ICLR 2024): a latent world model that is learned for planning in it."""

from collections.abc import Mapping

import numpy as np
from sgft_ros.learning.actor_critic import SACConfig
from sgft_ros.learning.adam import Adam, OPTIMISER
from sgft_ros.learning.generators import generator_of, load_generator
from sgft_ros.learning.inference import LOG_STD_RANGE
from sgft_ros.learning.latent_planner import BINS, GROUP, LIMIT
from sgft_ros.learning.learner import Learner
from sgft_ros.learning.networks import EnsembleMLP
from sgft_ros.learning.squashed_gaussian import squashed
from sgft_ros.learning.tensors import check_shapes, part_of
import torch
from torch import nn
from torch.nn import functional

LATENT, ENCODER, HIDDEN = 64, (128,), (128, 128)  # a planner in NumPy has to afford them
CONSISTENCY, ENDED, REWARD, VALUE = 20.0, 1.0, 0.1, 0.1  # weights of the losses
RHO = 0.5                 # weight of a step over that of the step before
ENCODER_RATE = 0.3        # learning rate of the encoder over that of the others
GREATEST_GRADIENT = 20.0
ENTROPY = 1e-4            # weight in the loss of the policy prior
PERCENTILES = 0.05, 0.95  # of Q; their distance, 1 at least, is the scale of that loss

MODEL = 'encoder', 'dynamics', 'reward', 'ended', 'critic'
NETWORKS = *MODEL, 'policy', 'target'


class TDMPC2(Learner):
    """
    Encoder, dynamics, reward, end and Q of latent states, and a policy prior for the planner.

    Of H successive transitions the model sees the first observation and imagines the rest:

    z_0 = encode(s_0), z_{t+1} = dynamics(z_t, a_t).

    Each z_{t+1} is to be encode(s_{t+1}) and to tell d_t, whether the task has ended; z_t and a_t
    are to tell r_t and r_t + gamma (1-d_t) Q(encode(s_{t+1}), pi). Rewards and Q are distributions
    over bins of their symmetric logarithm. :class:`LatentPlanner` acts.
    """

    def __init__(
        self, config: SACConfig, horizon: int, reward_scale: float = 1.0, seed: int = 0,
    ):
        """`config.hidden` is the size of pi_sim, which the warm start imitates."""
        if horizon < 1:
            raise ValueError(f'horizon must be >= 1 step, got {horizon}')
        self.config, self.horizon, self.reward_scale = config, horizon, reward_scale
        self.generator = generator = generator_of(seed)
        o, a = config.observation_size, config.action_size
        self.encoder = EnsembleMLP(1, (o, *ENCODER, LATENT), generator)
        self.dynamics = EnsembleMLP(1, (LATENT + a, *HIDDEN, LATENT), generator)
        self.reward = EnsembleMLP(1, (LATENT + a, *HIDDEN, BINS), generator)
        self.ended = EnsembleMLP(1, (LATENT, *HIDDEN, 1), generator)
        self.policy = EnsembleMLP(1, (LATENT, *HIDDEN, 2 * a), generator)
        self.critic, self.target = (
            EnsembleMLP(config.critics, (LATENT + a, *HIDDEN, BINS), generator) for _ in range(2))
        for network in (self.reward, self.critic):  # new ones say 0, not what chance says
            last = f'weight{len(HIDDEN)}'
            tensors = network.tensors()
            network.load_tensors(tensors | {last: np.zeros_like(tensors[last])})
        self.target.load_state_dict(self.critic.state_dict())
        self._pi_sim = EnsembleMLP(1, (o, *config.hidden, 2 * a))
        self.scale = torch.ones(())
        self._percentiles = torch.tensor(PERCENTILES)
        self._model = [getattr(self, name).flat for name in MODEL]
        rate = config.learning_rate
        self._optimiser = Adam(
            [*self._model, self.policy.flat], [ENCODER_RATE * rate] + len(self._model) * [rate])

    def step(self, batch: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        """
        Take one step of model and policy prior on a minibatch; return the losses.

        `batch`: observation, action, next_observation (n, size), reward, terminated (n,); every
        `horizon` rows are a sequence, as far as each begins where the one before ended.
        """
        latents, model_loss = self.model_loss(batch)
        policy_loss = self._policy_loss(latents.detach())
        self._step(model_loss + policy_loss)
        return {'critic_loss': model_loss.detach(), 'actor_loss': policy_loss.detach()}

    def warm_up(self, batch: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        """
        Fit the model to transitions of the simulator, and the prior to pi_sim; return the loss.

        `batch` as for :meth:`update`.
        """
        _, model_loss = self.model_loss(batch)
        with torch.no_grad():
            latent, wanted = (
                network(batch['observation']) for network in (self.encode, self._pi_sim))
        self._step(model_loss + functional.mse_loss(self.policy(latent), wanted))
        return {'critic_loss': model_loss.detach()}

    def model_loss(
        self, batch: Mapping[str, torch.Tensor],
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Return what the model imagines (n / horizon, horizon + 1, latent), and its loss."""
        rows = len(batch['reward']) // self.horizon * self.horizon
        batch = {name: column[:rows].unflatten(0, (-1, self.horizon))
                 for name, column in batch.items()}
        action, terminated = batch['action'], batch['terminated']
        reward = self.reward_scale * batch['reward']
        with torch.no_grad():
            following = self.encode(batch['next_observation'])
            sampled, _ = self.sample(following)
            q = self._two(self.target, following, sampled).amin(0)
            target = reward + self.config.gamma * (1.0 - terminated) * q
        begins, depth = sequences(batch['observation'], batch['next_observation'], terminated)
        encoded = self.encode(batch['observation'])
        latents, reached = [], [encoded[:, 0]]
        for step in range(self.horizon):
            latents.append(torch.where(begins[:, step, None], encoded[:, step], reached[-1]))
            reached.append(self.imagine(latents[-1], action[:, step]))
        latents, reached = torch.stack(latents, 1), torch.stack(reached[1:], 1)
        inputs = torch.cat([latents, action], -1)
        losses = (
            CONSISTENCY * (reached - following).square().mean(-1)
            + REWARD * cross_entropy(_outputs(self.reward, inputs)[0], reward)
            + VALUE * cross_entropy(_outputs(self.critic, inputs), target).mean(0))
        ended = functional.binary_cross_entropy_with_logits(
            _outputs(self.ended, reached)[0, ..., 0], terminated)
        latents = torch.cat([latents, reached[:, -1:]], 1)
        return latents, (losses * RHO ** depth).mean() + ENDED * ended

    def encode(self, observation: torch.Tensor) -> torch.Tensor:
        """Return the latent states (..., latent) of observations (..., observation)."""
        return simplices(_outputs(self.encoder, observation)[0])

    def imagine(self, latent: torch.Tensor, action: torch.Tensor) -> torch.Tensor:
        """Return the latent states (..., latent) that actions (..., action) lead to."""
        return simplices(_outputs(self.dynamics, torch.cat([latent, action], -1))[0])

    def sample(self, latent: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return actions (..., action) of the prior, and their log densities (...)."""
        mean, log_std = _outputs(self.policy, latent)[0].chunk(2, -1)
        noise = torch.randn(mean.shape, generator=self.generator)
        return squashed(mean, log_std.clamp(*LOG_STD_RANGE), noise)

    def _policy_loss(self, latents):
        action, log_density = self.sample(latents)
        q = self._two(self.critic, latents, action).mean(0)
        low, high = torch.quantile(q.detach()[:, 0], self._percentiles)
        self.scale.lerp_((high - low).clamp(min=1.0), self.config.tau)
        losses = ENTROPY * log_density - q / self.scale
        return (losses * RHO ** torch.arange(latents.shape[1])).mean()

    def _two(self, critic, latents, action):
        """Return Q (2, ...) of two critics, drawn anew each time; gradients reach the actions."""
        logits = _outputs(critic, torch.cat([latents, action], -1), frozen=True)
        chosen = torch.randperm(len(logits), generator=self.generator)[:2]
        return expectation(logits[chosen])

    def _step(self, loss):
        self._optimiser.zero_grad()
        loss.backward()
        for parameters in (self._model, [self.policy.flat]):
            nn.utils.clip_grad_norm_(parameters, GREATEST_GRADIENT)
        self._optimiser.step()
        with torch.no_grad():
            self.target.flat.lerp_(self.critic.flat, self.config.tau)

    def policy_tensors(self) -> dict[str, np.ndarray]:
        """Return what the robot needs, as :class:`LatentPlanner` reads it."""
        return {f'{name}.{layer}': value for name in (*MODEL, 'policy')
                for layer, value in getattr(self, name).tensors().items()}

    def load_policy(self, tensors: Mapping[str, np.ndarray]) -> None:
        """
        Take pi_sim for the warm start to imitate.

        :raises ValueError: if a tensor's shape does not fit; the message names it
        """
        self._pi_sim.load_tensors(tensors)

    def state(self) -> dict[str, torch.Tensor]:
        """Return everything needed to resume, as tensors by name."""
        state = {f'{network}.{name}': torch.from_numpy(value) for network in NETWORKS
                 for name, value in getattr(self, network).tensors().items()}
        state |= {'scale': self.scale.to('cpu', copy=True), 'updates': torch.tensor(self.updates),
                  'generator': self.generator.get_state()}
        return state | {
            f'{OPTIMISER}{name}': value for name, value in self._optimiser.state().items()}

    def load_state(self, state: Mapping[str, torch.Tensor]) -> None:
        """
        Resume from what :meth:`state` returned.

        :raises ValueError: if a tensor is missing or of another shape; nothing is changed then
        """
        check_shapes(state, self.state())
        for network in NETWORKS:
            getattr(self, network).load_tensors(part_of(state, f'{network}.'))
        self.scale.copy_(state['scale'])
        self.updates = int(state['updates'])
        load_generator(self.generator, state['generator'])
        self._optimiser.load_state(part_of(state, OPTIMISER))


def sequences(
    observation: torch.Tensor, next_observation: torch.Tensor, terminated: torch.Tensor,
) -> tuple[torch.Tensor, torch.Tensor]:
    """
    Tell which of the rows (n, steps, ...) do not go on where the row before ended.

    :return: whether they begin a sequence (n, steps), and how many rows ago theirs began
    """
    begins = torch.ones(observation.shape[:2], dtype=torch.bool)
    begins[:, 1:] = (observation[:, 1:] != next_observation[:, :-1]).any(-1)
    begins[:, 1:] |= terminated[:, :-1] > 0.0
    number = torch.arange(observation.shape[1])
    return begins, number - torch.where(begins, number, 0).cummax(1).values


def simplices(x: torch.Tensor) -> torch.Tensor:
    """Return x (..., n GROUP), normalised, with a softmax over each group (SimNorm)."""
    x = functional.layer_norm(x, x.shape[-1:])
    return x.unflatten(-1, (-1, GROUP)).softmax(-1).flatten(-2)


def cross_entropy(logits: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """Return the loss (...) of logits (..., BINS) whose expectation is to be `target` (...)."""
    logarithm = target.sign() * target.abs().log1p()
    place = (BINS - 1) / 2 * (1.0 + logarithm.clamp(-LIMIT, LIMIT) / LIMIT)
    place = place.expand(logits.shape[:-1])
    lower = place.floor().clamp(max=BINS - 2)
    share = place - lower  # two-hot: what lies between two bins belongs to both
    lower = lower.long()[..., None]
    log_probability = logits.log_softmax(-1)
    below, above = (log_probability.gather(-1, bins)[..., 0] for bins in (lower, lower + 1))
    return -torch.lerp(below, above, share)


def expectation(logits: torch.Tensor) -> torch.Tensor:
    """Return the number (...) that logits (..., BINS) stand for."""
    mean = logits.softmax(-1) @ torch.linspace(-LIMIT, LIMIT, BINS)
    return mean.sign() * mean.abs().expm1()


def _outputs(network, x, frozen=False):
    """Return the outputs (members, ..., out) of a network at x (..., in)."""
    return network(x.flatten(0, -2), frozen).unflatten(1, x.shape[:-1])
