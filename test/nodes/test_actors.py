"""Who acts in which episode, with which weights, whatever disk and robot do meanwhile."""

from concurrent.futures import wait
from functools import partial
import os
from threading import Semaphore
import time

from data_path import TIMEOUT
import numpy as np
from policies import metadata, OBSERVATION, random_tensors, save_policy
import pytest
import rclpy
from rclpy.node import Node
from sgft_ros.learning.arbiter import CALIBRATED, PI_SIM
from sgft_ros.learning.calibration import Calibration
from sgft_ros.learning.checkpoint import load_checkpoint
from sgft_ros.msg import EpisodeResult, PolicyWeights
from sgft_ros.nodes import qos, run_state, weights
from sgft_ros.nodes.actors import Actors
from sgft_ros.nodes.ending import initialised
from sgft_ros.nodes.policy_parameters import PolicyParameters
from sgft_ros.nodes.weights_input import WeightsInput
from sgft_ros.robot import effect_of_tool, load_robot_contract
from std_msgs.msg import UInt64


class Slow:
    """Lets a function go on when the test says so."""

    def __init__(self, monkeypatch, module, name):
        self._begun, self._go = Semaphore(0), Semaphore(0)
        self._function = getattr(module, name)
        monkeypatch.setattr(module, name, self._call)

    def _call(self, *args):
        self._begun.release()
        assert self._go.acquire(timeout=TIMEOUT)
        return self._function(*args)

    def until_busy(self):
        """Wait until somebody calls the function."""
        assert self._begun.acquire(timeout=TIMEOUT)

    def is_busy(self):
        """Return whether somebody has called the function since, once for each call."""
        return self._begun.acquire(blocking=False)

    def finish(self):
        """Let one call go on."""
        self._go.release()


@pytest.fixture
def actors(tmp_path):
    checkpoint = load_checkpoint(
        save_policy(tmp_path / 'policy.safetensors', random_tensors()), 'policy')
    settings = PolicyParameters(
        'simulated_arm', 'peg_insert', '', run_folder=str(tmp_path / 'run'))
    actors = Actors(settings, checkpoint, 'arm', OBSERVATION)
    for _ in range(settings.evaluation_episodes):  # pi_sim alone makes the first round
        actors.schedule.end_episode(True, 1)
    return actors


def message(version, run=0, candidate='sgft'):
    tensors = random_tensors(version)
    return weights.make_weights_message(
        version, 0, weights.architecture(metadata(), tensors), candidate, tensors, None, run)


def offer(actors, version):
    return actors.offer(message(version))


def accept(actors, version):
    wait([offer(actors, version)])
    assert not actors.take()


def acting(actors):
    """Return the version that acts at the next tick of a training episode."""
    actors.swap(False)
    return actors.now.version


def until_acting(actors, version):
    end = time.monotonic() + TIMEOUT
    while acting(actors) != version:
        assert time.monotonic() < end


def test_ticks_go_on_with_the_old_weights_while_new_ones_are_judged(actors, monkeypatch):
    judge = Slow(monkeypatch, weights, 'make_controller')
    offered = offer(actors, 1)
    judge.until_busy()
    for _ in range(3):
        assert not actors.take()
        assert acting(actors) == 0
    judge.finish()
    wait([offered])
    assert not actors.take()
    until_acting(actors, 1)


def test_of_weights_that_come_faster_than_they_are_judged_the_newest_act(actors, monkeypatch):
    judge = Slow(monkeypatch, weights, 'make_controller')
    offered = [offer(actors, 1)]
    judge.until_busy()
    offered += [offer(actors, version) for version in range(2, 4 + qos.WEIGHTS.depth)]
    for _ in offered:
        judge.finish()
    wait(offered)
    assert [future.cancelled() for future in offered] == [
        False, True, True, *qos.WEIGHTS.depth * [False]]
    assert not actors.take()
    until_acting(actors, 3 + qos.WEIGHTS.depth)


