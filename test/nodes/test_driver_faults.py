"""A driver and sensors that fail: the gate stops the robot and says why, and the run goes on."""

from command_kinds import changes
from data_path import node_process, running_probe
import numpy as np
import pytest
from robot_side import Cell
from robots import write_contract
from sensor_msgs.msg import JointState
from std_msgs.msg import Bool

GATE = 'safety_gate: gate'
RUNNING = {'interlocks': [{
    'name': 'program_running', 'topic': 'robot_program_running', 'type': 'std_msgs/msg/Bool',
    'field': 'data', 'allowed': [True], 'latched': True}]}
EPISODES = 3  # that have to begin again, after a fault


def test_a_run_goes_on_after_protective_stops(domain_id, tmp_path):
    robot = write_contract(tmp_path, RUNNING)
    with Cell(tmp_path, robot=robot, faults={
            'faults': 'protective_stop', 'fault_interval': 2.0}) as cell:
        permitted = cell.probe.collect(Bool, 'robot_program_running', 10)

        def stops():
            return int(cell.probe.diagnostics.get(GATE, (0, '', {}))[2].get('interlock_stops', 0))

        def episodes():
            return {transition.episode for transition in cell.transitions}

        cell.probe.until(lambda: stops() >= EPISODES, what='protective stops')
        assert any(not message.data for message in permitted)
        seen = max(episodes(), default=-1)
        cell.probe.until(lambda: max(episodes(), default=-1) > seen,
                         what='an episode after the stops')
        assert all(np.isfinite(transition.next_observation).all()
                   for transition in cell.transitions)


@pytest.mark.parametrize('fault', [
    'dropped_sensors', 'frozen_sensors', 'nan_sensors', 'clock_offset', 'zero_stamps'])
def test_no_transition_is_made_of_what_a_broken_sensor_says(fault, domain_id, tmp_path):
    with Cell(tmp_path, faults={'faults': fault, 'fault_interval': 1.0}) as cell:
        name = f'faults_{fault}'

        def struck():
            values = cell.probe.diagnostics.get('simulated_robot: pace', (0, '', {}))[2]
            return int(values.get(name, 0)) >= EPISODES

        cell.probe.until(struck, what=f'{EPISODES} times {fault}')
        seen = len(cell.transitions)
        cell.probe.until(lambda: len(cell.transitions) > seen + 20, what='transitions after it')
        for transition in cell.transitions:
            assert np.isfinite(transition.observation).all()
            assert np.isfinite(transition.next_observation).all()


def test_joints_are_found_by_name_in_whatever_order_they_come(domain_id, tmp_path):
    robot = write_contract(tmp_path, changes('joint_position'))
    with running_probe() as probe, node_process(
            'simulated_robot', robot=robot, gap=0.0, faults='joint_order', fault_interval=0.2):
        states = probe.collect(JointState, 'joint_states', 1000)
        probe.until(lambda: len({tuple(state.name) for state in states}) == 2, what='both orders')
        positions = [dict(zip(state.name, state.position, strict=True)) for state in states]
        first = positions[0]
        for each in positions:
            assert each.keys() == first.keys()
            assert all(abs(each[name] - first[name]) < 1e-3 for name in first)
