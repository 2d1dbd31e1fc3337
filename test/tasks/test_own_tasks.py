"""A task of one's own: a class in Python, or conditions in YAML."""

import numpy as np
from own_task import reach
import pytest
from sgft_ros.robot import ContractError
from sgft_ros.tasks import get_task, TASKS
import yaml

CLASS = reach("there = bool(abs(raw['tip_position'][2]) < 0.01)",
              'return Outcome(float(there), there, there)')
REACH = {
    'name': 'reach', 'gamma': 0.97, 'max_steps': 40, 'value_terms': ['tip_position'],
    'success': [{'term': 'tip_position', 'max': 0.01}],
    'failure': [{'term': 'force', 'element': 2, 'min': 30.0}],
    'reward': {'success': 1.0, 'failure': -0.5, 'step': -0.01}}


def write(folder, **changes):
    file = folder / 'reach.yaml'
    values = {key: value for key, value in (REACH | changes).items() if value is not None}
    file.write_text(yaml.safe_dump(values))
    return str(file)


def raw(tip=(0.1, 0.0, 0.0), force=(0.0, 0.0, 0.0)):
    return {'tip_position': np.array(tip), 'force': np.array(force)}


@pytest.mark.parametrize('name', TASKS)
def test_a_shipped_task_is_found_by_its_name(name):
    assert get_task(name).name == name


def test_a_class_is_found_by_module_or_by_file(tmp_path, monkeypatch):
    file = tmp_path / 'my_tasks.py'
    file.write_text(CLASS)
    monkeypatch.syspath_prepend(tmp_path)
    for name in ('my_tasks:Reach', f'{file}:Reach'):
        task = get_task(name)
        assert (task.name, task.max_steps) == ('reach', 40)
        assert task.evaluate(raw(tip=(0.0, 0.0, 0.005))).success


@pytest.mark.parametrize('name, words', [
    ('nowhere:Reach', ['nowhere cannot be imported']), ('{folder}/no.py:Reach', ['no.py']),
    ('{folder}/t.py:Grasp', ["no class 'Grasp'"]), ('{folder}/t.py:NEAR', ["no class 'NEAR'"]),
    ('{folder}/t.py:Empty', ['Empty lacks', 'evaluate', 'max_steps']),
    ('{folder}/broken.py:Reach', ['ZeroDivisionError']),
    ('reach', ["unknown task 'reach'", 'peg_insert', 'module:Class', '.yaml'])])
def test_a_task_that_cannot_be_used_is_refused_with_the_reason(name, words, tmp_path):
    (tmp_path / 't.py').write_text(f'{CLASS}\nclass Empty:\n    name = "empty"\nNEAR = 1\n')
    (tmp_path / 'broken.py').write_text('1 / 0')
    with pytest.raises(ValueError) as error:
        get_task(name.format(folder=tmp_path))
    for word in words:
        assert word in str(error.value)


@pytest.mark.parametrize('member, words', [
    ("name = ''", "name: expected a text that is not empty, got ''"),
    ("gamma = '0.97'", "gamma: expected a number > 0 and <= 1, got '0.97'"),
    ('gamma = True', 'gamma: expected a number > 0 and <= 1, got True'),
    ('gamma = 97', 'gamma: expected a number > 0 and <= 1, got 97'),
    ("max_steps = '40'", "max_steps: expected an integer >= 1, got '40'"),
    ('max_steps = 40.0', 'max_steps: expected an integer >= 1, got 40.0'),
    ('max_steps = 0', 'max_steps: expected an integer >= 1, got 0'),
    ('value_terms = None', 'value_terms: expected a tuple or list of texts, at least one, got No'),
    ("value_terms = ('tip_position')", "at least one, got 'tip_position'"),
    ('value_terms = (1, 2)', 'at least one, got (1, 2)'),
    ('evaluate = 3', 'evaluate: expected a function of the raw observation, got 3'),
    ('def __init__(self, goal): pass', 'Mine cannot be made without arguments: TypeError: '),
    ('def __init__(self): 1 / 0', 'ZeroDivisionError: division by zero')])
