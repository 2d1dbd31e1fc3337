"""Real checkpoints for tests of the learner: small untrained networks, random transitions."""

import numpy as np
from potentials import save_untrained_potential
from sgft_ros.learning.actor_critic import SACConfig
from sgft_ros.learning.checkpoint import load_checkpoint, save_checkpoint
from sgft_ros.learning.sac import SAC

OBSERVATION, ACTION, HIDDEN = 5, 3, (32, 32)


OBSERVATION_NAMES = tuple(f'observation_{i}' for i in range(OBSERVATION))
ACTION_NAMES = tuple(f'action_{i}' for i in range(ACTION))


def save_checkpoints(folder, observation_names=OBSERVATION_NAMES, action_names=ACTION_NAMES,
                     task='peg_insert'):
    """Write what pretraining writes: pi_sim, V_sim, the learner of the simulator and its data."""
    sizes = len(observation_names), len(action_names)
    learner = SAC(SACConfig(*sizes, gamma=0.97, hidden=HIDDEN))
    metadata = {
        'task': task, 'gamma': 0.97, 'control_rate': 20.0, 'temperature': 0.1,
        'observation_names': list(observation_names), 'action_names': list(action_names)}
    save_checkpoint(folder / 'policy.safetensors', 'policy', learner.policy_tensors(), metadata)
    save_checkpoint(folder / 'learner.safetensors', 'learner', {
        name: value.numpy() for name, value in learner.state().items()}, metadata)
    save_checkpoint(
        folder / 'warm_start.safetensors', 'replay', simulated_transitions(500, *sizes), metadata)
    save_untrained_potential(folder / 'value.safetensors', sizes[0], **metadata)


def learner_parameters(folder):
    """Write checkpoints; return parameters of a learner that uses them."""
    save_checkpoints(folder)
    return {
        'policy_checkpoint': folder / 'policy.safetensors',
        'value_checkpoint': folder / 'value.safetensors',
        'simulation_checkpoint': folder / 'learner.safetensors',
        'warm_start_data': folder / 'warm_start.safetensors',
        'run_folder': folder / 'run',
        'tensorboard': False,
        'niceness': 0,  # tests run side by side; nothing here competes with a control loop
        'horizon': 4,
        'warm_start_updates': 20,
        'critic_updates': 20,
        'updates_per_transition': 1.0,
    }


def simulated_transitions(count, observation_size, action_size, seed=0):
    """Return columns of random transitions."""
    generator = np.random.default_rng(seed)
    return {
        'observation': generator.normal(size=(count, observation_size)).astype(np.float32),
        'action': generator.uniform(-1, 1, size=(count, action_size)).astype(np.float32),
        'next_observation': generator.normal(size=(count, observation_size)).astype(np.float32),
        'reward': generator.normal(size=count).astype(np.float32),
        'terminated': (generator.uniform(size=count) < 0.02).astype(np.float32),
    }


def updates_in(path):
    """Return how many updates a checkpoint of the learner holds."""
    return int(load_checkpoint(path, 'learner').metadata['updates'])
