"""The command `benchmark`: method x task x gap x V_sim x world x seed, on all cores, resumable."""

import argparse
from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
import hashlib
import itertools
import math
import os
from pathlib import Path
import signal
import sys

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from sgft_ros.arguments import check_output, numbers, positive
from sgft_ros.benchmark.methods import load_method, unheeded
from sgft_ros.benchmark.online import load_checkpoints
from sgft_ros.benchmark.oracle import ORACLE
from sgft_ros.benchmark.pool import perform, WorkerLost
from sgft_ros.benchmark.report import summary, write_report
from sgft_ros.benchmark.results import Results
from sgft_ros.benchmark.spoiled import DISPLACED, VALUES
from sgft_ros.benchmark.statistics import rate
from sgft_ros.benchmark.trial import environment_of, of_world, protocol_of, Trial
from sgft_ros.learning.checkpoint import load_checkpoint
from sgft_ros.nodes.compatibility import check_metadata
from sgft_ros.nodes.folder_lock import hold
from sgft_ros.robot import ContractError
from sgft_ros.shipped import shipped_checkpoints
from sgft_ros.simulation.pretraining import PretrainingConfig
from sgft_ros.simulation.sim_to_real import sim_to_real, SimToReal, task_names

DYNAMICS = 'dynamics.safetensors'
# Folders of their own, as results of one limit are not pooled with those of another.
QUICK = {'worlds': range(3), 'transitions': 1500, 'methods': ['auto', 'sac'],
         'output': Path('runs', 'benchmark_quick')}
FULL = {'worlds': range(10), 'transitions': None, 'methods': ['auto', 'sgft_sac', 'sac'],
        'output': Path('runs', 'benchmark')}


def main(args: Sequence[str] | None = None) -> int:
    """Run what has not run yet, then report; return the exit code."""
    options = _parser().parse_args(args)
    output = options.output or (QUICK if options.quick else FULL)['output']
    try:
        if not options.report_only:
            with _sigterm_interrupts():
                _measure(options, output)
        results = Results(output)
    except KeyboardInterrupt:
        results = Results(output)
        print(f'interrupted; {len(results.all)} results are kept in {results.path}, the same '
              'command goes on', file=sys.stderr)
        return 130
    except (ContractError, ImportError, OSError, ValueError, WorkerLost) as error:
        print(f'benchmark: {error}', file=sys.stderr)
        return 1
    if not results.all:
        print(f'benchmark: {results.path} holds no result', file=sys.stderr)
        return 1
    print(f'\n{summary(results.all)}\n')
    for path in write_report(output, results.all):
        print(f'written {path}')
    return 0


@contextmanager
def _sigterm_interrupts():
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _measure(options, output):
    check_output(output)
    jobs = [(job, _description(*job)) for job in _jobs(options)]
    with _held(output):
        results = Results(output)
        todo = [each for each in jobs if results.find(each[1]) is None]
        _check_worlds([trial for (trial, _, _), _ in todo])
        print(f'{len(jobs)} trials, {len(jobs) - len(todo)} of them done before; '
              f'{options.workers} at a time; results in {results.path}', flush=True)
        _run(todo, options.workers, results)


