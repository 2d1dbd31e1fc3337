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
from sgft_ros.arguments import positive
from sgft_ros.learning.checkpoint import save_checkpoint
from sgft_ros.learning.dynamics import fit_world, WorldConfig
from sgft_ros.learning.inference import GaussianPolicy
from sgft_ros.learning.regression import UPDATES as VALUE_UPDATES
from sgft_ros.robot import ContractError, load_robot_contract
from sgft_ros.simulation.environment import Environment
from sgft_ros.simulation.experts import EXPERTS
from sgft_ros.simulation.physics import draw_real
from sgft_ros.simulation.pretraining import (
    config_of,
    demonstrate,
    explore,
    fit_value_function,
    PretrainingConfig,
    thin,
    train_policy,
)
from sgft_ros.simulation.rollouts import success_rate
from sgft_ros.simulation.worlds import WORLDS
from sgft_ros.tasks import get_task, TASKS
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
    task_name: str, robot: str, seed: int, config: PretrainingConfig, output: Path,
    stages: Stages,
) -> dict:
    """Train everything and write the files; return the training record."""
    contract = load_robot_contract(robot)
    task, worlds = get_task(task_name)(), WORLDS[task_name]

    def simulate(number):
        return Environment(task, contract, np.random.default_rng([seed, number]), worlds.sim.draw)

    begin = time.monotonic()
    demonstrations = demonstrate(
        simulate(0), EXPERTS[task_name], config,
        stages('demonstrations of the scripted controller', config.demonstrations))
    learner = train_policy(
        simulate(1), demonstrations, config, seed, stages('policy in simulation', config.steps))
    policy = GaussianPolicy(learner.policy_tensors())
    visited, values = explore(
        simulate(2), policy, config, stages('diverse episodes', config.diverse_episodes))
    value, held_out_r2 = fit_value_function(
        values, _value_inputs(task, contract), config, seed,
        stages('value function', VALUE_UPDATES))
    world = fit_world(visited, seed=seed, progress=stages('dynamics', WorldConfig.updates))
    done = stages('evaluation', REAL_WORLDS)
    in_simulation = success_rate(simulate(3), policy, SIM_EPISODES)
    in_reality = [_real_success(task, contract, worlds, policy, world, done)
                  for world in range(REAL_WORLDS)]
    record = {
        'seed': seed, 'config': asdict(config), 'success_in_simulation': in_simulation,
        'success_in_reality': in_reality, 'value_r2_held_out': held_out_r2,
        'duration': time.monotonic() - begin,
    }
    metadata = {
        'task': task_name, 'gamma': task.gamma, 'control_rate': contract.control_rate,
        'observation_names': list(contract.observation_names),
        'action_names': list(contract.action_names), 'temperature': learner.alpha,
        'training': record,
    }
    warm_start = thin(visited, config.warm_start_transitions, np.random.default_rng(seed))
    state = {name: tensor.numpy() for name, tensor in learner.state().items()}
    for kind, name, tensors in (
        ('policy', 'policy', learner.policy_tensors()), ('value', 'value', value),
        ('learner', 'learner', state), ('replay', 'warm_start', warm_start),
        ('dynamics', 'dynamics', world),
    ):
        save_checkpoint(output / f'{name}.safetensors', kind, tensors, metadata)
    return record


def _value_inputs(task, contract):
    """Return which numbers of an observation belong to the terms that V_sim sees."""
    return np.concatenate([
        np.full(term.size, term.name in task.value_terms) for term in contract.observation])


def _real_success(task, contract, worlds, policy, world, done):
    physics = draw_real(worlds.real, world)
    environment = Environment(task, contract, np.random.default_rng(world), lambda rng: physics)
    success = success_rate(environment, policy, REAL_EPISODES)
    done(world + 1)
    return success


def main(args: Sequence[str] | None = None) -> int:
    """Run the command; return the exit code."""
    options = _parser().parse_args(args)
    output = options.output or Path('pretrained', options.task)
    robot = options.robot or WORLDS[options.task].robot
    config = config_of(options.task, options.steps, options.diverse_episodes)
    torch.set_num_threads(1)  # networks this small lose with more
    console = Console(stderr=True)
    try:
        output.mkdir(parents=True, exist_ok=True)
        columns = (TextColumn('{task.description}'), BarColumn(), TextColumn(
            '{task.completed}/{task.total}'), TimeElapsedColumn(), TimeRemainingColumn())
        with Progress(*columns, console=console) as progress:
            record = pretrain(options.task, robot, options.seed, config, output,
                              Stages(progress))
    except (ContractError, OSError, ValueError) as error:
        print(f'pretrain: {error}', file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print('pretrain: interrupted, nothing was written', file=sys.stderr)
        return 130
    reality = record['success_in_reality']
    print(f'policy   success {record["success_in_simulation"]:.0%} in simulation '
          f'({SIM_EPISODES} episodes), {np.mean(reality):.0%} in reality '
          f'({REAL_WORLDS} worlds, {min(reality):.0%} to {max(reality):.0%})')
    print(f'value    R^2 {record["value_r2_held_out"]:.3f} on held-out episodes')
    print(f'written  {output}, after {record["duration"] / 60:.1f} min')
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog='pretrain', description='Train policy, value function and dynamics of a task in '
        'simulation')
    parser.add_argument('--task', choices=sorted(TASKS), default='peg_insert',
                        help='default: %(default)s')
    parser.add_argument(
        '--robot', help="robot contract: name, or path of a .yaml file (default: the task's)")
    parser.add_argument('--seed', type=int, default=0, help='default: %(default)s')
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
