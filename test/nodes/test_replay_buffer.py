"""replay_buffer stores each transition once, whatever is killed, and answers what was asked."""

from functools import partial
import resource

from data_path import (
    ACTION,
    kill,
    node_process,
    OBSERVATION,
    running_probe,
    SESSION,
    shaped,
    TIMEOUT,
)
import numpy as np
import pytest
from sgft_ros.learning.checkpoint import save_checkpoint
from sgft_ros.learning.replay import load_transitions, SAMPLED
from sgft_ros.msg import SampleBatch, SampleRequest, ShapedTransition, Transition
from sgft_ros.nodes import qos
from sgft_ros.nodes.demonstrations import demonstrations
from sgft_ros.nodes.transition_store import TransitionStore
from std_msgs.msg import UInt64
from std_srvs.srv import Trigger

STATUS = 'replay_buffer: storage'


@pytest.fixture
def probe(domain_id):
    with running_probe() as probe:
        yield probe


@pytest.fixture
def transitions(probe):
    return probe.node.create_publisher(ShapedTransition, 'shaped_transitions', qos.TRANSITIONS)


@pytest.fixture
def requests(probe):
    return probe.node.create_publisher(SampleRequest, 'sample_requests', qos.SAMPLES)


@pytest.fixture
def batches(probe):
    return probe.collect(SampleBatch, 'sample_batches', qos.SAMPLES)


def connected(probe):
    return (probe.node.count_subscribers('sample_requests') == 1
            and probe.node.count_publishers('sample_batches') == 1)


def archived(probe):
    """Clear the buffer and return the columns of the archive."""
    response = probe.call(Trigger, 'replay_buffer/clear')
    assert response.success, response.message
    arrays, _ = load_transitions(response.message.rsplit(' in ', 1)[1])
    return arrays


def test_kills_in_the_stream_neither_lose_nor_double(probe, transitions, tmp_path):
    sent = 0
    for stop in (400, 900, 1500):
        with node_process('replay_buffer', run_folder=tmp_path) as process:
            probe.until(lambda: probe.node.count_subscribers('shaped_transitions') == 1)
            while sent < stop:
                transitions.publish(shaped(sent))
                sent += 1
            if stop < 1500:
                kill(process)
                probe.until(lambda: probe.node.count_subscribers('shaped_transitions') == 0)
            else:
                probe.until_diagnostics(STATUS, stored=1500, inserted=1500)
                assert sorted(archived(probe)['reward']) == list(range(1500))


def test_the_run_is_told_from_its_first_transition_on_also_after_a_kill(
        probe, transitions, tmp_path):
    for told in ([0, SESSION], [SESSION]):
        runs = probe.collect(UInt64, 'replay_buffer/run', qos.LATEST)
        with node_process('replay_buffer', run_folder=tmp_path) as process:
            probe.until(partial(bool, runs), what='the run')
            transitions.publish(shaped(0))
            transitions.publish(shaped(1, session=SESSION - 1))
            probe.until_diagnostics(STATUS, stored=2)
            assert [message.data for message in runs] == told
            kill(process)
        probe.diagnostics.clear()


def test_the_journal_restores_what_no_writer_can_send_again(probe, transitions, tmp_path):
    with node_process('replay_buffer', run_folder=tmp_path) as process:
        for number in range(100):
            transitions.publish(shaped(number))
        probe.until_diagnostics(STATUS, stored=100)
        kill(process)
    probe.node.destroy_publisher(transitions)
    probe.diagnostics.clear()
    with node_process('replay_buffer', run_folder=tmp_path):
        probe.until_diagnostics(STATUS, stored=100, inserted=100)
        columns = archived(probe)
    assert columns['reward'].tolist() == list(range(100))
    assert (columns['shaped_reward'] == -columns['reward']).all()
    assert (columns['next_value'] == columns['reward'] + 0.5).all()
    assert columns['truncated'].nonzero()[0].tolist() == [49, 99]
    assert not columns['terminated'].any()


def test_cleared_transitions_do_not_come_back_from_the_history(probe, transitions, tmp_path):
    with node_process('replay_buffer', run_folder=tmp_path) as process:
        for number in range(50):
            transitions.publish(shaped(number))
        probe.until_diagnostics(STATUS, stored=50)
        assert len(archived(probe)['reward']) == 50
        kill(process)
    probe.diagnostics.clear()
    with node_process('replay_buffer', run_folder=tmp_path):
        probe.until_diagnostics(STATUS, stored=0, inserted=50, repeated=50)
        for number in range(50, 60):
            transitions.publish(shaped(number, value_id='second'))
        probe.until_diagnostics(STATUS, stored=10, inserted=60)
        assert archived(probe)['reward'].tolist() == list(range(50, 60))


