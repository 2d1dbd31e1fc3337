"""What the launch file is told arrives at the nodes, and what it cannot be told is refused."""

from pathlib import Path
import runpy

from ament_index_python.packages import get_package_share_directory
import numpy as np
import pytest
from sgft_ros.learning.checkpoint import load_checkpoint, save_checkpoint
from sgft_ros.nodes.compatibility import OF_TRAINING
from sgft_ros.nodes.gate_lock import GateLock
from sgft_ros.nodes.run_configuration import RunConfiguration
from sgft_ros.nodes.run_record import recorded_training
from sgft_ros.robot import load_robot_contract
from sgft_ros.shipped import shipped_checkpoints
import torch
from untrained import save_checkpoints
import yaml

LAUNCH_FILE = Path(get_package_share_directory('sgft_ros')) / 'launch' / 'finetune.launch.py'


@pytest.fixture(scope='session')
def defaults():
    arguments = runpy.run_path(str(LAUNCH_FILE))['ARGUMENTS']
    return {name: default for name, (default, *_) in arguments.items()}


@pytest.fixture
def checkpoints(tmp_path):
    return checkpoints_for('peg_insert', tmp_path / 'checkpoints')


def checkpoints_for(task, folder):
    contract = load_robot_contract('simulated_arm')
    folder.mkdir()
    save_checkpoints(folder, contract.observation_names, contract.action_names, task)
    return folder


@pytest.fixture
def configure(defaults, checkpoints, tmp_path):
    def make(**changes):
        run_folder = changes.pop('run_folder', str(tmp_path / 'run'))
        return RunConfiguration(
            defaults | {'checkpoint': str(checkpoints), 'run_folder': run_folder} | changes)

    return make


def test_written_parameters_are_one_ros_parameter_file_for_all_nodes(configure):
    content = yaml.safe_load(configure(seed='3').write().read_text())
    assert set(content) == {
        '/safety_gate', '/simulated_robot', '/policy', '/value_shaping', '/replay_buffer',
        '/learner', '/monitor'}
    assert all(list(section) == ['ros__parameters'] for section in content.values())
    for name in ('policy', 'learner', 'simulated_robot', 'replay_buffer'):
        assert content[f'/{name}']['ros__parameters']['seed'] == 3


def test_what_an_earlier_launch_left_half_written_is_removed(configure):
    run = configure()
    run.folder.mkdir()
    for name in ('.run.yaml.12.tmp', '.parameters.yaml.12.tmp', '.others.12.tmp'):
        (run.folder / name).touch()
    run.write()
    assert {path.name for path in run.folder.glob('.*')} == {'.others.12.tmp'}


def test_arguments_override_the_files_and_reach_every_node_that_needs_them(configure):
    run = configure(algorithm='sgft_sac', transition_limit='700', horizon='7',
                    evaluation_episodes='7')
    assert run.parameters['policy']['transition_limit'] == 700
    assert run.parameters['monitor']['transition_limit'] == 700
    assert run.parameters['learner']['horizon'] == 7
    assert run.parameters['policy']['evaluation_episodes'] == 7
    for name in ('simulated_robot', 'policy', 'replay_buffer', 'learner', 'monitor'):
        assert run.parameters[name]['run_folder'] == str(run.folder)
    assert configure(algorithm='sgft_sac').parameters['learner']['horizon'] == 20


def test_the_simulated_driver_takes_on_the_habits_of_the_robots_own(configure):
    for robot, rate in (('ur5e_velocity', 500.0), ('fr3_crisp', 30.0)):
        run = configure(robot=robot, task='puck_push', checkpoint='')
        driver = run.parameters['simulated_robot']
        assert driver['joint_state_rate'] == rate and driver['robot'] == robot
    assert 'joint_state_rate' not in configure().parameters['simulated_robot']


def test_policy_and_monitor_agree_on_the_limit_by_default(configure):
    parameters = configure().parameters
    assert (parameters['policy']['transition_limit']
            == parameters['monitor']['transition_limit'])


def test_the_robot_side_moves_into_the_namespace_alone(configure):
    run = configure(namespace='left/')
    assert run.node_name('policy') == '/left/policy'
    assert run.node_name('learner') == '/learner'
    assert run.topic('wrench') == '/left/wrench'
    assert run.topic('/wrench') == '/wrench'


