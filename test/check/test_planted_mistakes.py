"""Each planted mistake of contract or checkpoint is found, and named in words."""

from dataclasses import replace
from pathlib import Path

from ament_index_python.packages import get_package_share_directory
from command_kinds import changes as kind_changes
from command_kinds import through_joints, write_urdf
from data_path import node_process, running_probe
from looks import assert_named, bad, end, own_domain, record, sgft
from own_task import reach
import pytest
from robots import DELETED, SHIPPED, write_contract
from sensor_msgs.msg import JointState
from sgft_ros.check import bag, live, trained
from sgft_ros.check.command import main
from sgft_ros.check.findings import Level
from sgft_ros.check.judge import judge
from sgft_ros.learning.checkpoint import load_checkpoint, save_checkpoint
from sgft_ros.nodes.compatibility import check_compatible
from sgft_ros.robot import load_robot_contract
from sgft_ros.simulation.sim_to_real import sim_to_real
from sgft_ros.tasks import get_task
import yaml

CHECKPOINTS = Path(get_package_share_directory('sgft_ros')) / 'resource' / 'checkpoints'
TERMS = yaml.safe_load(SHIPPED.read_text())['observation']
JOINT = kind_changes('joint_position')
JOINTS = JOINT['command.joints']
RED, YELLOW = Level.RED, Level.YELLOW
RECORDED = 2.0  # [s]
RUNNING = {'name': 'running', 'topic': 'program_running', 'type': 'std_msgs/msg/Bool',
           'field': 'data', 'allowed': [True], 'latched': True}
HOME = {'kind': 'home', 'position': [0.5, 0.0, 0.16], 'tolerance': 0.003}


@pytest.fixture(scope='module')
def recording(tmp_path_factory):
    """Record the simulated arm; give the bag, and the live graph as facts."""
    folder = tmp_path_factory.mktemp('recording')
    path, robot = folder / 'bag', write_contract(folder, {'interlocks': [RUNNING]})
    with own_domain(), node_process('simulated_robot', gap=0.0, robot=robot):
        with running_probe() as probe:
            states = probe.collect(JointState, 'joint_states', 10)
            probe.until(lambda: states, what='a robot')
            recorder = record(path)
            probe.until(lambda: probe.node.count_subscribers('wrench'), what='a recorder')
        graph = live.listen(load_robot_contract('simulated_arm'), '', RECORDED)
        end(recorder)
    return path, graph


@pytest.fixture
def look(recording, tmp_path):
    """Return a function from changes of the contract to all findings."""
    path, graph = recording

    def check(changes=(), task='peg_insert', checkpoint=None):
        contract = load_robot_contract(write_contract(tmp_path, changes))
        # Messages of the bag, and who was in the graph while it was recorded.
        facts = replace(bag.read(path, contract, '', None), live=True, topics=graph.topics,
                        services=graph.services)
        if task is None:
            return judge(facts, contract)
        return judge(facts, contract, get_task(task), trained.load(
            checkpoint or CHECKPOINTS / 'peg_insert'))

    return check


def test_a_right_configuration_is_green_live_and_from_the_bag(recording, look):
    path, graph = recording
    contract, task = load_robot_contract('simulated_arm'), get_task('peg_insert')
    checkpoint = trained.load(CHECKPOINTS / 'peg_insert')
    assert not bad(look())
    live_findings = judge(graph, contract, task, checkpoint)
    assert max(each.level for each in live_findings) < RED, bad(live_findings)
    from_bag = judge(bag.read(path, contract, '', None), contract, task, checkpoint)
    assert len(bad(from_bag)) == 1
    assert_named(from_bag, YELLOW, 'driver and services', 'a bag does not tell')


@pytest.mark.parametrize('kind', ['joint_velocity', 'joint_position', 'joint_trajectory'])
@pytest.mark.parametrize('make', [kind_changes, through_joints])
def test_a_right_contract_of_joints_has_one_mistake_only_the_other_type_of_command(
        look, kind, make):
    findings = look(make(kind), task=None)
    assert [each.subject for each in findings if each.level == RED] == [
        'listeners of /twist_commands']


