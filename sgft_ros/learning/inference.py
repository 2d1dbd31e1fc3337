"""The networks of :mod:`sgft_ros.learning.networks` in NumPy, for small, fast processes."""

from collections.abc import Mapping
import math

import numpy as np

LAYER_NORM_EPSILON = 1e-5  # torch's default
LOG_STD_RANGE = (-5.0, 1.0)


def mlp_sizes(tensors: Mapping[str, np.ndarray], prefix: str = '') -> tuple[int, tuple[int, ...]]:
    """
    Return the number of members and the layer sizes of an ensemble MLP.

    :raises KeyError: if there is no network of that prefix
    """
    first = tensors[f'{prefix}weight0']
    sizes = [first.shape[1]]
    while f'{prefix}weight{len(sizes) - 1}' in tensors:
        sizes.append(tensors[f'{prefix}weight{len(sizes) - 1}'].shape[2])
    return first.shape[0], tuple(sizes)


def mlp(tensors: Mapping[str, np.ndarray], x: np.ndarray, prefix: str = '') -> np.ndarray:
    """Map (batch, in) or (members, batch, in) to (members, batch, out) as EnsembleMLP does."""
    x = np.asarray(x, np.float32)
    if x.ndim == 2:
        x = x[None]
    layer = 0
    while True:
        x = x @ tensors[f'{prefix}weight{layer}'] + tensors[f'{prefix}bias{layer}']
        layer += 1
        if f'{prefix}weight{layer}' not in tensors:
            return x
        x = layer_norm(x)
        np.maximum(x, 0, out=x)


def layer_norm(x: np.ndarray) -> np.ndarray:
    """Return x (..., size) with mean 0 and standard deviation 1 over its last axis."""
    # As np.mean, without what that does beside: a planner comes here a hundred times a tick.
    x = x - np.add.reduce(x, -1, keepdims=True) / x.shape[-1]
    variance = np.add.reduce(x * x, -1, keepdims=True) / x.shape[-1]
    return x / np.sqrt(variance + np.float32(LAYER_NORM_EPSILON))


class GaussianPolicy:
    """A tanh-squashed Gaussian actor for one observation at a time."""

    def __init__(self, tensors: Mapping[str, np.ndarray]):
        """`tensors` are those of an EnsembleMLP with one member and 2 x action outputs."""
        self._tensors = {name: np.array(value, np.float32) for name, value in tensors.items()}
        members, sizes = mlp_sizes(self._tensors)
        if members != 1 or sizes[-1] % 2:
            raise ValueError(
                'a policy has one member and an even number of outputs, '
                f'got {members} and {sizes[-1]}')
        self.sizes = sizes
        self.observation_size = sizes[0]
        self.action_size = sizes[-1] // 2

    def distribution(self, observation: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return mean and standard deviation before the squashing, each (action,)."""
        output = mlp(self._tensors, observation[None])[0, 0]
        mean, log_std = output[:self.action_size], output[self.action_size:]
        return mean, np.exp(np.clip(log_std, *LOG_STD_RANGE))

    def sample(
        self, observations: np.ndarray, rng: np.random.Generator, least_std: float = 0.0,
    ) -> np.ndarray:
        """Return actions (n, action) in -1...1 drawn at observations (n, observation)."""
        mean, log_std = np.split(mlp(self._tensors, observations)[0], 2, axis=1)
        std = np.maximum(np.exp(np.clip(log_std, *LOG_STD_RANGE)), least_std)
        return np.tanh(mean + std * rng.standard_normal(mean.shape)).astype(np.float32)

    def reset(self) -> None:
        """Forget nothing: a policy has no memory of the episode before."""

    def take_over(self, other: 'GaussianPolicy') -> None:
        """Go on where another one was: a policy has no plan, as planners have."""

    def act(
        self, observation: np.ndarray, noise: np.ndarray | None = None, least_std: float = 0.0,
        budget: float = math.inf,
    ) -> np.ndarray:
        """
        Return the action (action,) in -1...1: deterministic, or with noise.

        :param noise: standard normal (action,), or None
        :param least_std: what a smaller standard deviation is raised to, before the squashing
        :param budget: time [s] that there is; for planners
        """
        mean, std = self.distribution(observation)
        if noise is not None:
            mean = mean + np.maximum(std, least_std) * noise
        return np.tanh(mean).astype(np.float32)


class ExplorationNoise:
    """
    Standard normal noise that is correlated in time, so that exploration reaches somewhere.

    Each step's noise is standard normal, hence each action a sample of the policy; successive ones
    are an autoregressive sequence: correlation 0 is the usual white noise.
    """

    def __init__(self, size: int, correlation: float, rng: np.random.Generator):
        if not 0.0 <= correlation < 1.0:
            raise ValueError(f'correlation must lie in [0, 1), got {correlation}')
        self._size, self._correlation, self._rng = size, correlation, rng
        self.reset()

    def reset(self) -> None:
        """Start an independent sequence."""
        self._state = self._rng.standard_normal(self._size).astype(np.float32)

    def sample(self) -> np.ndarray:
        """Return the noise of the next step (size,)."""
        fresh = self._rng.standard_normal(self._size).astype(np.float32)
        self._state = self._correlation * self._state + (1 - self._correlation**2) ** 0.5 * fresh
        return self._state
