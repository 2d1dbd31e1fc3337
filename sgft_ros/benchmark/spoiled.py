"""V_sim spoiled on purpose: what a method is worth whose value function is wrong."""

from dataclasses import replace

import numpy as np
from sgft_ros.learning.checkpoint import Checkpoint
from sgft_ros.learning.inference import mlp, mlp_sizes
from sgft_ros.learning.networks import EnsembleMLP
import torch

VALUES = ('simulator', 'flipped', 'random')


def spoiled(checkpoint: Checkpoint, how: str, observations: np.ndarray, seed: int) -> Checkpoint:
    """
    Return a checkpoint of kind 'value' as it is, with the opposite opinion, or with none.

    :param how: 'simulator' changes nothing; 'flipped' prefers what V_sim avoids; 'random' is made
        of networks that never learned. Both keep V_sim's mean and spread over `observations`
        (n, observation), so that only the opinion differs, not the size of the shaped reward
    """
    if how == 'simulator':
        return checkpoint
    members, sizes = mlp_sizes(checkpoint.tensors)
    mean, spread = _mean_and_spread(checkpoint.tensors, observations)
    if how == 'flipped':
        tensors = dict(checkpoint.tensors)
        factor = -1.0
    else:
        generator = torch.Generator().manual_seed(seed)
        tensors = EnsembleMLP(members, sizes, generator).tensors()
        factor = spread / _mean_and_spread(tensors, observations)[1]
    weight, bias = (f'{kind}{len(sizes) - 2}' for kind in ('weight', 'bias'))
    tensors[weight] = (factor * tensors[weight]).astype(np.float32)
    tensors[bias] = (factor * tensors[bias]).astype(np.float32)
    tensors[bias] += np.float32(mean - _mean_and_spread(tensors, observations)[0])
    return replace(checkpoint, tensors=tensors)


def _mean_and_spread(tensors, observations):
    values = mlp(tensors, observations)[:, :, 0].mean(0)
    return float(values.mean()), float(values.std())
