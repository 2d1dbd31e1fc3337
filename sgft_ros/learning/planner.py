"""H-step MPPI on learned dynamics, with V_sim behind the last step (SimDist, RSS 2026)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
import math
from time import perf_counter

import numpy as np
from sgft_ros.learning.inference import GaussianPolicy
from sgft_ros.learning.plan import Planning
from sgft_ros.learning.tensors import part_of
from sgft_ros.learning.world_model import POLICY, WorldModel


@dataclass(frozen=True)
class PlannerConfig:
    """How a plan is made."""

    horizon: int = 8           # H [steps]
    samples: int = 64          # action sequences per iteration, spread over the ensemble
    iterations: int = 2
    temperature: float = 0.1   # of the weights, in units of the spread of the scores
    std: float = 0.15          # of the sampled actions around the plan
    execution_std: float = 0.1  # noise on the executed action in training

    def __post_init__(self):
        for name, least, most in (
            ('horizon', 1, 200), ('samples', 4, 10_000), ('iterations', 1, 20)):
            if not least <= getattr(self, name) <= most:
                raise ValueError(
                    f'{name} must lie in {least}...{most}, got {getattr(self, name)}')


class Planner(Planning):
    """
    A controller that plans anew in every period (model predictive path integral control).

    Every action sequence is imagined by one member of the ensemble, and its score is

    sum_t gamma^t alive_t r_hat_t + gamma^H alive_H V_sim(s_H).

    The plan is the average of the sequences, weighted by their scores (Williams et al. 2017), and
    the next one begins with it. Half of the first sequences are what pi_sim would do, through the
    inverse of the adapter: what it learned holds here again, once the axes are known. Every H
    decisions the plan begins anew with these: nothing of them is left in it by then, and one that
    has only ever followed the model follows its errors.
    """

    def __init__(
        self, tensors: Mapping[str, np.ndarray], gamma: float,
        config: PlannerConfig = PlannerConfig(), seed: int | Sequence[int] = 0,
    ):
        """`tensors` hold world model, V_sim and pi_sim, see :class:`WorldModel`."""
        self._model = WorldModel(tensors)
        self._policy = GaussianPolicy(part_of(tensors, POLICY))
        self._gamma, self._config = gamma, config
        self.observation_size = self._model.observation_size
        self.action_size = self._model.action_size
        super().__init__(seed)

    def act(
        self, observation: np.ndarray, noise: np.ndarray | None = None, least_std: float = 0.0,
        budget: float = math.inf,
    ) -> np.ndarray:
        """
        Return the first action (action,) in -1...1 of the plan.

        :param noise: standard normal (action,), or None in an evaluation, where the seed and the
            number of the decision in its episode say what is drawn
        :param least_std: as for :class:`GaussianPolicy`; a planner explores with its own
        :param budget: time [s] after which no iteration begins; what is left of the plan before
            goes on then
        """
        config, end = self._config, perf_counter() + budget
        decision = self._decide(evaluation=noise is None)
        members = self._model.members
        each = -(-config.samples // members)  # sequences that one member imagines
        proposed = self._proposals(observation, each // 2)
        due = decision % config.horizon == 0 and perf_counter() <= end
        plan = proposed.mean((0, 1)) if due or self._plan is None else self._plan
        for iteration in range(config.iterations):
            if perf_counter() > end:
                self.cut += 1
                break
            others = proposed[:, :0] if iteration else proposed
            size = members, each - others.shape[1], *plan.shape
            drawn = np.clip(plan + config.std * self._rng.standard_normal(size), -1.0, 1.0)
            sequences = np.concatenate([drawn, others], 1, dtype=np.float32)
            weights = self._weights(self._score(observation, sequences))
            plan = np.tensordot(weights, sequences, 2)
        self._plan = np.concatenate([plan[1:], plan[-1:]])
        action = plan[0]
        if noise is not None:
            action = np.clip(action + config.execution_std * noise, -1.0, 1.0)
        return action.astype(np.float32)

    def _proposals(self, observation, count):
        """Return action sequences (members, count, horizon, action) of pi_sim."""
        states, sequence = self._model.begin(observation, count), []
        for _ in range(self._config.horizon):
            wanted = self._policy.sample(
                states.reshape(-1, self.observation_size), self._rng, self._config.std)
            actions = self._model.actions_for(states, wanted.reshape(*states.shape[:2], -1))
            states = self._model.step(states, actions)
            sequence.append(actions)
        return np.stack(sequence, 2)

    def _score(self, observation, sequences):
        """Return the score (members, n) of action sequences (members, n, horizon, action)."""
        states = self._model.begin(observation, sequences.shape[1])
        imagined = []
        for step in range(self._config.horizon):
            states = self._model.step(states, sequences[:, :, step])
            imagined.append(states)
        reward, ended = self._model.outcome(np.stack(imagined, 2))
        alive = np.cumprod(1.0 - ended, 2)
        reward[:, :, 1:] *= alive[:, :, :-1]
        discounts = self._gamma ** np.arange(self._config.horizon + 1)
        last = alive[:, :, -1] * self._model.value(states)
        return reward @ discounts[:-1] + discounts[-1] * last

    def _weights(self, scores):
        spread = max(float(scores.std()), 1e-6)
        weights = np.exp((scores - scores.max()) / (self._config.temperature * spread))
        return (weights / weights.sum()).astype(np.float32)
