"""V_sim spoiled on purpose: what a method is worth whose value function is wrong."""

from dataclasses import replace

import numpy as np
from sgft_ros.learning.checkpoint import Checkpoint
from sgft_ros.learning.inference import mlp, mlp_sizes
from sgft_ros.learning.networks import EnsembleMLP
from sgft_ros.robot import RobotContract, slope_of_frame
import torch

DISPLACED = 'displaced'
VALUES = ('simulator', 'flipped', 'random', DISPLACED)
DISTANCE = 0.05  # [m] of the goal that a displaced V_sim knows from the true one


def spoiled(
    checkpoint: Checkpoint, how: str, observations: np.ndarray, seed: int,
    contract: RobotContract | None = None,
) -> Checkpoint:
    """
    Return a checkpoint of kind 'value' as it is, with another opinion, or with none.

    :param how: 'simulator' changes nothing; 'flipped' prefers what V_sim avoids; 'random' is made
        of networks that never learned; 'displaced' is that of a goal 5 cm away, in a horizontal
        direction that the seed draws: the contract's `frames.object` would be there
    :param observations: over which 'flipped' and 'random' keep V_sim's mean and spread, so that
        only the opinion differs, not the size of the shaped reward (n, observation)
    :param contract: of the robot, for 'displaced'
    :raises ValueError: if 'displaced' lacks a robot, or the robot sees nothing from its object
    """
    if how == 'simulator':
        return checkpoint
    if how == DISPLACED:
        return replace(checkpoint, tensors=_displaced(checkpoint.tensors, contract, seed))
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


def _displaced(tensors, contract, seed):
    slope = None if contract is None else slope_of_frame(contract, contract.frames.object)
    if slope is None or not slope[:, :2].any():
        raise ValueError("V_sim 'displaced': expected a robot that sees positions from "
                         f"frames.object, got {contract.name if contract else 'no robot'}")
    angle = np.random.default_rng(seed).uniform(-np.pi, np.pi)
    shift = slope[:, :2] @ (DISTANCE * np.array([np.cos(angle), np.sin(angle)]))
    bias = tensors['bias0'] + shift @ tensors['weight0'][:, None]
    return tensors | {'bias0': bias.astype(np.float32)}
