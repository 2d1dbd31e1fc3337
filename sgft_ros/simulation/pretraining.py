"""What the simulator can give: pi_sim, V_sim and the data that warm up new critics."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from sgft_ros.learning.actor_critic import SACConfig
from sgft_ros.learning.inference import GaussianPolicy, mlp
from sgft_ros.learning.regression import fit_values, r_squared
from sgft_ros.learning.sac import SAC
from sgft_ros.simulation.environment import Environment
from sgft_ros.simulation.pretraining_config import PretrainingConfig
from sgft_ros.simulation.rollouts import (
    COLUMNS,
    diverse_episode,
    NOISE_LEVELS,
    Recorder,
    run_episode,
)
import torch

Progress = Callable[[int], None]


def sized(
    config: PretrainingConfig, steps: int | None = None, diverse_episodes: int | None = None,
) -> PretrainingConfig:
    """
    Return a configuration with other sizes; None leaves one as it is.

    :raises ValueError: if there are too few diverse episodes to fit V_sim to some and test it
    """
    config = replace(config, steps=steps or config.steps,
                     diverse_episodes=diverse_episodes or config.diverse_episodes)
    least = len(NOISE_LEVELS) + 1  # two without noise, which always tell values
    if config.diverse_episodes < least:
        raise ValueError(f'diverse episodes: expected at least {least}, so that V_sim is fitted '
                         f'to one and tested on another, got {config.diverse_episodes}')
    return config


def demonstrate(
    environment: Environment, expert: Callable[[Environment], np.ndarray],
    config: PretrainingConfig, progress: Progress,
) -> dict[str, np.ndarray]:
    """Let the scripted controller act, half of the episodes with noise; return the transitions."""
    recorder, rng = Recorder(), environment.rng
    for episode in range(config.demonstrations):
        noise = config.demonstration_noise * (episode % 2)

        def act(_, noise=noise):
            action = expert(environment)
            disturbed = action + noise * rng.standard_normal(len(action))
            return np.clip(disturbed, -1, 1).astype(np.float32)

        run_episode(environment, act, recorder)
        progress(episode + 1)
    return recorder.arrays()


def train_policy(
    environment: Environment, demonstrations: dict[str, np.ndarray] | None,
    config: PretrainingConfig, seed: int, progress: Progress,
) -> SAC:
    """
    Train SAC in the simulator, one update per step.

    Half of each minibatch is demonstrations, where there are any. Otherwise the first steps are
    uniformly random, so that the first minibatches are not all of one motion.
    """
    learner, observation = new_learner(environment, config, seed), environment.reset()
    action_size, own = environment.action_size, new_columns(environment, config.steps)
    prior = None if demonstrations is None else {
        name: torch.from_numpy(column) for name, column in demonstrations.items()}
    rng = environment.rng
    policy = GaussianPolicy(learner.policy_tensors())
    for step in range(config.steps):
        if step % 20 == 0:
            policy = GaussianPolicy(learner.policy_tensors())
        if step < config.random_steps:
            action = rng.uniform(-1.0, 1.0, action_size).astype(np.float32)
        else:
            action = policy.act(observation, rng.standard_normal(action_size))
        following, outcome, truncated = environment.step(action)
        set_row(own, step, observation, environment.executed_action, following, outcome.reward,
                outcome.terminated, truncated)
        observation = environment.reset() if outcome.terminated or truncated else following
        if step >= config.random_steps:
            learner.update(minibatch(own, step + 1, prior, config.batch_size, rng))
        progress(step + 1)
    return learner


def new_learner(
    environment: Environment, config: PretrainingConfig, seed: int, **changes,
) -> SAC:
    """Return an untrained learner for an environment; `changes` are fields of its SACConfig."""
    return SAC(replace(SACConfig(
        observation_size=environment.observation_size, action_size=environment.action_size,
        gamma=environment.task.gamma, hidden=config.hidden, learning_rate=config.learning_rate,
        temperature=config.temperature, target_entropy=config.target_entropy), **changes), seed)


def explore(
    environment: Environment, policy: GaussianPolicy, config: PretrainingConfig,
    progress: Progress,
) -> tuple[dict[str, np.ndarray], list[tuple[np.ndarray, np.ndarray]]]:
    """
    Visit what the policy alone would not, at every level of noise.

    :return: all transitions, and per episode the states and discounted returns of the policy
    """
    recorder, values = Recorder(), []
    for episode in range(config.diverse_episodes):
        noise = NOISE_LEVELS[episode % len(NOISE_LEVELS)]
        states, returns = diverse_episode(environment, policy, noise, recorder, config.unfinished)
        if len(states):  # else the noise itself ended the task
            values.append((states, returns))
        progress(episode + 1)
    return recorder.arrays(), values


def fit_value_function(
    values: list[tuple[np.ndarray, np.ndarray]], inputs: np.ndarray, config: PretrainingConfig,
    seed: int, progress: Progress,
) -> tuple[dict[str, np.ndarray], float]:
    """
    Return the tensors of V_sim and its R^2 on held-out episodes.

    `inputs` (observation,) bool says which numbers V_sim sees. It must not see what real states
    combine in other ways than simulated ones, such as forces and the action before.
    """
    held_out = max(1, round(config.held_out * len(values)))
    test, train = values[:held_out], values[held_out:]
    states = np.concatenate([states for states, _ in train])
    returns = np.concatenate([returns for _, returns in train])
    tensors = fit_values(
        states, returns, hidden=config.hidden, seed=seed, inputs=inputs, progress=progress)
    predicted = mlp(tensors, np.concatenate([states for states, _ in test]))[:, :, 0].mean(0)
    return tensors, r_squared(predicted, np.concatenate([returns for _, returns in test]))


def thin(columns: dict[str, np.ndarray], count: int, rng) -> dict[str, np.ndarray]:
    """Return `count` transitions drawn without replacement, or all if there are fewer."""
    rows = rng.permutation(len(columns['reward']))[:count]
    return {name: column[rows] for name, column in columns.items()}


def new_columns(environment: Environment, count: int) -> dict[str, torch.Tensor]:
    """Return room for `count` transitions, by the names of COLUMNS."""
    sizes = {'observation': environment.observation_size, 'action': environment.action_size,
             'next_observation': environment.observation_size}
    return {name: torch.zeros((count, *([sizes[name]] if name in sizes else [])))
            for name in COLUMNS}


def set_row(columns: dict[str, torch.Tensor], number: int, *row) -> None:
    """Put a transition, its values in the order of COLUMNS, into a row."""
    for column, value in zip(columns.values(), row, strict=True):
        column[number] = torch.as_tensor(value)


def minibatch(
    own: dict[str, torch.Tensor], stored: int, prior: dict[str, torch.Tensor] | None, size: int,
    rng: np.random.Generator,
) -> dict[str, torch.Tensor]:
    """Return `size` rows drawn from the first `stored`, half of them from `prior` if there is."""
    if prior is None:
        rows = torch.from_numpy(rng.integers(stored, size=size))
        return {name: column[rows] for name, column in own.items()}
    rows = torch.from_numpy(rng.integers(stored, size=size // 2))
    prior_rows = torch.from_numpy(rng.integers(len(prior['reward']), size=size // 2))
    return {name: torch.cat([column[rows], prior[name][prior_rows]])
            for name, column in own.items()}
