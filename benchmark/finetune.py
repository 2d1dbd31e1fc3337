"""Fine-tune with every seed and algorithm, one run after the other; tabulate what came of it."""

import argparse
import contextlib
from dataclasses import dataclass
from datetime import datetime
import fcntl
import json
import math
from pathlib import Path
import shutil
from statistics import median
import subprocess
import sys
import time

from processes import add_domain, finetune_launch, tail, use_domain
from sgft_ros.arguments import numbers
from sgft_ros.learning.checkpoint import write_atomically
from sgft_ros.report.summary import read_summary, SUMMARY_FILE
from sgft_ros.report.table import table
from tables import machine

WITHIN = 8.0          # minutes of wall time
TRANSITIONS = 3000    # real transitions
SUCCESS = '0.8'       # evaluation success to reach within both
ENOUGH = 0.8          # share of seeds that must
DEEPEST = -10.0       # points under zero-shot to which success may fall
NOTES_FILE = 'benchmark.json'  # in the run folder: what only this program knows of the run
HEADER = ('seed', 'zero-shot %', 'final %', 'best %', 'lowest vs zero-shot', '80 %: transitions',
          '80 %: min', '90 %: transitions', '90 %: min', 'transitions', 'wall min', 'outcome')


@dataclass(frozen=True)
class Result:
    """What a table tells of a run; never reached is infinite."""

    algorithm: str
    seed: int
    zero_shot: float    # %
    final: float        # %
    best: float         # %
    lowest: float       # points against zero-shot
    reached: dict       # success -> (transitions, minutes since the launch)
    transitions: int
    wall: float         # from the launch to its end [min]
    outcome: str
    finished: bool      # by itself and without an error

    def row(self):
        """Return the texts of the table."""
        return (self.seed, *map(_number, (self.zero_shot, self.final, self.best)),
                f'{self.lowest:+.0f}', *_milestones(self.reached), self.transitions,
                f'{self.wall:.1f}', self.outcome)


def main(args=None) -> int:
    """Run what has not run yet, then report. Return 1 if a run failed."""
    options = _options(args)
    use_domain(options.domain)
    failed = []
    if not options.report_only:
        try:
            with _reserved(options.output):
                failed = _run_all(options)
        except BlockingIOError:
            print(f'{options.output} is in use by another benchmark: its runs would be broken, '
                  'and the times of both', file=sys.stderr)
            return 1
    results = [load(_folder(options, algorithm, seed), algorithm, seed)
               for algorithm in options.algorithms for seed in options.seeds]
    text = report(list(filter(None, results)), options.output)
    if None in results:
        text += f'\n\n{results.count(None)} of {len(results)} runs are missing'
    print(text)
    if options.markdown:
        options.markdown.write_text(text + '\n')
    if failed:
        print('\nfailed: ' + ', '.join(failed), file=sys.stderr)
    return 1 if failed else 0


@contextlib.contextmanager
def _reserved(folder):
    """Keep other benchmarks out of a folder meanwhile; raise BlockingIOError if one is in it."""
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / '.lock', 'w') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield


def _run_all(options):
    failed = []
    for seed in options.seeds:
        # The rivals side by side, so that a machine that changes its mood changes it for all.
        for algorithm in options.algorithms:
            failed += _run(options, algorithm, seed)
    return failed


def _run(options, algorithm, seed):
    """Make one run unless it is there; return its name if it failed, in a list."""
    folder = _folder(options, algorithm, seed)
    if (there := load(folder, algorithm, seed)) and there.finished:
        print(f'{folder.name}: is there', flush=True)
        return []
    if folder.exists():
        shutil.rmtree(folder)  # of an earlier call that was cut off: its times would be wrong
    log_path = folder.with_suffix('.log')
    where, launched, begin = machine(), time.time(), time.monotonic()
    code = None
    with open(log_path, 'w') as log, finetune_launch(
            log, seed=seed, algorithm=algorithm, run_folder=folder,
            **options.arguments) as process:
        try:
            code = process.wait(60.0 * options.timeout)
        except subprocess.TimeoutExpired:
            print(f'{folder.name}: stopped after {options.timeout:g} min', flush=True)
    if folder.exists():
        write_atomically(folder / NOTES_FILE, json.dumps({
            'machine': where, 'launched': launched, 'wall': time.monotonic() - begin,
            'exit_code': code, 'arguments': options.arguments}, indent=2).encode())
    result = load(folder, algorithm, seed)
    if result and result.finished:
        print(f'{folder.name}: {result.zero_shot:.0f} % -> {result.final:.0f} %, '
              f'{result.transitions} transitions, {result.wall:.1f} min, {result.outcome}',
              flush=True)
        return []
    print(f'{folder.name}: exit code {code}; the end of {log_path}:\n{tail(log_path)}',
          file=sys.stderr, flush=True)
    return [folder.name]