def test_latched_weights_that_are_older_than_those_of_the_earlier_life_are_no_fault(actors):
    accept(actors, 3)
    for version in (1, 2, 3):
        accept(actors, version)
    assert (actors.weights.refused, actors.weights.problem) == (0, '')
    until_acting(actors, 3)


def test_refused_weights_are_a_problem_until_their_candidate_has_good_ones(tmp_path):
    actors = calibrated_actors(tmp_path)

    def take(version, candidate, good=True):
        offered = message(version, candidate=candidate)
        offered.sha256[0] ^= not good
        wait([actors.offer(offered)])
        return actors.take()

    assert 'SHA-256' in take(1, 'sac', good=False)
    assert not take(2, 'sgft')
    assert actors.weights.problem.startswith('version 1: SHA-256')
    assert not take(3, 'sac')
    assert not actors.weights.problem
    assert actors.weights.refused == 1 and 'SHA-256' in actors.weights.refusal


def publishers(node, run=0):
    """Return publishers of weights and of the run, which has been told."""
    told = node.create_publisher(UInt64, 'replay_buffer/run', qos.LATEST)
    told.publish(UInt64(data=run))
    return node.create_publisher(PolicyWeights, 'policy_weights', qos.WEIGHTS), told


def test_weights_of_another_run_do_not_act_and_those_of_this_one_wait_for_its_word(
        domain_id, actors):
    with initialised():
        node = Node('policy')
        weights_input = WeightsInput(node, actors)
        spin = partial(rclpy.spin_once, node, timeout_sec=0.05)

        def until_left_out(*words):
            while not all(word in weights_input.problem for word in words):
                spin()

        learner = node.create_publisher(PolicyWeights, 'policy_weights', qos.WEIGHTS)
        learner.publish(message(9, run=5))  # latched by a learner that has outlived its run
        until_left_out('the run 5', 'has not told')
        _, replay_buffer = publishers(node)
        until_left_out('the run 5', 'just begun')
        learner.publish(message(2, run=7))  # on its way before the word of its run
        until_left_out('the run 7')
        replay_buffer.publish(UInt64(data=7))
        while acting(actors) != 2:
            spin()
        assert not weights_input.problem
        learner.publish(message(10, run=5))
        until_left_out('the run 5', 'this is the run 7')
        learner.publish(message(3, run=7))
        while acting(actors) != 3:
            spin()
    assert actors.weights.refused == 0


def test_weights_that_are_judged_when_ros_is_shut_down_end_in_peace(
        domain_id, actors, monkeypatch, caplog):
    judge = Slow(monkeypatch, weights, 'make_controller')
    with initialised():
        node = Node('policy')
        WeightsInput(node, actors)
        publishers(node)[0].publish(message(1))
        while not judge.is_busy():
            rclpy.spin_once(node, timeout_sec=0.05)
    judge.finish()
    judge.finish()
    wait([offer(actors, 2)])  # the same thread judges it, after the other
    assert not caplog.records


def test_what_a_slow_disk_has_taken_acts_while_the_newest_alone_waits(actors, monkeypatch):
    disk = Slow(monkeypatch, os, 'fsync')
    accept(actors, 1)
    disk.until_busy()
    for version in range(2, 10):
        accept(actors, version)
    assert acting(actors) == 0
    disk.finish()
    disk.until_busy()
    assert acting(actors) == 1
    accept(actors, 10)
    disk.finish()
    disk.until_busy()
    assert acting(actors) == 9  # and none of those between was written
    disk.finish()
    until_acting(actors, 10)


AT_END = np.zeros(OBSERVATION, np.float32)  # where successes are seen in the simulator
MISSED = np.eye(OBSERVATION, dtype=np.float32)[0] * 0.16  # 8 mm beside


