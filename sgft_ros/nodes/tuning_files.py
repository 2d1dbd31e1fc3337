"""How each algorithm's file, with the task's, sets a learner."""

from collections.abc import Iterable, Mapping
from dataclasses import fields
import re
from typing import get_args

from sgft_ros.learning.fine_tuning_config import FineTuningConfig
from sgft_ros.nodes.parameter_files import read_parameter_file
from sgft_ros.robot.yaml_section import suggest

KINDS = {field.name: field.type for field in fields(FineTuningConfig)}
# Texts for YAML 1.1, which wants dot and sign, as in 1.0e-4; JSON and ROS take them for numbers.
NUMBER = re.compile(r'[-+]?([0-9]+[.]?[0-9]*|[.][0-9]+)[eE][-+]?[0-9]+')
OTHERS = {'prior_ratio': float, 'publish_interval': int}


def read_tuning(
    algorithm: str, task: str, changes: Mapping[str, object] | None = None,
) -> tuple[FineTuningConfig, dict[str, object]]:
    """
    Return the configuration of an algorithm for a task, and what else its file sets.

    The algorithm's file goes before the task's, as in the launch file, and `changes` before both.

    :raises ValueError: if file, parameter or value is not one; the message names it
    """
    values = check_parameters({
        **(read_parameter_file('task', task).get('learner', {}) if task else {}),
        **read_parameter_file('algorithm', algorithm).get('learner', {}), **(changes or {})},
        KINDS | OTHERS)
    config = FineTuningConfig(**{name: values[name] for name in values if name in KINDS})
    return config, {name: values[name] for name in values if name in OTHERS}


def unheeded_prior_ratios(candidates: Iterable[str], task: str, prior_ratio: float) -> str:
    """
    Say whose files ask for prior data otherwise than the portfolio, '' if none.

    Candidates share their minibatches, so that they cannot have them each in its own ratio.
    """
    own = {name: read_tuning(name, task)[1].get('prior_ratio', 0.0) for name in candidates}
    wanted = ', '.join(f'{name} {ratio:g}' for name, ratio in own.items()
                       if ratio and ratio != prior_ratio)
    return wanted and (f'candidates learn with prior_ratio {prior_ratio:g}, which all of them '
                       f'share, and not with that of their files: {wanted}')


def check_parameters(values: Mapping[str, object], kinds: Mapping[str, type]) -> dict:
    """
    Return the values with integers, and texts like 1e-4, as floats where these are expected.

    :param kinds: by name; `tuple[kind, ...]` for a list
    :raises ValueError: naming the parameter that is unknown or of another kind
    """
    checked = {}
    for name, value in values.items():
        if name not in kinds:
            raise ValueError(f'unknown parameter {name!r}{suggest(name, kinds)}')
        checked[name] = _of_kind(name, value, kinds[name])
    return checked


def _of_kind(name, value, kind):
    """Return the value as a parameter takes it."""
    if of_each := get_args(kind):
        if not isinstance(value, list):
            raise ValueError(f'{name}: expected a list of {of_each[0].__name__}, got {value!r}')
        return [_of_kind(name, each, of_each[0]) for each in value]
    if kind is float and (
            type(value) is int or type(value) is str and NUMBER.fullmatch(value)):
        value = float(value)
    if type(value) is not kind:
        raise ValueError(f'{name}: expected {kind.__name__}, got {value!r}')
    return value
