"""The learner trains on what the replay buffer holds, through every kill, and publishes it."""

from dataclasses import fields
import json
import os
import re
import resource
import signal

from data_path import insist, kill, node_process, running_probe, SESSION, shaped, TIMEOUT
import numpy as np
import pytest
from safetensors.numpy import load
from sgft_ros.learning.checkpoint import load_checkpoint, save_checkpoint
from sgft_ros.learning.finetuner import FineTuningConfig
from sgft_ros.msg import LearnerStatus, PolicyWeights, SampleBatch, SampleRequest, ShapedTransition
from sgft_ros.nodes import diagnostics, qos
from sgft_ros.nodes.arrays import float_sequence
from sgft_ros.nodes.learner import main
from sgft_ros.nodes.learner_files import LearnerFiles
from sgft_ros.nodes.learner_parameters import LearnerParameters
from sgft_ros.nodes.parameter_files import read_parameter_file
from sgft_ros.nodes.weights import architecture, WeightsJudge
from std_srvs.srv import SetBool, Trigger
from untrained import learner_parameters, OBSERVATION, updates_in

NAME = 'learner: training'


class Rig:
    """A probe that plays the robot, and everything that it hears of the learner."""

    def __init__(self, probe, folder):
        self.probe, self.folder = probe, folder
        self.parameters = learner_parameters(folder)
        self.weights = probe.collect(PolicyWeights, 'policy_weights', qos.WEIGHTS)
        self.status = probe.collect(LearnerStatus, 'learner_status', qos.LATEST)
        self._transitions = probe.node.create_publisher(
            ShapedTransition, 'shaped_transitions', qos.TRANSITIONS)
        self.sent, self.session = 0, SESSION

    def send(self, count):
        """Publish transitions that a critic can learn from."""
        for _ in range(count):
            message = shaped(self.sent, session=self.session)
            message.shaped_reward = message.transition.reward = float(self.sent % 7) / 7
            self._transitions.publish(message)
            self.sent += 1

    def begin_another_run(self):
        """Forget the transitions, which a new replay buffer would be sent again; draw others."""
        self.session -= 1
        self.probe.node.destroy_publisher(self._transitions)
        self._transitions = self.probe.node.create_publisher(
            ShapedTransition, 'shaped_transitions', qos.TRANSITIONS)

    def replay(self, folder='replay'):
        return node_process('replay_buffer', run_folder=self.folder / folder)

    def learner(self, **changes):
        return node_process('learner', **(self.parameters | changes))

    def until_updates(self, updates):
        self.probe.until(lambda: self.status and self.status[-1].learner_step >= updates,
                         what=f'{updates} updates')

    def until_phase(self, phase):
        self.probe.until(
            lambda: self.status and self.status[-1].phase == phase, what=f'phase {phase}')

    def pause(self, paused):
        """Call the service; return its answer."""
        client = self.probe.node.create_client(SetBool, 'learner/pause')
        self.probe.until(client.service_is_ready, what='service pause')
        future = client.call_async(SetBool.Request(data=paused))
        self.probe.until(future.done, what='the answer of pause')
        return future.result().message

    @property
    def versions(self):
        return [message.version for message in self.weights]

    def accepted(self, message):
        """Return whether a policy would take these weights."""
        checkpoint = load_checkpoint(self.parameters['policy_checkpoint'], 'policy')
        judge = WeightsJudge(checkpoint.metadata, checkpoint.tensors)
        return judge.accept(message, np.zeros(OBSERVATION, np.float32)) is not None


@pytest.fixture
def rig(domain_id, tmp_path):
    with running_probe() as probe:
        yield Rig(probe, tmp_path)


def test_every_setting_of_the_core_is_a_parameter():
    core = {field.name: field.default for field in fields(FineTuningConfig)}
    own = {field.name: field.default for field in fields(LearnerParameters)}
    assert core.items() <= own.items()


def run_learner(parameters):
    """Run a node that cannot begin in this process, which keeps its priority; return the code."""
    arguments = ['--ros-args']
    for name, value in parameters.items():
        arguments += ['-p', f'{name}:={value}']
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    return ended.value.code


def terminate(process):
    """End a node as launch does; return its exit code."""
    process.send_signal(signal.SIGINT)
    return process.wait(timeout=TIMEOUT)