def calibrated_actors(folder, **changes):
    """Return actors in which one success tells where the tool is, as a new life has them."""
    path = folder / 'policy.safetensors'
    if not path.exists():
        save_policy(path, random_tensors())
    settings = PolicyParameters('simulated_arm', 'peg_insert', '', run_folder=str(folder / 'run'),
                                arbitrate=True, evaluation_episodes=3, evaluation_interval=100,
                                **changes)
    successes = AT_END + 0.02 * np.random.default_rng(0).standard_normal((100, OBSERVATION))
    effect = effect_of_tool(load_robot_contract('simulated_arm'))
    return Actors(settings, load_checkpoint(path, 'policy'), 'arm', OBSERVATION,
                  Calibration(successes, effect, 0.01))


def play(actors, success, observation=AT_END, transitions=50, evidence=True):
    """Let one episode go by as the node does; return who acted."""
    evaluation = actors.schedule.phase == 'evaluation'
    actors.begin_episode(evaluation)
    acted = actors.now.candidate
    actors.schedule.end_episode(evaluation, 0 if evaluation else transitions)
    actors.record(EpisodeResult(success=success, evaluation=evaluation, candidate=acted), evidence,
                  observation if success else None)
    return acted


def names(actors):
    return set(actors.weights.candidates)


def test_pi_sim_acts_by_the_calibration_that_a_success_has_corrected(tmp_path):
    actors = calibrated_actors(tmp_path)
    assert {play(actors, False) for _ in range(3)} == {PI_SIM}
    play(actors, False)
    assert names(actors) == {PI_SIM} and 'tool_displacement' not in actors.report()
    assert actors.report()['implausible_successes'] == 0
    play(actors, True, AT_END - MISSED, evidence=False)  # as a human's hand had a part in it
    assert names(actors) == {PI_SIM, CALIBRATED}
    assert actors.report()['tool_displacement'].startswith('7.9 ')
    play(actors, True, AT_END + 1000.0)
    assert actors.report()['implausible_successes'] == 1
    acted = set()
    while CALIBRATED not in acted:
        acted.add(play(actors, False, transitions=0))
    policies = {each.candidate: each.policy for each in actors.weights.all}
    observation = np.linspace(-1, 1, OBSERVATION, dtype=np.float32)
    np.testing.assert_allclose(
        policies[CALIBRATED].act(observation), policies[PI_SIM].act(observation + MISSED),
        atol=0.01)


def test_within_an_evaluation_no_success_changes_who_acts(tmp_path):
    actors = calibrated_actors(tmp_path)
    for success in (True, False):
        play(actors, success, AT_END - MISSED)
        assert names(actors) == {PI_SIM}
    play(actors, False)
    assert names(actors) == {PI_SIM, CALIBRATED}
    play(actors, False, transitions=100)
    acts = []
    for _ in range(4):  # the evaluation, and what comes behind it
        acts.append(calibrated_action(actors))
        play(actors, True, AT_END - 0.5 * MISSED, transitions=0)
        play(actors, True, AT_END - 0.5 * MISSED, transitions=0)
    np.testing.assert_array_equal(acts[0], acts[1])
    assert not np.array_equal(acts[1], acts[3])


def calibrated_action(actors):
    policy, = (each.policy for each in actors.weights.all if each.candidate == CALIBRATED)
    return policy.act(AT_END)


def test_the_learners_beginning_is_not_forgotten_by_a_policy_that_dies_before_its_next_episode(
        tmp_path):
    actors = calibrated_actors(tmp_path)
    for _ in range(3):
        play(actors, True, AT_END - MISSED)
    begin_anew(actors)
    later = calibrated_actors(tmp_path)
    assert CALIBRATED in names(later)
    play(later, False)
    assert names(later) == {PI_SIM}
    until_kept(later)
    assert names(calibrated_actors(tmp_path)) == {PI_SIM}


def begin_anew(actors, version=1):
    """Have the learner say that it is back at pi_sim, and the disk hear of it."""
    publish(actors, version, PI_SIM)
    until_kept(actors)


def publish(actors, version, candidate):
    tensors = random_tensors()
    wait([actors.offer(weights.make_weights_message(
        version, 0, weights.architecture(metadata(), tensors), candidate, tensors, None))])
    actors.take()


