"""A human with a joystick acts, judges, gives up and pauses; what came of it is told and kept."""

import signal
import subprocess
import sys

from ament_index_python.packages import get_package_share_directory
from data_path import end, node_process, running_probe, TIMEOUT
import numpy as np
from policies import save_policy, servo_tensors
import pytest
from robot_side import Cell, cut_off, episodes
from robots import SHIPPED, write_contract
from safety_gate_rig import Rig, start_gate
from sensor_msgs.msg import Joy
from sgft_ros.learning.checkpoint import load_checkpoint
from sgft_ros.learning.replay import load_transitions
from sgft_ros.msg import Action, LearnerStatus, SampleBatch, SampleRequest, Transition
from sgft_ros.nodes import demonstrations, qos
from sgft_ros.nodes.ending import initialised
from sgft_ros.robot import load_robot_contract
from untrained import learner_parameters
import yaml

UPWARDS = servo_tensors(descent=0.3)  # never reaches the hole
TAKE_OVER, SUCCESS, FAILURE, ABORT, PAUSE = range(5)
MAX_AGE = 1.0  # [s] of sensors and joystick; this machine may have a lot to do
SLOWLY = 0.2   # share of the real time
STEP = 0.25    # of the action, from one command to the next
VALUE = f'{get_package_share_directory("sgft_ros")}/resource/checkpoints/peg_insert' \
        '/value.safetensors'


class Gamepad:
    """Publishes its state all the time, as a driver does, while the node spins."""

    def __init__(self, node):
        self.sticks, self.down, self.sent = [0.0, 0.0, 0.0], (), 0
        self._publisher = node.create_publisher(Joy, 'joy', 10)
        self.timer = node.create_timer(0.02, self._publish)

    def _publish(self):
        self._publisher.publish(Joy(
            axes=self.sticks, buttons=[int(index in self.down) for index in range(5)]))
        self.sent += 1


@pytest.fixture
def robot(tmp_path):
    return write_contract(tmp_path, {'human': {
        'take_over': TAKE_OVER, 'success': SUCCESS, 'failure': FAILURE, 'abort': ABORT,
        'pause_learner': PAUSE, 'max_age': MAX_AGE, 'deadband': 0.0, 'axes': {
            'linear.x': {'axis': 0}, 'linear.y': {'axis': 1}, 'linear.z': {'axis': 2}}},
        'limits.action_step': STEP, **dict.fromkeys((
            'observation.0.max_age', 'observation.1.max_age', 'limits.workspace.max_age'),
            MAX_AGE)})


@pytest.fixture
def rig(domain_id, robot):
    with initialised():
        rig = Rig()
        rig.pad = Gamepad(rig)
        # As for a slow simulation: the watchdog gives the test time.
        gate = start_gate(f'rate_factor:={SLOWLY}', robot=robot)
        rig.period /= SLOWLY
        rig.enable_when_ready()
        yield rig
        gate.terminate()
        gate.communicate(timeout=TIMEOUT)


@pytest.fixture
def cell(domain_id, robot, tmp_path):
    def start(**parameters):
        cell = Cell(tmp_path, robot=robot, tensors=UPWARDS, evaluation_episodes=1, **parameters)
        cell.__enter__()
        started.append(cell)
        cell.pad = Gamepad(cell.probe.node)
        return cell

    started = []
    yield start
    for cell in started:
        cell.__exit__()


def act_until(rig, source, *action):
    """Let the policy act until this source does; return its first action and the one before."""
    rig.act_and_wait(*action)
    while rig.executed[-1].source != source:
        assert not rig.executed[-1].stopped
        rig.act_and_wait(*action)
    return [list(each.action) for each in rig.executed[-2:]]


def test_the_humans_action_replaces_the_policys_and_obeys_the_same_limits(rig):
    rig.tool = np.array([0.7, 0.0, 0.25])  # at the edge of the workspace
    rig.pad.sticks = [1.0, -0.75, 7.0]
    for _ in range(6):
        assert rig.act_and_wait(-1.0, 0.0, 0.0).source == Action.POLICY
    rig.pad.down = (TAKE_OVER,)
    act_until(rig, Action.HUMAN, -1.0, 0.0, 0.0)
    for _ in range(6):
        executed = rig.act_and_wait(np.nan, np.nan, np.nan)  # nobody asks the policy
    assert executed.source == Action.HUMAN and not executed.stopped and executed.clipped
    assert executed.action[0] == 0.0 and executed.action[1] < -0.5 and executed.action[2] > 0.5


