"""The monitor tells what happened, ends the run when it should, and survives its own death."""

import json
import signal
import subprocess

from data_path import insist, kill, node_process, running_probe, SESSION, shaped, TIMEOUT
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
import pytest
from sgft_ros.msg import EpisodeResult, LearnerStatus, ShapedTransition
from sgft_ros.nodes import qos
from sgft_ros.nodes.diagnostics import ERROR, OK
from sgft_ros.report.episodes import read_episodes

ROUND = 4


@pytest.fixture
def probe(domain_id):
    with running_probe() as probe:
        yield probe


@pytest.fixture
def run(probe):
    return Run(probe)


class Run:
    """Publish what a policy and value_shaping publish of a run."""

    def __init__(self, probe):
        self._results = probe.node.create_publisher(
            EpisodeResult, 'episode_results', qos.EPISODE_RESULTS)
        self._shaped = probe.node.create_publisher(
            ShapedTransition, 'shaped_transitions', qos.TRANSITIONS)
        self._probe = probe
        self.robot = 'arm'
        self._diagnostics = probe.node.create_publisher(DiagnosticArray, '/diagnostics', 10)
        self._episode = self.transitions = 0

    def evaluate(self, number, successes, episodes=ROUND):
        for index in range(episodes):
            self._publish(
                evaluation=True, success=index < successes, evaluation_round=number,
                evaluation_episodes=ROUND, policy_version=number, steps=10)

    def train(self, steps=10, version=0):
        for step in range(steps):
            self._shaped.publish(shaped(
                self.transitions + step, robot=self.robot, episode=self._episode, step=step,
                policy_version=version + (step >= 5)))
        self.transitions += steps
        self._publish(steps=steps, truncated=True, policy_version=version + 1)

    def diagnose(self, level, message, node='learner', part='training'):
        # The probe listens too.
        self._probe.until(lambda: self._diagnostics.get_subscription_count() == 2)
        self._diagnostics.publish(DiagnosticArray(status=[DiagnosticStatus(
            level=level, name=f'{node}: {part}', message=message)]))

    def _publish(self, **fields):
        self._results.publish(EpisodeResult(
            robot=self.robot, session=SESSION, episode=self._episode, transitions=self.transitions,
            episode_return=-1.5, **fields))
        self._episode += 1


def summary(folder):
    return json.loads((folder / 'summary.json').read_text())


def ended(process):
    """Return the exit code and the output of a monitor that ends by itself."""
    output, _ = process.communicate(timeout=TIMEOUT)
    return process.returncode, output


def test_the_run_ends_with_the_second_good_round_and_leaves_a_report(run, tmp_path):
    with node_process('monitor', subprocess.PIPE, run_folder=tmp_path) as process:
        run.evaluate(0, 1)
        run.train(version=0)
        run.evaluate(1, 4)
        run.train(version=1)
        run.evaluate(2, 4)
        code, output = ended(process)
    assert code == 0
    assert 'zero-shot: success 1/4 (25%)' in output
    assert 'evaluation 2: success 4/4 (100%), +75 points against zero-shot' in output
    assert 'Run finished: goal reached, after 20 real transitions' in output
    result = summary(tmp_path)
    assert result['outcome'] == 'goal reached'
    assert result['transitions'] == 20
    assert (tmp_path / 'report.png').read_bytes().startswith(b'\x89PNG')
    training = [e for e in read_episodes(tmp_path / 'episodes.jsonl') if not e.evaluation]
    assert [e.shaped_return for e in training] == [-45.0, -145.0]
    assert [e.swaps for e in training] == [((5, 1),), ((15, 2),)]


def test_the_limit_ends_the_run_after_the_evaluation_that_follows(run, tmp_path):
    with node_process(
            'monitor', subprocess.PIPE, run_folder=tmp_path, transition_limit=15) as process:
        run.evaluate(0, 0)
        run.train()
        run.evaluate(1, 0)
        run.train()
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(timeout=2.0)
        run.evaluate(2, 0)
        code, output = ended(process)
    assert code == 0
    assert summary(tmp_path)['outcome'] == 'transition limit'
    assert [r['transitions'] for r in summary(tmp_path)['rounds']] == [0, 10, 20]


