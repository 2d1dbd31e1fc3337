"""
Train SAC, the base of most learners here, and TD-MPC2 on a task with a published result.

What every comparison of this package rests on is that its SAC is as good as anybody's. Each learns
Pendulum-v1 from nothing, SAC with the parameters of RL Zoo and TD-MPC2 with those of its paper, in
turns, and is evaluated in the same episodes. Optional: `pip install gymnasium stable-baselines3`;
the first is needed, without the second ours stand beside the published number alone.
"""

import argparse
from importlib.util import find_spec
import os
import sys
import time

for _name in ('OMP_NUM_THREADS', 'OPENBLAS_NUM_THREADS', 'MKL_NUM_THREADS'):
    os.environ[_name] = '1'  # before anything that reads them

import numpy as np  # noqa: E402
from sgft_ros.learning.actor_critic import SACConfig  # noqa: E402
from sgft_ros.learning.inference import GaussianPolicy  # noqa: E402
from sgft_ros.learning.latent_planner import LatentPlanner  # noqa: E402
from sgft_ros.learning.replay import ReplayBuffer  # noqa: E402
from sgft_ros.learning.sac import SAC  # noqa: E402
from sgft_ros.learning.td_mpc2 import TDMPC2  # noqa: E402
from sgft_ros.report.table import table  # noqa: E402
from tables import machine  # noqa: E402
import torch  # noqa: E402

TASK = 'Pendulum-v1'
SIZES = 3, 1  # of observation and action
# SAC, 20 000 steps, one run, 750 deterministic episodes: mean and standard deviation of the return
PUBLISHED = -156.995, 88.714
SOURCE = 'RL Zoo, github.com/DLR-RM/rl-baselines3-zoo, benchmark.md'
# hyperparams/sac.yml of RL Zoo, and what Stable-Baselines3 does by default
LEARNING_RATE, BATCH_SIZE, GAMMA, TAU, HIDDEN = 1e-3, 256, 0.99, 0.005, (256, 256)
RANDOM_STEPS = 100           # before the first update
# TD-MPC2: gamma by the paper's rule for episodes of 200 steps; half of the paper's sequences in a
# minibatch and a quarter of its plans, as in config/algorithms; new weights act now and then.
LATENT_GAMMA, LATENT_HORIZON, LATENT_BATCH, LATENT_SAMPLES = 0.975, 3, 384, 128
LATENT_RATE, LATENT_TAU, LATENT_RANDOM_STEPS, LATENT_EXCHANGE = 3e-4, 0.01, 500, 10
EVALUATION_SEED = 1_000_000  # of the first evaluation episode, the same ones for everyone


def main(args=None) -> int:
    """Train everyone from each seed; print the table."""
    options = _options(args)
    if find_spec('gymnasium') is None:
        print('gymnasium is not installed: pip install gymnasium', file=sys.stderr)
        return 1
    torch.set_num_threads(1)
    learners = {name: LEARNERS[name] for name in options.learners}
    if find_spec('stable_baselines3') is None and learners.pop(STABLE_BASELINES3, None):
        print('not installed, hence left out: stable_baselines3', file=sys.stderr)
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
    learner = SAC(SACConfig(
        *SIZES, GAMMA, hidden=HIDDEN, learning_rate=LEARNING_RATE, tau=TAU, temperature=1.0), seed)
    head = torch.zeros((1, 1), dtype=torch.long)

    def act(observation, step):
        with torch.no_grad():
            drawn, _ = learner.sample(torch.from_numpy(observation)[None], head)
        return drawn[0, 0].numpy()

    fit(learner, act, steps, seed, RANDOM_STEPS, BATCH_SIZE)
    return GaussianPolicy(learner.policy_tensors()).act


def td_mpc2(steps, seed):
    """Return the planner that TD-MPC2 has after so many steps."""
    config = SACConfig(*SIZES, LATENT_GAMMA, learning_rate=LATENT_RATE, tau=LATENT_TAU)
    learner = TDMPC2(config, LATENT_HORIZON, seed=seed)
    rng = np.random.default_rng(seed)

    def planner():
        return LatentPlanner(
            learner.policy_tensors(), LATENT_GAMMA, LATENT_HORIZON, LATENT_SAMPLES, seed)

    def act(observation, step):
        nonlocal acting
        if step % LATENT_EXCHANGE == 0:
            acting = planner()
        return acting.act(observation, rng.standard_normal(SIZES[1]))

    acting = planner()
    fit(learner, act, steps, seed, LATENT_RANDOM_STEPS, LATENT_BATCH, LATENT_HORIZON)
    return planner().act


def fit(learner, act, steps, seed, random_steps, batch_size, successive=1):
    """Let a learner act, after random steps, and take one update per step."""
    world, rng = environment(), np.random.default_rng(seed)
    world.action_space.seed(seed)
    torch.manual_seed(seed)
    replay = ReplayBuffer(*SIZES, steps)
    observation, _ = world.reset(seed=seed)
    for step in range(steps):
        begun = step >= random_steps
        action = act(observation, step) if begun else world.action_space.sample()
        following, reward, terminated, truncated, _ = world.step(action)
        replay.add(
            observation=observation, action=action, next_observation=following, reward=reward,
            terminated=terminated, truncated=truncated, value=0.0, next_value=0.0,
            shaped_reward=reward)
        observation = world.reset()[0] if terminated or truncated else following
        if begun:
            columns = replay.sample(1, batch_size, 0.0, rng, successive)
            learner.update({
                name: torch.from_numpy(column[0]) for name, column in columns.items()})


def stable_baselines3(steps, seed):
    """Return the same of Stable-Baselines3's SAC."""
    import stable_baselines3

    model = stable_baselines3.SAC(
        'MlpPolicy', environment(), learning_rate=LEARNING_RATE, batch_size=BATCH_SIZE,
        gamma=GAMMA, tau=TAU, learning_starts=RANDOM_STEPS, seed=seed, device='cpu',
        policy_kwargs={'net_arch': list(HIDDEN)})
    model.learn(steps)
    return lambda observation: model.predict(observation, deterministic=True)[0]


STABLE_BASELINES3 = 'Stable-Baselines3 SAC'
LEARNERS = {'SAC': ours, 'TD-MPC2': td_mpc2, STABLE_BASELINES3: stable_baselines3}


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
    parser.add_argument('--learners', nargs='+', choices=LEARNERS, default=list(LEARNERS),
                        help='who learns; without a prefix, that of sgft_ros (default: all)')
    parser.add_argument('--markdown', action='store_true', help='print a table in Markdown')
    return parser.parse_args(args)


if __name__ == '__main__':
    sys.exit(main())