@pytest.mark.parametrize('silent', [False, True])
def test_who_lets_go_or_falls_silent_gives_the_robot_back_within_the_action_step(rig, silent):
    rig.pad.sticks, rig.pad.down = [0.5, 0.0, 0.0], (TAKE_OVER,)
    act_until(rig, Action.HUMAN, -1.0, 0.0, 0.0)
    while (executed := rig.act_and_wait(-1.0, 0.0, 0.0)).action[0] != 0.5:
        assert not executed.stopped
    if silent:
        rig.pad.timer.cancel()
    else:
        rig.pad.down = ()
    before, first = act_until(rig, Action.POLICY, -1.0, 0.0, 0.0)
    assert before[0] == 0.5 and first[0] == 0.5 - STEP


def test_what_a_human_did_is_no_evidence_of_the_policy(cell):
    cell = cell(arbitrate=True)
    cell.pad.sticks, cell.pad.down = [0.25, -0.5, 0.0], (TAKE_OVER,)
    cell.until(lambda: len(episodes(cell.transitions)) > 1, 'an evaluation with a human')
    assert all(t.evaluation for t in cell.transitions) and not cell.results
    cell.pad.down = ()
    cell.until(lambda: cell.transitions and not cell.transitions[-1].evaluation, 'training')
    cell.pad.down = (TAKE_OVER,)
    cell.until(lambda: cell.transitions[-1].source == Transition.HUMAN, 'a human')
    helped = cell.transitions[-1].episode
    cell.pad.down = ()
    cell.until(lambda: any(t.source == Transition.POLICY for t in cell.transitions
                           if t.episode > helped), 'the policy')
    for _ in range(5):  # a press between two episodes is forgotten
        cell.pad.down = (TAKE_OVER,)
        cell.until(lambda: cell.transitions[-1].source == Transition.HUMAN
                   and cell.transitions[-1].step > 3, 'a human in an episode')
        number = cell.transitions[-1].episode
        cell.pad.down = (TAKE_OVER, SUCCESS)
        cell.until(lambda old=number: cell.transitions[-1].episode > old, 'another episode')
        if any(r.success for r in cell.results):
            break
    cell.pad.down = ()
    cell.until(lambda: any(r.success for r in cell.results), 'a success of the human')
    cell.probe.diagnostics.clear()

    zero_shot, *trained = cell.results
    assert zero_shot.evaluation and not zero_shot.human_steps
    assert any(r.human_steps and not r.success for r in trained)
    assert not any(r.success for r in cell.results if not r.human_steps)
    cell.until(lambda: cell.report('success_of_pi_sim') == f'{expected_success(cell.results):.2f}',
               'evidence of the policy alone')
    for transition in cell.transitions:
        if transition.source == Transition.HUMAN and not transition.terminated:
            np.testing.assert_array_equal(transition.next_observation[-3:], transition.action)
    assert any(list(t.action) == cell.pad.sticks for t in cell.transitions
               if t.source == Transition.HUMAN)


def expected_success(results):
    """Return what Thompson sampling makes of a policy that fails when it acts alone."""
    alone = [result for result in results if not result.human_steps]
    return 1.0 / (2.0 + sum(1.0 if result.evaluation else 0.25 for result in alone))


def press_in_an_episode(cell, button):
    """Press a button until it has ended an episode; return the result and the last transition."""
    while True:
        cell.pad.down = ()
        cell.until_transitions(1)
        number = cell.transitions[-1].episode
        cell.until(lambda: cell.transitions[-1].step > 3, 'an episode that is going on')
        cell.pad.down = (button,)
        cell.until(lambda old=number: cell.transitions[-1].episode > old, 'another one')
        steps = [t for t in cell.transitions if t.episode == number]
        if not cut_off(steps):
            break
    cell.until(lambda: any(r.episode == number for r in cell.results), 'its result')
    return next(r for r in cell.results if r.episode == number), steps[-1]


