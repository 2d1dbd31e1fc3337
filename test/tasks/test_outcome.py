"""What somebody's own task makes of a step: taken as it is meant, or refused by name."""

from types import SimpleNamespace

import numpy as np
from own_task import reach
import pytest
from sgft_ros.tasks import get_task
from sgft_ros.tasks.outcome import judge, OutcomeError

RAW = {'tip_position': np.array([0.0, 0.0, 0.005]), 'height': np.array([0.005])}


@pytest.fixture
def task(tmp_path):
    """Return a function from the lines of `evaluate` to the task."""
    def make(*evaluate):
        file = tmp_path / 'reach.py'
        file.write_text('import numpy as np\n' + reach(*evaluate))
        return get_task(f'{file}:Reach')

    return make


@pytest.mark.parametrize('there', [
    "np.linalg.norm(raw['tip_position']) < 0.01", "raw['height'] < 0.01", 'True', '1'])
@pytest.mark.parametrize('reward', ['1', 'there', 'np.float32(1.0)', "raw['height'] / 0.005"])
def test_numbers_and_booleans_of_numpy_become_those_of_python(task, there, reward):
    outcome = judge(task(f'there = {there}', f'return Outcome({reward}, there, there)'), RAW)
    assert outcome == (1.0, True, True)
    assert [type(each) for each in outcome] == [float, bool, bool]


def test_a_task_without_success_has_none():
    task = SimpleNamespace(name='run', evaluate=lambda _: SimpleNamespace(
        reward=np.float64(-2.5), terminated=np.False_, success=None))
    assert judge(task, RAW) == (-2.5, False, None)


@pytest.mark.parametrize('evaluate, words', [
    ('return True', "expected an Outcome with 'reward', got True"),
    ('return (1.0, True, True)', "expected an Outcome with 'reward', got (1.0, True, True)"),
    ("return Outcome(float('nan'), True, True)", 'expected a finite number as reward, got nan'),
    ('return Outcome(1e39, True, True)', 'expected a finite number as reward, got 1e+39'),
    ("return Outcome('1', True, True)", "expected a finite number as reward, got '1'"),
    ("return Outcome(raw['tip_position'], True, True)", 'as reward, got array('),
    ('return Outcome([[1.0], [1.0, 2.0]], True, True)', 'as reward, got [['),
    ('return Outcome(1.0, None, True)', 'expected True or False as terminated, got None'),
    ('return Outcome(1.0, 0.03, True)', 'expected True or False as terminated, got 0.03'),
    ("return Outcome(1.0, True, 'no')", "expected True or False or None as success, got 'no'"),
    ("return Outcome(1.0, raw['tip_position'] < 1.0, True)", 'as terminated, got array(['),
])
def test_what_is_no_outcome_is_refused_with_the_task_and_what_came(task, evaluate, words):
    with pytest.raises(OutcomeError) as error:
        judge(task(evaluate), RAW)
    assert str(error.value).startswith("task 'reach': evaluate of Reach: expected ")
    assert words in str(error.value)
