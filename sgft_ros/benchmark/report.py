"""The report of a benchmark: a table for the terminal and for report.md, and curves.png."""

from collections.abc import Iterable, Mapping, Sequence
import math
from pathlib import Path

import numpy as np
from sgft_ros.benchmark.oracle import ORACLE
from sgft_ros.benchmark.spoiled import VALUES
from sgft_ros.benchmark.statistics import (
    groups,
    interquartile_mean,
    Interval,
    LEVELS,
    oracles,
    rate,
    Row,
    rows,
)
from sgft_ros.report.picture import grouped, INK, MUTED, STYLE
from sgft_ros.report.table import table

REPORT_FILE, PICTURE_FILE = 'report.md', 'curves.png'
HEADER = ('task', 'gap', 'V_sim', 'method', 'trials', 'zero-shot %', 'final %', 'mean final %',
          'lowest vs zero-shot', 'deepest fall',
          *(f'{level:.0%}: transitions' for level in LEVELS), 'steps in evaluations',
          's per trial')
LEGEND = """\
Zero-shot and final: interquartile mean of evaluation success [95 % bootstrap interval]; where a
task has no success, of the return over the best one. Mean final: of all trials. Lowest: the worst
evaluation of any trial against its own zero-shot, in points. Deepest fall: from the best
evaluation before, in points, median over the trials and the worst. Transitions: real ones before
the first evaluation that reaches a share of the oracle (of 100 % where no oracle was trained;
never, where it scored 0), median over the trials, and how many reached it. Steps in evaluations
come on top of these, median over the trials: to auto they tell who shall act, a single learner
learns nothing from them."""


def lines(results: Iterable[Mapping], markdown: bool = False) -> str:
    """Return the table of all results."""
    results = list(results)
    return table(HEADER, [(_place(row.task, row.robot, results), *_cells(row))
                          for row in rows(results)], markdown)


def notes(results: Iterable[Mapping]) -> list[str]:
    """Return what a reader of the table has to know: what was pooled, and what diverged."""
    results = list(results)
    pooled = [f'{row.method}, {_place(row.task, row.robot, results)}, gap {row.gap:g}, V_sim '
              f'{row.value}: pools trials that began with {row.checkpoints} different checkpoints'
              for row in rows(results) if row.checkpoints > 1 and row.method != ORACLE]
    diverged = [f'{result["method"]}, {_place(result["task"], result["robot"], results)}, gap '
                f'{result["gap"]:g}, world {result["world"]}, seed {result["seed"]}: diverged '
                f'{result["diverged"]} times ({result["problem"]})'
                for result in results if result.get('diverged')]
    return pooled + diverged


def summary(results: Iterable[Mapping], markdown: bool = False) -> str:
    """Return table, notes and legend."""
    results = list(results)
    told = '\n'.join(f'- {note}' for note in notes(results))
    return '\n\n'.join(filter(None, (lines(results, markdown), told, LEGEND)))


def _place(task, robot, results):
    """Return the task, with the robot where there are results of several."""
    several = len({result['robot'] for result in results if result['task'] == task}) > 1
    return f'{task}, {robot}' if several else task


def write_report(folder: Path, results: Iterable[Mapping]) -> list[Path]:
    """
    Write report.md and curves.png; return their paths.

    :raises OSError: if one cannot be written
    """
    results = list(results)
    text = f'{summary(results, markdown=True)}\n\n![Learning curves]({PICTURE_FILE})\n'
    Path(folder, REPORT_FILE).write_text(text)
    written = [Path(folder, REPORT_FILE)]
    curves = [result for result in results if result['method'] != ORACLE]
    if curves:
        draw(Path(folder, PICTURE_FILE), curves, oracles(results))
        written.append(Path(folder, PICTURE_FILE))
    return written