@contextmanager
def _held(folder):
    """Keep another benchmark out of the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = hold(folder, 'benchmark')
    except RuntimeError as error:
        raise OSError(f'{error}; choose another --output') from None
    try:
        yield
    finally:
        os.close(descriptor)


def _check_worlds(trials):
    """Refuse gaps so wide that an episode cannot begin, by one in each world."""
    worlds = {(trial.task, trial.robot, trial.gap, trial.world): trial
              for trial in trials if trial.gap > 1.0}
    for trial in worlds.values():
        try:
            environment_of(trial).reset()
        except ValueError as error:
            raise of_world(trial, error) from error


def _jobs(options):
    """Return trial, settings and protocol of everything that was asked for."""
    chosen = QUICK if options.quick else FULL
    jobs = []
    for task in options.tasks:
        setting = sim_to_real(task, options.robot)  # refused here, not by every worker
        if DISPLACED in options.values and not setting.robot:
            others = ', '.join(value for value in VALUES if value != DISPLACED)
            raise ValueError(f'V_sim {DISPLACED!r}: task {task!r} has no robot that sees a goal; '
                             f'choose from: {others}')
        checkpoints = options.checkpoints or [
            _shipped(setting, seed) for seed in options.pretraining_seeds]
        methods = {text: _method(text, task, setting, checkpoints)
                   for text in options.methods or chosen['methods']}
        for how, checkpoint in itertools.product(methods.values(), checkpoints):
            _check_fit(how, checkpoint, setting)
        protocol = protocol_of(
            task, transition_limit=options.transitions or chosen['transitions'],
            evaluation_interval=options.evaluation_interval,
            evaluation_episodes=options.evaluation_episodes)
        # World by world, so that an early end leaves every method with as many.
        for gap, value, world, seed, checkpoint, text in itertools.product(
                options.gaps, options.values, options.worlds or chosen['worlds'], options.seeds,
                checkpoints, methods):
            trial = Trial(text, task, str(checkpoint), gap, world, seed, value, setting.robot)
            jobs.append((trial, methods[text], protocol))
    return jobs


def _check_fit(how, folder, setting):
    """Refuse checkpoints of another task, robot or rate; the oracle begins with nothing."""
    if isinstance(how, PretrainingConfig):
        return
    robot = f'robot {setting.robot!r} and ' if setting.robot else ''
    for checkpoint in load_checkpoints(how, folder).values():
        check_metadata(checkpoint, f'{robot}task {setting.name!r}', {
            'task': setting.name, **setting.metadata})


def _description(trial, how, protocol):
    """Return what a result of the job would say of it before it has run."""
    if trial.method == ORACLE:  # which begins with nothing
        read = {'policy': load_checkpoint(Path(trial.checkpoint, 'policy.safetensors'), 'policy')}
        settings = asdict(how)
    else:
        read, settings = load_checkpoints(how, trial.checkpoint), how.settings
    sha256 = {name: checkpoint.sha256 for name, checkpoint in read.items()}
    return {**asdict(trial), 'policy_sha256': sha256.pop('policy'), 'other_sha256': sha256,
            'file_sha256': {path: hashlib.sha256(Path(path).read_bytes()).hexdigest()
                            for path in (trial.task, trial.robot) if _is_path(path)},
            'settings': settings, 'protocol': asdict(protocol)}


def _is_path(name):
    """Return whether a task or a robot is read from a file of the user's."""
    return bool(Path(name).suffix) or len(Path(name).parts) > 1


def _run(todo, workers, results):
    jobs = [job for job, _ in todo]
    lengths = [how.steps if trial.method == ORACLE else protocol.transition_limit
               for trial, how, protocol in jobs]
    behind = [0] * len(jobs)
    columns = (TextColumn('{task.description}'), BarColumn(), TextColumn(
        '{task.fields[ended]}/{task.fields[trials]} trials'), TimeElapsedColumn(),
        TextColumn('to go'), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, speed_estimate_period=600.0) as progress:
        bar = progress.add_task(
            'benchmark', total=sum(lengths), ended=0, trials=len(jobs), visible=bool(jobs))

        def tell(index, transitions):
            behind[index] = min(transitions, lengths[index])
            progress.update(bar, completed=sum(behind))

        ended = 0
        for index, result in perform(jobs, workers, tell):
            results.add({**todo[index][1], **result})
            ended += 1
            behind[index] = lengths[index]
            progress.update(bar, completed=sum(behind), ended=ended)
            if not console.is_terminal:
                last = result['rounds'][-1]
                print(f'{ended}/{len(jobs)}  {result["method"]}, {result["task"]}, gap '
                      f'{result["gap"]:g}, world {result["world"]}, seed {result["seed"]}: '
                      f'{rate(last):.0%} after '
                      f'{last["transitions"]} transitions, {result["duration"]:.0f} s',
                      file=sys.stderr, flush=True)


def _method(text, task, setting, checkpoints):
    """
    Return a method without the candidates that plan, if dynamics are missing in a folder.

    Earlier versions fitted none for Gymnasium's environments.

    :raises ValueError: if none is left
    """
    if text == ORACLE:
        return setting.pretraining
    method = load_method(text, task)
    if said := unheeded(method, task):
        print(f'warning: {text}: {said}', file=sys.stderr)
    without = [folder for folder in checkpoints if not Path(folder, DYNAMICS).is_file()]
    if not without:
        return method
    tunings = {name: tuning for name, tuning in method.tunings.items()
               if 'dynamics' not in tuning.reads}
    if not tunings:
        raise ValueError(f'method {text!r} plans on dynamics, but {without[0]} lacks {DYNAMICS}; '
                         'choose methods without planner, or pretrain anew')
    if left_out := ', '.join(method.tunings.keys() - tunings.keys()):
        print(f'warning: {text} goes without {left_out}: {without[0]} lacks {DYNAMICS}',
              file=sys.stderr)
    return replace(method, tunings=tunings)


