"""Dynamics-only adaptation: on the robot nothing but the dynamics learns (SimDist, RSS 2026)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from sgft_ros.learning.adam import Adam, OPTIMISER
from sgft_ros.learning.inference import mlp_sizes
from sgft_ros.learning.learner import Learner
from sgft_ros.learning.networks import EnsembleMLP
from sgft_ros.learning.tensors import check_shapes, part_of
from sgft_ros.learning.world_model import ADAPTER, DYNAMICS, NORMALISATION, OUTCOME, POLICY, VALUE
import torch
from torch import nn
from torch.nn import functional

MARGIN = 0.2        # of the range of simulated states, by which imagined ones may leave it
LEAST_SPREAD = 0.1  # of an input: what hardly varies in the simulator may differ more in reality


@dataclass(frozen=True)
class WorldConfig:
    """Sizes of the world model and of its fit to simulation data."""

    members: int = 3
    hidden: tuple[int, ...] = (96, 96)
    outcome_hidden: tuple[int, ...] = (64, 64)
    updates: int = 20_000
    batch_size: int = 256
    learning_rate: float = 3e-3  # at the start; falls to 0 as half a cosine


def fit_world(
    columns: Mapping[str, np.ndarray], config: WorldConfig = WorldConfig(), seed: int = 0,
    progress: Callable[[int], None] = lambda done: None,
) -> dict[str, np.ndarray]:
    """
    Fit dynamics and outcome model to simulated transitions; return their tensors.

    `columns` are those of a replay: observation, action, next_observation (n, size), reward,
    terminated (n,). They must be diverse: dynamics that have seen the expert's states alone fail.
    """
    generator = torch.Generator().manual_seed(seed)
    observation, action, following, rewards, ends = (
        torch.from_numpy(np.asarray(columns[name], np.float32)) for name in (
            'observation', 'action', 'next_observation', 'reward', 'terminated'))
    inputs, change = torch.cat([observation, action], 1), following - observation
    low, high = following.amin(0), following.amax(0)
    margin = MARGIN * (high - low)
    size, states = inputs.shape[1], observation.shape[1]
    tensors = {'adapter_weight': torch.zeros(size, size), 'adapter_bias': torch.zeros(size),
               'change_mean': change.mean(0), 'change_scale': change.std(0).clamp(min=1e-6),
               'low': low - margin, 'high': high + margin}
    mean, spread = inputs.mean(0), inputs.std(0).clamp(min=LEAST_SPREAD)
    inputs = (inputs - mean) / spread
    change = (change - tensors['change_mean']) / tensors['change_scale']
    dynamics = EnsembleMLP(config.members, (size, *config.hidden, states), generator)
    outcome = EnsembleMLP(1, (states, *config.outcome_hidden, 2), generator)
    parameters = [dynamics.flat, outcome.flat]
    optimiser = torch.optim.Adam(parameters, lr=config.learning_rate, fused=True)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, config.updates)
    for done in range(config.updates):
        rows = torch.randint(
            len(observation), (config.members, config.batch_size), generator=generator)
        # Squares, as rare large changes, those of contact, are what the robot is there for.
        loss = functional.mse_loss(dynamics(inputs[rows]), change[rows])
        reward, ended = outcome(following[rows[0]])[0].unbind(1)
        loss = loss + functional.mse_loss(reward, rewards[rows[0]])
        loss = loss + functional.binary_cross_entropy_with_logits(ended, ends[rows[0]])
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        schedule.step()
        progress(done + 1)
    networks = (
        (DYNAMICS, _of_raw_inputs(dynamics.tensors(), mean.numpy(), spread.numpy())),
        (OUTCOME, outcome.tensors()))
    return {name: value.numpy() for name, value in tensors.items()} | {
        f'{prefix}{name}': value for prefix, own in networks for name, value in own.items()}


def _of_raw_inputs(tensors, mean, spread):
    """Return the network that does the same with inputs before they were standardised."""
    weight = tensors['weight0'] / spread[:, None]
    return tensors | {'weight0': weight, 'bias0': tensors['bias0'] - (mean @ weight)[:, None]}


class DynamicsLearner(Learner):
    """
    Fits the dynamics to real transitions; outcome model, V_sim and pi_sim stay frozen.

    First of all the adapter: with few transitions the networks would learn their noise by heart,
    while a dozen numbers say already that the axes of the drive are turned.
    """

    def __init__(
        self, tensors: Mapping[str, np.ndarray], learning_rate: float,
        adapter_rate: float = 0.0, adapted: np.ndarray | None = None,
    ):
        """
        Begin with the world of the simulator.

        :param tensors: of :func:`fit_world`, of V_sim under 'value.' and of pi_sim under 'policy.'
        :param learning_rate: of the networks
        :param adapter_rate: learning rate of the adapter
        :param adapted: which inputs (observation + action,) bool it may change; all if None
        :raises KeyError: if one is missing
        """
        self._frozen = {name: np.array(value, np.float32) for name, value in tensors.items()
                        if name.startswith((OUTCOME, VALUE, POLICY)) or name in NORMALISATION}
        own = part_of(tensors, DYNAMICS)
        members, sizes = mlp_sizes(own)
        self.dynamics = EnsembleMLP(members, sizes)
        self.dynamics.load_tensors(own)
        self._mean, self._scale = (
            torch.tensor(self._frozen[name]) for name in ('change_mean', 'change_scale'))
        size = sizes[0]
        self._adapter = nn.Parameter(torch.zeros(size + 1, size))
        self._load_adapter(tensors)
        self._adapted = torch.ones(size) if adapted is None else torch.tensor(
            np.asarray(adapted, np.float32))
        self._optimiser = Adam(
            [self.dynamics.flat, self._adapter], [learning_rate, adapter_rate])

    def step(self, batch: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        """
        Take one step on a minibatch; return the loss.

        `batch`: observation, action, next_observation (batch, size).
        """
        loss, self.dynamics.flat.grad, self._adapter.grad = self.gradients(batch)
        self._optimiser.step()
        return {'dynamics_loss': loss}

    @torch.no_grad()
    def gradients(
        self, batch: Mapping[str, torch.Tensor],
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """
        Return the loss and its gradients with respect to networks and adapter.

        It is the smooth L1 loss of the normalised change of the observation; on the few
        transitions of a robot squares did no better.
        """
        inputs = torch.cat([batch['observation'], batch['action']], -1)
        predicted, tape = self.dynamics.evaluate(self._adapt(inputs))
        change = batch['next_observation'] - batch['observation']
        change = ((change - self._mean) / self._scale).expand_as(predicted)
        to_predicted = (predicted - change).clamp(-1.0, 1.0) / predicted.numel()
        to_networks, to_inputs = self.dynamics.gradients(tape, to_predicted, inputs=slice(None))
        to_change = to_inputs.sum(0) * self._adapted
        to_adapter = torch.cat([inputs.T @ to_change, to_change.sum(0, keepdim=True)])
        return functional.smooth_l1_loss(predicted, change), to_networks, to_adapter

    def policy_tensors(self) -> dict[str, np.ndarray]:
        """Return what the robot needs, as :class:`Planner` reads it."""
        return self._frozen | self._adapter_tensors() | {
            f'{DYNAMICS}{name}': value for name, value in self.dynamics.tensors().items()}

    def state(self) -> dict[str, torch.Tensor]:
        """Return what changes, as tensors by name."""
        state = {name: torch.from_numpy(value) for name, value in self._adapter_tensors().items()}
        state |= {f'{DYNAMICS}{name}': torch.from_numpy(value)
                  for name, value in self.dynamics.tensors().items()}
        state['updates'] = torch.tensor(self.updates)
        return state | {
            f'{OPTIMISER}{name}': value for name, value in self._optimiser.state().items()}

    def load_state(self, state: Mapping[str, torch.Tensor]) -> None:
        """
        Resume from what :meth:`state` returned.

        :raises ValueError: if a tensor is missing or of another shape; nothing is changed then
        """
        check_shapes(state, self.state())
        self.dynamics.load_tensors(part_of(state, DYNAMICS))
        self.updates = int(state['updates'])
        self._load_adapter(state)
        self._optimiser.load_state(part_of(state, OPTIMISER))

    def _adapt(self, inputs):
        change = inputs @ self._adapter[:-1] + self._adapter[-1]
        return inputs + change * self._adapted

    def _adapter_tensors(self):
        adapter = (self._adapter * self._adapted).detach().cpu().numpy()
        return dict(zip(ADAPTER, (adapter[:-1].copy(), adapter[-1].copy())))

    def _load_adapter(self, tensors):
        weight, bias = (torch.as_tensor(tensors[name]) for name in ADAPTER)
        with torch.no_grad():
            self._adapter.copy_(torch.cat([weight, bias[None]]))