def draw(path: Path, results: Iterable[Mapping], oracle: Mapping[tuple[str, float, str], float]):
    """Draw success over real transitions: a line per method, a panel for what else differs."""
    import matplotlib
    matplotlib.use('Agg')
    from matplotlib import pyplot

    results = list(results)
    grouped_results = groups(results)
    panels = list(dict.fromkeys((task, gap, value, robot)
                                for task, gap, value, _, robot in grouped_results))
    methods = list(dict.fromkeys(method for _, _, _, method, _ in grouped_results))
    with pyplot.rc_context(STYLE):
        figure, axes = pyplot.subplots(
            1, len(panels), figsize=(1.8 + 5.0 * len(panels), 4.8), sharey=True, squeeze=False,
            layout='constrained')
        for panel, (task, gap, value, robot) in zip(axes[0], panels):
            title = f'{_place(task, robot, results)}, gap {gap:g}' + (
                '' if value == VALUES[0] else f', V_sim {value}')
            panel.set_title(title, loc='left', fontsize=11, fontweight='bold')
            for number, method in enumerate(methods):
                group = grouped_results.get((task, gap, value, method, robot))
                if group:
                    _curve(panel, method, f'C{number}', group)
            if (task, gap, robot) in oracle:
                panel.axhline(oracle[task, gap, robot], color=MUTED, linestyle=(0, (5, 4)),
                              linewidth=1.2, label=ORACLE)
            panel.set_xlabel('real transitions')
            panel.xaxis.set_major_formatter(lambda x, _: grouped(x))
            panel.set_ylim(-0.04, 1.04)
            panel.yaxis.set_major_formatter(lambda y, _: f'{y:.0%}')
        handles = {label: handle for panel in axes[0] for handle, label in zip(
            *panel.get_legend_handles_labels())}
        figure.legend(handles.values(), handles, loc='outside lower center', ncols=3, fontsize=9,
                      labelcolor=INK)
        axes[0, 0].set_ylabel('evaluation score\n(interquartile mean, 95 % interval)')
        figure.savefig(path, dpi=150)
        pyplot.close(figure)


def course(group: Sequence[Mapping]) -> tuple[np.ndarray, np.ndarray]:
    """
    Return the transitions (points,) and the rates (trials, points) of a method's curve.

    Evaluations come a few transitions late and are put on one grid, which ends with the last.
    """
    protocol = group[0]['protocol']  # results of different ones are not pooled
    limit = protocol['transition_limit']
    grid = np.append(np.arange(0, limit, protocol['evaluation_interval']), limit)
    rates = []
    for result in group:
        scores = [rate(round_) for round_ in result['rounds']]
        before = np.interp(
            grid[:-1], [round_['transitions'] for round_ in result['rounds']], scores)
        rates.append([*before, scores[-1]])
    return grid, np.array(rates)


def _curve(axes, method, colour, group):
    """Draw one method."""
    grid, rates = course(group)
    intervals = [interquartile_mean(column) for column in rates.T]
    axes.fill_between(grid, [each.low for each in intervals], [each.high for each in intervals],
                      color=colour, alpha=0.15, linewidth=0)
    axes.plot(grid, [each.mean for each in intervals], color=colour, linewidth=2.0, marker='o',
              markersize=4, label=f'{method} ({len(group)})')


def _cells(row: Row):
    course = (
        _percent(row.zero_shot), _percent(row.final), f'{100 * row.mean:.0f}',
        f'{100 * row.lowest:+.0f}',
        f'{100 * row.fall:.0f} ({100 * row.deepest_fall:.0f})',
        *(_transitions(*each, row.trials) for each in zip(row.reached, row.succeeded)),
        f'{row.evaluated:.0f}' if math.isfinite(row.evaluated) else '')
    if row.method == ORACLE:  # is evaluated once, at its end
        course = ('', _percent(row.final), f'{100 * row.mean:.0f}', *[''] * (3 + len(LEVELS)))
    return (f'{row.gap:g}', row.value, row.method, row.trials, *course,
            f'{row.duration:.0f}')


def _percent(interval: Interval) -> str:
    mean, low, high = (100 * value for value in (interval.mean, interval.low, interval.high))
    return f'{mean:.0f} [{low:.0f}, {high:.0f}]'


def _transitions(transitions: float, succeeded: int, trials: int) -> str:
    number = f'{transitions:.0f}' if math.isfinite(transitions) else 'never'
    return f'{number} ({succeeded}/{trials})'
