"""The policy node between a simulated cell and a safety gate, all of them processes."""

import signal

from data_path import node_process, TIMEOUT
import numpy as np
from policies import random_tensors, save_policy, servo_tensors
import pytest
from robot_side import Cell, cut_off, episodes, PERIOD, POLICY_STATUS, seconds
from sgft_ros.msg import LearnerStatus
from sgft_ros.nodes import qos
from std_srvs.srv import SetBool, Trigger

UPWARDS = servo_tensors(descent=0.3)  # never reaches the hole
DEPTH = -0.018 * 20.0                 # scaled height of the tip at which the peg is in


@pytest.fixture
def cell(domain_id, tmp_path):
    """Return a function that starts a cell in this test's domain."""
    def start(**parameters):
        return Cell(tmp_path, **parameters)

    return start


def test_transitions_tell_what_was_executed_and_end_before_the_reset(cell):
    with cell(evaluation_episodes=2, evaluation_interval=60, transition_limit=120,
              exploration_std=0.2) as cell:
        cell.until_diagnostics(phase='finished')
        cell.until(lambda: sum(r.evaluation for r in cell.results) >= 6
                   and is_complete(cell.results[-1], cell.transitions), 'results')
    executed = {action.header.stamp.sec * 10**9 + action.header.stamp.nanosec: action
                for action in cell.executed}
    assert [t.sequence for t in cell.transitions] == list(range(len(cell.transitions)))
    finished = [steps for steps in episodes(cell.transitions) if not cut_off(steps)]
    assert len(finished) >= 5
    for steps in finished:
        for step, following in zip(steps, steps[1:]):
            if following.step == step.step + 1:
                np.testing.assert_array_equal(step.next_observation, following.observation)
            assert not step.terminated and not step.truncated
        for step in steps:
            stamp = step.header.stamp
            answer = executed[stamp.sec * 10**9 + stamp.nanosec]
            np.testing.assert_array_equal(step.action, answer.action)
            assert (step.clipped, step.stopped) == (answer.clipped, answer.stopped)
            np.testing.assert_array_equal(step.next_observation[-3:], answer.action)
        last = steps[-1]
        assert last.terminated != last.truncated
        assert last.terminated == (last.next_observation[2] <= DEPTH) == (last.reward == 1.0)
        if steps[0].step == 0:  # else a missed tick took the first transition
            np.testing.assert_array_equal(steps[0].observation[-3:], 0.0)
    assert sum(steps[0].step == 0 for steps in finished) >= 4
    assert sum(result.success for result in cell.results) >= 4

    by_episode = {result.episode: result for result in cell.results}
    for steps in finished:
        result = by_episode[steps[0].episode]
        assert result.steps == len(steps)
        assert (result.terminated, result.truncated) == (steps[-1].terminated, steps[-1].truncated)
        assert all(step.evaluation == result.evaluation for step in steps)
    # Zero-shot before any training, a round at the limit, nothing after it.
    kinds = [result.evaluation for result in cell.results]
    assert kinds[:3] == [True, True, False] and kinds[-2:] == [True, True]
    rounds = [result.evaluation_round for result in cell.results if result.evaluation]
    assert rounds == sorted(rounds) and rounds[:2] == [0, 0]
    trained = sum(not step.evaluation for step in cell.transitions)
    assert cell.results[-1].transitions == trained >= 120


def is_complete(result, transitions):
    """Return whether every transition of the episode of a result has come."""
    return result.steps == sum(
        (t.session, t.episode) == (result.session, result.episode) for t in transitions)


def test_time_limit_truncates_and_never_terminates(cell):
    with cell(tensors=UPWARDS, evaluation_episodes=1, rate_factor=4.0) as cell:
        cell.until(lambda: sum(t.truncated for t in cell.transitions) >= 2, 'two time limits')
        numbers_of = [t.episode for t in cell.transitions if t.truncated]
        cell.until(lambda: {r.episode for r in cell.results} >= set(numbers_of), 'results')
    for transition in cell.transitions:
        assert transition.truncated == (transition.step == 59)
        assert not transition.terminated
    assert all(result.truncated and not result.success for result in cell.results)