MISTAKES = {  # name: (changes of the contract, level, words of the finding)
    'topic': ({'observation.1.source.topic': 'wrech'},
              RED, ['topic /wrech', 'nobody publishes', "did you mean '/wrench'?"]),
    'type': ({'observation.1.source.type': 'geometry_msgs/msg/Wrench',
              'observation.1.source.fields': ['force.x', 'force.y', 'force.z']},
             RED, ['topic /wrench', 'geometry_msgs/msg/WrenchStamped', 'write the type']),
    'type that is not installed': (
        {'observation.1.source.type': 'vendor_msgs/msg/Force'},
        RED, ['topic /wrench', 'vendor_msgs/msg/Force', 'geometry_msgs/msg/WrenchStamped']),
    'constant that the simulation never had': (
        {'observation.2': {'name': 'last_action', 'unit': '1', 'source': {
            'kind': 'constant', 'fields': ['linear.x', 'linear.y', 'linear.z'],
            'values': [50.0, 0.0, 0.0]}}},
        RED, ['range of last_action.linear.x', 'give the term last_action values that']),
    'field': ({'observation.1.source.fields': ['wrench.force.x', 'wrench.force.y', 'wrench.fz']},
              RED, ['force', 'wrench.fz', 'contract']),
    'frame': ({'observation.0.source.target_frame': 'hoel'},
              RED, ['frame hoel', 'tip_position', "did you mean 'hole'?"]),
    'base frame': ({'frames.base': 'world', 'command.frame_id': 'world'},
                   RED, ['frame world', 'tool position', 'limits.workspace', 'base_link']),
    'tool frame': ({'frames.tool': 'peg_tipp'}, RED, ['frame peg_tipp', 'not in tf', "'peg_tip'"]),
    'object frame': ({'frames.object': 'holes'},
                     YELLOW, ['frame holes', 'frames.object', "'hole'"]),
    'sensor slower than max_age': ({'observation.1.max_age': 0.004},
                                   RED, ['age of force', 'too slow', 'max_age', '0.004 s']),
    'max_age of the tool': ({'limits.workspace.max_age': 0.001},
                            RED, ['age of tool position', '0.001 s']),
    'workspace': ({'limits.workspace.max': [0.7, 0.2, 0.1]},
                  RED, ['tool position, z', 'above the limit', 'limits.workspace']),
    'workspace in millimetres': ({'limits.workspace.min': [300.0, -200.0, 0.0],
                                  'limits.workspace.max': [700.0, 200.0, 500.0]},
                                 RED, ['tool position, x', 'below the limit', '300 to 700 m']),
    'speed limit 0': ({'limits.linear_speed': 0.0},
                      RED, ['limits.linear_speed', 'could not move', 'a limit of 0 is a limit']),
    'speed limit below scale': ({'limits.linear_speed': 0.03},
                                YELLOW, ['limits.linear_speed', 'cut to 50%', 'command.scale']),
    'scale of the commands in millimetres': (
        {'command.scale': 60.0}, RED, ['limits.linear_speed', 'cut to 0%', 'command.scale']),
    'workspace without height': (
        {'limits.workspace.min': [0.3, -0.2, 0.14], 'limits.workspace.max': [0.7, 0.2, 0.14]},
        RED, ['limits.workspace, linear.z', 'both 0.14', 'may move']),
    'wide workspace in millimetres': (
        {'limits.workspace.min': [-300.0, -200.0, -10.0],
         'limits.workspace.max': [700.0, 200.0, 500.0]},
        RED, ['limits.workspace, linear.x', 'which is no limit', 'millimetres']),
    'clip of what was to be scaled': (
        {'observation.1.clip': 0.002}, RED, ['range of force.z', 'mostly clipped at -0.002']),
    'small action step': ({'limits.action_step': 0.001},
                          YELLOW, ['limits.action_step', '1000 commands']),
    'action step 0': ({'limits.action_step': 0.0}, RED, ['limits.action_step', 'no action']),
    'rotation that may not turn': (
        {'command.axes': ['linear.x', 'linear.y', 'angular.z']},
        RED, ['limits.angular_speed', 'could not move']),
    'lead of a pose': (
        kind_changes('pose') | {'command.lead': {'linear': 0.001, 'angular': 0.1}},
        YELLOW, ['command.lead of linear.x', 'held back', '0.003 m']),
    'topic of the commands': ({'command.topic': 'twist_command'},
                              RED, ['listeners of /twist_command', 'nobody listens',
                                    "did you mean '/twist_commands'?"]),
    'type of the commands': ({'command.type': 'geometry_msgs/msg/Twist'},
                             RED, ['/simulated_robot expects geometry_msgs/msg/TwistStamped',
                                   'command.type']),
    'reset service': ({'reset.service': 'robot/reset'},
                      RED, ['service /robot/reset', 'nobody offers',
                            '/simulated_robot/reset']),
    'topic of an interlock': (
        {'interlocks': [RUNNING | {'topic': 'programm_running'}]},
        RED, ['topic /programm_running', "did you mean '/program_running'?",
              'interlocks (running)']),
    'type of an interlock': (
        {'interlocks': [RUNNING | {'type': 'std_msgs/msg/Int32'}]},
        RED, ['topic /program_running', 'std_msgs/msg/Int32', 'messages of type std_msgs/msg/Bo']),
    'field of an interlock': (
        {'interlocks': [RUNNING | {'field': 'running'}]},
        RED, ['interlock running', 'no such value', "no attribute 'running'"]),
    'allowed values of an interlock': (
        {'interlocks': [RUNNING | {'allowed': [False]}]},
        YELLOW, ['interlock running', 'data of program_running is False', 'found True now',
                 'correct allowed']),
    'kind of the allowed values': (
        {'interlocks': [RUNNING | {'allowed': [1]}]},
        RED, ['interlock running', 'never match', 'write true or false under allowed']),
    'silence of a topic that tells changes alone': (
        {'interlocks': [RUNNING | {'max_age': 0.5}]},
        RED, ['silence of interlock running', 'leave max_age out']),
    'home outside of the workspace': (
        {'reset': HOME | {'position': [0.5, 0.3, 0.16]}},
        RED, ['reset.position, linear.y', '-0.2 to 0.2', '0.3: the safety gate never']),
    'home too far for the time': (
        {'reset': HOME | {'position': [0.3, 0.0, 0.16], 'timeout': 2.0}},
        RED, ['way to reset.position', 'are left after', 'reset.timeout']),
    'home with little time to spare': (
        {'reset': HOME | {'position': [0.4, 0.0, 0.16], 'timeout': 6.5}},
        YELLOW, ['way to reset.position', 'if it follows', 'reset.timeout']),
    'control rate': ({'control_rate': 10.0},
                     RED, ['control rate', '10', '20.0 in policy', 'control_rate']),
    'scale': ({'observation.0.scale': 20_000.0},
              RED, ['range of tip_position.z', 'far off', 'scale (20000)']),
    'unit': ({'observation.0.unit': 'mm'},
             RED, ['numbers of the observation', 'tip_position.x [mm]', 'tip_position.x [m]']),
    'order of terms': ({'observation': [TERMS[1], TERMS[0], TERMS[2]]},
                       RED, ['numbers of the observation', 'another order',
                             'number 1 is force.x [N], not tip_position.x [m]']),
    'order of fields': ({'observation.0.source.fields': ['y', 'x', 'z']},
                        RED, ['another order', 'number 1 is tip_position.y [m]']),
    'missing term': ({'observation': [TERMS[0], TERMS[2]]},
                     RED, ['numbers of the observation', 'the contract lacks force.x [N]']),
    'additional term': (
        {'observation': [*TERMS, TERMS[1] | {'name': 'torque'}]},
        RED, ['the policy does not know torque.x [N]', 'sgft pretrain']),
    'name of a term': ({'observation.0.name': 'tcp_position'},
                       RED, ['task peg_insert', "no term 'tip_position'",
                             "did you mean 'tcp_position'?"]),
    'axes of the action': ({'command.axes': ['linear.x', 'linear.y'], 'command.scale': 0.06},
                           RED, ['numbers of the action', 'the contract lacks linear.z [m/s]']),
    'frame of an observation': (
        {'observation.0.source.target_frame': 'base_link'},
        YELLOW, ['range of tip_position.x', '100% of the samples outside', 'frames of the term']),
}


