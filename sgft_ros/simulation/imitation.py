"""A pi_sim that imitates a policy from elsewhere (DAgger, Ross et al. 2011), and its critics."""

from collections.abc import Callable
import math

import numpy as np
from sgft_ros.learning.inference import GaussianPolicy
from sgft_ros.learning.sac import SAC
from sgft_ros.simulation.gymnasium_environment import GymnasiumEnvironment
from sgft_ros.simulation.pretraining import minibatch, new_columns, new_learner, set_row
from sgft_ros.simulation.pretraining_config import PretrainingConfig
from sgft_ros.simulation.rollouts import NOISE_LEVELS, run_episode
import torch

TEMPERATURE = 1e-3     # alpha: where training in the simulator ends on the shipped tasks
DEVIATION = 0.14       # of the policy before the squashing, which fine-tuning changes
TAU = 0.05             # of the critics: they follow one policy, which no longer changes
LEARNING_RATE = 1e-3   # of the imitation, at the start; falls to 0 as half a cosine
REFRESH = 20           # steps after which the student acts with its newest weights


def imitate(
    environment: GymnasiumEnvironment, config: PretrainingConfig, seed: int,
    progress: Callable[[int], None],
) -> SAC:
    """
    Return a learner whose policy does what the task's own policy does.

    By turns that policy, the teacher, and the student act, at every level of noise, so that the
    student also learns what the teacher would do where the student's own errors lead; at every
    step it learns from all states so far. Then its critics learn the returns of its policy from
    the same data.

    :param progress: hears how many of 2 `steps` are done: those in the simulator, then as many
        updates of the critics
    :raises ValueError: if what the task's policy returns is no action
    """
    learner = new_learner(environment, config, seed, temperature=TEMPERATURE, tau=TAU)
    optimiser = torch.optim.Adam([learner.actor.flat], lr=LEARNING_RATE, fused=True)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, config.steps)
    columns, rng, episode = new_columns(environment, config.steps), environment.rng, 0
    lessons = {'observation': columns['observation'],
               'taught': torch.zeros_like(columns['action'])}
    observation = environment.reset()
    for step in range(config.steps):
        if step % REFRESH == 0:
            student = GaussianPolicy(learner.policy_tensors())
        taught = environment.taught()
        lessons['taught'][step] = torch.from_numpy(taught)
        action = student.act(observation) if episode % 2 else taught
        noise = NOISE_LEVELS[episode // 2 % len(NOISE_LEVELS)]
        following, outcome, truncated = environment.step(
            action + noise * rng.standard_normal(len(action)))
        set_row(columns, step, observation, environment.executed_action, following,
                outcome.reward, outcome.terminated, truncated)
        observation = following
        if outcome.terminated or truncated:
            observation, episode = environment.reset(), episode + 1
        _imitation_step(learner, optimiser, **minibatch(
            lessons, step + 1, None, config.batch_size, rng))
        schedule.step()
        progress(step + 1)
    for done in range(config.steps):
        learner.critic_step(minibatch(columns, config.steps, None, config.batch_size, rng))
        progress(config.steps + done + 1)
    return learner


def compare(
    environment: GymnasiumEnvironment, policy: GaussianPolicy, episodes: int,
) -> tuple[float, float]:
    """
    Return the mean score of the task's own policy, 0 to 1, and how far the other one is from it.

    That is the root mean square of the difference between their actions, -1...1, in states that
    the other one comes to.
    """
    score = np.mean([
        environment.score(*run_episode(environment, lambda _: environment.taught()))
        for _ in range(episodes)])
    apart = []

    def act(observation):
        action = policy.act(observation)
        apart.append(np.square(action - environment.taught()).mean())
        return action

    for _ in range(episodes):
        run_episode(environment, act)
    return float(score), float(np.sqrt(np.mean(apart)))


def _imitation_step(learner, optimiser, observation, taught):
    mean, log_std = learner.actor(observation)[0].chunk(2, -1)
    loss = (torch.tanh(mean) - taught).square().mean()
    loss = loss + (log_std - math.log(DEVIATION)).square().mean()
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
