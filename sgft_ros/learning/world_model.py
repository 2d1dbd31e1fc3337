"""What a planner knows, in NumPy: learned dynamics, frozen outcome model and V_sim."""

from collections.abc import Mapping

import numpy as np
from sgft_ros.learning.inference import mlp, mlp_sizes

# Networks by the prefixes of their tensors, and what puts a prediction into its place.
DYNAMICS, OUTCOME, VALUE, POLICY = 'dynamics.', 'outcome.', 'value.', 'policy.'
NORMALISATION = ('change_mean', 'change_scale', 'low', 'high')
ADAPTER = ('adapter_weight', 'adapter_bias')


class WorldModel:
    """
    Imagine transitions: every member of an ensemble carries states of its own along.

    Before the networks see them, observation and action pass the adapter, a linear map near the
    identity: robots whose axes, gain or delay differ from the simulator's are not new dynamics.
    Dynamics predict the change of the observation, normalised by `change_mean` and `change_scale`
    (observation,); states stay within `low` and `high` (observation,), beyond which nothing was
    learned. The outcome model tells from a state the reward of reaching it and whether that ends
    the task.
    """

    def __init__(self, tensors: Mapping[str, np.ndarray]):
        """`tensors` are those of :func:`sgft_ros.learning.dynamics.fit_world`, and of V_sim."""
        self._tensors = tensors
        self.members, sizes = mlp_sizes(tensors, DYNAMICS)
        self.observation_size = sizes[-1]
        self.action_size = sizes[0] - sizes[-1]
        own = self.observation_size
        weight, self._offset = tensors['adapter_weight'][:, own:], tensors['adapter_bias'][own:]
        self._from_state = weight[:own]
        self._undo = np.linalg.pinv(np.eye(self.action_size) + weight[own:], rcond=0.1)

    def begin(self, observation: np.ndarray, count: int) -> np.ndarray:
        """Return an observation (observation,) as states (members, count, observation)."""
        return np.broadcast_to(observation, (self.members, count, self.observation_size))

    def step(self, states: np.ndarray, actions: np.ndarray) -> np.ndarray:
        """Return the states (members, n, size) that actions (members, n, size) lead to."""
        tensors = self._tensors
        inputs = np.concatenate([states, actions], -1, dtype=np.float32)
        inputs = inputs + inputs @ tensors['adapter_weight'] + tensors['adapter_bias']
        change = mlp(tensors, inputs, DYNAMICS)
        change = tensors['change_mean'] + tensors['change_scale'] * change
        return np.clip(states + change, tensors['low'], tensors['high'])

    def actions_for(self, states: np.ndarray, wanted: np.ndarray) -> np.ndarray:
        """
        Return the actions (…, action) that do here what `wanted` ones did in the simulator.

        The adapter says what an action here amounts to there; this is its inverse at states (…,
        observation).
        """
        actions = (wanted - states @ self._from_state - self._offset) @ self._undo
        return np.clip(actions, -1.0, 1.0).astype(np.float32)

    def outcome(self, states: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the reward of reaching states (…, observation), and how likely it is the end."""
        reward, logit = np.moveaxis(self._judged(states, OUTCOME), -1, 0)
        return reward, 1.0 / (1.0 + np.exp(-np.clip(logit, -30.0, 30.0)))

    def value(self, states: np.ndarray) -> np.ndarray:
        """Return V_sim (…) of states (…, observation)."""
        return self._judged(states, VALUE)[..., 0]

    def _judged(self, states, prefix):
        """Return the mean of an ensemble's outputs (…, out)."""
        rows = states.reshape(-1, self.observation_size)
        outputs = mlp(self._tensors, rows, prefix).mean(0)
        return outputs.reshape(*states.shape[:-1], -1)
