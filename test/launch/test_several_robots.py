"""Robots in namespaces share one learning side, which one of their launches starts."""

from pathlib import Path
import runpy

from ament_index_python.packages import get_package_share_directory
from launch import LaunchContext
from launch_ros.actions import Node
import pytest
from sgft_ros.nodes.parameter_files import LEARNING_SIDE, ROBOT_SIDE
import yaml

LAUNCH_FILE = Path(get_package_share_directory('sgft_ros')) / 'launch' / 'finetune.launch.py'


@pytest.fixture
def started(domain_id, tmp_path):
    """Give what returns the names of the nodes that a launch would start."""
    def visit(**given):
        context = LaunchContext(argv=())
        context.launch_configurations.update(
            {'run_folder': str(tmp_path / 'run'), 'record': 'false'} | given)
        actions = []
        for entity in runpy.run_path(
                str(LAUNCH_FILE))['generate_launch_description']().entities:
            actions = entity.visit(context)
        return [action.node_executable for action in actions if isinstance(action, Node)]

    return visit


def test_one_launch_starts_both_sides(started):
    assert started(namespace='left') == [*ROBOT_SIDE, *LEARNING_SIDE]


def test_the_launch_of_another_robot_starts_its_own_side_and_what_ends_it(started, tmp_path):
    assert started(namespace='right', learning_side='false', rate_factor='1.0') == [
        *ROBOT_SIDE, 'monitor']
    written = yaml.safe_load((tmp_path / 'run' / 'parameters.yaml').read_text())
    assert written['/right/monitor']['ros__parameters']['robot'] == 'right'


def test_of_a_real_robot_that_side_has_no_simulation(started):
    assert started(robot='ur5e_servo', task='puck_push', simulated='false',
                   learning_side='false') == [
        'safety_gate', 'policy', 'monitor']


def test_two_simulated_robots_cannot_have_a_clock_each(started):
    with pytest.raises(ValueError, match='rate_factor: expected 1, as learning_side is false'):
        started(namespace='right', learning_side='false')
