"""Real value checkpoints for tests: small untrained ensembles."""

import numpy as np
from sgft_ros.learning.checkpoint import save_checkpoint


def save_untrained_potential(path, observation_size, gamma=0.95, seed=0, **metadata):
    """Write three random networks as a checkpoint of kind 'value'; return the path."""
    generator = np.random.default_rng(seed)
    width = 16
    tensors = {
        'weight0': generator.normal(size=(3, observation_size, width)),
        'bias0': generator.normal(size=(3, 1, width)),
        'weight1': generator.normal(size=(3, width, 1)),
        'bias1': generator.normal(size=(3, 1, 1)),
    }
    save_checkpoint(path, 'value', {name: t.astype(np.float32) for name, t in tensors.items()}, {
        'gamma': gamma, 'task': 'peg_insert', 'control_rate': 20.0,
        'observation_names': [f'observation_{i}' for i in range(observation_size)], **metadata})
    return path
