"""A policy drives the robots whose numbers mean what they meant in its training, and no others."""

from dataclasses import replace

import pytest
from sgft_ros.learning.checkpoint import load_checkpoint
from sgft_ros.nodes.compatibility import check_compatible
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