def test_the_policy_knows_where_the_simulator_succeeded_if_the_checkpoint_has_it(
        configure, checkpoints):
    data = checkpoints / 'warm_start.safetensors'
    assert configure().parameters['policy']['simulation_data'] == str(data)
    data.unlink()
    assert configure().parameters['policy']['simulation_data'] == ''


def test_demonstrations_reach_the_replay_buffer_with_the_share_that_is_asked_for(
        configure, checkpoints, tmp_path):
    file = tmp_path / 'demonstrations.safetensors'
    save_checkpoint(file, 'replay', {'reward': np.zeros(1, np.float32)}, {'sources': ['a bag']})
    run = configure(prior_data=str(file), prior_ratio='0.25')
    assert run.parameters['learner']['prior_ratio'] == 0.25
    assert run.parameters['replay_buffer']['prior_data'] == str(file)
    assert run.parameters['replay_buffer']['value_checkpoint'] == str(
        checkpoints / 'value.safetensors')
    simulated = configure(algorithm='rlpd').parameters
    assert simulated['replay_buffer']['prior_data'] == str(checkpoints / 'warm_start.safetensors')
    with pytest.raises(ValueError, match='prior_ratio:=0.25'):
        configure(prior_data=str(file), algorithm='sgft_sac')
    with pytest.raises(ValueError, match='lacking.* does not exist'):
        configure(prior_data='lacking', algorithm='rlpd')


def test_a_policy_and_v_sim_alone_are_refused_where_the_learner_begins_with_more(
        configure, checkpoints):
    for name in 'learner', 'warm_start':
        (checkpoints / f'{name}.safetensors').unlink()
    for algorithm, lacks in (
        ('sac', 'sac learner.safetensors. Choose another algorithm, or a folder'),
        ('auto', 'sac learner.safetensors; planner dynamics.safetensors. Choose'),
        ('sgft_sac', 'sgft_sac warm_start.safetensors. .* warm_start_updates: 0, or'),
    ):
        with pytest.raises(ValueError, match=f'{checkpoints} lacks .*{lacks}'):
            configure(algorithm=algorithm)
        configure(algorithm=algorithm, learner='false')  # it has its own files, elsewhere
        configure(algorithm=algorithm, learning_side='false', rate_factor='1.0', namespace='b')
    assert configure(algorithm='rlpd', prior_ratio='0.0').folder
    with pytest.raises(ValueError, match='prior_ratio: .* lacks warm_start.safetensors'):
        configure(algorithm='rlpd')


def test_one_candidate_with_all_its_files_is_enough(configure, checkpoints):
    assert not (checkpoints / 'dynamics.safetensors').exists()
    assert configure(algorithm='auto').parameters['learner']['dynamics_checkpoint'] == ''


@pytest.mark.parametrize('changes, sim_time', [
    ({'rate_factor': '1.0'}, False), ({'rate_factor': '3.0'}, True),
    ({'rate_factor': '3.0', 'simulated': 'false', 'robot': 'simulated_arm'}, False),
    ({'use_sim_time': 'true', 'simulated': 'false', 'robot': 'simulated_arm'}, True)])
def test_simulated_time_only_where_a_simulated_robot_runs_at_another_rate_or_it_is_asked_for(
        configure, changes, sim_time):
    run = configure(**changes)
    assert run.simulated_time == sim_time
    assert {name: values['use_sim_time'] for name, values in run.parameters.items()} == {
        name: sim_time and name not in ('monitor', 'simulated_robot') for name in run.parameters}
    # The watchdog of the gate counts in control periods of that time.
    assert run.parameters['safety_gate']['rate_factor'] == (
        3.0 if sim_time and run.simulated else 1.0)


def test_a_run_that_is_taken_up_again_begins_a_new_bag(configure):
    run = configure()
    assert run.bag_folder().name == 'bag'
    run.bag_folder().mkdir(parents=True)
    assert run.bag_folder().name == 'bag_2'