@pytest.mark.parametrize('mistake', MISTAKES)
def test_a_mistake_of_the_contract_is_named(look, mistake):
    changes, level, words = MISTAKES[mistake]
    assert_named(look(changes), level, *words)


JOINT_MISTAKES = {
    'joint': ({'command.joints': ['shoulder_pan_jiont', *JOINTS[1:]]},
              RED, ['joints of joint positions', "lacks shoulder_pan_jiont; did you mean '"
                    f'{JOINTS[0]}', 'command.joints']),
    'joint limits': ({'limits.joints.max': [3.0, 3.0, -2.9, 3.0, 3.0, 3.0]},
                     RED, [f'joint positions, {JOINTS[2]}', 'above the limit', 'limits.joints']),
    'joint limits in degrees': (
        {'limits.joints.min': [10.0] * 6, 'limits.joints.max': [180.0] * 6},
        RED, ['joint positions', 'below the limit', '10 to 180 rad']),
    'wide joint limits in degrees': (
        {'limits.joints.min': [-180.0] * 6, 'limits.joints.max': [180.0] * 6},
        RED, [f'limits.joints, {JOINTS[0]}', 'which is no limit', 'degrees']),
    'topic of the joints': ({'limits.joints.topic': 'joint_state'},
                            RED, ['topic /joint_state', "did you mean '/joint_states'?"]),
    'home of joints in degrees': (
        {'reset': HOME | {'position': [0.0, -90.0, 95.0, -95.0, -90.0, 0.0]}},
        RED, [f'reset.position, {JOINTS[1]}', '-3 to 3', '-90']),
    'speed of a joint': ({'limits.joints.speed': [0.5, 0.0, 0.5, 0.5, 0.5, 0.5]},
                         RED, [f'limits.joints.speed of {JOINTS[1]}', 'could not move']),
    'lead of a joint': ({'command.lead': 0.01},
                        YELLOW, [f'command.lead of {JOINTS[0]}', 'held back', '0.02 rad']),
}