def test_new_weights_act_within_a_period_and_cost_no_tick(cell):
    with cell(rate_factor=1.0, tensors=UPWARDS, evaluation_episodes=1) as cell:
        cell.until(lambda: cell.transitions and not cell.transitions[-1].evaluation, 'training')
        # Somebody else may keep the machine busy for a while; swaps that cost ticks would always.
        for burst in range(5):
            begin, published, acted = len(cell.transitions), {}, {}
            for version in range(1 + 20 * burst, 21 + 20 * burst):
                tensors = {name: tensor.copy() for name, tensor in UPWARDS.items()}
                tensors['bias0'] += 1e-3 * version
                published[version] = cell.publish(cell.message(version, tensors))
                cell.until_transitions(1)
            swapped = cell.transitions[begin:]
            for transition in swapped:
                acted.setdefault(transition.policy_version, seconds(transition.header.stamp))
            delays = [acted[version] - at for version, at in published.items() if version in acted]
            if no_tick_is_missing(swapped) and len(delays) >= 15 and np.median(delays) <= PERIOD:
                break
        else:
            raise AssertionError('ticks are missing, or weights late, in every burst of swaps')
        cell.until_diagnostics(policy_version=version, refused_weights=0)
    versions = [transition.policy_version for transition in cell.transitions]
    assert versions == sorted(versions)


def test_candidates_take_turns_and_success_decides_who_acts(cell):
    with cell(tensors=UPWARDS, evaluation_episodes=1, evaluation_interval=120, rate_factor=4.0,
              exploration_std=0.0, arbitrate=True) as cell:
        cell.until(lambda: len(cell.results) > 0, 'the zero-shot evaluation')
        cell.publish(cell.message(3, servo_tensors(), 'finds_it'))
        cell.until_diagnostics(newest_version=3)
        cell.until(lambda: any(r.evaluation and r.candidate == 'finds_it' for r in cell.results),
                   'an evaluation of the candidate that succeeds')
        cell.policy.send_signal(signal.SIGKILL)
        cell.policy.wait()
        seen = len(cell.results)
        cell.probe.diagnostics.clear()
        cell.start_policy()
        cell.until(lambda: cell.report('success_of_pi_sim'), 'what is thought of pi_sim')
        known = float(cell.report('success_of_pi_sim'))
        cell.until(lambda: any(r.evaluation and r.candidate != 'pi_sim'
                               for r in cell.results[seen:]), 'another evaluation')
    assert cell.results[0].candidate == 'pi_sim' and not cell.results[0].success
    assert known < 0.4  # it failed in the evaluation of the earlier life: nothing known is 0.5
    for result in cell.results:
        assert result.policy_version == (0 if result.candidate == 'pi_sim' else 3)


def test_weights_that_did_well_act_on_until_the_learner_begins_anew(cell):
    with cell(tensors=UPWARDS, evaluation_episodes=1, evaluation_interval=60, rate_factor=4.0,
              exploration_std=0.0, arbitrate=True) as cell:
        def evaluated_by(candidate, since=0):
            cell.until(lambda: any(r.evaluation and r.candidate == candidate
                                   for r in cell.results[since:]), f'evaluation of {candidate}')

        evaluated_by('pi_sim')
        cell.publish(cell.message(3, servo_tensors(), 'forgets'))
        evaluated_by('forgets')
        cell.publish(cell.message(4, UPWARDS, 'forgets'))
        evaluated_by('incumbent')
        cell.policy.send_signal(signal.SIGKILL)
        cell.policy.wait()
        seen = len(cell.results)
        cell.start_policy()
        evaluated_by('incumbent', seen)
        cell.until(lambda: cell.report('success_of_incumbent'), 'what is thought of it')
        assert float(cell.report('success_of_incumbent')) > 0.5
        cell.publish(cell.message(5, UPWARDS, 'pi_sim'))
        cell.until(lambda: not cell.report('success_of_incumbent'), "the learner's beginning")
        cell.until_transitions(1)
    kept = [result for result in cell.results if result.candidate == 'incumbent']
    assert {result.policy_version for result in kept} == {3}
    # All of them, but for ticks that a busy machine misses.
    assert sum(result.success for result in kept) > 0.5 * len(kept)
    assert {t.policy_version for t in cell.transitions[-1:]} <= {4, 5}