@pytest.mark.parametrize('changes, message', [
    ({'algorithm': 'td3'}, "unknown algorithm 'td3'; choose from: auto, cal_ql, iql, pbrs, "),
    ({'algorithm': 'sack'}, "unknown algorithm 'sack'; did you mean 'sac'[?] choose from: auto"),
    ({'simulated': 'false'}, 'robot: expected a contract, as simulated is false'),
    ({'task': 'peg', 'robot': 'simulated_arm'}, "unknown task 'peg'; choose from: hammer, "),
    ({'task': 'puck_pusch'}, "unknown task 'puck_pusch'; did you mean 'puck_push'[?] choose"),
    ({'task': 'walker_walk'}, "task 'walker_walk' is a benchmark task"),
    ({'checkpoint': '/nowhere'}, 'lacks policy.safetensors'),
    ({'seed': 'one'}, "seed: expected an integer, got 'one'"),
    ({'horizon': '5'}, "horizon: the algorithms that 'auto' arbitrates have their own"),
    ({'transition_limit': '1e3'}, "transition_limit: expected an integer, got '1e3'"),
    ({'prior_ratio': '2'}, '^prior_ratio: expected 0...1, got 2.0'),
    ({'prior_ratio': 'nan', 'algorithm': 'sac'}, '^prior_ratio: expected 0...1, got nan'),
    ({'seed': '-1'}, '^seed: expected 0...2147483647, got -1'),
    ({'evaluation_interval': '0'}, '^evaluation_interval: expected 1...1000000000, got 0'),
    ({'goal_success': '90'}, '^goal_success: expected 0...1, got 90.0'),
    ({'rate_factor': '0'}, '^rate_factor: expected 0.01...1000, got 0.0'),
    ({'use_sim_time': 'true'}, '^use_sim_time: expected false, as simulated is true'),
    ({'gap': '-1'}, '^gap: expected 0...10, got -1.0'),
    ({'faults': 'jiter'}, "^faults: unknown fault 'jiter'; did you mean 'jitter'"),
    ({'key_file': 'nokey'}, '^key_file: key file .*nokey cannot be read: No such file'),
    ({'namespace': 'a b'}, "^namespace: expected letters, digits and _, .*, got 'a b'"),
    ({'namespace': 'a/2b'}, "^namespace: expected letters, .*, got 'a/2b'"),
    ({'task_parameters': 'nope.yaml'}, 'file of the task, /.*nope.yaml, does not exist'),
    ({'task_parameters': 'nope'}, 'file of the task, /.*nope, does not exist'),
    ({'algorithm': 'nope.yaml'}, 'file of the algorithm, .*nope.yaml, does not exist'),
])
def test_a_wrong_argument_is_refused_by_name(configure, changes, message):
    with pytest.raises(ValueError, match=message):
        configure(**changes)


def changed(path, kind, **metadata):
    checkpoint = load_checkpoint(path, kind)
    save_checkpoint(path, kind, checkpoint.tensors, {**checkpoint.metadata, **metadata})


@pytest.mark.parametrize('name, kind, change, message', [
    ('policy', 'policy', {'control_rate': 10.0}, "robot 'simulated_arm' and task 'peg_insert': "
     'control_rate is 10.0 in the checkpoint, 20.0 here'),
    ('policy', 'policy', {'gamma': 0.9}, 'gamma is 0.9 in the checkpoint, 0.97 here'),
    ('value', 'value', {'gamma': 0.9}, r'value.safetensors does not belong to .*policy.'
     'safetensors: gamma is 0.9, there 0.97'),
    ('learner', 'learner', {'task': 'push'}, 'learner.*task is push, there peg_insert'),
    ('warm_start', 'replay', {'action_names': ['a']}, r"warm_start.*action_names is \['a'\]"),
])
def test_a_checkpoint_of_another_training_is_refused_before_anything_starts(
        configure, checkpoints, name, kind, change, message):
    changed(checkpoints / f'{name}.safetensors', kind, **change)
    with pytest.raises(ValueError, match=message):
        configure()


def test_demonstrations_of_another_task_are_refused_before_anything_starts(
        configure, checkpoints, tmp_path):
    file = tmp_path / 'demonstrations.safetensors'
    save_checkpoint(file, 'replay', {'reward': np.zeros(1, np.float32)}, {'task': 'push'})
    with pytest.raises(ValueError, match=r'demonstrations.*task is push, there peg_insert'):
        configure(prior_data=str(file), prior_ratio='0.25')


def test_what_a_run_was_trained_for_is_kept_with_it(configure):
    run = configure(checkpoint='')
    run.write()
    metadata = load_checkpoint(
        shipped_checkpoints('peg_insert') / 'policy.safetensors', 'policy').metadata
    assert recorded_training(run.folder) == {name: metadata[name] for name in OF_TRAINING}


