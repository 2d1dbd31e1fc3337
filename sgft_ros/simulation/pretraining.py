"""What the simulator can give: pi_sim, V_sim and the data that warm up new critics."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from sgft_ros.learning.inference import GaussianPolicy, mlp
from sgft_ros.learning.regression import fit_values, r_squared
from sgft_ros.learning.sac import SAC, SACConfig
from sgft_ros.simulation.environment import Environment
from sgft_ros.simulation.rollouts import diverse_episode, NOISE_LEVELS, Recorder, run_episode
from sgft_ros.simulation.worlds import WORLDS
import torch

Progress = Callable[[int], None]


@dataclass(frozen=True)
class PretrainingConfig:
    """Sizes of pretraining; those of a task (config_of) take four to ten minutes on one core."""

    # policy: SAC that also replays demonstrations (RLPD, Ball et al. 2023)
    demonstrations: int = 100        # episodes of the scripted controller
    demonstration_noise: float = 0.3  # standard deviation on its actions
    steps: int = 30_000              # in the simulator
    batch_size: int = 256            # half of it demonstrations
    hidden: tuple[int, ...] = (64, 64)
    learning_rate: float = 3e-4
    temperature: float = 0.02        # at the start
    # value function and warm start
    diverse_episodes: int = 1_200
    held_out: float = 0.1            # share of episodes that test V_sim
    warm_start_transitions: int = 20_000


def config_of(
    task: str, steps: int | None = None, diverse_episodes: int | None = None,
) -> PretrainingConfig:
    """Return the sizes of a task's pretraining; None leaves one as the task's worlds say."""
    worlds = WORLDS[task]
    return replace(PretrainingConfig(), demonstrations=worlds.demonstrations,
                   steps=steps or worlds.steps,
                   diverse_episodes=diverse_episodes or worlds.diverse_episodes)


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
    environment: Environment, demonstrations: dict[str, np.ndarray], config: PretrainingConfig,
    seed: int, progress: Progress,
) -> SAC:
    """Train SAC in the simulator, one update per step, half of each minibatch demonstrations."""
    action_size = demonstrations['action'].shape[1]
    learner = SAC(SACConfig(
        observation_size=demonstrations['observation'].shape[1], action_size=action_size,
        gamma=environment.task.gamma, hidden=config.hidden, learning_rate=config.learning_rate,
        temperature=config.temperature), seed)
    prior = {name: torch.from_numpy(column) for name, column in demonstrations.items()}
    own = {name: torch.zeros((config.steps, *column.shape[1:])) for name, column in prior.items()}
    rng, half = environment.rng, config.batch_size // 2
    observation = environment.reset()
    policy = GaussianPolicy(learner.policy_tensors())
    for step in range(config.steps):
        if step % 20 == 0:
            policy = GaussianPolicy(learner.policy_tensors())
        action = policy.act(observation, rng.standard_normal(action_size))
        following, outcome, truncated = environment.step(action)
        row = (observation, environment.executed_action, following, outcome.reward,
               outcome.terminated, truncated)
        for column, value in zip(own.values(), row, strict=True):
            column[step] = torch.as_tensor(value)
        observation = environment.reset() if outcome.terminated or truncated else following
        learner.update(_mixed(own, step + 1, prior, half, rng))
        progress(step + 1)
    return learner


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
        states, returns = diverse_episode(environment, policy, noise, recorder)
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
    tensors = fit_values(states, returns, seed=seed, inputs=inputs, progress=progress)
    predicted = mlp(tensors, np.concatenate([states for states, _ in test]))[:, :, 0].mean(0)
    return tensors, r_squared(predicted, np.concatenate([returns for _, returns in test]))


def thin(columns: dict[str, np.ndarray], count: int, rng) -> dict[str, np.ndarray]:
    """Return `count` transitions drawn without replacement, or all if there are fewer."""
    rows = rng.permutation(len(columns['reward']))[:count]
    return {name: column[rows] for name, column in columns.items()}


def _mixed(own, stored, prior, half, rng):
    rows = torch.from_numpy(rng.integers(stored, size=half))
    prior_rows = torch.from_numpy(rng.integers(len(prior['reward']), size=half))
    return {name: torch.cat([column[rows], prior[name][prior_rows]])
            for name, column in own.items()}