def test_cleared_transitions_keep_whose_they_were_and_when(tmp_path):
    store = TransitionStore(100, tmp_path)
    for number in range(60):
        assert store.insert(shaped(number, source=Transition.HUMAN))
        if number in (19, 39):
            store.clear()
    assert len(store) == 20
    store.close()
    found, _ = demonstrations([tmp_path])
    assert [each.sequence for each in found] == list(range(60))
    assert {each.robot for each in found} == {'arm'}
    again = TransitionStore(100, tmp_path)
    assert (len(again), again.inserted) == (20, 60)
    again.close()


def test_a_foreign_archive_is_named(tmp_path):
    path = tmp_path / 'replay_mine.safetensors'
    save_checkpoint(path, 'replay', {'reward': np.zeros(3, np.float32)}, {})
    with pytest.raises(ValueError, match=f'{path}: expected an archive of replay_buffer/clear'):
        TransitionStore(100, tmp_path)


def test_each_request_gets_one_answer_with_what_was_stored(
        probe, transitions, requests, batches, tmp_path):
    with node_process('replay_buffer', run_folder=tmp_path):
        for number in range(200):
            transitions.publish(shaped(number))
        probe.until_diagnostics(STATUS, stored=200)
        probe.until(lambda: connected(probe))
        for number in range(5):
            requests.publish(SampleRequest(learner=7, id=number, batches=4, batch_size=32))
        probe.until(lambda: len(batches) >= 5)
        probe.until_diagnostics(STATUS, answered=5)
    assert [batch.id for batch in batches] == list(range(5))
    for batch in batches:
        assert (batch.learner, batch.stored, batch.inserted) == (7, 200, 200)
        assert batch.rewarded == 199  # the reward is the number
        assert batch.shape.tolist() == [4, 32, OBSERVATION, ACTION]
        reward = np.asarray(batch.reward).reshape(4, 32)
        observation = np.asarray(batch.observation).reshape(4, 32, OBSERVATION)
        action = np.asarray(batch.action).reshape(4, 32, ACTION)
        next_observation = np.asarray(batch.next_observation).reshape(4, 32, OBSERVATION)
        assert observation[..., 0] == pytest.approx(reward * 0.001, abs=1e-6)
        assert action[..., 2] == pytest.approx(reward * 0.001, abs=1e-6)
        assert next_observation[..., 0] == pytest.approx((reward + 1) * 0.001, abs=1e-6)
        assert np.array_equal(np.asarray(batch.shaped_reward), -reward.ravel())
        assert np.array_equal(np.asarray(batch.next_value), reward.ravel() + 0.5)
        assert not np.asarray(batch.terminated).any()
    assert len({tuple(batch.reward) for batch in batches}) == 5


def test_an_empty_buffer_is_silent_and_answers_when_asked_again(
        probe, transitions, requests, batches, tmp_path):
    request = SampleRequest(learner=7, id=1, batches=1, batch_size=4)
    with node_process('replay_buffer', run_folder=tmp_path):
        probe.until(lambda: connected(probe))
        requests.publish(request)
        transitions.publish(shaped(0))
        probe.until_diagnostics(STATUS, stored=1)
        requests.publish(request)
        probe.until(lambda: batches)
    assert {batch.id for batch in batches} == {1}


def test_a_later_life_draws_other_rows_and_a_first_one_always_the_same(
        probe, transitions, requests, batches, tmp_path):
    for number in range(50):
        transitions.publish(shaped(number))
    for life, folder in enumerate(('run', 'run', 'another_run')):
        with node_process('replay_buffer', run_folder=tmp_path / folder):
            probe.until(lambda: connected(probe))
            probe.diagnostics.clear()  # what the life before has said is read by now
            probe.until_diagnostics(STATUS, stored=50)
            requests.publish(SampleRequest(learner=7, id=life, batches=2, batch_size=16))
            probe.until(lambda wanted=life: len(batches) > wanted)
        probe.until(lambda: probe.node.count_subscribers('sample_requests') == 0)
    first, later, another = (batch.reward.tolist() for batch in batches)
    assert first == another != later