def test_the_robot_waits_between_episodes_for_a_learner_that_is_far_behind(cell):
    with cell(evaluation_episodes=1, most_behind=200) as cell:
        cell.until(lambda: len(cell.results) > 1, 'episodes without a learner')
        learner = LearnerStatus(phase='training', behind=300, updates_per_second=100.0)
        statuses = cell.probe.node.create_publisher(
            LearnerStatus, 'learner_status', qos.LATEST)
        timer = cell.probe.node.create_timer(0.1, lambda: statuses.publish(learner))
        until_it_waits_for_the_learner(cell)
        seen = len(cell.transitions)
        until_it_waits_for_the_learner(cell)
        assert len(cell.transitions) == seen
        assert cell.probe.diagnostics[POLICY_STATUS][1] == '300 updates behind'
        for change in ({'behind': 200}, {'phase': 'paused'}, {'updates_per_second': 0.0}):
            for name, value in change.items():
                setattr(learner, name, value)
            cell.until(lambda n=seen: len(cell.transitions) > n, f'episodes with {change}')
            learner.behind, learner.phase = 300, 'training'
            learner.updates_per_second = 100.0
            until_it_waits_for_the_learner(cell)
            seen = len(cell.transitions)
        timer.cancel()  # nobody waits for a learner that is gone
        cell.until(lambda: len(cell.transitions) > seen, 'episodes without the learner')


def until_it_waits_for_the_learner(cell):
    """Spin until two reports in a row say so, and the last transition before has come."""
    for _ in range(2):
        cell.probe.diagnostics.clear()
        cell.until_diagnostics(state='waiting for the learner')


def no_tick_is_missing(transitions):
    """Return whether every episode among these goes on from step to step."""
    pairs = zip(transitions, transitions[1:])
    return all(
        after.step == before.step + 1 if after.episode == before.episode
        else not cut_off([before]) for before, after in pairs)


def test_bad_weights_never_act_and_the_reason_is_told(cell):
    with cell(tensors=UPWARDS, evaluation_episodes=1) as cell:
        cell.publish(cell.message(7))
        cell.until_diagnostics(policy_version=7)
        cell.publish(cell.message(5))  # an old one, which is left out
        broken = cell.message(8)
        broken.sha256[0] ^= 1
        cell.publish(broken)
        cell.until_diagnostics(refused_weights=1)
        cell.publish(cell.message(9, random_tensors()))
        cell.until_diagnostics(refused_weights=2)
        assert 'architecture' in cell.report('last_refusal')
        # A learner in trouble: finite numbers that add up to infinity; z is at least 0.5 here.
        huge = np.zeros_like(UPWARDS['weight0'])
        huge[:, 2] = 3e38
        cell.publish(cell.message(10, {
            'weight0': huge, 'bias0': np.full_like(UPWARDS['bias0'], 3e38)}))
        cell.until_diagnostics(refused_weights=3)
        assert 'forward pass' in cell.report('last_refusal')
        cell.publish(cell.message(11))
        cell.until_diagnostics(policy_version=11, refused_weights=3)
    assert {t.policy_version for t in cell.transitions} <= {0, 7, 11}


def test_one_version_alone_makes_an_evaluation_round(cell):
    with cell(evaluation_episodes=3, evaluation_interval=20) as cell:
        cell.until(lambda: cell.transitions, 'zero-shot')
        cell.publish(cell.message(1))
        cell.until(lambda: any(r.evaluation_round == 1 for r in cell.results), 'second round')
        cell.publish(cell.message(2))
        cell.until(lambda: any(r.evaluation_round == 2 for r in cell.results), 'third round')
    by_round = {}
    for steps in episodes(cell.transitions):
        for result in cell.results:
            if result.episode == steps[0].episode and result.evaluation:
                by_round.setdefault(result.evaluation_round, set()).update(
                    step.policy_version for step in steps)
    assert by_round[0] == {0}
    assert by_round[1] == {1}
    assert by_round[2] == {2}


def test_reset_truncates_the_episode_and_begins_another(cell):
    with cell(tensors=UPWARDS, evaluation_episodes=1, rate_factor=2.0) as cell:
        cell.until(lambda: cell.transitions and not cell.transitions[-1].evaluation, 'training')
        for _ in range(5):  # on a busy machine the last step may be lost, or the call late
            episode = cell.transitions[-1].episode
            answer = cell.probe.call(Trigger, 'policy/reset')
            cell.until(lambda old=episode: cell.transitions[-1].episode > old, 'another episode')
            cut = [t for t in cell.transitions if t.episode == episode]
            if f'episode {episode} ends' in answer.message and not cut_off(cut):
                assert answer.success
                break
        else:
            raise AssertionError(f'no episode was ended by the call: {answer.message}')
        cell.until(lambda: any(r.episode == episode for r in cell.results), 'its result')
    assert len(cut) < 59 and cut[-1].truncated and not cut[-1].terminated
    result = next(r for r in cell.results if r.episode == episode)
    assert result.truncated and result.steps == len(cut)