def test_a_human_ends_episodes_and_a_held_button_ends_one(cell):
    cell = cell(rate_factor=2.0)
    for button, success, terminated in (
            (SUCCESS, True, True), (FAILURE, False, True), (ABORT, False, False)):
        result, last = press_in_an_episode(cell, button)
        assert (result.success, result.terminated) == (success, terminated)
        assert result.steps < 50 and not result.human_steps
        assert last.terminated == terminated != last.truncated == result.truncated
        assert last.reward == float(success)
    assert cell.results[0].evaluation and cell.results[0].success
    cell.until(lambda: any(r.episode > result.episode and r.steps > 50 for r in cell.results),
               'an episode that lasts although the button is held')


def test_a_press_pauses_the_learner_and_another_one_resumes_it(domain_id, robot, tmp_path):
    checkpoint = save_policy(tmp_path / 'pi_sim.safetensors', UPWARDS)
    with (running_probe() as probe,
          node_process('learner', **learner_parameters(tmp_path)),
          node_process('policy', robot=robot, task='peg_insert', checkpoint=checkpoint)):
        pad = Gamepad(probe.node)
        status = probe.collect(LearnerStatus, 'learner_status', qos.LATEST)

        def until_paused(paused):
            probe.until(lambda: status and (status[-1].phase == 'paused') == paused,
                        what=f'paused {paused}')

        until_paused(False)
        for paused in (True, False):
            probe.until_diagnostics('policy: control loop', phase='evaluation')
            pad.down = (PAUSE,)
            until_paused(paused)
            pad.down = ()
            released = pad.sent
            probe.until(lambda number=released: pad.sent > number + 2, what='the release')


def test_demonstrations_become_prior_data(cell, robot, tmp_path, capsys):
    cell = cell()
    cell.pad.sticks, cell.pad.down = [0.1, 0.3, -0.2], (TAKE_OVER,)
    cell.start('value_shaping', value_checkpoint=VALUE)
    replay = cell.start('replay_buffer', run_folder=tmp_path)
    recorder = subprocess.Popen([sys.executable, '-m', 'sgft_ros.cli', 'bag', 'record',
                                 '-o', str(tmp_path / 'bag'), '/transitions', '/tf',
                                 '/tf_static', '/wrench'])
    cell.until(lambda: sum(t.evaluation for t in cell.transitions) > 20, 'evaluation by a human')
    cell.pad.down = ()
    cell.until(lambda: cell.transitions[-1].source == Transition.POLICY
               and not cell.transitions[-1].evaluation, 'training')
    cell.pad.down = (TAKE_OVER,)
    cell.until(lambda: sum(t.source == Transition.HUMAN and not t.evaluation
                           for t in cell.transitions) > 20, 'training by a human')
    end(cell.policy)
    cell.probe.diagnostics.clear()

    def count():
        return sum(not t.evaluation for t in cell.transitions)

    # Here, too, what it sent last may not have come yet.
    cell.until(lambda: cell.probe.diagnostics.get('replay_buffer: storage', (0, '', {}))[2].get(
        'stored') == str(count()), 'the storage of all that was trained')
    trained = count()
    recorder.send_signal(signal.SIGINT)
    assert recorder.wait(TIMEOUT) == 0
    shown = [t for t in cell.transitions if t.source == Transition.HUMAN]
    learnt = [t for t in shown if not t.evaluation]
    begun = {(t.session, t.episode) for t in learnt}  # more than one if one was cut off
    assert len(learnt) < min(trained, len(shown))

    # A run that is going on, then what the bag has beside its journal.
    file = tmp_path / 'demonstrations.safetensors'
    bag = (tmp_path / 'bag').rename(tmp_path / 'elsewhere')
    assert demonstrations.main([str(tmp_path), '--output', str(file)]) == 0
    assert f'{len(learnt)} transitions of {len(begun)} episodes' in capsys.readouterr().out
    assert demonstrations.main([str(tmp_path), str(bag), '--output', str(file)]) == 0
    arrays, _ = load_transitions(file)
    for name in ('observation', 'action', 'next_observation', 'reward', 'truncated'):
        expected = np.array([getattr(t, name) for t in shown], np.float32)
        np.testing.assert_array_equal(
            np.unique(arrays[name], axis=0), np.unique(expected, axis=0))
    assert len(arrays['reward']) == len(shown)
    contract_of_twice_the_scale_sees_twice_as_much(bag, arrays, tmp_path, capsys)

    end(replay)
    cell.start('replay_buffer', run_folder=tmp_path, prior_data=file, value_checkpoint=VALUE)
    batches = cell.probe.collect(SampleBatch, 'sample_batches', qos.SAMPLES)
    requests = cell.probe.node.create_publisher(SampleRequest, 'sample_requests', qos.SAMPLES)
    cell.probe.until_diagnostics('replay_buffer: storage', stored=trained, prior=len(shown))
    requests.publish(SampleRequest(learner=1, id=1, batches=2, batch_size=64, prior_ratio=1.0))
    cell.until(lambda: batches, 'minibatches')
    drawn = np.asarray(batches[0].action).reshape(-1, 3)
    assert {tuple(row) for row in drawn} <= {tuple(np.float32(t.action)) for t in shown}