def test_trains_on_the_replay_and_publishes_weights_that_a_policy_takes(rig):
    with rig.replay(), rig.learner(critic_updates=120) as learner:
        rig.until_phase('waiting')
        assert rig.weights == []
        rig.send(99)
        rig.probe.until_diagnostics(NAME, inserted=99, updates=0)
        rig.send(401)
        rig.until_updates(400)
        rig.probe.until_diagnostics(NAME, updates=400)  # UTD 1 from transition 100 on
        last = rig.status[-1]
        assert (last.phase, last.horizon, last.stored) == ('training', 4, 500)
        assert np.isfinite([last.critic_loss, last.actor_loss, last.entropy, last.q_mean]).all()
        assert len(rig.versions) >= 2 and rig.versions == sorted(set(rig.versions))
        assert rig.weights[0].learner_step > 120  # before, the policy is that of the simulator
        assert rig.weights[-1].candidate == 'sgft_sac_h4'
        assert all(rig.accepted(message) for message in rig.weights)
        assert terminate(learner) == 0
    tensors = load(bytes(rig.weights[-1].tensors))
    start = load_checkpoint(rig.parameters['policy_checkpoint'], 'policy').tensors
    assert any(not np.array_equal(tensors[name], start[name]) for name in tensors)
    exported = load_checkpoint(
        rig.folder / 'run' / 'checkpoints' / 'policy.safetensors', 'policy')
    assert exported.metadata['observation_names'][0] == 'observation_0'
    assert architecture(exported.metadata, exported.tensors) == architecture(
        exported.metadata, start)


def test_says_that_it_cannot_keep_up_until_it_has(rig):
    def level():
        return rig.probe.diagnostics.get(NAME, (0, '', {}))[:2]

    with rig.replay(), rig.learner(updates_per_transition=2.5):
        rig.send(600)  # allow 1 250 updates at once
        rig.probe.until(lambda: level()[0] == diagnostics.WARN, what='a warning')
        assert 'updates behind the transitions' in level()[1]
        rig.probe.until(lambda: rig.status and rig.status[-1].behind > 0,
                        what='the updates to come')
        rig.until_updates(1250)
        rig.probe.until(lambda: level()[0] == diagnostics.OK, what='the end of the warning')
        rig.probe.until(lambda: rig.status[-1].behind == 0, what='nothing behind')


def test_tells_what_it_waits_for(rig):
    with rig.learner(updates_per_transition=100.0):
        with rig.replay() as replay:
            rig.send(101)
            rig.until_updates(100)
            rig.probe.until(lambda: rig.status[-1].throttled > 0.5, what='nothing due')
            assert rig.status[-1].waiting < 0.5
            rig.send(200)
            rig.until_updates(150)
            kill(replay)
        rig.probe.until(lambda: rig.status[-1].waiting > 0.5, what='the lack of a sample')
        assert rig.status[-1].behind > 0


def test_a_request_is_asked_again_when_the_replay_was_killed(rig):
    with rig.learner():
        with rig.replay() as replay:
            rig.send(200)
            rig.until_updates(50)
            kill(replay)
        rig.send(200)
        with rig.replay():
            rig.until_updates(300)
        rig.probe.until(
            lambda: int(rig.probe.diagnostics[NAME][2]['resent']) > 0, what='a repeated request')


def test_a_killed_learner_resumes_and_its_versions_grow(rig):
    with rig.replay():
        with rig.learner(checkpoint_period=0.3) as learner:
            rig.send(400)
            rig.until_updates(300)
            rig.probe.until(lambda: rig.weights and list(
                rig.folder.glob('run/checkpoints/learner_*.safetensors')))
            kill(learner)
            rig.probe.until(lambda: not rig.probe.node.count_publishers('policy_weights'),
                            what='the end of the killed learner')
        highest, published = rig.versions[-1], len(rig.weights)
        saved = max(rig.folder.glob('run/checkpoints/learner_*.safetensors'))
        rig.status.clear()
        with rig.learner(checkpoint_period=0.3):
            # The weights come at once, before any update.
            rig.probe.until(lambda: len(rig.weights) > published)
            assert rig.weights[published].version > highest
            assert rig.weights[published].learner_step == updates_in(saved) > 0
            rig.until_updates(300)
            rig.probe.until_diagnostics(NAME, updates=300)
    assert rig.versions == sorted(set(rig.versions))
    assert {status.phase for status in rig.status} <= {'waiting', 'training'}


def test_who_interrupts_it_again_and_again_loses_no_update(rig):
    with rig.replay(), rig.learner() as learner:
        rig.send(150)
        rig.probe.until_diagnostics(NAME, updates=50)
        assert insist(learner) == 0
    assert updates_in(max(rig.folder.glob('run/checkpoints/learner_*.safetensors'))) == 50