def test_a_slow_last_evaluation_is_waited_for_and_one_that_stops_is_not(run, tmp_path):
    with node_process(
            'monitor', subprocess.PIPE, run_folder=tmp_path, transition_limit=15,
            print_period=0.2, final_evaluation_timeout=4.0) as process:
        run.train(20)
        while '| transitions    20 /' not in process.stdout.readline():
            pass
        for _ in range(ROUND - 1):
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(timeout=2.0)  # a slow reset
            run.evaluate(1, 0, episodes=1)
        code, _ = ended(process)
    assert code == 0
    assert summary(tmp_path)['outcome'] == 'transition limit, without a last evaluation'
    assert summary(tmp_path)['evaluation_episodes'] == ROUND - 1


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
def test_a_signal_leaves_a_usable_report(run, tmp_path, number):
    with node_process(
            'monitor', subprocess.PIPE, run_folder=tmp_path, print_period=0.2) as process:
        run.evaluate(0, 1)
        while 'zero-shot' not in process.stdout.readline():
            pass
        process.send_signal(number)
        code, output = ended(process)
    assert code == 0
    assert 'interrupted' in output
    assert summary(tmp_path)['outcome'] == 'interrupted'
    assert summary(tmp_path)['zero_shot']['success'] == 0.25
    assert (tmp_path / 'report.png').exists()


def test_who_interrupts_it_again_and_again_has_a_report_all_the_same(run, tmp_path):
    with node_process(
            'monitor', subprocess.PIPE, run_folder=tmp_path, print_period=0.2) as process:
        run.evaluate(0, 1)
        while 'zero-shot' not in process.stdout.readline():
            pass
        assert insist(process) == 0
    assert summary(tmp_path)['outcome'] == 'interrupted'
    assert (tmp_path / 'report.png').exists()


def test_a_killed_monitor_is_continued_without_doubles(run, tmp_path):
    with node_process(
            'monitor', subprocess.PIPE, run_folder=tmp_path, print_period=0.2) as process:
        run.evaluate(0, 0)
        run.train()
        run.evaluate(1, 4, episodes=2)
        while '| episodes   7 |' not in process.stdout.readline():
            pass
        kill(process)
    with node_process('monitor', subprocess.PIPE, run_folder=tmp_path) as process:
        # The policy goes on in the middle of the round that it was in.
        run.evaluate(1, 4, episodes=2)
        run.train()
        run.evaluate(2, 4)
        code, _ = ended(process)
    assert code == 0
    episodes = read_episodes(tmp_path / 'episodes.jsonl')
    assert sorted(e.episode for e in episodes) == list(range(14))
    assert [r['successes'] for r in summary(tmp_path)['rounds']] == [0, 4, 4]
    assert summary(tmp_path)['transitions'] == 20


def test_a_line_tells_the_state(run, tmp_path):
    with node_process(
            'monitor', subprocess.PIPE, run_folder=tmp_path, print_period=0.2) as process:
        run.evaluate(0, 1)
        run.train()
        while '| episodes   5 | transitions    10 / 3 000 | success 25% ' not in (
                line := process.stdout.readline()):
            assert line, 'the monitor ended'


def test_a_learner_that_falls_silent_has_no_rate_any_more(run, probe, tmp_path):
    learner = probe.node.create_publisher(LearnerStatus, 'learner_status', qos.LATEST)
    learner.publish(LearnerStatus(phase='training', updates_per_second=40.0))
    with node_process(
            'monitor', subprocess.PIPE, run_folder=tmp_path, print_period=0.2) as process:
        for expected in ('| 40 updates/s', '| learner silent for '):
            while expected not in (line := process.stdout.readline()):
                assert line, 'the monitor ended'
        assert 'updates/s' not in line


