import dataclasses

import pytest
from robots import DELETED, GOAL, SHIPPED, write_contract
from sgft_ros.robot import ContractError, load_robot_contract


def test_shipped_contract_is_what_the_checkpoints_were_trained_with():
    contract = load_robot_contract('simulated_arm')
    assert contract == load_robot_contract(SHIPPED)
    assert contract.observation_names == (
        'tip_position.x [m]', 'tip_position.y [m]', 'tip_position.z [m]',
        'force.x [N]', 'force.y [N]', 'force.z [N]',
        'last_action.linear.x [1]', 'last_action.linear.y [1]', 'last_action.linear.z [1]')
    assert contract.action_names == ('linear.x [m/s]', 'linear.y [m/s]', 'linear.z [m/s]')
    assert contract.command.scale == (0.06, 0.06, 0.06)
    assert contract.control_period == 0.05
    assert contract.watchdog_timeout <= 3 * contract.control_period


def test_contract_is_frozen():
    contract = load_robot_contract(SHIPPED)
    with pytest.raises(dataclasses.FrozenInstanceError):
        contract.limits.linear_speed = 1.0
    assert hash(contract) == hash(load_robot_contract(SHIPPED))


@pytest.mark.parametrize('key', [
    'limits.linear_speed', 'limits.angular_speed', 'limits.action_step',
])
def test_limit_of_zero_is_a_limit(tmp_path, key):
    contract = load_robot_contract(write_contract(tmp_path, {key: 0.0}))
    value = getattr(contract.limits, key.removeprefix('limits.'))
    assert value in (0.0, (0.0, 0.0, 0.0))