@pytest.mark.parametrize('mistake', JOINT_MISTAKES)
def test_a_mistake_of_a_contract_of_joints_is_named(look, mistake):
    changes, level, words = JOINT_MISTAKES[mistake]
    assert_named(look(JOINT | changes, task=None), level, *words)


THROUGH_JOINTS_MISTAKES = {
    'workspace of the tool in millimetres': (
        {'limits.workspace': {'min': [300.0, -200.0, 0.0], 'max': [700.0, 200.0, 500.0]}}, RED,
        ['tool pose, x', 'below the limit', 'limits.workspace']),
    'workspace of the tool without width': (
        {'limits.workspace': {'min': [0.3, 0.0, 0.0], 'max': [0.7, 0.0, 0.5]}}, RED,
        ['limits.workspace, linear.y', 'both 0', 'may move']),
    'home of the tool outside of its workspace': (
        {'reset': HOME | {'position': [0.5, 0.3]},
         'limits.workspace': {'min': [0.3, -0.2, 0.0], 'max': [0.7, 0.2, 0.5]}}, RED,
        ['reset.position, linear.y', '-0.2 to 0.2', '0.3: the safety gate never']),
    'home of the tool that its joints do not reach': (
        {'reset': HOME | {'position': [1.5, 0.0]}}, RED,
        ['way to reset.position', 'are left after', 'reset.timeout']),
    'home of the tool in millimetres': (
        {'reset': HOME | {'position': [500.0, 0.0]}}, RED,
        ['reset.position, linear.x', '-2 to 2', '500: the safety gate never']),
    'speed of a joint that moves the tool': (
        {'limits.joints.speed': [2.0, 0.02, 2.0, 2.0, 2.0, 2.0]}, RED,
        [f'limits.joints.speed of {JOINTS[1]}', 'cut to', 'command.scale']),
    'lead of a joint that moves the tool': (
        {'command.lead': 0.001}, YELLOW, ['command.lead of', 'held back']),
}