def test_robots_are_kept_apart(run, probe, tmp_path):
    with node_process(
            'monitor', subprocess.PIPE, run_folder=tmp_path, print_period=0.2) as process:
        left, right = run, Run(probe)
        left.robot, right.robot = 'left', 'right'
        for robot, successes in ((left, 1), (right, 2)):
            robot.evaluate(0, successes)
            robot.train()
        told = []
        while len(told) < 3:
            line = process.stdout.readline()
            assert line, 'the monitor ended'
            told = [*told, line] if told or '2 robots     | episodes  10' in line else []
        right.evaluate(1, 4)
        right.train()
        right.evaluate(2, 4)
        code, output = ended(process)
    assert code == 0
    assert '| transitions    20 / 3 000' in told[0] and 'success' not in told[0]
    assert [line.partition('| policy')[0].split() for line in told[1:]] == [
        [f'{name}:', 'starting', '|', 'episodes', '5', '|', 'transitions', '10', '|', 'success',
         success] for name, success in (('left', '25%'), ('right', '50%'))]
    assert ('right, evaluation 2: success 4/4 (100%), +50 points against zero-shot, after 30 real '
            'transitions of all robots') in output
    assert '  left, 10 of them\n' in output and '  right, 20 of them\n' in output
    assert '    80% first reached  after 20 real transitions of all robots, ' in output
    parts = summary(tmp_path)['robots']
    assert [parts[name]['zero_shot']['success'] for name in ('left', 'right')] == [0.25, 0.5]
    assert parts['left']['final'] == parts['left']['zero_shot']
    assert parts['right']['final']['success'] == 1.0
    assert parts['right']['lowest_against_zero_shot'] == 0.0
    assert 'final' not in summary(tmp_path)


def test_a_robot_beside_others_has_an_end_of_its_own(run, probe, tmp_path):
    with node_process(
            'monitor', subprocess.PIPE, run_folder=tmp_path, transition_limit=15, robot='right',
            remap=['__ns:=/right', 'episode_results:=/episode_results',
                   'shaped_transitions:=/shaped_transitions']) as process:
        left, right = run, Run(probe)
        left.diagnose(ERROR, 'its own', 'left/safety_gate')
        left.diagnose(ERROR, 'of all', 'learner')
        left.robot, right.robot = 'left', 'right'
        left.train(20)
        for number in range(3):
            left.evaluate(number, 4)
        right.train(10)
        right.evaluate(1, 1)
        right.train(10)
        right.evaluate(2, 1)
        code, output = ended(process)
    assert code == 0
    assert 'Run finished: transition limit, after 20 real transitions' in output
    assert summary(tmp_path)['outcome'] == 'transition limit'
    assert {each.robot for each in read_episodes(tmp_path / 'episodes.jsonl')} == {'right'}
    assert summary(tmp_path)['errors'] == {'learner': 'of all'}


def test_an_error_of_a_node_is_told_as_long_as_it_lasts(run, tmp_path):
    error = 'no new checkpoint: the disk is full'
    with node_process(
            'monitor', subprocess.PIPE, run_folder=tmp_path, print_period=0.2) as process:
        for level, told in ((ERROR, True), (OK, False), (ERROR, True)):
            run.diagnose(level, error)
            while (f'| learner: {error}' in (line := process.stdout.readline())) != told:
                assert line, 'the monitor ended'
        process.send_signal(signal.SIGINT)
        _, output = ended(process)
    assert f'  error of learner    {error}' in output
    assert summary(tmp_path)['errors'] == {'learner': error}


def test_a_status_that_is_well_hides_no_error_of_the_same_node(run, tmp_path):
    node = 'controller_manager'
    with node_process(
            'monitor', subprocess.PIPE, run_folder=tmp_path, print_period=0.2) as process:
        run.diagnose(ERROR, 'no hardware is active', node, 'Hardware Components Activity')
        run.diagnose(OK, 'all active', node, 'Controllers Activity')
        run.diagnose(ERROR, 'late', node, 'Loop')
        while f'| {node}: no hardware is active; late' not in (line := process.stdout.readline()):
            assert line, 'the monitor ended'
        run.diagnose(OK, 'active', node, 'Hardware Components Activity')
        while f'| {node}: late' not in (line := process.stdout.readline()):
            assert line, 'the monitor ended'
        process.send_signal(signal.SIGINT)
        ended(process)
    assert summary(tmp_path)['errors'] == {node: 'late'}


def test_a_run_folder_is_required(domain_id):
    with node_process('monitor') as process:
        assert process.wait(timeout=TIMEOUT) == 1
