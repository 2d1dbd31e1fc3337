"""What the tests of the learner share: small real checkpoints and transitions to learn from."""

import json

import numpy as np
from potentials import save_untrained_potential
from sgft_ros.learning.checkpoint import load_checkpoint, save_checkpoint
from sgft_ros.learning.sac import SAC, SACConfig

OBSERVATION, ACTION, HIDDEN = 5, 3, (32, 32)


def save_checkpoints(folder):
    """Write pi_sim, V_sim, the learner of the simulator and its data; return parameters."""
    learner = SAC(SACConfig(OBSERVATION, ACTION, gamma=0.95, hidden=HIDDEN))
    metadata = {
        'task': 'peg_insert', 'gamma': 0.95, 'control_rate': 20.0, 'temperature': 0.1,
        'observation_names': [f'observation_{i}' for i in range(OBSERVATION)],
        'action_names': [f'action_{i}' for i in range(ACTION)]}
    save_checkpoint(folder / 'policy.safetensors', 'policy', learner.policy_tensors(), metadata)
    save_checkpoint(folder / 'learner.safetensors', 'learner', {
        name: value.numpy() for name, value in learner.state().items()}, metadata)
    save_checkpoint(
        folder / 'warm_start.safetensors', 'replay', simulated_transitions(500), {})
    save_untrained_potential(folder / 'value.safetensors', OBSERVATION)
    return {
        'policy_checkpoint': folder / 'policy.safetensors',
        'value_checkpoint': folder / 'value.safetensors',
        'simulation_checkpoint': folder / 'learner.safetensors',
        'warm_start_data': folder / 'warm_start.safetensors',
        'run_folder': folder / 'run',
        'tensorboard': False,
        'warm_start_updates': 20,
    }


def simulated_transitions(count, seed=0):
    """Return columns of random transitions."""
    generator = np.random.default_rng(seed)
    return {
        'observation': generator.normal(size=(count, OBSERVATION)).astype(np.float32),
        'action': generator.uniform(-1, 1, size=(count, ACTION)).astype(np.float32),
        'next_observation': generator.normal(size=(count, OBSERVATION)).astype(np.float32),
        'reward': generator.normal(size=count).astype(np.float32),
        'terminated': (generator.uniform(size=count) < 0.02).astype(np.float32),
    }


def updates_in(path):
    """Return how many updates a checkpoint of the learner holds."""
    return int(load_checkpoint(path, 'learner').metadata['updates'])


def architecture_of(message):
    """Return the architecture that came with weights."""
    return json.loads(message.architecture)
