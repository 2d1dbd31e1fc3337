"""What policy and value function were made with, and what they saw in simulation."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sgft_ros.learning.checkpoint import load_checkpoint

FILES = {'policy': 'policy', 'value': 'value', 'warm_start': 'replay'}  # and their kinds


@dataclass(frozen=True)
class Trained:
    """The files of a checkpoint, as far as they say what they fit."""

    metadata: Mapping[str, Mapping[str, object]]  # by file
    observations: np.ndarray | None  # (n, observation) scaled, of the simulation

    def names(self, what: str) -> tuple[str, ...]:
        """Return the names with units of the numbers of the policy's observation or action."""
        return tuple(self.metadata['policy'].get(f'{what}_names', ()))

    def seen(self, name: str) -> np.ndarray | None:
        """Return all values (n,) of a number of the observation, None if it is not known."""
        names = self.metadata.get('warm_start', {}).get('observation_names', ())
        if self.observations is None or name not in names:
            return None
        return self.observations[:, names.index(name)]


def load(folder: Path) -> Trained:
    """
    Read a folder as pretraining writes it; warm_start may be missing.

    :raises CheckpointError: if another file is missing, or one cannot be used
    """
    found = {name: load_checkpoint(folder / f'{name}.safetensors', kind)
             for name, kind in FILES.items()
             if name != 'warm_start' or (folder / f'{name}.safetensors').exists()}
    stored = found.get('warm_start')
    return Trained(
        metadata={name: checkpoint.metadata for name, checkpoint in found.items()},
        observations=None if stored is None else stored.tensors['observation'])