def test_prior_data_is_mixed_in(probe, transitions, requests, batches, tmp_path):
    arrays = {name: np.full((10,), -7.0, np.float32) for name in SAMPLED}
    for name, size in (('observation', OBSERVATION), ('action', ACTION),
                       ('next_observation', OBSERVATION)):
        arrays[name] = np.full((10, size), -7.0, np.float32)
    arrays['terminated'] = np.zeros(10, np.float32)
    save_checkpoint(tmp_path / 'prior.safetensors', 'replay', arrays, {})
    with node_process('replay_buffer', prior_data=tmp_path / 'prior.safetensors'):
        transitions.publish(shaped(3))
        probe.until_diagnostics(STATUS, stored=1, prior=10)
        probe.until(lambda: connected(probe))
        requests.publish(
            SampleRequest(learner=7, id=1, batches=2, batch_size=8, prior_ratio=0.25))
        probe.until(lambda: batches)
    reward = np.asarray(batches[0].reward).reshape(2, 8)
    assert reward.tolist() == [[3.0] * 6 + [-7.0] * 2] * 2


def test_successive_transitions_are_of_one_robot_in_the_order_in_which_it_made_them(
        probe, transitions, requests, batches):
    with node_process('replay_buffer'):
        for number in range(20):
            transitions.publish(shaped(number))
            transitions.publish(shaped(number + 100, robot='other'))
        probe.until_diagnostics(STATUS, stored=40)
        probe.until(lambda: connected(probe))
        requests.publish(SampleRequest(learner=7, id=1, batches=4, batch_size=32, successive=4))
        probe.until(lambda: batches)
    reward = np.asarray(batches[0].reward).reshape(-1, 4)
    newest = np.isin(reward[:, :-1], (19, 119))
    assert (np.diff(reward)[~newest] == 1).all()
    assert len(set(reward[:, 0])) > 5


@pytest.mark.parametrize('request_, message', [
    ({'batches': 1, 'batch_size': 4, 'prior_ratio': 0.5}, 'there is no prior data'),
    ({'batches': 0, 'batch_size': 4}, 'at least 1 minibatch'),
    ({'batches': 2**31, 'batch_size': 2**31}, 'fit in one answer'),
])
def test_an_impossible_request_is_refused_with_a_diagnostic(
        probe, transitions, requests, batches, request_, message):
    with node_process('replay_buffer'):
        transitions.publish(shaped(0))
        probe.until_diagnostics(STATUS, stored=1)
        probe.until(lambda: connected(probe))
        requests.publish(SampleRequest(learner=7, id=1, **request_))
        requests.publish(SampleRequest(learner=7, id=2, batches=1, batch_size=1))
        probe.until_diagnostics(STATUS, refused=1, answered=1)
    assert message in probe.diagnostics[STATUS][1]
    assert [batch.id for batch in batches] == [2]


def test_another_value_function_is_refused_until_the_buffer_is_cleared(
        probe, transitions, tmp_path):
    with node_process('replay_buffer', run_folder=tmp_path):
        transitions.publish(shaped(0))
        transitions.publish(shaped(1, value_id='second'))
        transitions.publish(shaped(2, evaluation=True))
        probe.until_diagnostics(STATUS, stored=1, refused=2)


def test_a_full_disk_is_told_and_costs_nothing(probe, transitions, tmp_path):
    with node_process('replay_buffer', run_folder=tmp_path) as process:
        transitions.publish(shaped(0))
        probe.until_diagnostics(STATUS, stored=1)
        hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (5000, hard))
        for number in range(1, 100):
            transitions.publish(shaped(number))
        probe.until_diagnostics(STATUS, stored=100)
        probe.until(lambda: 'replay.journal' in probe.diagnostics[STATUS][1])
        assert int(probe.diagnostics[STATUS][2]['unsaved']) > 0
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (hard, hard))
        probe.until_diagnostics(STATUS, unsaved=0)
        kill(process)
    probe.node.destroy_publisher(transitions)
    probe.diagnostics.clear()
    with node_process('replay_buffer', run_folder=tmp_path):
        probe.until_diagnostics(STATUS, stored=100)


def test_what_a_full_disk_did_not_take_is_told_at_the_end(
        probe, transitions, tmp_path, capfd):
    with node_process('replay_buffer', run_folder=tmp_path) as process:
        probe.until_diagnostics(STATUS, stored=0)
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (
            1000, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
        for number in range(20):
            transitions.publish(shaped(number))
        probe.until_diagnostics(STATUS, stored=20)
        unsaved = probe.diagnostics[STATUS][2]['unsaved']
        process.terminate()
        assert process.wait(timeout=TIMEOUT) == 0
    assert int(unsaved) > 0
    assert f'{unsaved} transitions are lost' in capfd.readouterr().err


def test_clear_without_a_run_folder_keeps_everything(probe, transitions):
    with node_process('replay_buffer'):
        transitions.publish(shaped(0))
        probe.until_diagnostics(STATUS, stored=1)
        response = probe.call(Trigger, 'replay_buffer/clear')
        assert not response.success and 'run_folder' in response.message
        probe.until_diagnostics(STATUS, stored=1)