@pytest.mark.parametrize('text, message', [
    ('learner:\n  horizon: 5\n', 'learner: expected ros__parameters'),
    ('lerner:\n  ros__parameters: {}\n', "unknown node 'lerner'; choose from"),
    ('learner: [', 'is no valid YAML'),
    ('learner:\n\thorizon: 5', 'in ".*mine.yaml", line 2'),
])
def test_a_wrong_algorithm_file_is_refused_by_name(configure, tmp_path, text, message):
    path = tmp_path / 'mine.yaml'
    path.write_text(text)
    with pytest.raises(ValueError, match=message):
        configure(algorithm=str(path))


@pytest.mark.skipif(torch.cuda.is_available(), reason='there is a GPU')
def test_a_gpu_that_is_not_there_is_missed_where_the_learner_starts_here(configure):
    with pytest.raises(ValueError, match="^device: expected a GPU for 'cuda', but"):
        configure(device='cuda')
    configure(device='cuda', learner='false')


@pytest.mark.parametrize('argument', ['task_parameters', 'algorithm'])
@pytest.mark.parametrize('text, message', [
    ('policy: {ros__parameters: {explorationstd: 0.4}}',
     "policy: unknown parameter 'explorationstd'; did you mean 'exploration_std'[?] choose from"),
    ('policy: {ros__parameters: {exploration_std: wide}}',
     "policy: exploration_std: expected float, got 'wide'"),
    ('monitor: {ros__parameters: {goal_success: 90}}',
     'monitor: goal_success: expected 0...1, got 90.0'),
    ('value_shaping: {ros__parameters: {position_elements: 3}}',
     'value_shaping: position_elements: expected a list of int, got 3'),
    ('value_shaping: {ros__parameters: {position_elements: [0, -1]}}',
     r'value_shaping: position_elements: expected 0...10000, got \[0, -1\]'),
    ('policy: {ros__parameters: 3}', 'policy: expected parameters by name, got 3'),
])
def test_what_a_node_would_not_take_is_refused_with_its_file(
        configure, tmp_path, argument, text, message):
    path = tmp_path / 'mine.yaml'
    path.write_text(text)
    with pytest.raises(ValueError, match=f'^{path}, {message}'):
        configure(**{argument: str(path)})


@pytest.mark.parametrize('written, message', [
    ('{algorithm: sgft_sak}', "unknown algorithm 'sgft_sak'; choose from: cal_ql, "),
    ('{algorithm: auto, candidates: [sack]}', "unknown algorithm 'sack'; did you mean 'sac'"),
    ('{algorithm: auto, tau: 0.3}', "parameter 'tau': 0.3 has no effect"),
    ('{algorithm: sac, updates_per_transitions: 50}', "did you mean 'updates_per_transition'"),
])
def test_what_the_learner_would_not_take_is_refused_with_its_file(
        configure, tmp_path, written, message):
    path = tmp_path / 'mine.yaml'
    path.write_text(f'learner: {{ros__parameters: {written}}}')
    with pytest.raises(ValueError, match=f'^{path}, learner: .*{message}'):
        configure(algorithm=str(path))


def test_numbers_may_be_written_as_the_benchmark_takes_them(configure, tmp_path):
    path = tmp_path / 'mine.yaml'
    path.write_text('learner: {ros__parameters: {algorithm: sac, tau: 1e-2, learning_rate: 1}}\n'
                    'safety_gate: {ros__parameters: {watchdog_timeout: 1, use_sim_time: true}}')
    parameters = configure(algorithm=str(path)).parameters
    assert (parameters['learner']['tau'], parameters['learner']['learning_rate']) == (0.01, 1.0)
    assert type(parameters['learner']['learning_rate']) is float
    assert type(parameters['safety_gate']['watchdog_timeout']) is float


@pytest.mark.parametrize('left, message', [
    (['replay.journal', 'checkpoints', 'episodes.jsonl', 'bag', '.lock'],
     r'that of a run, with its run.yaml; .*run has none, but bag, checkpoints, .*[.][.][.]$'),
    (['mine.txt'], 'has none, but mine.txt$')])