def contract_of_twice_the_scale_sees_twice_as_much(bag, arrays, folder, capsys):
    """Let the observations be computed anew from what the sensors said."""
    terms = yaml.safe_load(SHIPPED.read_text())['observation']
    changed = write_contract(folder, {'observation.0.scale': 2.0 * terms[0]['scale']})
    file = folder / 'anew.safetensors'
    assert demonstrations.main(
        [str(bag), '--robot', str(changed), '--output', str(file)]) == 0
    again, _ = load_transitions(file)
    factor = np.float32([2.0, 2.0, 2.0] + 6 * [1.0])
    where = {tuple(row): index for index, row in enumerate(arrays['observation'])}
    rows = [where[tuple(row)] for row in again['observation'] / factor]
    assert len(rows) > 0.8 * len(arrays['reward'])
    for name in ('next_observation', 'observation'):
        np.testing.assert_array_equal(again[name] / factor, arrays[name][rows])
    journal_alone = folder / 'journal'
    journal_alone.mkdir()
    (journal_alone / 'replay.journal').touch()
    assert demonstrations.main([str(journal_alone), '--robot', str(changed),
                                '--output', str(file)]) == 1
    assert 'expected a bag' in capsys.readouterr().err


def begun(folder, **trained):
    """Leave in a folder what a launch writes of a run."""
    folder.mkdir()
    (folder / 'run.yaml').write_text(yaml.safe_dump({'trained': trained}))
    return folder


def test_demonstrations_tell_what_all_their_runs_were_of(tmp_path):
    first = begun(tmp_path / 'first', task='push', gamma=0.9, observation_names=['a'])
    bag = first / 'bag'
    bag.mkdir()
    (bag / 'metadata.yaml').touch()
    second = begun(tmp_path / 'second', task='push', observation_names=['b'])
    known = {'task': 'push', 'gamma': 0.9, 'observation_names': ['a']}
    assert demonstrations.trained_for([first]) == demonstrations.trained_for([bag]) == known
    assert demonstrations.trained_for([first, tmp_path]) == {}
    with pytest.raises(
            ValueError, match=r"second: observation_names is \['b'\], \['a'\] in .*first"):
        demonstrations.trained_for([first, second])
    contract = load_robot_contract('simulated_arm')
    assert demonstrations.trained_for([first, second], contract) == {
        'task': 'push', 'observation_names': list(contract.observation_names),
        'observation_scale': list(contract.observation_scale)}
    file = tmp_path / 'demonstrations.safetensors'
    demonstrations.save(file, [Transition()], [first], known)
    assert load_checkpoint(file, 'replay').metadata.items() >= known.items()


def test_runs_without_a_human_give_no_demonstrations(tmp_path, capsys):
    assert demonstrations.main([str(tmp_path), '--output', str(tmp_path / 'out')]) == 1
    assert 'expected a run folder' in capsys.readouterr().err
    (tmp_path / 'replay.journal').touch()
    assert demonstrations.main([str(tmp_path), '--output', str(tmp_path / 'out')]) == 1
    assert 'no human acted' in capsys.readouterr().err
    assert not (tmp_path / 'out').exists()
