"""The planner of TD-MPC2 (Hansen et al., ICLR 2024), in NumPy: MPPI in a latent space."""

from collections.abc import Mapping, Sequence
import math
from time import perf_counter

import numpy as np
from sgft_ros.learning.inference import GaussianPolicy, layer_norm, mlp, mlp_sizes
from sgft_ros.learning.plan import Planning
from sgft_ros.learning.tensors import part_of

GROUP = 8                   # numbers of a latent state that add up to 1
BINS, LIMIT = 101, 10.0     # of rewards and values: evenly over the symmetric logarithm's range
ITERATIONS = 6
ELITES, PROPOSED = 64 / 512, 24 / 512  # of the sequences: those that count, those of the prior
TEMPERATURE = 0.5           # inverse, of the weights of the elites
LEAST_STD, GREATEST_STD = 0.05, 2.0


class LatentPlanner(Planning):
    """
    A controller that plans anew in every period, as :class:`Planner` does.

    The score of a sequence of actions is

    sum_t gamma^t alive_t r(z_t, a_t) + gamma^H alive_H Q(z_H, pi(z_H)).

    Sequences are Gaussian around the plan, and some are those of the policy prior; mean and
    deviation of the best are the next iteration's. One of these best acts.
    """

    def __init__(
        self, tensors: Mapping[str, np.ndarray], gamma: float, horizon: int = 3,
        samples: int = 512, seed: int | Sequence[int] = 0,
    ):
        """
        Take the tensors of :class:`sgft_ros.learning.td_mpc2.TDMPC2`.

        :param horizon: H [steps]
        :param samples: action sequences per iteration
        :raises ValueError: if horizon or samples are out of range
        """
        for name, value, least, most in (
                ('horizon', horizon, 1, 200), ('samples', samples, 32, 10_000)):
            if not least <= value <= most:
                raise ValueError(f'{name} must lie in {least}...{most}, got {value}')
        self._tensors = tensors
        self._prior = GaussianPolicy(part_of(tensors, 'policy.'))
        _, (self.observation_size, *_) = mlp_sizes(tensors, 'encoder.')
        self.action_size = self._prior.action_size
        self._gamma, self._horizon, self._samples = gamma, horizon, samples
        self._bins = np.linspace(-LIMIT, LIMIT, BINS, dtype=np.float32)
        super().__init__(seed)

    def reset(self) -> None:
        """Forget the plan: another episode begins."""
        super().reset()
        self._plan = np.zeros((self._horizon, self.action_size), np.float32)

    def act(
        self, observation: np.ndarray, noise: np.ndarray | None = None, least_std: float = 0.0,
        budget: float = math.inf,
    ) -> np.ndarray:
        """
        Return an action (action,) in -1...1.

        :param noise: standard normal (action,), which the deviation of the plan scales, or None
            in an evaluation, where the seed and the number of the decision in its episode say
            what is drawn
        :param least_std: as for :class:`GaussianPolicy`; a planner explores with its own
        :param budget: time [s] after which no iteration begins; what is left of the plan before
            goes on then
        """
        end = perf_counter() + budget
        self._decide(evaluation=noise is None)
        latent = simplices(mlp(self._tensors, observation[None], 'encoder.')[0])
        proposed = self._proposals(np.repeat(latent, math.ceil(PROPOSED * self._samples), 0))
        count = int(ELITES * self._samples)
        plan, std = self._plan, np.full_like(self._plan, GREATEST_STD)
        action, noise_std = plan[0], LEAST_STD
        for _ in range(ITERATIONS):
            if perf_counter() > end:
                self.cut += 1
                break
            size = self._samples - len(proposed), *plan.shape
            drawn = plan + std * self._rng.standard_normal(size, np.float32)
            sequences = np.concatenate([proposed, np.clip(drawn, -1.0, 1.0)])
            scores = self._score(latent, sequences)
            best = np.argpartition(-scores, count)[:count]
            elites, scores = sequences[best], scores[best]
            weights = np.exp(TEMPERATURE * (scores - scores.max()))
            weights /= weights.sum()
            plan = np.tensordot(weights, elites, 1)
            deviation = np.sqrt(np.tensordot(weights, (elites - plan) ** 2, 1))
            std = np.clip(deviation, LEAST_STD, GREATEST_STD)
            action, noise_std = elites[self._rng.choice(count, p=weights), 0], std[0]
        self._plan = np.concatenate([plan[1:], np.zeros_like(plan[:1])])
        if noise is not None:
            action = np.clip(action + noise_std * noise, -1.0, 1.0)
        return action.astype(np.float32)

    def _proposals(self, latents):
        """Return action sequences (n, horizon, action) of the prior, one for each latent state."""
        sequence = []
        for _ in range(self._horizon):
            sequence.append(self._prior.sample(latents, self._rng))
            latents = self._imagine(latents, sequence[-1])
        return np.stack(sequence, 1)

    def _score(self, latent, sequences):
        """Return the scores (n,) of action sequences (n, horizon, action)."""
        latents = np.repeat(latent, len(sequences), 0)
        scores = np.zeros(len(sequences), np.float32)
        weight = np.ones_like(scores)  # gamma^t alive_t
        for step in range(self._horizon):
            actions = sequences[:, step]
            scores += weight * self._expected('reward.', latents, actions)[0]
            latents = self._imagine(latents, actions)
            ended = mlp(self._tensors, latents, 'ended.')[0, :, 0] > 0.0
            weight = np.where(ended, 0.0, self._gamma * weight).astype(np.float32)
        actions = self._prior.sample(latents, self._rng)
        return scores + weight * self._expected('critic.', latents, actions).mean(0)

    def _imagine(self, latents, actions):
        inputs = np.concatenate([latents, actions], 1)
        return simplices(mlp(self._tensors, inputs, 'dynamics.')[0])

    def _expected(self, prefix, latents, actions):
        """Return the numbers (members, n) that a network's distributions stand for."""
        logits = mlp(self._tensors, np.concatenate([latents, actions], 1), prefix)
        mean = _softmax(logits) @ self._bins
        return np.sign(mean) * np.expm1(np.abs(mean))


def simplices(x: np.ndarray) -> np.ndarray:
    """Return x (n, size), normalised, with a softmax over each group of numbers."""
    return _softmax(layer_norm(x).reshape(len(x), -1, GROUP)).reshape(x.shape)


def _softmax(x):
    x = np.exp(x - x.max(-1, keepdims=True))
    return x / x.sum(-1, keepdims=True)
