"""Real policy checkpoints for tests: small networks, made without training."""

import numpy as np
from sgft_ros.learning.checkpoint import save_checkpoint
from sgft_ros.robot import load_robot_contract

OBSERVATION, ACTION = 9, 3  # of the simulated arm
GAIN = 4.0                  # of the servo towards the hole, per scaled observation
DESCENT = -0.55             # before the squashing: half of the full speed


def metadata(**changes):
    """Return what a checkpoint says of a policy for the simulated arm and peg_insert."""
    contract = load_robot_contract('simulated_arm')
    return {
        'task': 'peg_insert', 'gamma': 0.97, 'control_rate': contract.control_rate,
        'observation_names': list(contract.observation_names),
        'action_names': list(contract.action_names), 'temperature': 0.01} | changes


def random_tensors(seed=0, width=16, observation=OBSERVATION):
    """Return a network with one hidden layer."""
    generator = np.random.default_rng(seed)
    tensors = {
        'weight0': generator.normal(size=(1, observation, width)),
        'bias0': generator.normal(size=(1, 1, width)),
        'scale0': np.ones((1, 1, width)),
        'shift0': np.zeros((1, 1, width)),
        'weight1': 0.1 * generator.normal(size=(1, width, 2 * ACTION)),
        'bias1': np.zeros((1, 1, 2 * ACTION)),
    }
    return {name: tensor.astype(np.float32) for name, tensor in tensors.items()}


def servo_tensors(descent=DESCENT):
    """Return a linear policy that moves above the believed hole and down; nearly no noise."""
    weight = np.zeros((1, OBSERVATION, 2 * ACTION), np.float32)
    weight[0, 0, 0] = weight[0, 1, 1] = -GAIN
    bias = np.array([[[0.0, 0.0, descent, -5.0, -5.0, -5.0]]], np.float32)
    return {'weight0': weight, 'bias0': bias}


def save_policy(path, tensors, **changes):
    """Write a checkpoint of kind 'policy'; return its path."""
    save_checkpoint(path, 'policy', tensors, metadata(**changes))
    return path