@pytest.mark.parametrize('mistake', THROUGH_JOINTS_MISTAKES)
def test_a_mistake_of_a_contract_whose_joints_move_the_tool_is_named(look, mistake):
    changes, level, words = THROUGH_JOINTS_MISTAKES[mistake]
    assert_named(look(through_joints('joint_position') | changes, task=None), level, *words)


def test_a_home_of_the_tool_within_reach_of_its_joints_is_green(look):
    findings = look(through_joints('joint_velocity') | {
        'reset': HOME | {'position': [0.5, 0.0]}}, task=None)
    about_home = {each.subject: each.level for each in findings if 'reset' in each.subject}
    assert 'way to reset.position' in about_home
    assert max(about_home.values()) == Level.GREEN


@pytest.mark.parametrize('origin, words', [
    ('xyz="0 0 0.11"', ['40 mm and']), ('xyz="0 0 0.07" rpy="0 0 0.2"', ['0.2 rad apart'])])
def test_a_urdf_with_another_tool_is_named(look, tmp_path, origin, words):
    other = tmp_path / 'other.urdf'
    write_urdf(other, origin)
    findings = look(through_joints('joint_velocity') | {'command.urdf': str(other)}, task=None)
    assert_named(findings, RED, 'kinematics of other.urdf', *words, 'robot_state_publisher')


@pytest.mark.parametrize('reset, subjects', [
    (HOME, ['way to reset.position']), (HOME | {'confirm': True}, ['way to', 'operator']),
    ({'kind': 'operator'}, ['operator'])], ids=['home', 'home and operator', 'operator'])
def test_a_reset_without_service_asks_for_none(look, reset, subjects):
    findings = look({'reset': reset})
    assert not bad(findings)
    for subject in subjects:
        (found,) = [each for each in findings if each.subject.startswith(subject)]
        assert ('/policy/ready' in found.found) == (subject == 'operator')
    assert not [each for each in findings if each.subject.startswith('service')]


def test_the_way_home_takes_as_long_as_it_would(look):
    # From (0.5, 0, 0.14) or nearby, at 0.3 of 0.06 m/s, slower in the last centimetre.
    findings = look({'reset': HOME | {'position': [0.4, 0.0, 0.16]}})
    (found,) = [each for each in findings if each.subject == 'way to reset.position']
    assert 5.0 < float(found.found.split()[0]) < 8.0


def test_joints_in_another_order_are_fine_and_said_to_be(look):
    turned = JOINTS[::-1]
    findings = look(JOINT | {'command.joints': turned}, task=None)
    (found,) = [each for each in findings if each.subject == 'joints of joint positions']
    assert found.level == Level.GREEN
    assert 'another order, which is fine' in found.found


def test_a_slow_control_loop_alone_makes_no_measurement_red(look):
    findings = look({'control_rate': 0.1})
    assert {each.subject for each in findings if each.level == RED} == {'control rate [Hz]'}


def changed(tmp_path, file, kind, **metadata):
    """Copy the shipped checkpoint with other metadata in one file; return the folder."""
    folder = tmp_path / 'checkpoint'
    folder.mkdir()
    for path in (CHECKPOINTS / 'peg_insert').glob('*.safetensors'):
        (folder / path.name).symlink_to(path)
    path = folder / f'{file}.safetensors'
    checkpoint = load_checkpoint(path, kind)
    path.unlink()
    save_checkpoint(path, kind, checkpoint.tensors, {**checkpoint.metadata, **metadata})
    return folder


def test_a_checkpoint_of_another_task_is_named(look):
    findings = look(task='push')
    assert_named(findings, RED, 'task', 'push', 'peg_insert in policy.safetensors')
    assert_named(findings, RED, 'task push', "no term 'box_position'")


