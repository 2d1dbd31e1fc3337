"""Whether the task can judge what this robot observes."""

from collections.abc import Iterator

import numpy as np
from sgft_ros.check.facts import Facts
from sgft_ros.check.findings import Finding, green, near, red
from sgft_ros.robot import RobotContract
from sgft_ros.tasks.outcome import judge, OutcomeError


def task_terms(facts: Facts, contract: RobotContract, task) -> Iterator[Finding]:
    """Judge the task by the terms that it names, and by the step that ends where the robot is."""
    raw = {term.name: _newest(facts, term) for term in contract.observation}
    subject, expected = f'task {task.name}', 'the observation terms that it judges a step by'
    missing = [name for name in task.value_terms if name not in raw]
    problem = ''
    try:
        judge(task, raw)
    except OutcomeError as error:
        problem = str(error)
    except KeyError as error:
        missing.append(error.args[0])
    except IndexError as error:
        problem = f'a term has too few numbers: {error}'
    except Exception as error:  # whatever the task raises belongs to its author
        problem = f'it cannot judge a step: {type(error).__name__}: {error}'
    for name in dict.fromkeys(missing):
        yield red(subject, expected, f'no term {name!r}{near(str(name), raw)}',
                  'add the term to the observation of the contract, with the name that the task '
                  'uses, or correct the task')
    if problem:
        yield red(subject, expected, problem,
                  'correct evaluate() or the conditions of the task, or give the terms in the '
                  'contract the fields that they have in the contract of the simulation')
    elif not missing:
        yield green(subject, expected, 'all there')


def _newest(facts, term) -> np.ndarray:
    """Return what was measured last, zeros where nothing was."""
    signal = facts.signals.get(term.name)
    return signal.values[-1] if signal and signal.values else np.zeros(term.size)