def test_a_folder_that_is_no_run_is_not_taken_for_one(configure, tmp_path, left, message):
    (tmp_path / 'run').mkdir()
    for name in left:
        (tmp_path / 'run' / name).touch()
    with pytest.raises(ValueError, match=f'^run_folder: .*{message}'):
        configure()


def test_a_folder_in_which_a_launch_ended_before_it_began_is_taken(configure, tmp_path):
    (tmp_path / 'run').mkdir()
    for name in ('.lock', 'parameters.yaml', '.run.yaml.12.tmp'):
        (tmp_path / 'run' / name).touch()
    assert configure().write().parent == tmp_path / 'run'
    configure().write()  # now it is a run


def test_a_file_is_no_folder_of_a_run(configure, tmp_path):
    (tmp_path / 'file').touch()
    for folder in ('file', 'file/run'):
        with pytest.raises(ValueError, match=f'^run_folder: expected a folder, got .*{folder}'):
            configure(run_folder=str(tmp_path / folder))


def test_what_a_file_says_of_a_node_in_several_places_adds_up(configure, tmp_path):
    path = tmp_path / 'mine.yaml'
    path.write_text('learner: {ros__parameters: {algorithm: sac, tau: 0.1, batch_size: 32}}\n'
                    'policy: {ros__parameters: {seed: 3}}\n'
                    'learner: {ros__parameters: {tau: 0.2}}\n')
    learner = configure(algorithm=str(path)).parameters['learner']
    assert (learner['algorithm'], learner['tau'], learner['batch_size']) == ('sac', 0.2, 32)


OWN_TASK = """
name: reach
gamma: 0.97
max_steps: 40
value_terms: [tip_position]
success: [{term: tip_position, max: 0.01}]
reward: {success: 1.0}
"""


def test_a_task_of_ones_own_goes_to_the_nodes_with_its_path_and_parameters(
        configure, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / 'reach.yaml').write_text(OWN_TASK)
    (tmp_path / 'run.yaml').write_text('policy: {ros__parameters: {transition_limit: 77}}')
    parameters = configure(
        task='reach.yaml', task_parameters='run.yaml', robot='simulated_arm', simulated='false',
        checkpoint=str(checkpoints_for('reach', tmp_path / 'reach'))).parameters
    assert parameters['policy']['task'] == str(tmp_path / 'reach.yaml')
    assert parameters['policy']['transition_limit'] == 77
    assert parameters['learner']['task_file'] == str(tmp_path / 'run.yaml')
    assert parameters['monitor']['title'].startswith('reach, ')


def test_a_task_of_ones_own_has_no_scene_around_the_simulated_arm(configure, tmp_path):
    file = tmp_path / 'reach.yaml'
    file.write_text(OWN_TASK)
    with pytest.raises(ValueError, match='no scene.*simulated:=false'):
        configure(task=str(file))


def test_acting_alone_takes_the_state_of_a_run_and_leaves_its_folder_alone(configure, tmp_path):
    folder = tmp_path / 'run'
    with pytest.raises(ValueError, match='act_only: expected the run_folder of a run, got none'):
        configure(act_only='true', run_folder='')
    with pytest.raises(ValueError, match='lacks policy_simulated_arm.safetensors'):
        configure(act_only='true')
    folder.mkdir()
    (folder / 'policy_simulated_arm.safetensors').touch()
    (folder / 'acting').mkdir()
    run = configure(act_only='true', rate_factor='3.0')
    assert run.folder == folder / 'acting_2'
    assert run.parameters['policy']['run_folder'] == str(folder)
    assert all(run.parameters[name]['run_folder'] == str(run.folder)
               for name in ('simulated_robot', 'monitor'))
    assert run.parameters['policy']['act_only'] and run.parameters['monitor']['act_only']
    assert not run.learning_side and 'monitor' in run.robot_side


def test_the_lock_of_a_run_holds_for_who_acts_alone_and_theirs_for_the_run(configure, tmp_path):
    (tmp_path / 'run').mkdir()
    (tmp_path / 'run' / 'policy_simulated_arm.safetensors').touch()
    (tmp_path / 'run' / 'run.yaml').touch()

    def lock(**arguments):
        return GateLock(configure(**arguments).parameters['safety_gate']['run_folder'])

    lock().lock()
    acting = lock(act_only='true')
    assert acting.locked
    acting.unlock()
    assert not lock().locked
    lock(act_only='true').lock()
    assert lock().locked
