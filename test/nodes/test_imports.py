"""What the nodes beside the robot do without."""

import subprocess
import sys

import pytest
from sgft_ros.nodes.parameter_files import NODES


def test_a_launch_knows_what_nodes_take_without_loading_what_they_load():
    subprocess.run([
        sys.executable, '-c', 'import sys, sgft_ros, sgft_ros.nodes.run_configuration\n'
                              "assert not {'torch', 'mujoco'} & sys.modules.keys()"], check=True)


@pytest.mark.parametrize('node', [name for name in NODES if name != 'learner'])
def test_the_learner_alone_loads_pytorch(node):
    """It takes a second of a node's start, and 180 MiB."""
    subprocess.run([
        sys.executable, '-c', f'import sys, sgft_ros, sgft_ros.nodes.{node}\n'
                              "assert 'torch' not in sys.modules"], check=True)
