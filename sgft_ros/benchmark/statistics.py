"""What the results of many trials say: interquartile means, intervals, transitions to a level."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
import math
from statistics import median

import numpy as np
from scipy import stats
from sgft_ros.benchmark.oracle import ORACLE
from sgft_ros.benchmark.results import ROW

LEVELS = (0.5, 0.8, 0.9)  # of the oracle
RESAMPLES = 2000
CONFIDENCE = 0.95


@dataclass(frozen=True)
class Interval:
    """An interquartile mean and its bootstrap confidence interval."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class Row:
    """What one method did on one task, at one gap, with one V_sim and one robot."""

    task: str
    gap: float
    value: str
    method: str
    robot: str
    trials: int
    checkpoints: int          # of which the trials began with one each
    zero_shot: Interval
    final: Interval
    mean: float               # of all trials in the end; the interval is of the middle half
    lowest: float             # evaluation against zero-shot, of all trials and rounds
    fall: float               # deepest, from the best evaluation before, median of the trials
    deepest_fall: float       # of all trials
    reached: tuple[float, ...]  # median of the transitions to each of LEVELS; never is infinite
    succeeded: tuple[int, ...]  # trials that reached each of LEVELS
    evaluated: float          # steps in evaluations, median of the trials; nan if not counted
    duration: float           # of a trial, median [s]


def interquartile_mean(values: Sequence[float]) -> Interval:
    """
    Return the mean of the middle half and its percentile bootstrap interval.

    (Agarwal et al., Deep RL at the edge of the statistical precipice, NeurIPS 2021.)
    """
    values = np.asarray(values, float)
    mean = float(stats.trim_mean(values, 0.25))
    if np.ptp(values) == 0.0:  # also of a single one
        return Interval(mean, mean, mean)
    interval = stats.bootstrap(
        (values,), lambda sample, axis: stats.trim_mean(sample, 0.25, axis=axis),
        n_resamples=RESAMPLES, confidence_level=CONFIDENCE, method='percentile',
        random_state=np.random.default_rng(0)).confidence_interval
    return Interval(mean, float(interval.low), float(interval.high))


def rate(round_: Mapping[str, object]) -> float:
    """Return the score of an evaluation round, 0 to 1: its share of successes, where there are."""
    return round_['score'] if 'score' in round_ else round_['successes'] / round_['episodes']


def groups(results: Iterable[Mapping]) -> dict[tuple[str, float, str, str, str], list[Mapping]]:
    """Return the results by task, gap, V_sim, method and robot, as these first appear."""
    grouped = {}
    for result in results:
        grouped.setdefault(tuple(result[name] for name in ROW), []).append(result)
    return grouped


def oracles(results: Iterable[Mapping]) -> dict[tuple[str, float, str], float]:
    """Return the success of the oracle by task, gap and robot, where one was trained."""
    return {(task, gap, robot): interquartile_mean(
                [rate(result['rounds'][-1]) for result in group]).mean
            for (task, gap, _, method, robot), group in groups(results).items()
            if method == ORACLE}


def transitions_to(result: Mapping, success: float) -> float:
    """Return the real transitions before the first evaluation that reaches a success."""
    return next((round_['transitions'] for round_ in result['rounds']
                 if rate(round_) >= success), float('inf'))


def rows(results: Iterable[Mapping]) -> list[Row]:
    """
    Return one row per task, gap, V_sim, method and robot.

    The oracle's level is 1 where none ran; shares of one that scored 0 are never reached.
    """
    results = list(results)
    best = oracles(results)
    return [_row((task, gap, value, method, robot), group, best.get((task, gap, robot), 1.0))
            for (task, gap, value, method, robot), group in groups(results).items()]


def _row(key, group, oracle):
    rates = [[rate(round_) for round_ in result['rounds']] for result in group]
    falls = [float(np.max(np.maximum.accumulate(each) - each)) for each in rates]
    reached = [[transitions_to(result, level * oracle or float('inf')) for result in group]
               for level in LEVELS]
    checkpoints = {(result['policy_sha256'], *sorted(result.get('other_sha256', {}).items()))
                   for result in group}
    return Row(
        *key, trials=len(group), checkpoints=len(checkpoints),
        zero_shot=interquartile_mean([each[0] for each in rates]),
        final=interquartile_mean([each[-1] for each in rates]),
        mean=float(np.mean([each[-1] for each in rates])),
        lowest=min(min(each) - each[0] for each in rates),
        fall=median(falls), deepest_fall=max(falls),
        reached=tuple(median(each) for each in reached),
        succeeded=tuple(int(np.isfinite(each).sum()) for each in reached),
        evaluated=median(sum(round_.get('steps', math.nan) for round_ in result['rounds'])
                         for result in group),
        duration=median(result['duration'] for result in group))