def test_the_learner_of_an_earlier_run_publishes_nothing_to_another(rig, capfd):
    with rig.replay(), rig.learner() as learner:
        rig.send(500)
        rig.probe.until_diagnostics(NAME, updates=400)
        assert terminate(learner) == 0
    rig.begin_another_run()
    rig.status.clear()
    published = len(rig.weights)
    with rig.replay('another'), rig.learner() as learner:
        rig.until_phase('waiting')
        rig.send(600)  # more than the earlier run had
        assert learner.wait(timeout=TIMEOUT) == 2
    assert len(rig.weights) == published
    said = capfd.readouterr().err
    assert f'{rig.folder}/run/checkpoints: the run began with the session {SESSION}' in said
    assert 'nothing was published' in said and 'Traceback' not in said
    rig.probe.diagnostics.clear()
    with rig.replay(), rig.learner():  # in its own run it goes on
        rig.probe.until(lambda: len(rig.weights) > published, what='weights')


def test_a_learner_that_outlives_its_run_says_so(rig):
    with rig.learner():
        with rig.replay() as replay:
            rig.send(200)
            rig.probe.until_diagnostics(NAME, updates=100)
            kill(replay)
        rig.begin_another_run()
        with rig.replay('another'):
            rig.send(300)
            rig.probe.until(lambda: 'that of another run now' in rig.probe.diagnostics[NAME][1],
                            what='an error')
            assert rig.probe.diagnostics[NAME][0] == diagnostics.ERROR
            seen = len(rig.weights)
            rig.send(300)
            rig.probe.until(lambda: len(rig.weights) > seen, what='more weights')
    assert {message.run for message in rig.weights} == {SESSION}


def test_checkpoints_do_not_put_off_what_is_published(rig):
    with rig.replay(), rig.learner(checkpoint_period=0.1, publish_interval=500):
        rig.send(700)  # more than 0.1 s of updates, on any machine
        rig.probe.until(lambda: rig.weights, what='weights')


def test_services_pause_save_and_reset_and_no_update_is_lost(rig):
    with rig.replay(), rig.learner():
        rig.send(150)
        rig.probe.until_diagnostics(NAME, updates=50)
        assert rig.pause(True) == 'paused'
        answer = rig.probe.call(Trigger, 'learner/checkpoint')
        assert answer.success
        assert updates_in(answer.message) == 50
        names = load_checkpoint(answer.message, 'learner').tensors.keys()
        assert {'generator', 'log_alpha', 'updates'} <= names
        for part in ('actor.', 'critic.', 'target.', 'optimiser.', 'start.actor.'):
            assert any(name.startswith(part) for name in names)
        rig.until_phase('paused')
        rig.send(150)
        seen = len(rig.status)
        rig.probe.until(lambda: len(rig.status) >= seen + 2)
        assert rig.status[-1].learner_step == 50
        assert rig.pause(False) == 'resumed'
        rig.probe.until_diagnostics(NAME, updates=200)

        before = rig.versions[-1]
        answer = rig.probe.call(Trigger, 'learner/reset')
        assert answer.success
        version = int(re.search(r'version (\d+)', answer.message)[1])
        assert version > before
        rig.probe.until(lambda: version in rig.versions, what=f'version {version}')
        reset = rig.weights[rig.versions.index(version)]
        start = load_checkpoint(rig.parameters['policy_checkpoint'], 'policy').tensors
        for name, value in load(bytes(reset.tensors)).items():
            assert np.array_equal(value, start[name])
        told = rig.weights[rig.versions.index(version) - 1]  # by which policies know of it
        assert told.candidate == 'pi_sim' and bytes(told.tensors) == bytes(reset.tensors)
        rig.send(50)
        rig.probe.until_diagnostics(NAME, updates=250, inserted=350)


def test_a_reset_and_a_pause_outlive_a_kill_at_once(rig):
    with rig.replay():
        with rig.learner(checkpoint_period=3600.0) as learner:
            rig.send(150)
            rig.probe.until_diagnostics(NAME, updates=50)
            assert rig.probe.call(Trigger, 'learner/checkpoint').success
            assert rig.probe.call(Trigger, 'learner/reset').success
            assert rig.pause(True) == 'paused'
            kill(learner)
            rig.probe.until(lambda: not rig.probe.node.count_publishers('policy_weights'),
                            what='the end of the killed learner')
        published = len(rig.weights)
        rig.status.clear()
        with rig.learner(checkpoint_period=3600.0) as learner:
            rig.until_phase('paused')
            rig.send(50)
            seen = len(rig.status)
            rig.probe.until(lambda: len(rig.status) >= seen + 2)
            assert rig.status[-1].learner_step == 50
            assert len(rig.weights) == published  # pi_sim still, which each policy has
            assert rig.pause(False) == 'resumed'
            kill(learner)
        with rig.learner():
            rig.probe.until_diagnostics(NAME, updates=100)


