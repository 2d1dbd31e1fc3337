"""
Train SAC, the base of all learners here, on a task with a published result, beside others' SAC.

What every comparison of this package rests on is that its SAC is as good as anybody's. Both learn
Pendulum-v1 from nothing with the parameters of RL Zoo, in turns, and are evaluated in the same
episodes. Optional: `pip install gymnasium stable-baselines3`; the first is needed, without the
second ours stands beside the published number alone.
"""

import argparse
from importlib.util import find_spec
import os
import sys
import time

for _name in ('OMP_NUM_THREADS', 'OPENBLAS_NUM_THREADS', 'MKL_NUM_THREADS'):
    os.environ[_name] = '1'  # before anything that reads them

import numpy as np  # noqa: E402
from sgft_ros.learning.inference import GaussianPolicy  # noqa: E402
from sgft_ros.learning.replay import ReplayBuffer  # noqa: E402
from sgft_ros.learning.sac import SAC, SACConfig  # noqa: E402
from sgft_ros.report.table import table  # noqa: E402
from tables import machine  # noqa: E402
import torch  # noqa: E402

TASK = 'Pendulum-v1'
# SAC, 20 000 steps, one run, 750 deterministic episodes: mean and standard deviation of the return
PUBLISHED = -156.995, 88.714
SOURCE = 'RL Zoo, github.com/DLR-RM/rl-baselines3-zoo, benchmark.md'
# hyperparams/sac.yml of RL Zoo, and what Stable-Baselines3 does by default
LEARNING_RATE, BATCH_SIZE, GAMMA, TAU, HIDDEN = 1e-3, 256, 0.99, 0.005, (256, 256)
RANDOM_STEPS = 100           # before the first update
EVALUATION_SEED = 1_000_000  # of the first evaluation episode, the same ones for everyone


def main(args=None) -> int:
    """Train everyone from each seed; print the table."""
    options = _options(args)
    if find_spec('gymnasium') is None:
        print('gymnasium is not installed: pip install gymnasium', file=sys.stderr)
        return 1
    torch.set_num_threads(1)
    learners = {'SAC of sgft_ros': ours}
    if find_spec('stable_baselines3') is None:
        print('not installed, hence left out: stable_baselines3', file=sys.stderr)
    else:
        learners['Stable-Baselines3 SAC'] = stable_baselines3
    print(f'Machine: {machine()}', flush=True)
    rows = [('published SAC', '', '20000', f'{PUBLISHED[0]:.0f}', f'{PUBLISHED[1]:.0f}', '')]
    for seed in range(options.seeds):
        for name, train in learners.items():
            begin = time.perf_counter()
            policy = train(options.steps, seed)
            duration = time.perf_counter() - begin
            returns = evaluate(policy, options.episodes)
            rows.append((name, str(seed), str(options.steps), f'{returns.mean():.0f}',
                         f'{returns.std():.0f}', f'{duration:.0f}'))
            print(*rows[-1], sep=', ', file=sys.stderr, flush=True)
    print(table(('learner', 'seed', 'steps', 'mean return', 'deviation', 's'), rows,
                markdown=options.markdown))
    print(f'Published: {SOURCE}. Others: {options.episodes} deterministic episodes each.')
    return 0


def environment():
    """Return the task with actions in -1...1."""
    import gymnasium

    return gymnasium.wrappers.RescaleAction(
        gymnasium.make(TASK), np.float32(-1.0), np.float32(1.0))


def ours(steps, seed):
    """Return the policy, a function of an observation, that our SAC has after so many steps."""
    world, rng = environment(), np.random.default_rng(seed)
    world.action_space.seed(seed)
    sizes = world.observation_space.shape[0], world.action_space.shape[0]
    torch.manual_seed(seed)
    learner = SAC(SACConfig(
        *sizes, GAMMA, hidden=HIDDEN, learning_rate=LEARNING_RATE, tau=TAU, temperature=1.0), seed)
    replay, head = ReplayBuffer(*sizes, steps), torch.zeros((1, 1), dtype=torch.long)
    observation, _ = world.reset(seed=seed)
    for step in range(steps):
        action = world.action_space.sample()
        if step >= RANDOM_STEPS:
            with torch.no_grad():
                drawn, _ = learner.sample(torch.from_numpy(observation)[None], head)
            action = drawn[0, 0].numpy()
        following, reward, terminated, truncated, _ = world.step(action)
        replay.add(
            observation=observation, action=action, next_observation=following, reward=reward,
            terminated=terminated, truncated=truncated, value=0.0, next_value=0.0,
            shaped_reward=reward)
        observation = world.reset()[0] if terminated or truncated else following
        if step >= RANDOM_STEPS:
            columns = replay.sample(1, BATCH_SIZE, 0.0, rng)
            learner.update({
                name: torch.from_numpy(column[0]) for name, column in columns.items()})
    return GaussianPolicy(learner.policy_tensors()).act


def stable_baselines3(steps, seed):
    """Return the same of Stable-Baselines3's SAC."""
    import stable_baselines3

    model = stable_baselines3.SAC(
        'MlpPolicy', environment(), learning_rate=LEARNING_RATE, batch_size=BATCH_SIZE,
        gamma=GAMMA, tau=TAU, learning_starts=RANDOM_STEPS, seed=seed, device='cpu',
        policy_kwargs={'net_arch': list(HIDDEN)})
    model.learn(steps)
    return lambda observation: model.predict(observation, deterministic=True)[0]


def evaluate(policy, episodes):
    """Return the returns (episodes,) of deterministic episodes."""
    world, returns = environment(), np.zeros(episodes)
    for episode in range(episodes):
        observation, _ = world.reset(seed=EVALUATION_SEED + episode)
        done = False
        while not done:
            observation, reward, terminated, truncated, _ = world.step(policy(observation))
            returns[episode] += reward
            done = terminated or truncated
    return returns


def _options(args):
    parser = argparse.ArgumentParser(description=__doc__.strip().split('\n\n')[0])
    parser.add_argument('--steps', type=int, default=20_000, help='of training (default: 20000)')
    parser.add_argument('--seeds', type=int, default=2, help='runs of everyone (default: 2)')
    parser.add_argument('--episodes', type=int, default=100, help='of evaluation (default: 100)')
    parser.add_argument('--markdown', action='store_true', help='print a table in Markdown')
    return parser.parse_args(args)


if __name__ == '__main__':
    sys.exit(main())
