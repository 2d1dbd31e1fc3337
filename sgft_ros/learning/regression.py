"""Fit an ensemble of value networks to returns."""

from collections.abc import Callable

import numpy as np
from sgft_ros.learning.networks import EnsembleMLP
import torch

UPDATES = 6000


def fit_values(
    states: np.ndarray, returns: np.ndarray, members: int = 3,
    hidden: tuple[int, ...] = (64, 64), updates: int = UPDATES, batch_size: int = 256,
    learning_rate: float = 1e-3, seed: int = 0,
    inputs: np.ndarray | None = None, progress: Callable[[int], None] = lambda done: None,
) -> dict[str, np.ndarray]:
    """
    Regress returns (n,) on states (n, observation); every member draws its own minibatches.

    :param inputs: which numbers of a state count (observation,) bool; the networks ignore the rest
    :return: the tensors of an EnsembleMLP with one output
    """
    generator = torch.Generator().manual_seed(seed)
    network = EnsembleMLP(members, (states.shape[1], *hidden, 1), generator)
    optimiser = torch.optim.Adam([network.flat], lr=learning_rate, fused=True)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, updates)
    known = np.ones(states.shape[1], bool) if inputs is None else np.asarray(inputs, bool)
    x, y = torch.from_numpy(states * known.astype(np.float32)), torch.from_numpy(returns)
    for done in range(updates):
        rows = torch.randint(len(x), (members, batch_size), generator=generator)
        loss = (network(x[rows])[..., 0] - y[rows]).square().mean(1).sum()
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        schedule.step()
        progress(done + 1)
    tensors = network.tensors()
    tensors['weight0'][:, ~known] = 0.0
    return tensors


def r_squared(prediction: np.ndarray, target: np.ndarray) -> float:
    """Return the share of the target's variance that the prediction explains."""
    return float(1.0 - np.mean((prediction - target) ** 2) / np.var(target))
