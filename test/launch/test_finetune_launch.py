"""The whole graph in processes of its own: to its end, through kills, interrupted, and broken."""

from itertools import compress
import json
import os
from pathlib import Path
import re
import signal
import subprocess
import sys

from ament_index_python.packages import get_package_share_directory
from data_path import running_probe
from finetune_runs import keys, Run, untrained_checkpoints
from geometry_msgs.msg import TwistStamped, WrenchStamped
import pytest
from robots import write_contract
from rosbags.rosbag2 import Reader
from sensor_msgs.msg import JointState
from sgft_ros.learning.checkpoint import load_checkpoint, save_checkpoint
from sgft_ros.msg import Transition
from sgft_ros.nodes.recorded_observations import read_observed
from sgft_ros.robot import load_robot_contract
from sgft_ros.robot.messages import stamp_nanoseconds
from tf2_msgs.msg import TFMessage
import yaml

CONTRACTS = Path(get_package_share_directory('sgft_ros'), 'config', 'robots')

# A node that was just started has yet to hear what the one before it keeps: not that one next.
KILLED = ('policy', 'learner', 'replay_buffer', 'monitor', 'value_shaping', 'safety_gate')


def summary(run):
    return json.loads((run.folder / 'summary.json').read_text())


def grown(run, size=5000):
    """Return a condition: that transitions of `size` bytes have been stored since now."""
    path = run.folder / 'replay.journal'

    def stored():
        return path.stat().st_size if path.exists() else 0

    before = stored()
    return lambda: stored() > before + size


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_run_ends_by_itself_and_leaves_everything_in_its_folder(domain_id, tmp_path):
    # One term is aligned to the tick, the others are the newest.
    robot = write_contract(tmp_path, {'observation.0.alignment': 'nearest'})
    with Run(tmp_path, seed='3', robot=robot) as run:
        children = run.until(lambda: len(run.nodes()) == 7 and run.nodes(), 'seven nodes')
        assert run.finish() == 0
        assert not any(map(alive, children.values()))
        assert 'Run finished: transition limit' in run.output
        assert 'Traceback' not in run.output
        assert '[INFO] [learner' not in run.output
    assert summary(run)['outcome'] == 'transition limit'
    assert (run.folder / 'report.png').stat().st_size > 0
    parameters = yaml.safe_load((run.folder / 'parameters.yaml').read_text())
    assert parameters['/learner']['ros__parameters']['seed'] == 3
    record = yaml.safe_load((run.folder / 'run.yaml').read_text())
    assert record['arguments']['task'] == 'peg_insert' and record['versions']['torch']
    load_checkpoint(run.folder / 'checkpoints' / 'policy.safetensors', 'policy')
    stored = keys(run.journal())
    assert len(stored) >= 150
    recorded = run.recorded('/transitions', Transition)
    assert set(stored) == set(keys([t for t in recorded if not t.evaluation]))
    # Transitions are kept for a recorder that comes late, measurements are not.
    begin = begin_of_measurements(run)
    whole = [min(map(stamp_nanoseconds, t.stamps)) >= begin for t in recorded]
    assert sum(whole) > 0.8 * len(whole)
    the_bag_gives_back_every_observation(run.folder / 'bag', recorded, whole, robot)
    the_bag_gives_what_another_contract_observes(run.folder / 'bag', recorded, whole, tmp_path)


def test_the_robot_stops_at_the_goal_and_not_when_the_report_is_drawn(domain_id, tmp_path):
    with Run(tmp_path, transition_limit='100000', evaluation_interval='20',
             goal_success='0.0') as run:
        assert run.finish() == 0, run.output
        assert 'Run finished: goal reached' in run.output
    with Reader(run.folder / 'bag') as reader:
        times = [time for connection, time, _ in reader.messages()
                 if connection.topic == '/transitions']
    assert max(times) < (run.folder / 'report.png').stat().st_mtime_ns


def begin_of_measurements(run):
    """Return the stamp [ns] from which on the bag has every sensor."""
    headers = [run.recorded('/wrench', WrenchStamped)[0].header,
               run.recorded('/joint_states', JointState)[0].header,
               run.recorded('/tf', TFMessage)[0].transforms[0].header]
    return max(stamp_nanoseconds(header.stamp) for header in headers)


def the_bag_gives_back_every_observation(bag, recorded, whole, robot):
    """Read the sensors' messages; compare bits, not numbers."""
    again = list(read_observed(bag, load_robot_contract(robot), ''))
    assert keys(transition for transition, _ in again) == keys(recorded)
    for (transition, problem), before in compress(zip(again, recorded, strict=True), whole):
        if problem:  # the task's last_action is that of a step that was too long
            assert problem == 'the step before it was not recorded' and before.step > 0
        else:
            assert transition.observation.tobytes() == before.observation.tobytes()
            assert transition.next_observation.tobytes() == before.next_observation.tobytes()
    assert sum(not problem for _, problem in again) > 0.8 * len(recorded)


def the_bag_gives_what_another_contract_observes(bag, recorded, whole, folder):
    """Read terms that the run had, in another order, and one that it had not."""
    tip, force, _ = terms = yaml.safe_load(
        (CONTRACTS / 'simulated_arm.yaml').read_text())['observation']
    joints = {'name': 'joints', 'unit': 'rad', 'max_age': 0.2, 'source': {
        'kind': 'joint_states', 'joints': ['elbow_joint'], 'field': 'position'}}
    other = write_contract(folder, {'observation': [joints, force, tip]})
    assert len(terms) == 3
    again = list(read_observed(bag, load_robot_contract(other), ''))
    for (transition, problem), before in compress(zip(again, recorded, strict=True), whole):
        assert not problem
        assert transition.observation[1:] == before.observation[3:6] + before.observation[:3]
    assert len({transition.observation[0] for transition, _ in again}) > 0.5 * len(again)


