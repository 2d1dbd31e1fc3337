"""Actor, critics and temperature: what an actor-critic learner consists of, begins with, keeps."""

from collections.abc import Mapping
from dataclasses import dataclass
import math

import numpy as np
from sgft_ros.learning.adam import Adam, OPTIMISER
from sgft_ros.learning.generators import generator_of, load_generator
from sgft_ros.learning.learner import Learner
from sgft_ros.learning.networks import EnsembleMLP
from sgft_ros.learning.tensors import check_shapes, part_of
import torch
from torch import nn

NETWORKS = ('actor', 'critic', 'target')


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
    heads_per_row: int = 2                # of a minibatch, at most; see SAC.step

    def __post_init__(self):
        if self.heads_per_row < 1:
            raise ValueError(f'heads_per_row: expected at least 1, got {self.heads_per_row}')


class ActorCritic(Learner):
    """
    A policy, an ensemble of critics, their slow targets and a temperature, with one optimiser.

    Networks may have several heads; those of the policy are Gaussians (mean, log deviation), and
    the last one acts on the robot.
    """

    heads = 1

    def __init__(self, config: SACConfig, seed: int = 0):
        self.config = config
        self.discount = config.gamma
        self.generator = generator_of(seed)
        o, a = config.observation_size, config.action_size
        hidden, generator = config.hidden, self.generator
        self.actor = EnsembleMLP(1, (o, *hidden, 2 * a * self.heads), generator)
        self.critic = EnsembleMLP(config.critics, (o + a, *hidden, self.heads), generator)
        self.target = EnsembleMLP(config.critics, (o + a, *hidden, self.heads), generator)
        self.target.load_state_dict(self.critic.state_dict())
        self.target.requires_grad_(False)
        self.log_alpha = nn.Parameter(torch.tensor(math.log(config.temperature)))
        self.target_entropy = -float(a) if config.target_entropy is None else config.target_entropy
        self.optimiser = Adam(
            [self.actor.flat, self.critic.flat, self.log_alpha], config.learning_rate)

    @property
    def alpha(self) -> torch.Tensor:
        """Return the temperature (), without a gradient."""
        return self.log_alpha.detach().exp()

    def _step(self, loss: torch.Tensor) -> None:
        """Take one step of what autograd finds behind a loss."""
        self.optimiser.zero_grad()
        loss.backward()
        self._follow(self.actor.flat.grad, self.critic.flat.grad, self.log_alpha.grad)

    def _follow(self, actor=None, critic=None, log_alpha=None):
        """Take one step along gradients; what has none stays. The targets follow."""
        self.actor.flat.grad, self.critic.flat.grad = actor, critic
        self.log_alpha.grad = log_alpha
        with torch.inference_mode():
            self.optimiser.step()
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

        Random numbers stay those of the own seed.

        :raises ValueError: if a tensor is missing or of another shape; the message names it
        """
        self.load_state({**tensors, 'generator': self.generator.get_state()})
        self.updates = 0

    def state(self) -> dict[str, torch.Tensor]:
        """Return everything needed to resume, as tensors by name."""
        state = {'log_alpha': self.log_alpha.detach().to('cpu', copy=True),
                 'updates': torch.tensor(self.updates),
                 'generator': self.generator.get_state()}
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
        load_generator(self.generator, state['generator'])
        self.optimiser.load_state(part_of(state, OPTIMISER))

    def _head_names(self):
        last = len(self.actor.sizes) - 2
        return f'weight{last}', f'bias{last}'