def test_a_checkpoint_of_another_robot_is_named(look):
    findings = look(checkpoint=CHECKPOINTS / 'puck_push')
    assert_named(findings, RED, 'numbers of the observation', 'the contract lacks puck_')
    assert_named(findings, RED, 'numbers of the action', 'does not know linear.z [m/s]')


def test_a_value_function_with_another_discount_is_named(look, tmp_path):
    folder = changed(tmp_path, 'value', 'value', gamma=0.9)
    assert_named(look(checkpoint=folder), RED, 'discount gamma', '0.97', '0.9 in value')


def test_a_policy_trained_with_other_scales_is_named(look, tmp_path):
    contract = load_robot_contract('simulated_arm')
    scales = {'observation_scale': list(contract.observation_scale),
              'action_scale': list(contract.command.scale)}
    folder = changed(tmp_path, 'policy', 'policy', **scales)
    same = look(checkpoint=folder)
    assert not bad(same)
    assert {'scale of the observation', 'scale of the action'} <= {each.subject for each in same}
    findings = look({'observation.1.scale': 0.5, 'command.scale': [0.06, 0.06, 0.03]},
                    checkpoint=folder)
    assert_named(findings, RED, 'scale of the observation',
                 'force.x [N] is scaled by 0.5, trained with 0.05', 'scale of the terms')
    assert_named(findings, RED, 'scale of the action',
                 'linear.z [m/s] is scaled by 0.03, trained with 0.06', 'command.scale')


def test_a_value_function_trained_with_other_scales_is_named(look, tmp_path):
    folder = changed(tmp_path, 'value', 'value', action_scale=[0.06, 0.06, 0.03])
    assert_named(look(checkpoint=folder), RED, 'value.safetensors', 'the action scaled as in',
                 '[0.06, 0.06, 0.03]', 'different trainings')


def test_what_pretraining_stores_fits_the_contract_that_it_trained_with(look, tmp_path):
    folder = changed(tmp_path, 'policy', 'policy', **sim_to_real('peg_insert').metadata)
    assert not bad(look(checkpoint=folder))
    check_compatible(load_checkpoint(folder / 'policy.safetensors', 'policy'),
                     load_robot_contract('simulated_arm'), get_task('peg_insert'))


def test_the_nodes_refuse_a_policy_trained_with_another_scale(tmp_path):
    folder = changed(tmp_path, 'policy', 'policy', action_scale=[60.0] * 3)
    with pytest.raises(ValueError, match=r'action_scale is \[60.0, .*, \[0.06, '):
        check_compatible(load_checkpoint(folder / 'policy.safetensors', 'policy'),
                         load_robot_contract('simulated_arm'), get_task('peg_insert'))


EVALUATIONS = {
    "return Outcome(1.0, True, bool(raw['tcp_position'][2] < 0.0))":
        ["no term 'tcp_position'", "did you mean 'tip_position'?"],
    "return Outcome(raw['tip_position'][3], True, True)": ['too few numbers'],
    "return raw['tip_position'][0] / None": ['cannot judge a step: TypeError'],
    'return True': ["expected an Outcome with 'reward', got True"],
    "return Outcome(float('nan'), False, False)": ['finite number as reward, got nan'],
    "return Outcome(1.0, raw['tip_position'][2], None)": ['True or False as terminated, got '],
}


@pytest.mark.parametrize('evaluate', EVALUATIONS)
def test_a_task_of_ones_own_that_cannot_judge_is_named(look, tmp_path, evaluate):
    file = tmp_path / 'reach.py'
    file.write_text(reach(evaluate))
    assert_named(look(task=f'{file}:Reach'), RED, 'task reach', *EVALUATIONS[evaluate])


@pytest.mark.parametrize('success, words', [
    ([{'term': 'tip_position', 'element': 2, 'max': -9.0}, {'term': 'tip', 'max': 0.1}],
     ["no observation term 'tip'", 'tip_position']),
    ([{'term': 'tip_position', 'element': 3, 'max': 0.0}], ['has 3 numbers, no element 3'])],
    ids=['term', 'element'])