@pytest.mark.parametrize(('change', 'words'), [
    ({'control_rat': 20}, ["unknown key 'control_rat'", "did you mean 'control_rate'?"]),
    ({'control_rate': DELETED}, ['control_rate: missing', 'number > 0']),
    ({'control_rate': 0}, ['control_rate', '> 0', 'got 0']),
    ({'control_rate': '2e1'}, ['control_rate', "'2e1'", 'decimal point']),
    ({'control_rate': True}, ['control_rate', 'finite number', 'True']),
    ({'control_rate': float('nan')}, ['control_rate', 'finite number', 'nan']),
    ({'name': ''}, ['name', 'not empty']),
    ({'command.topic': 'bad topic'}, ['command.topic: expected a ROS name', "'bad topic'"]),
    ({'command.topic': '/arm//commands'}, ['command.topic: expected a ROS name']),
    ({'observation.1.source.topic': 'wrench/2d'}, ['observation[1].source.topic', 'a digit']),
    ({'frames.tool': 3}, ['frames.tool', 'text', '3']),
    ({'observation': []}, ['observation', 'at least one']),
    ({'observation.2': GOAL | {'source': {'kind': 'constant', 'fields': ['x'], 'values': [1, 2]}}},
     ['observation[2].source.values', '1 finite numbers', '[1, 2]']),
    ({'observation.2': GOAL | {'max_age': 1.0}},
     ['observation[2].max_age', 'no max_age: a constant has none']),
    ({'observation.2': {name: GOAL[name] for name in ('name', 'source')}},
     ['observation[2].unit', 'missing']),
    ({'observation.0.source.kind': 'tf'}, ['observation[0].source.kind', "'tf'", 'transform']),
    ({'observation.0.source.fields': ['x', 'w']}, ['observation[0].source.fields', "'w'", 'qw']),
    ({'observation.1.source.type': 'WrenchStamped'}, ['source.type', 'geometry_msgs/msg/']),
    ({'observation.1.source.fields': ['wrench..x']}, ['source.fields', 'wrench.force.x']),
    ({'observation.1.source.fields': ['a', 'a']}, ['source.fields', 'different']),
    ({'observation.1.source.joints': ['a']}, ["unknown key 'joints'", 'topic']),
    ({'observation.1.name': 'tip_position'}, ["term 'tip_position' appears twice"]),
    ({'observation.1.scale': [1.0, 2.0]}, ['observation[1].scale', '3 finite numbers']),
    ({'observation.1.clip': -1.0}, ['observation[1].clip', '>= 0']),
    ({'observation.1.clip': [1.0, -1.0]}, ['observation[1].clip', 'low <= high']),
    ({'observation.1.max_age': 0.0}, ['observation[1].max_age', '> 0']),
    ({'observation.1.unit': DELETED}, ['observation[1].unit: missing']),
    ({'observation.2.max_age': 1.0}, ['observation[2].max_age', 'last action']),
    ({'command.kind': 'pose'}, ['command.type', 'PoseStamped']),
    ({'command.kind': 'joint_velocity'}, ["unknown key 'frame_id'", 'joints']),
    ({'command.lead': 0.1}, ["unknown key 'lead'"]),
    ({'command.kind': 'twits'}, ['command.kind', "did you mean 'twist'?"]),
    ({'command.type': 'geometry_msgs/msg/Pose'}, ['command.type', 'TwistStamped']),
    ({'command.axes': ['x', 'y', 'z']}, ['command.axes', 'linear.x']),
    ({'command.scale': [0.1, 0.0, 0.1]}, ['command.scale', 'other than 0']),
    ({'command.frame_id': 'tool0'}, ['command.frame_id', "'base_link'", "'tool0'"]),
    ({'limits.linear_speed': -0.1}, ['limits.linear_speed', '>= 0', '-0.1']),
    ({'limits.linear_speed': DELETED}, ['limits.linear_speed: missing']),
    ({'limits.linear_speed': None}, ['limits.linear_speed', 'None']),
    ({'limits.action_step': [1.0, -1.0, 1.0]}, ['limits.action_step', '>= 0']),
    ({'limits.workspace.min': [0.8, 0.0, 0.0]}, ['limits.workspace.min', 'max']),
    ({'limits.workspace': None}, ['limits.workspace', 'mapping']),
    ({'limits.watchdog': 3.1}, ['limits.watchdog', '<= 3', '3.1']),
    ({'limits.watchdog': 0}, ['limits.watchdog', '>= 1']),
    ({'reset.kind': 'joints'}, ['reset.kind', 'service', 'home', 'operator']),
    ({'reset.kind': 'home'}, ["unknown key 'service'", 'position', 'tolerance']),
    ({'reset.confirm': 'yes'}, ['reset.confirm', 'true or false']),
    ({'reset': {'kind': 'home', 'position': [0.5, 0.0], 'tolerance': 0.01}},
     ['reset.position', '3 finite numbers']),
    ({'reset': {'kind': 'home', 'position': [0.5, 0.0, 0.2], 'tolerance': 0.01},
      'command.axes': ['linear.x', 'linear.y', 'angular.z']}, ['reset.kind', 'turn']),
], ids=lambda value: '-'.join(value) if isinstance(value, dict) else '')
def test_mistake_is_answered_with_file_key_and_expectation(tmp_path, change, words):
    file = write_contract(tmp_path, change)
    with pytest.raises(ContractError) as error:
        load_robot_contract(file)
    for word in [str(file), *words]:
        assert word in str(error.value)


def test_unknown_robot_lists_the_known_ones():
    with pytest.raises(ContractError, match=r"'simulated_arn'; did you mean 'simulated_arm'\?"):
        load_robot_contract('simulated_arn')


def test_missing_file_names_the_path(tmp_path):
    with pytest.raises(ContractError, match=r'gone\.yaml: cannot be read: No such file'):
        load_robot_contract(tmp_path / 'gone.yaml')


@pytest.mark.parametrize('text', ['name: [', 'a: 1\na: 2', '- name', '', 'name: \udcff'])
def test_file_that_is_no_contract_is_refused_by_name(tmp_path, text):
    file = tmp_path / 'broken.yaml'
    file.write_text(text, errors='surrogateescape')
    with pytest.raises(ContractError, match=r'broken\.yaml'):
        load_robot_contract(file)
