"""Episodes in the simulated environment: evaluation, demonstrations, diverse data."""

from collections.abc import Callable

import numpy as np
from sgft_ros.learning.inference import GaussianPolicy
from sgft_ros.simulation.environment import Environment

NOISE_LEVELS = (0.0, 0.3, 0.6, 1.0)  # standard deviation of the action noise
RANDOM_SHARE = 0.3                   # of the actions at the noisy levels
COLUMNS = ('observation', 'action', 'next_observation', 'reward', 'terminated', 'truncated')


class Recorder:
    """Grows columns of transitions."""

    def __init__(self):
        self._rows = {name: [] for name in COLUMNS}

    def add(self, *row) -> None:
        """Append observation, action, next_observation, reward, terminated, truncated."""
        for column, value in zip(self._rows.values(), row, strict=True):
            column.append(value)

    def __len__(self) -> int:
        return len(self._rows['reward'])

    def arrays(self) -> dict[str, np.ndarray]:
        """Return the columns as float32 arrays with one row per transition."""
        return {name: np.asarray(column, np.float32) for name, column in self._rows.items()}


def run_episode(
        environment: Environment, choose: Callable[[np.ndarray], np.ndarray],
        recorder: Recorder | None = None) -> tuple[bool | None, float]:
    """Run one episode; return success, None where the task has none, and the sum of rewards."""
    observation, total = environment.reset(), 0.0
    while True:
        action = choose(observation)
        next_observation, outcome, truncated = environment.step(action)
        if recorder is not None:
            recorder.add(observation, environment.executed_action, next_observation,
                         outcome.reward, outcome.terminated, truncated)
        observation, total = next_observation, total + outcome.reward
        if outcome.terminated or truncated:
            return outcome.success, total


def mean_score(environment: Environment, policy: GaussianPolicy, episodes: int) -> float:
    """Return the share of deterministic episodes that succeed, or their mean relative return."""
    return float(np.mean([
        environment.score(*run_episode(environment, policy.act)) for _ in range(episodes)]))


def diverse_episode(
    environment: Environment, policy: GaussianPolicy, noise: float, recorder: Recorder,
    unfinished: int = 0,
) -> tuple[np.ndarray, np.ndarray]:
    """
    Disturb the policy for a while, then let it finish alone.

    The episode starts anywhere around the object, and a noisy prefix of random length leads to
    states that the policy alone would not visit; the deterministic rest tells their value. All
    transitions go to the recorder.

    :param unfinished: where the rewards go on after the time limit, the returns of the last states
        lack what would have followed. Without an end of the task, this many states are left out;
        the others miss a share gamma^unfinished of what is to come at most
    :return: states of the deterministic rest (n, observation) and their discounted returns (n,)
    """
    rng, limit = environment.rng, environment.task.max_steps
    prefix = rng.integers(0, limit) if noise > 0 else 0
    observation = environment.reset_anywhere()
    states, rewards = [], []
    for step in range(prefix + limit):
        if step < prefix:
            action = policy.act(observation) + noise * rng.standard_normal(policy.action_size)
            if rng.random() < RANDOM_SHARE:
                action = rng.uniform(-1, 1, policy.action_size)
            action = np.clip(action, -1, 1).astype(np.float32)
        else:
            action = policy.act(observation)
            states.append(observation)
        next_observation, outcome, _ = environment.step(action)
        if step >= prefix:
            rewards.append(outcome.reward)
        recorder.add(observation, environment.executed_action, next_observation, outcome.reward,
                     outcome.terminated, False)
        observation = next_observation
        if outcome.terminated or environment.exhausted:
            break
    returns = discounted(rewards, environment.task.gamma)
    known = len(returns) if outcome.terminated else max(0, len(returns) - unfinished)
    return np.array(states[:known], np.float32), returns[:known]


def discounted(rewards, gamma: float) -> np.ndarray:
    """Return sum over k of gamma^k r_{t+k}, for every t."""
    returns, following = np.zeros(len(rewards), np.float32), 0.0
    for step in reversed(range(len(rewards))):
        following = rewards[step] + gamma * following
        returns[step] = following
    return returns
