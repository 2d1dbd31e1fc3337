"""A task without code: conditions on observation terms, from a YAML file."""

from collections.abc import Mapping
from dataclasses import dataclass
import math
from pathlib import Path

import numpy as np
from sgft_ros.robot.yaml_section import load_yaml, Section
from sgft_ros.tasks.outcome import Outcome

KEYS = ('name', 'gamma', 'max_steps', 'value_terms', 'success', 'failure', 'reward')
CONDITION_KEYS = ('term', 'element', 'min', 'max')


@dataclass(frozen=True)
class Condition:
    """A raw observation term, or one number of it, lies within bounds, both included."""

    term: str
    element: int | None  # None: the Euclidean norm of the term
    minimum: float
    maximum: float

    def holds(self, raw: Mapping[str, np.ndarray]) -> bool:
        """
        Judge raw observations by term, in the units of the robot contract.

        :raises ValueError: if there is no such term or element
        """
        if self.term not in raw:
            raise ValueError(f'task: no observation term {self.term!r}; '
                             f'choose from: {", ".join(sorted(raw))}')
        values = np.asarray(raw[self.term])
        if self.element is not None and self.element >= len(values):
            raise ValueError(f'task: observation term {self.term!r} has {len(values)} numbers, '
                             f'no element {self.element}')
        value = np.linalg.norm(values) if self.element is None else values[self.element]
        return bool(self.minimum <= value <= self.maximum)


class YamlTask:
    """Rewards success, failure and each step; the first two end the episode."""

    def __init__(self, file: Path):
        """
        Read a task.

        :raises ContractError: naming file, key, what was expected and what came
        """
        section = load_yaml(file, KEYS)
        self.name = section.text('name')
        self.gamma = section.number('gamma', above=0.0, maximum=1.0)
        steps = section.get('max_steps', 'an integer >= 1')
        if type(steps) is not int or steps < 1:
            section.fail('max_steps', 'an integer >= 1', steps)
        self.max_steps = steps
        self.value_terms = section.texts('value_terms')
        self._success = _read_conditions(section, 'success')
        self._failure = _read_conditions(section, 'failure') if 'failure' in section else ()
        reward = section.section('reward', ('success', 'failure', 'step'))
        self._reward = {name: reward.number(name, default=default) for name, default in (
            ('success', 1.0), ('failure', 0.0), ('step', 0.0))}

    def evaluate(self, raw: Mapping[str, np.ndarray]) -> Outcome:
        """Judge the step that led to these raw observations by term."""
        # All conditions, so that one that cannot be judged shows at the first step.
        successes, failures = ([condition.holds(raw) for condition in conditions]
                               for conditions in (self._success, self._failure))
        success = all(successes)
        failure = any(failures) and not success
        reward = self._reward['step']
        if success or failure:
            reward += self._reward['success' if success else 'failure']
        return Outcome(reward, success or failure, success)


def _read_conditions(section: Section, key: str) -> tuple[Condition, ...]:
    return tuple(map(_read_condition, section.sections(key, CONDITION_KEYS)))


def _read_condition(section: Section) -> Condition:
    element = section.get('element', 'an integer >= 0', None)
    if element is not None and (type(element) is not int or element < 0):
        section.fail('element', 'an integer >= 0', element)
    minimum = section.number('min') if 'min' in section else -math.inf
    maximum = section.number('max') if 'max' in section else math.inf
    if (minimum, maximum) == (-math.inf, math.inf):
        section.fail('max', 'at least one of min and max', None)
    if minimum > maximum:
        section.fail('min', f'no more than max {maximum:g}', minimum)
    return Condition(section.text('term'), element, minimum, maximum)
