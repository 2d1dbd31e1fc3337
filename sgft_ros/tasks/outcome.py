"""What a task says about one step."""

from collections.abc import Mapping
from pathlib import Path
import traceback
from typing import NamedTuple

import numpy as np

LARGEST = float(np.finfo(np.float32).max)  # reward that a transition holds


class Outcome(NamedTuple):
    """Reward of a step and whether it ended the task; a time limit is not an end of the task."""

    reward: float
    terminated: bool
    success: bool | None  # None: the task has returns, and no success


class OutcomeError(ValueError):
    """What a task makes of a step is no outcome; the message says whose and what came."""


def judge(task, raw: Mapping[str, np.ndarray]) -> Outcome:
    """
    Return what a task, which may be somebody's own, makes of raw observations by term.

    Numbers and booleans of NumPy are fine; what comes back are those of Python, as the fields of
    messages want them.

    :raises OutcomeError: if it is no outcome; what the task itself raises passes through
    """
    outcome = task.evaluate(raw)
    for name in Outcome._fields:
        if not hasattr(outcome, name):
            _fail(task, f'an Outcome with {name!r}', outcome)
    reward, success = _number(outcome.reward), outcome.success
    if reward is None or not abs(reward) <= LARGEST:
        _fail(task, 'a finite number as reward', outcome.reward)
    return Outcome(
        float(reward), _boolean(task, 'terminated', outcome.terminated),
        None if success is None else _boolean(task, 'success', success, ' or None'))


def failed(task, error: Exception) -> OutcomeError:
    """Return what to raise for an error in a task's evaluate; it says where that was."""
    line = traceback.extract_tb(error.__traceback__)[-1]
    return OutcomeError(
        f'task {task.name!r}: evaluate of {type(task).__name__} failed: {type(error).__name__}: '
        f'{error} ({Path(line.filename).name}, line {line.lineno})')


def _number(value):
    """Return a single number or boolean as one of Python, None for anything else."""
    try:
        array = np.asarray(value)
    except ValueError:  # lists of different lengths
        return None
    return array.item() if array.size == 1 and array.dtype.kind in 'biuf' else None


def _boolean(task, name, value, alternative=''):
    number = _number(value)
    if number not in (0, 1):  # a distance, say, is not what somebody meant
        _fail(task, f'True or False{alternative} as {name}', value)
    return bool(number)


def _fail(task, expected, came):
    raise OutcomeError(
        f'task {task.name!r}: evaluate of {type(task).__name__}: expected {expected}, '
        f'got {came!r}')
