"""
Measure updates per second of the learners beside Stable-Baselines3 and SBX: same sizes, one core.

The rivals are optional: `pip install stable-baselines3 sbx-rl`. Each draws its
minibatches from its own replay, ours from tensors in memory. With `--device cuda` all of them
compute on the GPU, SBX if its JAX finds it.
"""

import argparse
from importlib.util import find_spec
import os
import sys
import time

for _name in ('OMP_NUM_THREADS', 'OPENBLAS_NUM_THREADS', 'MKL_NUM_THREADS'):
    os.environ[_name] = '1'  # before anything that reads them
os.environ['XLA_FLAGS'] = '--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1'

import numpy as np  # noqa: E402
from sgft_ros.learning.actor_critic import SACConfig  # noqa: E402
from sgft_ros.learning.device import find_device, steps_on  # noqa: E402
from sgft_ros.learning.fine_tuning_config import DEVICES  # noqa: E402
from sgft_ros.learning.learner import numbers  # noqa: E402
from sgft_ros.learning.sac import SAC  # noqa: E402
from sgft_ros.learning.sgft_sac import SGFTSAC  # noqa: E402
from sgft_ros.report.table import table  # noqa: E402
from tables import machine, quantile  # noqa: E402
import torch  # noqa: E402

OBSERVATION, ACTION = 9, 3            # as in peg_insert
SIZES = (((64, 64), 128), ((256, 256), 256))  # hidden layers, minibatch
RIVALS = {'stable_baselines3': 'Stable-Baselines3 SAC', 'sbx': 'SBX SAC'}
MEMORY = 2048                         # transitions that minibatches are drawn from


def main(args=None) -> int:
    """Measure in turns, so that a busy moment meets everyone; print the table."""
    options = _options(args)
    device = find_device(options.device)
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    torch.set_num_threads(1)
    gpu = '' if device.type == 'cpu' else f', {torch.cuda.get_device_name()}'
    print(f'Machine: {machine()}{gpu}', flush=True)
    missing = [name for name in RIVALS if find_spec(name) is None]
    if missing:
        print(f'not installed, hence left out: {", ".join(missing)}', file=sys.stderr)
    rows = []
    for hidden, batch_size in SIZES:
        learners = {
            f'SGFT-SAC, H = {options.horizon}': ours(
                lambda config: SGFTSAC(config, options.horizon), hidden, batch_size, device),
            'SGFT-SAC, H = 1': ours(
                lambda config: SGFTSAC(config, 1), hidden, batch_size, device),
            'SAC': ours(SAC, hidden, batch_size, device)}
        learners |= {RIVALS[name]: rival(name, hidden, batch_size, device)
                     for name in RIVALS if name not in missing}
        rates = _measured(learners, options.rounds, options.seconds)
        reference = rates.get(RIVALS['stable_baselines3'])
        rows += [(f'{hidden[0]} x {hidden[1]}, {batch_size}', name, f'{rate:.0f}',
                  f'{1000.0 / rate:.2f}', f'{rate / reference:.2f}' if reference else '')
                 for name, rate in rates.items()]
    print(table(('hidden, minibatch', 'learner', 'updates/s', 'ms per update', 'x SB3'), rows,
                markdown=options.markdown))
    return 0


def ours(make, hidden, batch_size, device):
    """Return a function that makes so many updates, as a fine-tuner does."""
    with device:
        learner = make(SACConfig(OBSERVATION, ACTION, gamma=0.97, hidden=hidden))
    take = steps_on(device, learner.generator)
    columns = {name: torch.from_numpy(column) for name, column in _transitions().items()}
    generator = torch.Generator().manual_seed(0)

    def update(count):
        for _ in range(count):
            rows = torch.randint(MEMORY, (batch_size,), generator=generator)
            numbers(take(learner.step, {name: column[rows] for name, column in columns.items()}))

    return update


def rival(package, hidden, batch_size, device):
    """Return the same of another library's SAC, whose replay holds the same transitions."""
    import gymnasium

    if package == 'sbx':
        from sbx import SAC as RivalSAC
    else:
        from stable_baselines3 import SAC as RivalSAC

    def box(size):
        return gymnasium.spaces.Box(-1.0, 1.0, (size,), np.float32)

    class Nothing(gymnasium.Env):
        observation_space, action_space = box(OBSERVATION), box(ACTION)

        def reset(self, seed=None, options=None):
            return np.zeros(OBSERVATION, np.float32), {}

    model = RivalSAC('MlpPolicy', Nothing(), batch_size=batch_size, buffer_size=MEMORY,
                     policy_kwargs={'net_arch': list(hidden)}, device=device.type)
    model._setup_learn(1)  # the loggers that train() writes to
    columns = _transitions()
    for row in range(MEMORY):
        model.replay_buffer.add(*(columns[name][row:row + 1] for name in (
            'observation', 'next_observation', 'action', 'reward', 'terminated')), [{}])
    return (lambda count: model.train(count, batch_size)) if package == 'sbx' else (
        lambda count: model.train(gradient_steps=count, batch_size=batch_size))


def _measured(learners, rounds, seconds):
    """Return the median of updates per second by learner."""
    counts = {}
    for name, update in learners.items():
        update(20)  # compiles, allocates
        begin = time.perf_counter()
        update(20)
        counts[name] = max(20, round(20 * seconds / (time.perf_counter() - begin)))
        update(counts[name])  # JAX compiles anew for another count
    rates = {name: [] for name in learners}
    for _ in range(rounds):
        for name, update in learners.items():
            begin = time.perf_counter()
            update(counts[name])
            rates[name].append(counts[name] / (time.perf_counter() - begin))
    return {name: quantile(values, 0.5) for name, values in rates.items()}


def _transitions():
    generator = np.random.default_rng(0)

    def normal(*shape):
        return generator.normal(size=shape).astype(np.float32)

    return {
        'observation': normal(MEMORY, OBSERVATION),
        'next_observation': normal(MEMORY, OBSERVATION),
        'action': np.tanh(normal(MEMORY, ACTION)), 'reward': normal(MEMORY),
        'shaped_reward': normal(MEMORY), 'next_value': normal(MEMORY),
        'terminated': (generator.random(MEMORY) < 0.02).astype(np.float32)}


def _options(args):
    parser = argparse.ArgumentParser(description=__doc__.split('\n\n')[0])
    parser.add_argument('--device', default='cpu', choices=DEVICES,
                        help='where updates are computed (default: cpu)')
    parser.add_argument('--horizon', type=int, default=16, help='of SGFT-SAC (default: 16)')
    parser.add_argument('--rounds', type=int, default=7, help='turns of everyone (default: 7)')
    parser.add_argument('--seconds', type=float, default=1.0, help='of a turn (default: 1)')
    parser.add_argument('--markdown', action='store_true', help='print a table in Markdown')
    return parser.parse_args(args)


if __name__ == '__main__':
    sys.exit(main())