def test_a_member_of_another_kind_is_named_where_the_task_is_found(member, words, tmp_path):
    file = tmp_path / 't.py'
    file.write_text(f'{CLASS}\nclass Mine(Reach):\n    {member}\n')
    with pytest.raises(ValueError) as error:
        get_task(f'{file}:Mine')
    assert str(error.value).startswith(f"task '{file}:Mine': ")
    assert words in str(error.value)


def test_members_may_be_made_by_the_constructor_and_be_of_numpy(tmp_path):
    file = tmp_path / 't.py'
    file.write_text(f'{CLASS}\nimport numpy as np\n\nclass Mine(Reach):\n'
                    '    def __init__(self):\n        self.gamma = np.float64(1.0)\n'
                    '        self.max_steps, self.value_terms = np.int64(7), ["force"]\n')
    task = get_task(f'{file}:Mine')
    assert (task.gamma, task.max_steps, task.value_terms) == (1.0, 7, ['force'])


@pytest.mark.parametrize('observed, reward, terminated, success', [
    (raw(), -0.01, False, False),
    (raw(tip=(0.006, 0.0, 0.008)), 0.99, True, True),     # their norm is 0.01
    (raw(tip=(0.009, 0.0, 0.008)), -0.01, False, False),
    (raw(force=(0.0, 0.0, 31.0)), -0.51, True, False),
    (raw(tip=(0.0, 0.0, 0.0), force=(0.0, 0.0, 31.0)), 0.99, True, True)])
def test_conditions_decide_reward_and_end(tmp_path, observed, reward, terminated, success):
    outcome = get_task(write(tmp_path)).evaluate(observed)
    assert outcome == (pytest.approx(reward), terminated, success)


def test_all_conditions_of_success_have_to_hold(tmp_path):
    task = get_task(write(tmp_path, success=[
        {'term': 'tip_position', 'element': 0, 'min': 0.05},
        {'term': 'tip_position', 'element': 1, 'min': 0.05}]))
    assert not task.evaluate(raw(tip=(0.1, 0.0, 0.0))).success
    assert task.evaluate(raw(tip=(0.1, 0.1, 0.0))).success


@pytest.mark.parametrize('change, words', [
    ({'success': None}, ['success: missing']),
    ({'success': []}, ['success', 'at least one']),
    ({'success': [{'term': 'tip_position'}]}, ['success[0]', 'min and max']),
    ({'success': [{'term': 'tip_position', 'min': 1.0, 'max': 0.0}]}, ['success[0].min']),
    ({'success': [{'term': 'tip_position', 'element': -1, 'max': 0.0}]}, ['element', '>= 0']),
    ({'max_steps': 1.5}, ['max_steps', 'integer']), ({'gamma': 1.5}, ['gamma', '<= 1']),
    ({'rewards': {}}, ["unknown key 'rewards'", "did you mean 'reward'?"])])
def test_mistake_is_answered_with_file_key_and_expectation(tmp_path, change, words):
    file = write(tmp_path, **change)
    with pytest.raises(ContractError) as error:
        get_task(file)
    for word in [file, *words]:
        assert word in str(error.value)


@pytest.mark.parametrize('condition, words', [
    ({'term': 'tip', 'max': 0.1}, ["no observation term 'tip'", 'tip_position']),
    ({'term': 'force', 'element': 3, 'max': 0.1}, ["'force' has 3 numbers", 'no element 3'])])
def test_a_condition_on_what_is_not_observed_is_named(tmp_path, condition, words):
    task = get_task(write(tmp_path, success=[condition]))
    with pytest.raises(ValueError) as error:
        task.evaluate(raw())
    for word in words:
        assert word in str(error.value)


def test_a_file_may_have_dataclasses_whose_annotations_are_texts(tmp_path):
    file = tmp_path / 'reach.py'
    file.write_text(
        'from __future__ import annotations\nfrom dataclasses import dataclass\n'
        'import numpy as np\n' + CLASS.replace(
            'class Reach:', '@dataclass\nclass Reach:\n    near: float = 0.01').replace(
            'gamma = 0.97', 'gamma = np.float32(0.97)'))
    task = get_task(f'{file}:Reach')
    assert task.near == 0.01 and task.evaluate(raw(tip=(0.0, 0.0, 0.0))).success
