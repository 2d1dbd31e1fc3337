"""A policy drives the robots whose numbers mean what they meant in its training, and no others."""

from dataclasses import replace

import pytest
from sgft_ros.learning.checkpoint import load_checkpoint
from sgft_ros.nodes import learner, replay_buffer, value_shaping
from sgft_ros.nodes.compatibility import check_belongs, check_compatible
from sgft_ros.nodes.run_checkpoints import CHECKPOINTS
from sgft_ros.robot import load_robot_contract
from sgft_ros.shipped import shipped_checkpoints
from sgft_ros.tasks import get_task

ROBOTS = {'fr3_crisp': 'puck_push', 'joint_trajectory': 'puck_push', 'ur5e_servo': 'puck_push',
          'ur5e_velocity': 'puck_push', 'simulated_striker': 'puck_push',
          'simulated_arm': 'peg_insert', 'simulated_pusher': 'push', 'simulated_hammer': 'hammer',
          'simulated_soft_pusher': 'soft_push'}


def check(contract, task):
    path = shipped_checkpoints(task) / 'policy.safetensors'
    check_compatible(load_checkpoint(path, 'policy'), contract, get_task(task))


@pytest.mark.parametrize('robot', ROBOTS)
def test_a_shipped_policy_fits_its_robots_and_none_with_another_scale(robot):
    contract, task = load_robot_contract(robot), ROBOTS[robot]
    check(contract, task)
    tenth = tuple(scale / 10 for scale in contract.command.scale)
    with pytest.raises(ValueError, match=r'action_scale is .*\] here \(command.scale\)\. Use'):
        check(replace(contract, command=replace(contract.command, scale=tenth)), task)
    first, *rest = contract.observation
    twice = replace(first, scale=tuple(2 * scale for scale in first.scale))
    with pytest.raises(ValueError, match=r'observation_scale is .*\] here \(scale of the terms\)'):
        check(replace(contract, observation=(twice, *rest)), task)


@pytest.mark.parametrize('seed', range(3))
@pytest.mark.parametrize('robot', ROBOTS)
def test_every_shipped_file_fits_the_robots_and_the_policy(robot, seed):
    folder, contract = shipped_checkpoints(ROBOTS[robot], seed), load_robot_contract(robot)
    found = {name: load_checkpoint(folder / f'{name}.safetensors', kind)
             for name, kind in CHECKPOINTS.items()}
    for checkpoint in found.values():
        check_compatible(checkpoint, contract, get_task(ROBOTS[robot]))
        check_belongs(checkpoint, found['policy'])


OWN, OTHER = shipped_checkpoints('peg_insert'), shipped_checkpoints('push')
POLICY, VALUE, DATA = (OWN / f'{name}.safetensors' for name in ('policy', 'value', 'warm_start'))
LEARNING = {'policy_checkpoint': POLICY, 'value_checkpoint': VALUE, 'warm_start_data': DATA}


@pytest.mark.parametrize('node, parameters, wrong, code', [
    (value_shaping, {'policy_checkpoint': POLICY}, {'value_checkpoint': 'value'}, 1),
    (replay_buffer, {'policy_checkpoint': POLICY, 'prior_data': DATA},
     {'value_checkpoint': 'value'}, 1),
    (replay_buffer, {'policy_checkpoint': POLICY}, {'prior_data': 'warm_start'}, 1),
    (replay_buffer, {'value_checkpoint': VALUE}, {'prior_data': 'warm_start'}, 1),
    (learner, LEARNING, {'value_checkpoint': 'value'}, 2),
    (learner, LEARNING, {'warm_start_data': 'warm_start'}, 2),
    (learner, LEARNING | {'algorithm': 'sac'}, {'simulation_checkpoint': 'learner'}, 2),
    (learner, LEARNING | {'algorithm': 'planner'}, {'dynamics_checkpoint': 'dynamics'}, 2),
])
def test_each_node_refuses_what_belongs_to_another_policy(
        domain_id, tmp_path, node, parameters, wrong, code, capfd):
    run = {'run_folder': tmp_path} if node is learner else {}
    (name, file), = wrong.items()
    values = parameters | run | {name: OTHER / f'{file}.safetensors'}
    arguments = ['--ros-args']
    for name, value in values.items():
        arguments += ['-p', f'{name}:={value}']
    with pytest.raises(SystemExit) as ended:
        node.main(arguments)
    assert ended.value.code == code
    said = capfd.readouterr().err
    assert f'{OTHER / file}.safetensors does not belong to {OWN}' in said
    assert 'task is push, there peg_insert' in said