def test_bad_numbers_are_neither_learned_nor_published(rig):
    """A replay buffer gone mad: the test answers in its place, first with NaN, then truly."""
    requests = rig.probe.collect(SampleRequest, 'sample_requests', qos.SAMPLES)
    batches = rig.probe.node.create_publisher(SampleBatch, 'sample_batches', qos.SAMPLES)

    def answer(value, inserted=400):
        while requests:
            request = requests.pop(0)
            rows = request.batches * request.batch_size
            fields = {name: np.full(rows * width, value, np.float32) for name, width in (
                ('observation', OBSERVATION), ('action', 3), ('next_observation', OBSERVATION),
                ('reward', 1), ('shaped_reward', 1), ('next_value', 1))}
            batches.publish(SampleBatch(
                learner=request.learner, id=request.id, stored=400, inserted=inserted,
                rewarded=400, shape=np.array(
                    [request.batches, request.batch_size, OBSERVATION, 3], np.uint32),
                terminated=float_sequence(np.zeros(rows)),
                **{name: float_sequence(column) for name, column in fields.items()}))

    with rig.learner():
        rig.probe.until(lambda: requests)
        answer(float('nan'))
        rig.probe.until_diagnostics(NAME, refused=1, updates=0)
        rig.probe.until(
            lambda: 'not all numbers are finite' in rig.probe.diagnostics[NAME][1])

        def huge_then_diverged():
            answer(1e30)  # finite, but its square is not
            return int(rig.probe.diagnostics[NAME][2]['diverged']) > 0

        rig.probe.until(huge_then_diverged)
        assert rig.probe.diagnostics[NAME][0] == b'\x02'

        def sane_then_published():
            answer(0.5, 2000)  # as updates that were taken back are not made again
            return bool(rig.weights)

        rig.probe.until(sane_then_published)
        assert all(rig.accepted(message) for message in rig.weights)


@pytest.mark.parametrize('changes, message', [
    ({'policy_checkpoint': '/nowhere/policy.safetensors'}, 'does not exist'),
    ({'algorithm': 'td3'}, "unknown algorithm 'td3'; choose from"),
    ({'device': 'gpu'}, "unknown device 'gpu'; choose from: auto, cpu, cuda"),
    ({'warm_start_data': "''"}, "'warm_start_data' must be set"),
])
def test_a_wrong_configuration_ends_the_node_with_its_reason(
        domain_id, tmp_path, changes, message, capfd):
    assert run_learner(learner_parameters(tmp_path) | changes) == 2
    assert message in capfd.readouterr().err


def test_td_mpc2_learns_from_sequences_and_sends_planners(rig):
    requests = rig.probe.collect(SampleRequest, 'sample_requests', qos.SAMPLES)
    with rig.replay(), rig.learner(
            algorithm='td_mpc2', horizon=3, samples=32, batch_size=24, critic_updates=0,
            warm_start_updates=5, publish_interval=5):
        rig.until_phase('waiting')
        rig.send(120)
        rig.until_updates(10)
        rig.probe.until(lambda: len(rig.weights) > 1, what='weights')
    assert {request.successive for request in requests} == {3}
    assert {json.loads(message.architecture)['kind'] for message in rig.weights} == {
        'latent_planner'}


def of_auto(parameters):
    """Return the parameters for 'auto', whose candidates have those of the core from files."""
    core = {field.name for field in fields(FineTuningConfig)}
    return {'algorithm': 'auto'} | {
        name: value for name, value in parameters.items() if name not in core}


def test_auto_goes_on_without_the_candidates_whose_checkpoints_are_missing(rig):
    rig.parameters = of_auto(rig.parameters)
    assert not rig.parameters.get('dynamics_checkpoint')
    with rig.replay(), rig.learner(candidates=['planner', 'sac']):
        rig.until_phase('waiting')
        rig.send(200)
        rig.probe.until(lambda: rig.weights, what='weights')
    assert {message.candidate for message in rig.weights} == {'sac'}


