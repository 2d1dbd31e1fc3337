"""The robot gets to the start of an episode in each of the ways that a contract may name."""

from command_kinds import changes
import numpy as np
import pytest
from robot_side import Cell, POLICY_STATUS
from robots import write_contract
from std_srvs.srv import SetBool, Trigger

TOOL_HOME = [0.52, 0.03, 0.16]  # in base_link; the hole is near [0.5, 0.0, 0.1] [m]
TOLERANCE = 0.003               # [m]


def home(position, **more):
    return {'reset': {
        'kind': 'home', 'position': position, 'tolerance': TOLERANCE, 'speed': 1.0, **more}}


def firsts(cell):
    """Return the first observations of the episodes, unscaled: the tip from the hole (3,) [m]."""
    return [np.array(transition.observation[:3]) / 20.0
            for transition in cell.transitions if transition.step == 0]


def begun(cell):
    """Return the episodes of which there is a transition; the first one may be missing."""
    return {transition.episode for transition in cell.transitions}


def test_every_episode_begins_at_home(domain_id, tmp_path):
    robot = write_contract(tmp_path, home(TOOL_HOME))
    with Cell(tmp_path, robot=robot) as cell:
        cell.probe.until(lambda: len(firsts(cell)) >= 4, what='four episodes')
        starts = np.array(firsts(cell))
    # Calibration is right here; the tool drifts on a little while the gate is armed anew.
    wanted = np.array(TOOL_HOME) - [0.5, 0.0, 0.1]
    assert np.abs(starts - wanted).max() < TOLERANCE + 0.003


def test_joints_go_home_too(domain_id, tmp_path):
    joints = [-0.1, -1.5, 1.7, -1.7, -1.57, -0.1]
    robot = write_contract(tmp_path, changes('joint_position') | home(joints) | {
        'observation.1': {
            'name': 'joints', 'unit': 'rad', 'max_age': 0.2, 'source': {
                'kind': 'joint_states', 'field': 'position',
                'joints': changes('joint_position')['command.joints']}}})
    still = {'weight0': np.zeros((1, 15, 12), np.float32),
             'bias0': np.full((1, 1, 12), -5.0, np.float32)}
    with Cell(tmp_path, 2.0, robot=robot, tensors=still) as cell:
        cell.probe.until(lambda: len(firsts(cell)) >= 2, what='two episodes')
        first = next(t for t in cell.transitions if t.step == 0)
    np.testing.assert_allclose(first.observation[3:9], joints, atol=TOLERANCE + 0.003)


@pytest.mark.parametrize('reset', [
    {'reset': {'kind': 'operator'}}, {'reset.confirm': True}, home(TOOL_HOME, confirm=True)],
    ids=['operator', 'service', 'home'])
def test_no_episode_begins_before_the_operator_says_so(reset, domain_id, tmp_path):
    robot = write_contract(tmp_path, reset)
    # Slowly, as on a busy machine no episode may be cut off: the operator is asked again then.
    with Cell(tmp_path, 1.0, robot=robot) as cell:
        for episode in range(1, 3):
            cell.probe.diagnostics.clear()
            cell.probe.until_diagnostics(POLICY_STATUS, state='waiting for the operator')
            cell.probe.until_diagnostics('safety_gate: gate', armed=False)
            assert len(begun(cell)) == episode - 1
            answer = cell.probe.call(Trigger, 'policy/ready')
            assert answer.success, answer.message
            cell.probe.until(lambda e=episode: len(begun(cell)) == e, what='an episode')


def test_ready_is_refused_where_nobody_waits_for_it(domain_id, tmp_path):
    with Cell(tmp_path) as cell:
        refused = cell.probe.call(Trigger, 'policy/ready')
        assert not refused.success and 'nobody waits' in refused.message


def test_a_home_that_cannot_be_reached_is_said_and_tried_again(domain_id, tmp_path):
    outside = [0.75, 0.0, 0.2]  # of the workspace
    robot = write_contract(tmp_path, home(outside, timeout=2.0))
    with Cell(tmp_path, robot=robot) as cell:
        def problem():
            return cell.probe.diagnostics.get(POLICY_STATUS, (0, '', {}))[1]

        cell.probe.until(lambda: 'not at home within 2 s' in problem(), what='a report')
        assert not cell.transitions


def test_a_gate_that_is_locked_on_the_way_home_is_said_at_once(domain_id, tmp_path):
    robot = write_contract(tmp_path, home([0.4, 0.0, 0.2], speed=0.1))  # far, and slowly
    with Cell(tmp_path, robot=robot) as cell:
        cell.probe.until_diagnostics(POLICY_STATUS, state='homing')
        cell.probe.until_diagnostics('safety_gate: gate', armed=True)
        for locked in (True, False):
            assert cell.probe.call(SetBool, 'safety_gate/lock', data=locked).success
            cell.probe.until(lambda wanted=locked: wanted == (
                'locked by the service' in cell.probe.diagnostics[POLICY_STATUS][1]),
                what='the reason' if locked else 'its end')
        cell.probe.until_diagnostics('safety_gate: gate', armed=True)