def load(folder: Path, algorithm: str, seed: int) -> Result | None:
    """Return what a run reached, or None if it did not get as far as its first evaluation."""
    if not (folder / SUMMARY_FILE).exists() or not (folder / NOTES_FILE).exists():
        return None
    summary, notes = read_summary(folder), json.loads((folder / NOTES_FILE).read_text())
    if summary['zero_shot'] is None:
        return None
    started = _seconds(summary['started']) - notes['launched']  # of the monitor, in the launch
    reached = {
        share: (first['transitions'], (started + first['elapsed']) / 60.0)
        if first else (math.inf, math.inf)
        for share, first in summary['first_reached'].items()}
    return Result(
        algorithm, seed, 100 * summary['zero_shot']['success'], 100 * summary['final']['success'],
        100 * summary['best_success'], 100 * summary['lowest_against_zero_shot'], reached,
        summary['transitions'], notes['wall'] / 60.0,
        summary['outcome'] if notes['exit_code'] == 0 else f'failed ({summary["outcome"]})',
        notes['exit_code'] == 0)


def report(results, output) -> str:
    """Return tables and verdicts in Markdown."""
    parts = sorted({json.loads(path.read_text())['machine'].split(', load before')[0]
                    for path in output.glob(f'*/{NOTES_FILE}')})
    parts = [f'Machine: {name}' for name in parts]
    for algorithm in dict.fromkeys(result.algorithm for result in results):
        own = [result for result in results if result.algorithm == algorithm]
        parts += [f'### {algorithm}', table(HEADER, [
            *(result.row() for result in own), _spread('median', own, median),
            _spread('lowest', own, min), _spread('highest', own, max)], markdown=True),
            _verdict(own)]
    return '\n\n'.join(parts) if results else 'no finished run'


def _spread(name, results, of):
    def over(values):
        return of(list(values))

    reached = {share: tuple(over(result.reached[share][i] for result in results)
                            for i in range(2)) for share in results[0].reached}
    return (f'**{name}**',
            *(_number(over(getattr(result, field) for result in results))
              for field in ('zero_shot', 'final', 'best')),
            f'{over(result.lowest for result in results):+.0f}', *_milestones(reached),
            _number(over(result.transitions for result in results)),
            f'{over(result.wall for result in results):.1f}', '')


def _verdict(results):
    reached = [result.reached[SUCCESS] for result in results]
    good = sum(transitions <= TRANSITIONS and minutes <= WITHIN
               for transitions, minutes in reached)
    worst = min(result.lowest for result in results)
    enough = 'reached' if good >= ENOUGH * len(results) else 'missed'
    kept = 'kept' if worst >= DEEPEST else 'missed'
    return (f'- at least 80 % within {WITHIN:g} min and {TRANSITIONS} real transitions: {good} of '
            f'{len(results)} seeds (wanted: 8 of 10) - {enough}\n'
            f'- lowest evaluation against zero-shot: {worst:+.0f} points (wanted: not below '
            f'{DEEPEST:+.0f}) - {kept}')


def _milestones(reached):
    """Return transitions and minutes to 80 and to 90 %."""
    return tuple(text for share in ('0.8', '0.9') for text in (
        _number(reached[share][0]), _number(reached[share][1], 1)))


def _number(value, digits=0):
    return f'{value:.{digits}f}' if math.isfinite(value) else 'never'


def _seconds(text):
    return datetime.fromisoformat(text).timestamp()


def _folder(options, algorithm, seed):
    return options.output / f'{Path(algorithm).stem}_seed{seed}'


def _options(args):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('arguments', nargs='*', metavar='name:=value',
                        help='arguments of finetune.launch.py for every run')
    parser.add_argument('--seeds', type=numbers, default=range(10), metavar='0-9',
                        help='seeds, as in 0-3,7 (default: 0-9)')
    parser.add_argument('--algorithms', nargs='+', default=['sgft_sac', 'sac'],
                        help='algorithms or their .yaml files (default: sgft_sac sac)')
    parser.add_argument('--output', type=Path, default=Path('runs', 'finetune'),
                        help='folder of the run folders; finished runs in it are not repeated')
    parser.add_argument('--timeout', type=float, default=20.0, metavar='MINUTES',
                        help='after which a run is stopped and counts as failed (default: 20)')
    parser.add_argument('--report-only', action='store_true', help='run nothing')
    parser.add_argument('--markdown', type=Path, metavar='FILE',
                        help='write the report to this file too')
    add_domain(parser)
    options = parser.parse_intermixed_args(args)
    options.output = options.output.resolve()
    wrong = [argument for argument in options.arguments if ':=' not in argument]
    if wrong:
        parser.error(f'expected name:=value, got {wrong[0]!r}')
    options.arguments = dict(argument.split(':=', 1) for argument in options.arguments)
    ours = {'seed', 'algorithm', 'run_folder'} & set(options.arguments)
    if ours:
        parser.error(f'{ours.pop()} is set for each run; use --seeds, --algorithms, --output')
    return options


if __name__ == '__main__':
    sys.exit(main())