def test_a_condition_that_cannot_be_judged_is_a_red_row_of_the_command(
        recording, tmp_path, success, words):
    path, _ = recording
    file = tmp_path / 'reach.yaml'
    file.write_text(yaml.safe_dump({
        'name': 'reach', 'gamma': 0.97, 'max_steps': 40, 'value_terms': ['tip_position'],
        'success': success, 'reward': {}}))
    code, output, _ = sgft('check', 'robot:=simulated_arm', f'task:={file}', f'bag:={path}')
    assert code == 1
    assert 'red    task reach: ' in output and all(word in output for word in words), output
    assert 'red    checkpoint: expected a policy made for task reach' in output


def test_a_value_function_of_another_training_is_named(look, tmp_path):
    folder = changed(tmp_path, 'value', 'value', observation_names=['angle [rad]'])
    assert_named(look(checkpoint=folder), RED, 'value.safetensors', 'angle [rad]',
                 'different trainings')


def test_without_data_of_the_simulation_nobody_judges_ranges_in_silence(look, tmp_path):
    folder = changed(tmp_path, 'value', 'value')
    (folder / 'warm_start.safetensors').unlink()
    assert_named(look(checkpoint=folder), YELLOW, 'warm_start.safetensors', 'not there')


def test_a_contract_in_the_terms_of_which_nothing_moves_through_time_is_red(look):
    findings = look({'observation.0.source.source_frame': 'base_link'})
    assert_named(findings, RED, 'age of tip_position', 'every frame on the way is static')


def test_the_command_reads_a_bag_and_says_by_its_exit_code_whether_it_is_red(recording, tmp_path):
    path, _ = recording
    code, output, _ = sgft('check', 'robot:=simulated_arm', 'task:=peg_insert', f'bag:={path}')
    assert code == 0, output
    assert output.splitlines()[-1].startswith('0 red, 1 yellow, ')
    wrong = write_contract(tmp_path, {'observation.1.source.topic': 'force', 'name': '[a]'})
    code, output, _ = sgft('check', f'robot:={wrong}', f'bag:={path}', 'duration:=1.0')
    assert code == 1
    assert output.startswith('red    topic /force: expected geometry_msgs/msg/WrenchStamped')
    assert '\n       to do: start the driver' in output


@pytest.mark.parametrize('arguments, words', [
    ([], 'robot: expected'),
    (['robot:=simulated_army'], "unknown robot 'simulated_army'; did you mean 'simulated_arm'?"),
    (['robot:=simulated_arm', 'task:=peg'], "unknown task 'peg'; choose from: hammer"),
    (['robot:=simulated_arm', 'checkpoint:=x'], 'task: expected'),
    (['robot:=simulated_arm', 'task:=push', 'checkpoint:=x'], 'policy.safetensors does not exist'),
    (['robot:=simulated_arm', 'bag:=/no/such/bag'], 'bag: /no/such/bag cannot be read'),
    (['robot:=simulated_arm', 'duration:=0'], "duration: expected a time > 0 [s], got '0'"),
    (['robott:=simulated_arm'], "unknown argument 'robott'; did you mean 'robot'?"),
    (['simulated_arm'], "expected arguments as in robot:=my_arm.yaml, got 'simulated_arm'"),
    (['robot:=simulated_arm', '--ros-args', '-x'], '--ros-args -x: '),
    (['robot:=simulated_arm', 'namespace:=a b'], 'namespace: '),
])
def test_wrong_arguments_are_named_with_exit_code_2(arguments, words, capsys):
    assert main(arguments) == 2
    assert words in capsys.readouterr().err


def test_a_contract_that_contradicts_itself_is_refused_before_anything_is_looked_at(
        tmp_path, capsys):
    file = write_contract(tmp_path, {'command.frame_id': 'tool0', 'reset': DELETED})
    assert main([f'robot:={file}']) == 2
    assert "command.frame_id: expected frames.base ('base_link')" in capsys.readouterr().err
