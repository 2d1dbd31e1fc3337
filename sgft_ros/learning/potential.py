"""V_sim as a potential: frozen, deterministic, and the reward that it shapes."""

from pathlib import Path

import numpy as np
from sgft_ros.learning.checkpoint import Checkpoint, CheckpointError, load_checkpoint
from sgft_ros.learning.inference import mlp, mlp_sizes


class Potential:
    """The mean of an ensemble of value networks; never a sampled action, never a random member."""

    def __init__(self, checkpoint: Checkpoint):
        """
        Take a checkpoint of kind 'value'.

        :raises CheckpointError: if its metadata lacks what shaping needs
        """
        metadata = checkpoint.metadata
        try:
            self.gamma = float(metadata['gamma'])
            self.task = str(metadata['task'])
            self.control_rate = float(metadata['control_rate'])
            self.observation_names = tuple(metadata['observation_names'])
        except KeyError as error:
            raise CheckpointError(f'{checkpoint.path}: metadata lacks {error}') from None
        self.value_id = checkpoint.sha256
        self._tensors = checkpoint.tensors
        _, sizes = mlp_sizes(self._tensors)
        self.observation_size = sizes[0]
        if len(self.observation_names) != self.observation_size:
            raise CheckpointError(
                f'{checkpoint.path}: {len(self.observation_names)} observation names for '
                f'{self.observation_size} inputs')

    @classmethod
    def load(cls, path: Path) -> 'Potential':
        """
        Read a value checkpoint.

        :raises CheckpointError: if it cannot be used
        """
        return cls(load_checkpoint(path, 'value'))

    def value(self, observations: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return V_sim (n,) and the ensemble's deviation (n,) at observations (n, observation)."""
        values = mlp(self._tensors, observations)[:, :, 0]
        return values.mean(axis=0), values.std(axis=0)


def shaped_reward(reward, terminated, value, next_value, gamma: float):
    """Return r + gamma (1-d) V(s') - V(s) (Ng et al. 1999); scalars or arrays of one shape."""
    return reward + gamma * (1.0 - terminated) * next_value - value