def test_a_kill_of_any_node_costs_no_transition_and_doubles_none(domain_id, tmp_path):
    with Run(tmp_path, transition_limit='600', evaluation_interval='600') as run:
        for name in KILLED:
            # What a killed node has not passed on is kept by its neighbour, until that is killed.
            run.until(grown(run), f'transitions before {name} is killed')
            killed = run.nodes()[name]
            os.kill(killed, signal.SIGKILL)
            run.until(lambda name=name, killed=killed: run.nodes().get(name, killed) != killed,
                      f'the next {name}')
        assert run.finish() == 0, run.output
    stored = keys(run.journal())
    assert len(stored) == len(set(stored)) >= 600
    recorded = [t for t in run.recorded('/transitions', Transition) if not t.evaluation]
    assert set(keys(recorded)) <= set(stored)


def test_no_run_goes_on_without_a_gate_where_nobody_starts_it_again(domain_id, tmp_path):
    with Run(tmp_path, transition_limit='100000', respawn='false') as run:
        gate = run.until(lambda: run.nodes().get('safety_gate'), 'a gate')
        os.kill(gate, signal.SIGKILL)
        assert run.finish() == 1
        assert 'safety_gate ended with exit code -9, and respawn is false' in run.output


def test_an_interrupt_stops_the_arm_and_the_run_can_be_taken_up_again(domain_id, tmp_path):
    # It must not end by itself meanwhile. The recorder may end before the last command: hear it.
    with Run(tmp_path, transition_limit='100000') as run, running_probe() as probe:
        commands = probe.collect(TwistStamped, 'twist_commands', 1)
        run.until(grown(run), 'the first transitions')
        probe.until(lambda: commands, what='a command')
        nobody_else_can_take_up(run)
        no_other_run_begins_beside(run)
        run.process.send_signal(signal.SIGINT)
        run.finish()
        # Of all that came meanwhile the reader has kept the last one.
        commands.clear()
        probe.until(lambda: commands, what='the last command')
        assert 'Run finished: interrupted' in run.output
        assert 'escalating' not in run.output
    assert summary(run)['outcome'] == 'interrupted'
    last = commands[-1].twist.linear
    assert (last.x, last.y, last.z) == (0.0, 0.0, 0.0)
    first = keys(run.journal())
    with Run(tmp_path) as run:
        assert run.finish() == 0, run.output
    stored = keys(run.journal())
    assert stored[:len(first)] == first
    assert len(stored) == len(set(stored)) >= 150
    assert (run.folder / 'bag_2').is_dir()


def nobody_else_can_take_up(run):
    configuration = (run.folder / 'run.yaml').read_bytes()
    said = refused(run.folder, ROS_DOMAIN_ID='232')
    assert f'in use by another launch, process {run.process.pid}' in said
    assert (run.folder / 'run.yaml').read_bytes() == configuration


def no_other_run_begins_beside(run):
    folder = run.folder.with_name('another')
    assert re.search(r'another run is in ROS domain \d+ .* is its /safety_gate', refused(folder))
    assert not folder.exists()


def refused(folder, **environment):
    """Have a launch in a folder refused; return what it said."""
    second = subprocess.run(
        [sys.executable, '-m', 'sgft_ros.cli', 'launch', '--noninteractive', 'sgft_ros',
         'finetune.launch.py', f'run_folder:={folder}'], capture_output=True, text=True,
        env=os.environ | environment)
    assert second.returncode == 1
    assert 'process started' not in second.stderr + second.stdout
    return second.stderr + second.stdout


@pytest.mark.parametrize('file', ['policy', 'value', 'learner', 'warm_start'])
def test_a_broken_checkpoint_is_refused_before_anything_starts(domain_id, tmp_path, file):
    path = untrained_checkpoints(tmp_path) / f'{file}.safetensors'
    path.write_bytes(path.read_bytes()[:100])
    with Run(tmp_path) as run:
        assert run.finish() == 1
        assert f'{file}.safetensors cannot be read' in run.output
        assert 'Traceback' not in run.output
        assert not run.folder.exists()


@pytest.mark.parametrize('file, kind, nodes, change', [  # the first node ends the launch
    ('value', 'value', 'value_shaping|learner', lambda tensors, metadata: metadata.pop('gamma')),
    ('warm_start', 'replay', 'learner', lambda tensors, metadata: tensors.update(
        reward=tensors['reward'][1:]))])
def test_what_a_node_alone_can_refuse_ends_the_launch_with_its_reason(
        domain_id, tmp_path, file, kind, nodes, change):
    path = untrained_checkpoints(tmp_path) / f'{file}.safetensors'
    checkpoint = load_checkpoint(path, kind)
    tensors, metadata = dict(checkpoint.tensors), dict(checkpoint.metadata)
    change(tensors, metadata)
    save_checkpoint(path, kind, tensors, metadata)
    with Run(tmp_path, transition_limit='100000') as run:
        assert run.finish() == 1
        assert f'{file}.safetensors: ' in run.output
        assert re.search(f'({nodes}) ended with exit code', run.output)
        assert 'Traceback' not in run.output
