"""Compare learning curves of the live graph with those of `sgft benchmark`, in the same worlds."""

import argparse
from pathlib import Path
import sys

import numpy as np
from sgft_ros.arguments import numbers, positive
from sgft_ros.benchmark.results import Results
from sgft_ros.benchmark.statistics import interquartile_mean, rate
from sgft_ros.report.summary import read_summary
from sgft_ros.report.table import table

GOAL = 0.9  # two evaluations running that reach it end a live run


def main(args=None) -> int:
    """Print a table per algorithm; return 1 if runs are missing."""
    options = _options(args)
    in_process = Results(options.results).all
    for algorithm in options.algorithms:
        live = [curve for seed in options.seeds
                if (curve := _live(options.runs / f'{algorithm}_seed{seed}'))]
        trained = [_points(result['rounds']) for result in in_process
                   if result['method'] == algorithm and result['world'] in options.seeds]
        if not len(live) == len(trained) == len(options.seeds):
            print(f'{algorithm}: {len(live)} live runs and {len(trained)} trials of '
                  f'{len(options.seeds)} worlds', file=sys.stderr)
            return 1
        grid = np.arange(0, options.transitions + 1, options.step)
        rows = [_row(transitions, *(_at(transitions, curves) for curves in (live, trained)))
                for transitions in grid]
        print(f'{algorithm}, {len(live)} worlds: {sum(row[-1] == "yes" for row in rows)} of '
              f'{len(rows)} pairs of intervals overlap\n')
        print(table(('transitions', 'live %', 'in process %', 'overlap'), rows,
                    markdown=options.markdown) + '\n')
    return 0


def _live(folder):
    """Return (transitions, success) of the evaluations of a run, None if there is none."""
    try:
        rounds = read_summary(folder)['rounds']
    except OSError:
        return None
    return [(round_['transitions'], round_['success']) for round_ in rounds]


def _points(rounds):
    """Return the same of a trial, as far as a live run would have gone."""
    points = [(round_['transitions'], rate(round_)) for round_ in rounds]
    for number in range(1, len(points)):
        if min(points[number - 1][1], points[number][1]) >= GOAL:
            return points[:number + 1]
    return points


def _at(transitions, curves):
    """Return the interval of success over the curves; what has ended stays as it was."""
    return interquartile_mean([np.interp(transitions, *zip(*curve)) for curve in curves])


def _row(transitions, live, trained):
    overlap = live.low <= trained.high and trained.low <= live.high
    return (transitions, *(
        f'{100 * each.mean:.0f} [{100 * each.low:.0f}, {100 * each.high:.0f}]'
        for each in (live, trained)), 'yes' if overlap else 'no')


def _options(args):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('runs', type=Path, help='output folder of benchmark/finetune.py')
    parser.add_argument('results', type=Path, help='output folder of `sgft benchmark`')
    parser.add_argument('--algorithms', nargs='+', default=['sgft_sac'],
                        help='of both (default: sgft_sac)')
    parser.add_argument('--seeds', type=numbers, default=range(10), metavar='0-9',
                        help='of the live runs, and worlds of the trials (default: 0-9)')
    parser.add_argument('--transitions', type=positive, default=3000, help='(default: 3000)')
    parser.add_argument('--step', type=positive, default=500,
                        help='transitions between two rows (default: 500)')
    parser.add_argument('--markdown', action='store_true', help='print tables in Markdown')
    return parser.parse_args(args)


if __name__ == '__main__':
    sys.exit(main())
