"""Whether the observations are like those of the simulation: units and scales show here."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from sgft_ros.check.facts import Facts
from sgft_ros.check.findings import Finding, green, red, yellow
from sgft_ros.check.trained import Trained
from sgft_ros.robot import ObservationAssembler, RobotContract

QUANTILES = (0.001, 0.999)  # of the simulation
COMMON = 0.02   # share of samples outside of them that needs no look
MARGIN = 0.05   # widths of the range beyond it, where noise puts a robot that rests at its edge
FAR = 3.0       # widths of the range beyond it, from where on no start pose explains it
LEAST_WIDTH = 0.01  # scaled, of a number that never varied in simulation
CLIPPED, RARELY = 0.5, 0.1  # shares at the bounds of the clip here, and in simulation


def ranges(facts: Facts, contract: RobotContract, trained: Trained) -> Iterator[Finding]:
    """Judge each number that has been measured, or is given, and that the simulation knows."""
    for term in contract.observation:
        came = _values(facts, term)
        if not came:
            continue
        raw = np.array([values for values in came if np.isfinite(values).all()])
        assemble = ObservationAssembler(replace(contract, observation=(term,))).assemble
        scaled = np.array([assemble({term.name: values}) for values in raw])
        for index, name in enumerate(term.names):
            seen = trained.seen(f'{name} [{term.unit}]')
            if seen is not None and len(raw):
                yield _judge(name, term, index, raw[:, index], scaled[:, index], seen)


def _values(facts, term):
    """Return all that a term was, as often as it was looked at."""
    if term.source.kind == 'constant':
        return [term.source.values]
    signal = facts.signals.get(term.name)
    return () if signal is None else signal.values


def _judge(name, term, index, raw, scaled, seen) -> Finding:
    low, high = np.quantile(seen, QUANTILES)
    outside = float(np.mean((scaled < low) | (scaled > high)))
    width = max(float(high - low), LEAST_WIDTH)
    distance = np.maximum(low - scaled, scaled - high) / width
    subject = f'range of {name}'
    scale = term.scale[index]
    expected = f'{_between(low, high, "")}scaled, as in simulation'
    if scale:
        expected = (f'{_between(low / scale, high / scale, term.unit)} as in simulation '
                    f'({_between(low, high, "")}scaled)')
    found = f'{_between(raw.min(), raw.max(), term.unit)}, {outside:.0%} of the samples outside'
    advice = (f'see whether the driver measures in {term.unit}, and whether scale ({scale:g}), '
              f'clip, fields and frames of the term {term.name} are those of the contract that '
              'the policy was trained with; or bring the robot to a start of the task first')
    if term.source.kind == 'constant':
        advice = f'give the term {term.name} values that the policy was trained with'
    if float(np.mean(distance > FAR)) > CLIPPED:
        return red(subject, expected, f'{found}: far off', advice)
    if _clipped(term, scaled) > CLIPPED and _clipped(term, seen) < RARELY:
        return red(subject, expected, f'{found}: mostly clipped at {term.clip[0]:g} and '
                   f'{term.clip[1]:g}, as the contract says', advice)
    if float(np.mean(distance > MARGIN)) > COMMON:
        return yellow(subject, expected, found, advice)
    return green(subject, expected, found)


def _clipped(term, scaled) -> float:
    """Return the share of numbers that are at a bound of the clip."""
    return 0.0 if term.clip is None else float(np.mean(
        np.isclose(scaled, term.clip[0]) | np.isclose(scaled, term.clip[1])))


def _between(one, other, unit):
    return f'{min(one, other):.3g} to {max(one, other):.3g} {unit}'