def _shipped(setting: SimToReal, seed: int) -> Path:
    """Return the folder with what a seed of pretraining made of a task."""
    folder = shipped_checkpoints(setting.name, seed)
    if not folder.is_dir():
        first = shipped_checkpoints(setting.name)
        seeds = [0, *sorted(int(each.name.removeprefix('seed_')) for each in first.glob('seed_*'))]
        there = ', '.join(map(str, seeds)) if first.is_dir() else 'none'
        raise ValueError(
            f'no checkpoints of task {setting.name!r} and pretraining seed {seed} are shipped; '
            f"choose from: {there}, or --checkpoints with a folder as 'sgft pretrain' writes it")
    return folder


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog='benchmark', description='Compare methods of fine-tuning in simulated real worlds, '
        'without a graph. What is in the output folder already is not repeated.')
    parser.add_argument(
        '--methods', nargs='+', metavar='METHOD',
        help="algorithms, as in config/algorithms or paths of .yaml files, with changes for a "
        "sweep as in 'sgft_sac:horizon=5,prior_ratio=0.25'; 'oracle' trains in the real world at "
        f'leisure (default: {" ".join(FULL["methods"])})')
    parser.add_argument(
        '--tasks', nargs='+', metavar='TASK', default=['peg_insert'],
        help=f'{", ".join(task_names())}, or paths of .py files that define a GymnasiumTask named '
        'TASK (default: peg_insert)')
    parser.add_argument(
        '--gaps', nargs='+', type=_gap, default=[1.0], metavar='GAP',
        help='sizes of the gap between simulator and real world; 0: none (default: 1)')
    parser.add_argument(
        '--worlds', type=numbers, metavar='0-9',
        help='seeds of the draw of the real world, as in 0-3,7 (default: 0-9)')
    parser.add_argument(
        '--seeds', type=numbers, default=range(1), metavar='0',
        help='seeds of exploration and learning, each in every world (default: 0)')
    pretrained = parser.add_mutually_exclusive_group()
    pretrained.add_argument(
        '--checkpoints', nargs='+', type=Path, metavar='FOLDER',
        help="of pi_sim and V_sim, as 'sgft pretrain' writes them (default: the shipped ones)")
    pretrained.add_argument(
        '--pretraining-seeds', type=numbers, default=range(1), metavar='0',
        help='seeds of the shipped checkpoints, each in every world, as in 0-2 (default: 0)')
    parser.add_argument(
        '--values', nargs='+', choices=VALUES, default=VALUES[:1], metavar='V_SIM',
        help="V_sim as it is ('simulator', the default), with the opposite opinion ('flipped'), "
        "never trained ('random'), or that of a goal 5 cm beside the true one ('displaced')")
    parser.add_argument(
        '--robot', default='',
        help="robot contract: name, or path of a .yaml file (default: the task's)")
    parser.add_argument(
        '--transitions', type=positive, help="real transitions (default: the task's limit)")
    parser.add_argument(
        '--evaluation-interval', type=positive,
        help="real transitions between two evaluations (default: the task's)")
    parser.add_argument(
        '--evaluation-episodes', type=positive, help="of one evaluation (default: the task's)")
    parser.add_argument(
        '--quick', action='store_true',
        help='a first impression in a few minutes: '
        f'{" and ".join(QUICK["methods"])}, worlds 0-2, {QUICK["transitions"]} transitions, '
        'unless told otherwise')
    parser.add_argument('--output', type=Path,
                        help='folder for results, table and picture (default: '
                        f'{FULL["output"]}, with --quick {QUICK["output"]})')
    parser.add_argument('--workers', type=positive, default=len(os.sched_getaffinity(0)),
                        help='trials at a time (default: one per core)')
    parser.add_argument('--report-only', action='store_true', help='run nothing')
    return parser


def _gap(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0.0 <= number < math.inf:
        raise argparse.ArgumentTypeError(f'expected a number >= 0, got {text!r}')
    return number


if __name__ == '__main__':
    sys.exit(main())