def test_reset_says_what_keeps_another_episode_from_beginning(cell):
    with cell(tensors=UPWARDS, evaluation_episodes=1) as cell:
        cell.until(lambda: cell.transitions, 'an episode')
        assert cell.probe.call(SetBool, 'safety_gate/lock', data=True).success
        cell.until(lambda: 'locked by the service' in cell.probe.diagnostics.get(
            POLICY_STATUS, (0, ''))[1], 'a report')
        answer = cell.probe.call(Trigger, 'policy/reset')
        assert not answer.success
        assert 'the next episode waits: ' in answer.message
        assert 'locked by the service' in answer.message


def test_killed_policy_leaves_a_stopped_robot_and_goes_on_with_its_counts(cell):
    with cell(tensors=UPWARDS, evaluation_episodes=1) as cell:
        cell.publish(cell.message(3))
        cell.until(lambda: any(not r.evaluation and r.policy_version == 3
                               for r in cell.results), 'a trained episode')
        cell.until_transitions(5)
        cell.policy.send_signal(signal.SIGKILL)
        cell.policy.wait()
        cell.probe.until_diagnostics('safety_gate: gate', armed=False)
        before = max(result.transitions for result in cell.results)
        killed = cell.transitions[-1].session
        episodes_before = len(cell.results)
        cell.start_policy()
        cell.until(lambda: len(cell.results) > episodes_before, 'an episode of the new life')
    first = cell.results[episodes_before]
    assert first.session != killed
    assert not first.evaluation  # the zero-shot evaluation is not repeated
    assert first.transitions == before + first.steps
    assert all(t.policy_version == 3 for t in cell.transitions if t.session != killed)


def test_restarted_policy_drives_with_its_last_weights_where_the_learner_is_gone(
        domain_id, tmp_path):
    parameters = {'tensors': UPWARDS, 'evaluation_episodes': 1}
    with Cell(tmp_path, **parameters) as cell:
        cell.publish(cell.message(3))
        cell.until(lambda: any(r.policy_version == 3 for r in cell.results), 'version 3')
    with Cell(tmp_path, **parameters) as cell:
        cell.until_transitions(3)
    assert {t.policy_version for t in cell.transitions} == {3}


def test_silent_sensors_stop_the_episode_and_the_run_goes_on(cell):
    with cell(rate_factor=1.0, tensors=UPWARDS, evaluation_episodes=1) as cell:
        cell.until(lambda: cell.transitions and not cell.transitions[-1].evaluation, 'training')
        cell.robot.send_signal(signal.SIGSTOP)
        cell.until_aborted(' old, limit')
        cut = cell.transitions[-1].episode
        cell.robot.send_signal(signal.SIGCONT)
        cell.until(lambda: cell.transitions[-1].episode > cut, 'another episode')
    result = next(r for r in cell.results if r.episode == cut)
    assert result.truncated and not result.terminated and not result.success


def test_killed_gate_cuts_the_episode_and_a_new_gate_is_armed_after_a_reset(cell):
    with cell(tensors=UPWARDS, evaluation_episodes=1) as cell:
        cell.until(lambda: cell.transitions and not cell.transitions[-1].evaluation, 'training')
        cell.gate.send_signal(signal.SIGKILL)
        cell.gate.wait()
        cell.until_aborted('the safety gate did not answer')
        cut = cell.transitions[-1].episode
        cell.start_gate()
        cell.until(lambda: cell.transitions[-1].episode > cut, 'another episode')
    result = next(r for r in cell.results if r.episode == cut)
    assert result.truncated and not result.terminated


@pytest.mark.parametrize(('changes', 'words'), [
    ({'task': 'hammer'}, ['task is hammer in the checkpoint, peg_insert here']),
    ({'control_rate': 50.0}, ['control_rate is 50.0 in the checkpoint, 20.0 here']),
    ({'action_names': ['linear.x [m/s]']}, ['action_names', 'linear.z']),
])
def test_policy_for_another_robot_or_task_is_refused_at_the_start(
        domain_id, tmp_path, capfd, changes, words):
    checkpoint = save_policy(tmp_path / 'policy.safetensors', UPWARDS, **changes)
    with node_process('policy', robot='simulated_arm', task='peg_insert',
                      checkpoint=checkpoint) as process:
        assert process.wait(timeout=TIMEOUT) == 1
    said = capfd.readouterr().err
    for word in words:
        assert word in said