def test_every_candidate_of_auto_computes_where_the_learner_is_told_to():
    tunings = LearnerParameters(algorithm='auto', device='auto').fine_tuning()
    assert {tuning.device for tuning in tunings.values()} == {'auto'}


@pytest.mark.parametrize('name, value', [
    ('updates_per_transition', 4.0), ('batch_size', 256), ('first_rewards', 2), ('horizon', 5)])
def test_what_the_candidates_of_auto_do_not_hear_of_is_refused(name, value):
    parameters = LearnerParameters(
        algorithm='auto', task_file='peg_insert', candidates=('planner', 'sac'), **{name: value})
    with pytest.raises(ValueError, match=rf"'{name}': {value} has no effect .* 'auto'.*"
                                         r'planner, sac.*config/algorithms.*peg_insert'):
        parameters.fine_tuning()


def test_what_the_task_sets_for_all_learners_may_be_set_beside_auto():
    task = read_parameter_file('task', 'peg_insert')['learner']
    assert task['first_rewards'] != FineTuningConfig().first_rewards
    LearnerParameters(algorithm='auto', task_file='peg_insert', **task).fine_tuning()
    with pytest.raises(ValueError, match="'first_rewards'.*task_file .not set"):
        LearnerParameters(algorithm='auto', **task).fine_tuning()


def test_auto_without_any_checkpoint_says_which_one_it_lacks(domain_id, tmp_path, capfd):
    parameters = of_auto(learner_parameters(tmp_path)) | {
        'candidates': ['planner', 'sac'], 'simulation_checkpoint': "''"}
    assert run_learner(parameters) == 2
    assert "expected a checkpoint of kind 'dynamics'" in capfd.readouterr().err


def test_auto_warns_of_prior_data_that_candidates_do_not_get(domain_id, tmp_path, capfd):
    parameters = of_auto(learner_parameters(tmp_path)) | {
        'candidates': ['rlpd', 'cal_ql'],
        'simulation_checkpoint': '/nowhere/learner.safetensors'}
    assert run_learner(parameters) == 2
    assert 'not with that of their files: rlpd 0.5, cal_ql 0.5' in capfd.readouterr().err


def test_a_run_of_another_horizon_is_not_taken_up(domain_id, tmp_path, capfd):
    parameters = learner_parameters(tmp_path)
    files = LearnerFiles(parameters['run_folder'], {
        'algorithm': 'sgft_sac', 'horizon': 5, 'task': 'peg_insert', 'architecture': {},
        'policy': ''})
    files.save(100, {'weight': np.zeros(3, np.float32)}, {})
    files.close()
    assert run_learner(parameters | {'horizon': 3}) == 2
    assert 'horizon: the run began with 5, now it is to go on with 3' in capfd.readouterr().err


def test_a_run_that_began_with_another_pi_sim_is_not_taken_up(domain_id, tmp_path, capfd):
    parameters = learner_parameters(tmp_path)
    before = load_checkpoint(parameters['policy_checkpoint'], 'policy')
    files = LearnerFiles(parameters['run_folder'], {
        'algorithm': 'sgft_sac', 'horizon': 4, 'task': 'peg_insert', 'policy': before.sha256,
        'architecture': architecture(before.metadata, before.tensors)})
    files.save(100, {'weight': np.zeros(3, np.float32)}, {})
    files.close()
    save_checkpoint(parameters['policy_checkpoint'], 'policy', {
        name: value + 1 for name, value in before.tensors.items()}, before.metadata)
    assert run_learner(parameters) == 2
    assert f"policy: the run began with '{before.sha256}'" in capfd.readouterr().err


def test_a_full_disk_is_told_and_training_goes_on(rig):
    with rig.replay(), rig.learner(checkpoint_period=0.2) as learner:
        rig.until_phase('waiting')
        hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
        resource.prlimit(learner.pid, resource.RLIMIT_FSIZE, (20_000, hard))
        rig.send(200)
        rig.probe.until_diagnostics(NAME, updates=100)
        rig.probe.until(lambda: rig.probe.diagnostics[NAME][0] == b'\x02')
        assert 'checkpoints' in rig.probe.diagnostics[NAME][1]
        for answer in (rig.pause(True), rig.pause(False),
                       rig.probe.call(Trigger, 'learner/reset').message):
            assert '; not saved: ' in answer
        resource.prlimit(learner.pid, resource.RLIMIT_FSIZE, (hard, hard))
        rig.probe.until(lambda: rig.probe.diagnostics[NAME][0] == b'\x00')
        assert os.path.exists(rig.probe.call(Trigger, 'learner/checkpoint').message)