def test_the_calibration_outlives_the_policy_and_ends_where_the_learner_begins_anew(tmp_path):
    actors = calibrated_actors(tmp_path)
    for _ in range(3):
        play(actors, True, AT_END - MISSED)
    known = actors.report()
    until_kept(actors)
    later = calibrated_actors(tmp_path)
    assert names(later) == {PI_SIM, CALIBRATED} and later.report() == known
    begin_anew(later)
    later.swap(None)
    while play(later, False, transitions=0) != PI_SIM or CALIBRATED in names(later):
        pass
    assert names(later) == {PI_SIM} and 'tool_displacement' not in later.report()


def test_who_acts_only_has_the_best_of_the_run_act_and_leaves_that_as_it_is(tmp_path):
    actors = calibrated_actors(tmp_path)
    for _ in range(3):
        play(actors, False)
    play(actors, True, AT_END - MISSED, transitions=100)
    for _ in range(12):
        actors.begin_episode(evaluation=True)
        acted = actors.now.candidate
        actors.record(EpisodeResult(
            success=acted == CALIBRATED, evaluation=True, candidate=acted), evidence=True)
    actors.record(EpisodeResult(candidate=PI_SIM), evidence=False)  # a training episode
    until_kept(actors)
    file = tmp_path / 'run' / 'policy_arm.safetensors'
    before = file.read_bytes()
    expected = calibrated_action(actors)

    alone = calibrated_actors(tmp_path, act_only=True)
    assert not alone.waiting
    for success in (False, False, True, False, False, False, False):
        assert play(alone, success, AT_END + MISSED) == CALIBRATED
    np.testing.assert_array_equal(calibrated_action(alone), expected)
    assert alone.schedule.phase == 'evaluation' and alone.schedule.counts.transitions == 100
    assert file.read_bytes() == before


def test_where_the_learner_begins_anew_older_weights_act_no_more_and_newer_ones_do(
        tmp_path, monkeypatch):
    actors = calibrated_actors(tmp_path)
    for _ in range(3):
        play(actors, False)
    for version, candidate in ((1, 'sgft'), (2, 'planner')):
        publish(actors, version, candidate)
    until_kept(actors)
    actors.swap(None)
    play(actors, False, transitions=0)
    assert names(actors) == {PI_SIM, 'sgft', 'planner'}
    begin_anew(actors, 3)
    disk = Slow(monkeypatch, run_state, 'save_checkpoint')
    publish(actors, 4, 'sgft')  # before the next episode, and not on the disk before it
    disk.until_busy()
    actors.swap(None)
    for _ in range(3):
        assert play(actors, False, transitions=0) == PI_SIM
        actors.swap(None)
        assert names(actors) == {PI_SIM}
    for _ in range(9):
        disk.finish()
    until_kept(actors)
    actors.swap(None)
    assert names(actors) == {PI_SIM, 'sgft'} and actors.weights.version('sgft') == 4
    assert names(calibrated_actors(tmp_path)) == {PI_SIM, 'sgft'}


def test_what_an_earlier_life_knew_of_a_calibration_that_is_now_believed_is_void(tmp_path):
    actors = calibrated_actors(tmp_path)
    for _ in range(3):
        play(actors, True, AT_END - MISSED)
    while play(actors, True, AT_END - MISSED, transitions=0) != CALIBRATED:
        pass
    until_kept(actors)
    settings = PolicyParameters(
        'simulated_arm', 'peg_insert', '', run_folder=str(tmp_path / 'run'), arbitrate=True)
    checkpoint = load_checkpoint(tmp_path / 'policy.safetensors', 'policy')
    later = Actors(settings, checkpoint, 'arm', OBSERVATION)
    assert {play(later, False, transitions=0) for _ in range(20)} == {PI_SIM}


def until_kept(actors):
    """Wait until everything is on the disk."""
    wait([actors._state._writer.submit(lambda: None)])
