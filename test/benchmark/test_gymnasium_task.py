"""A file with a GymnasiumTask goes through `sgft pretrain` and `sgft benchmark` as a task does."""

import re
import shutil
import sys

import pytest
from sgft_ros.benchmark import command
from sgft_ros.benchmark.results import Results
from sgft_ros.learning.checkpoint import load_checkpoint
from sgft_ros.learning.replay import load_transitions
from sgft_ros.simulation import pretrain
from sgft_ros.simulation.gymnasium_tasks import GYMNASIUM_TASKS
from sgft_ros.simulation.sim_to_real import sim_to_real
from sgft_ros.tasks import BENCHMARK_TASKS, get_task, TASKS

pytest.importorskip('gymnasium')

TASK = """
import gymnasium
from sgft_ros.simulation.gymnasium_task import GymnasiumTask
from sgft_ros.simulation.model_change import ModelRange
from sgft_ros.simulation.pretraining_config import PretrainingConfig

TASK = GymnasiumTask(
    name='pendulum', make=lambda: gymnasium.make('InvertedPendulum-v5'), gamma=0.97, max_steps=50,
    best_return=50.0, real=ModelRange(body_mass=(2.9, 3.1)),
    pretraining=PretrainingConfig(demonstrations=0, dynamics_updates=300),
    protocol={'evaluation_interval': 100, 'evaluation_episodes': 2, 'transition_limit': 200})
"""


@pytest.fixture(scope='module')
def task(tmp_path_factory):
    path = tmp_path_factory.mktemp('task') / 'pendulum.py'
    path.write_text(TASK)
    return path


@pytest.fixture(scope='module')
def checkpoints(task):
    folder = task.parent / 'checkpoints'
    assert pretrain.main(['--task', str(task), '--steps', '300', '--diverse-episodes', '20',
                          '--output', str(folder)]) == 0
    return folder


def test_pretraining_leaves_what_it_leaves_of_an_arm(checkpoints):
    assert {path.name for path in checkpoints.iterdir()} == {
        f'{name}.safetensors' for name in ('policy', 'value', 'learner', 'warm_start', 'dynamics')}
    metadata = load_checkpoint(checkpoints / 'policy.safetensors', 'policy').metadata
    assert (metadata['task'], metadata['gamma']) == ('pendulum', 0.97)
    assert metadata['observation_names'] == [f'observation.{i}' for i in range(4)]
    training = metadata['training']
    assert all(0.0 <= score <= 1.0 for score in (
        training['score_in_simulation'], *training['score_in_reality']))
    transitions, _ = load_transitions(checkpoints / 'warm_start.safetensors')
    assert transitions['action'].shape == (len(transitions['reward']), 1)


def test_the_benchmark_compares_methods_by_the_return_over_the_best_one(
        task, checkpoints, tmp_path, capsys):
    arguments = ['--tasks', str(task), '--checkpoints', str(checkpoints), '--worlds', '100',
                 '--output', str(tmp_path), '--workers', '1']
    methods = ['sac', 'auto:candidates=sgft_geometric+planner']
    assert command.main([*arguments, '--methods', *methods]) == 0
    results = Results(tmp_path).all
    assert len(results) == 2
    assert [list(result['settings'].get('candidates', ())) for result in results] == [
        [], ['sgft_geometric', 'planner']]
    for result in results:
        assert (result['task'], result['robot']) == (str(task), '')
        assert [round_['transitions'] >= due for round_, due in zip(
            result['rounds'], (0, 100, 200))] == [True] * 3
        for round_ in result['rounds']:
            assert round_['score'] == pytest.approx(round_['mean_return'] / 50.0)
            assert 'successes' not in round_


def test_methods_go_without_the_planner_where_dynamics_are_missing(
        task, checkpoints, tmp_path, capsys):
    folder = tmp_path / 'of_an_earlier_version'
    shutil.copytree(checkpoints, folder)
    (folder / 'dynamics.safetensors').unlink()
    arguments = ['--tasks', str(task), '--checkpoints', str(folder), '--worlds', '100',
                 '--output', str(tmp_path), '--workers', '1', '--methods']
    assert command.main([*arguments, 'planner']) == 1
    assert f"'planner' plans on dynamics, but {folder} lacks" in capsys.readouterr().err
    method = 'auto:candidates=sgft_geometric+sac+planner'
    assert command.main([*arguments, method]) == 0
    assert f'warning: {method} goes without planner: {folder} lacks' in capsys.readouterr().err
    result, = Results(tmp_path).all
    assert [*result['settings']['candidates']] == ['sgft_geometric', 'sac']


@pytest.mark.parametrize('name, robot, message', [
    ('walker_wlak', '', "unknown task 'walker_wlak'; did you mean 'walker_walk'[?] choose from: "),
    ('nowhere.py', '', 'there is no such file'),
    (__file__, '', 'expected a GymnasiumTask named TASK'),
    ('walker_walk', 'simulated_arm', '24 numbers in an observation.*9')])
def test_what_is_no_task_is_named(name, robot, message):
    with pytest.raises(ValueError, match=message):
        sim_to_real(name, robot)


def test_a_file_that_imports_what_is_not_installed_says_how_to_install_it(
        task, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, 'gymnasium', None)
    assert pretrain.main(['--task', str(task)]) == 1
    assert "pendulum.py' needs what is not installed" in capsys.readouterr().err


@pytest.mark.parametrize('line, message', [
    ('import nothing_of_that_name', "cannot be imported: No module named 'nothing_of_that_name'"),
    ('ModelRange(gera=(0.4, 0.5))', "cannot be imported: TypeError: .*'gera'"),
    ('ModelRange(gear=0.4)', 'gear: expected two factors'),
    ('TASK =', 'cannot be imported: SyntaxError: '),
])
def test_a_file_that_fails_is_named_with_what_failed(tmp_path, line, message, capsys):
    path = tmp_path / 'mine.py'
    path.write_text(f'{TASK}{line}\n')
    assert pretrain.main(['--task', str(path), '--output', str(tmp_path)]) == 1
    said = capsys.readouterr().err
    assert re.search(f"task '.*mine.py':? {message}", said), said
    assert '.[gymnasium]' not in said


def test_a_robot_refuses_benchmark_tasks_as_such():
    assert set(BENCHMARK_TASKS) == set(GYMNASIUM_TASKS)
    assert not set(BENCHMARK_TASKS) & set(TASKS)
    for name in BENCHMARK_TASKS:
        with pytest.raises(ValueError, match=f"'{name}' is a benchmark task"):
            get_task(name)
