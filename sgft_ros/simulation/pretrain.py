"""The command `pretrain`: pi_sim, V_sim and warm-start data of one task, from nothing."""

import argparse
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
import sys
import time

import numpy as np
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from sgft_ros.arguments import check_output, natural, positive
from sgft_ros.learning.checkpoint import save_checkpoint
from sgft_ros.learning.dynamics import fit_world, WorldConfig
from sgft_ros.learning.inference import GaussianPolicy
from sgft_ros.learning.regression import UPDATES as VALUE_UPDATES
from sgft_ros.robot import ContractError
from sgft_ros.simulation.imitation import compare, imitate
from sgft_ros.simulation.pretraining import (
    demonstrate,
    explore,
    fit_value_function,
    PretrainingConfig,
    sized,
    thin,
    train_policy,
)
from sgft_ros.simulation.rollouts import mean_score
from sgft_ros.simulation.sim_to_real import sim_to_real, SimToReal, task_names
import torch

SIM_EPISODES = 100
REAL_WORLDS, REAL_EPISODES = 10, 10


class Stages:
    """One progress bar per stage of the work; where no terminal shows bars, one line."""

    def __init__(self, progress: Progress):
        self._progress = progress

    def __call__(self, name: str, total: int):
        """Begin a stage; return what has to be told how much of it is done."""
        if not self._progress.console.is_terminal:
            print(f'{name} ...', file=sys.stderr, flush=True)
        bar = self._progress.add_task(name, total=total)
        return lambda done: self._progress.update(bar, completed=done)


def pretrain(
    setting: SimToReal, seed: int, config: PretrainingConfig, output: Path, stages: Stages,
) -> dict:
    """Train everything and write the files; return the training record."""
    def simulate(number):
        return setting.simulator(np.random.default_rng([seed, number]))

    begin = time.monotonic()
    learner, told = _policy(setting, simulate, config, seed, stages)
    policy = GaussianPolicy(learner.policy_tensors())
    visited, values = explore(
        simulate(2), policy, config, stages('diverse episodes', config.diverse_episodes))
    value, held_out_r2 = fit_value_function(
        values, setting.value_inputs, config, seed, stages('value function', VALUE_UPDATES))
    warm_start = thin(visited, config.warm_start_transitions, np.random.default_rng(seed))
    state = {name: tensor.numpy() for name, tensor in learner.state().items()}
    files = [('policy', 'policy', learner.policy_tensors()), ('value', 'value', value),
             ('learner', 'learner', state), ('replay', 'warm_start', warm_start)]
    world = fit_world(visited, WorldConfig(updates=config.dynamics_updates), seed,
                      stages('dynamics', config.dynamics_updates))
    files.append(('dynamics', 'dynamics', world))
    done = stages('evaluation', REAL_WORLDS)
    in_simulation = mean_score(simulate(3), policy, SIM_EPISODES)
    in_reality = [_real_score(setting, policy, world, done) for world in range(REAL_WORLDS)]
    measure = setting.measure
    record = {
        'seed': seed, 'config': asdict(config), f'{measure}_in_simulation': in_simulation,
        f'{measure}_in_reality': in_reality, 'value_r2_held_out': held_out_r2,
        'duration': time.monotonic() - begin, **told,
    }
    metadata = {'task': setting.name, 'gamma': setting.gamma, **setting.metadata,
                'temperature': float(learner.alpha), 'training': record}
    for kind, name, tensors in files:
        save_checkpoint(output / f'{name}.safetensors', kind, tensors, metadata)
    return record


def _policy(setting, simulate, config, seed, stages):
    """Return the learner of pi_sim, and what the training record tells of how it was made."""
    if setting.imitated:
        progress = stages('imitation of the given policy, its critics', 2 * config.steps)
        learner = imitate(simulate(1), config, seed, progress)
        given, apart = compare(
            simulate(4), GaussianPolicy(learner.policy_tensors()), SIM_EPISODES)
        return learner, {'given_policy_in_simulation': given, 'actions_apart': apart}
    demonstrations = None
    if setting.expert is not None:
        demonstrations = demonstrate(
            simulate(0), setting.expert, config,
            stages('demonstrations of the scripted controller', config.demonstrations))
    return train_policy(simulate(1), demonstrations, config, seed,
                        stages('policy in simulation', config.steps)), {}


def _real_score(setting, policy, world, done):
    environment = setting.reality(np.random.default_rng(world), world)
    score = mean_score(environment, policy, REAL_EPISODES)
    done(world + 1)
    return score


def main(args: Sequence[str] | None = None) -> int:
    """Run the command; return the exit code."""
    options = _parser().parse_args(args)
    torch.set_num_threads(1)  # networks this small lose with more
    console = Console(stderr=True)
    try:
        setting = sim_to_real(options.task, options.robot)
        config = sized(setting.pretraining, options.steps, options.diverse_episodes)
        output = options.output or Path('pretrained', setting.name)
        check_output(output)  # training takes minutes
        columns = (TextColumn('{task.description}'), BarColumn(), TextColumn(
            '{task.completed}/{task.total}'), TimeElapsedColumn(), TimeRemainingColumn())
        with Progress(*columns, console=console) as progress:
            record = pretrain(setting, options.seed, config, output, Stages(progress))
    except (ContractError, ImportError, OSError, ValueError) as error:
        print(f'pretrain: {error}', file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print('pretrain: interrupted, nothing was written', file=sys.stderr)
        return 130
    measure = setting.measure
    reality = record[f'{measure}_in_reality']
    print(f'policy   {measure} {record[f"{measure}_in_simulation"]:.0%} in simulation '
          f'({SIM_EPISODES} episodes), {np.mean(reality):.0%} in reality '
          f'({REAL_WORLDS} worlds, {min(reality):.0%} to {max(reality):.0%})')
    if setting.imitated:
        print(f'imitates a policy of {measure} {record["given_policy_in_simulation"]:.0%} in '
              f'simulation; actions differ by {record["actions_apart"]:.3f} (RMS)')
    print(f'value    R^2 {record["value_r2_held_out"]:.3f} on held-out episodes')
    print(f'written  {output}, after {record["duration"] / 60:.1f} min')
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog='pretrain', description='Train policy, value function and dynamics of a task in '
        'simulation')
    parser.add_argument(
        '--task', default='peg_insert', metavar='TASK',
        help=f'{", ".join(task_names())}, or the path of a .py file that defines a GymnasiumTask '
        'named TASK (default: %(default)s)')
    parser.add_argument(
        '--robot', default='',
        help="robot contract: name, or path of a .yaml file (default: the task's)")
    parser.add_argument('--seed', type=natural, default=0, help='default: %(default)s')
    parser.add_argument(
        '--output', type=Path, help='folder for the files (default: pretrained/<task>)')
    parser.add_argument(
        '--steps', type=positive,
        help="steps, and updates, of the policy in simulation (default: the task's)")
    parser.add_argument(
        '--diverse-episodes', type=positive,
        help="episodes behind value function, dynamics and warm-start data (default: the task's)")
    return parser


if __name__ == '__main__':
    sys.exit(main())
