"""A world small enough to check a planner by hand: a point that actions move."""

import numpy as np
from sgft_ros.learning.actor_critic import SACConfig
from sgft_ros.learning.checkpoint import Checkpoint
from sgft_ros.learning.dynamics import fit_world, WorldConfig
from sgft_ros.learning.inference import mlp_sizes
from sgft_ros.learning.networks import EnsembleMLP
from sgft_ros.learning.regression import fit_values
from sgft_ros.learning.sac import SAC
from sgft_ros.learning.tensors import part_of
import torch

SPEED = 0.2       # of the point per 1.0 of action and step
GAMMA = 0.9
NEAR = 0.15       # of the origin, where the task ends with reward 1


def transitions(count, turn=0.0, seed=0):
    """Return random transitions of a point in the plane, whose drive is turned by `turn` [rad]."""
    rng = np.random.default_rng(seed)
    observation = rng.uniform(-1.5, 1.5, (count, 2))
    action = rng.uniform(-1, 1, (count, 2))
    following = observation + SPEED * action @ rotation(turn)
    there = (np.linalg.norm(following, axis=1) < NEAR).astype(float)
    columns = {'observation': observation, 'action': action, 'next_observation': following,
               'reward': there, 'terminated': there}
    return {name: column.astype(np.float32) for name, column in columns.items()}


def rotation(angle):
    cos, sin = np.cos(angle), np.sin(angle)
    return np.array([[cos, sin], [-sin, cos]])


def simulated_world():
    """Return tensors of dynamics, outcome model, V_sim and an untrained policy."""
    data = transitions(8000)
    world = fit_world(data, WorldConfig(
        members=2, hidden=(32, 32), outcome_hidden=(32, 32), updates=1500, batch_size=128))
    states = np.random.default_rng(1).uniform(-1.5, 1.5, (4000, 2)).astype(np.float32)
    steps = np.maximum(0.0, np.linalg.norm(states, axis=1) - NEAR) / SPEED
    value = fit_values(states, (GAMMA ** steps).astype(np.float32), hidden=(32, 32), updates=1500)
    policy = SAC(SACConfig(2, 2, GAMMA, hidden=(16, 16))).policy_tensors()
    return world | {f'value.{name}': tensor for name, tensor in value.items()} | {
        f'policy.{name}': tensor for name, tensor in policy.items()}


def checkpoints():
    """Return what pretraining in this world would leave, by kind."""
    world, learner = simulated_world(), SAC(SACConfig(2, 2, GAMMA, hidden=(16, 16)))
    metadata = {'gamma': GAMMA, 'observation_names': ['x', 'y'], 'action_names': ['u', 'v']}
    tensors = {
        'policy': learner.policy_tensors(), 'value': part_of(world, 'value.'),
        'learner': {name: value.numpy() for name, value in learner.state().items()},
        'dynamics': {name: value for name, value in world.items()
                     if not name.startswith(('value.', 'policy.'))}}
    return {kind: Checkpoint(f'{kind}.safetensors', own, metadata, '')
            for kind, own in tensors.items()}


def minibatch(count, seed=0):
    """Return transitions of a turned drive as learners read them."""
    columns = transitions(count, 1.0, seed)
    columns |= {'shaped_reward': columns['reward'], 'next_value': columns['reward']}
    return {name: torch.from_numpy(column) for name, column in columns.items()}


def episode(controller, turn=0.0, start=(1.0, -0.6), limit=25):
    """Return the steps until the point is at the origin, `limit` if it does not get there."""
    controller.reset()
    position = np.array(start)
    for step in range(limit):
        action = controller.act(position.astype(np.float32))
        position = position + SPEED * action @ rotation(turn)
        if np.linalg.norm(position) < NEAR:
            return step + 1
    return limit


def check_draws(make):
    """Check what a planner, made of a seed, draws in evaluations and in training."""
    start = np.array([1.0, -0.6], np.float32)

    def actions(planner, noise, count=4):
        planner.reset()
        return np.array([planner.act(start, noise) for _ in range(count)])

    planner, quiet = make((3, 7)), np.zeros(2, np.float32)
    first = actions(planner, None)
    training = actions(planner, quiet), actions(planner, quiet)
    assert (training[0] != training[1]).any()
    for again in (planner, make((3, 7))):
        np.testing.assert_array_equal(actions(again, None), first)
    assert (np.diff(first, axis=0) != 0).any()  # each decision draws anew
    for other in ((4, 7), (3, 8)):  # seeds of the run, versions
        assert (actions(make(other), None) != first).any()
        assert (actions(make(other), quiet) != training[0]).any()


def network(tensors, prefix):
    """Return the torch network of a prefix."""
    result = EnsembleMLP(*mlp_sizes(tensors, prefix))
    result.load_tensors(part_of(tensors, prefix))
    return result
