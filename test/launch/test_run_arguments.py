"""A run that is taken up again keeps what it began with; another run in its folder is refused."""

from pathlib import Path
import runpy
import subprocess
import sys

from ament_index_python.packages import get_package_share_directory
from launch import LaunchContext
import pytest
from robots import write_contract
from sgft_ros.nodes.run_configuration import RunConfiguration
from sgft_ros.shipped import shipped_checkpoints
import yaml

LAUNCH_FILE = Path(get_package_share_directory('sgft_ros')) / 'launch' / 'finetune.launch.py'
TIMEOUT = 60.0  # [s]


@pytest.fixture
def launched():
    """Give what visits the launch file up to where nodes are made, and returns the arguments."""
    def visit(command_line=(), **given):
        context = LaunchContext(argv=command_line)
        context.launch_configurations.update(given)
        *before_nodes, _ = runpy.run_path(
            str(LAUNCH_FILE))['generate_launch_description']().entities
        for entity in before_nodes:
            entity.visit(context)
        return dict(context.launch_configurations)

    return visit


@pytest.fixture
def begun(launched, tmp_path):
    """Give the folder of a run of `push` that has begun."""
    folder = tmp_path / 'run'
    begin(launched, folder, task='push', algorithm='sac', transition_limit='700', seed='5')
    return folder


def begin(launched, folder, **given):
    RunConfiguration(launched(run_folder=str(folder), **given)).write()


def test_a_run_that_is_taken_up_again_keeps_its_arguments(launched, begun):
    arguments = launched(run_folder=str(begun))
    assert arguments == yaml.safe_load((begun / 'run.yaml').read_text())['arguments']
    assert arguments['task'] == 'push' and arguments['seed'] == '5'


def test_a_limit_that_is_given_replaces_the_one_that_the_run_began_with(launched, begun):
    begin(launched, begun, transition_limit='900')
    arguments = launched(run_folder=str(begun))
    assert arguments['transition_limit'] == '900' and arguments['algorithm'] == 'sac'


def test_paths_mean_the_same_wherever_a_run_is_taken_up_again(launched, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / 'mine.yaml').write_text('learner: {ros__parameters: {algorithm: sac}}')
    (tmp_path / 'key').touch()
    begin(launched, tmp_path / 'run', robot=Path(write_contract(tmp_path, {})).name,
          algorithm='mine.yaml', key_file='key')
    (tmp_path / 'elsewhere').mkdir()
    monkeypatch.chdir(tmp_path / 'elsewhere')
    run = RunConfiguration(launched(run_folder=str(tmp_path / 'run')))
    assert run.parameters['learner']['key_file'] == str(tmp_path / 'key')
    assert Path(run.robot).parent == tmp_path


@pytest.mark.parametrize('name, value', [
    ('task', 'hammer'), ('robot', 'ur5e_servo'), ('algorithm', 'sgft_sac'), ('horizon', '7'),
    ('checkpoint', str(shipped_checkpoints('push', 1))), ('namespace', 'left'),
    ('simulated', 'false'), ('seed', '6'), ('world', 'sim'), ('gap', '0.5')])
def test_another_run_is_refused_by_name_before_anything_is_written(launched, begun, name, value):
    before = {path: path.read_bytes() for path in begun.iterdir()}
    with pytest.raises(ValueError, match=f'^{name}: the run in {begun} has .*got .*{value}'):
        launched(run_folder=str(begun), **{name: value})
    assert {path: path.read_bytes() for path in begun.iterdir()} == before


def test_saying_again_what_was_left_to_a_default_is_no_contradiction(launched, tmp_path):
    begin(launched, tmp_path / 'run', task='push', algorithm='sgft_sac')
    said = {'robot': 'simulated_pusher', 'checkpoint': str(shipped_checkpoints('push')),
            'horizon': '20', 'algorithm': 'sgft_sac', 'namespace': '/', 'gap': '1', 'seed': '00'}
    assert launched(run_folder=str(tmp_path / 'run'), **said).items() >= said.items()


def test_a_real_robot_has_no_world_to_contradict(launched, tmp_path):
    begin(launched, tmp_path / 'run', robot='ur5e_servo', task='puck_push', simulated='false')
    said = {'seed': '6', 'world': 'sim', 'gap': '0.5'}
    assert launched(run_folder=str(tmp_path / 'run'), **said).items() >= said.items()


def test_a_seed_that_is_no_number_is_shown_as_it_is(launched, begun):
    with pytest.raises(ValueError, match="seed: the run in .* has '5', got 'six'"):
        launched(run_folder=str(begun), seed='six')


def test_a_run_file_that_holds_no_arguments_is_named(launched, tmp_path):
    (tmp_path / 'run.yaml').write_text('policy: {ros__parameters: {}}')
    with pytest.raises(ValueError, match='run.yaml: expected the arguments of a run'):
        launched(run_folder=str(tmp_path))


def test_an_argument_that_does_not_exist_is_refused_before_anything_is_written(tmp_path):
    done = subprocess.run(
        [sys.executable, '-m', 'sgft_ros.cli', 'launch', '--noninteractive', 'sgft_ros',
         'finetune.launch.py', f'run_folder:={tmp_path / "run"}', 'simulatd:=false'],
        capture_output=True, text=True, timeout=TIMEOUT)
    assert done.returncode == 1
    assert "unknown launch argument 'simulatd'; did you mean 'simulated'?" in done.stdout
    assert not (tmp_path / 'run').exists()


def test_arguments_of_a_launch_file_that_includes_this_one_are_left_to_it(launched, monkeypatch):
    arguments = ['speed:=2.0', 'task:=push']
    monkeypatch.setattr(sys, 'argv', ['ros2', 'launch', 'mine.launch.py', *arguments])
    assert launched(arguments, task='push')['task'] == 'push'
    monkeypatch.setattr(sys, 'argv', ['ros2', 'launch', str(LAUNCH_FILE), *arguments])
    with pytest.raises(ValueError, match="unknown launch argument 'speed'"):
        launched(arguments, task='push')
