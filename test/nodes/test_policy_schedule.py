"""Evaluations come when they are due, and a restart repeats none that is complete."""

from dataclasses import replace

import numpy as np
from policies import metadata, random_tensors
import pytest
from sgft_ros.learning.schedule import Counts, EVALUATION, FINISHED, Schedule, TRAINING
from sgft_ros.nodes.run_state import Kept, RunState
from sgft_ros.nodes.weights import WeightsJudge


def schedule(counts=None, interval=100, episodes=3, limit=250):
    return Schedule(interval, episodes, limit, Counts() if counts is None else counts)


def history(plan, steps):
    """Run episodes of `steps` transitions until the end; return (phase, transitions) of each."""
    episodes = []
    while plan.phase != FINISHED:
        episodes.append((plan.phase, plan.counts.transitions))
        plan.end_episode(plan.phase == EVALUATION, steps)
        assert len(episodes) < 1000
    return episodes


def test_rounds_are_made_before_training_after_every_interval_and_at_the_limit():
    plan = schedule()
    evaluated = [at for phase, at in history(plan, 30) if phase == EVALUATION]
    assert evaluated == [0, 0, 0, 120, 120, 120, 210, 210, 210, 270, 270, 270]
    assert plan.counts.rounds == 4 and plan.counts.transitions == 270


@pytest.mark.parametrize('limit', [200, 1])
def test_limit_that_is_due_with_an_interval_gives_one_round(limit):
    plan = schedule(limit=limit)
    assert [phase for phase, _ in history(plan, 50)][-3:] == [EVALUATION] * 3
    assert plan.counts.rounds == len(range(0, limit, 100)) + 1


def test_episode_without_transitions_changes_no_count_of_them():
    plan = schedule(Counts(transitions=10, rounds=1, evaluated_at=0))
    plan.end_episode(False, 0)
    assert plan.counts.transitions == 10 and plan.phase == TRAINING


def test_restart_goes_on_where_it_was_and_begins_an_open_round_anew():
    plan = schedule()
    for _ in range(3):
        plan.end_episode(True, 60)
    for _ in range(4):
        plan.end_episode(False, 30)
    plan.end_episode(True, 60)
    assert plan.in_round
    restarted = schedule(replace(plan.counts))
    assert restarted.phase == EVALUATION and not restarted.in_round
    assert restarted.counts.rounds == 1
    assert [at for phase, at in history(restarted, 60)][:3] == [120, 120, 120]


def test_state_brings_back_counts_and_the_weights_that_acted(tmp_path):
    judge = WeightsJudge(metadata(), random_tensors())
    acted = judge.judge(random_tensors(3), 41, 'sgft', np.zeros(9, np.float32))
    counts = Counts(transitions=120, rounds=2, evaluated_at=100, episodes=9)
    state = RunState(tmp_path, 'cell/arm', 'abc')
    other = judge.judge(random_tensors(4), 42, 'sac', np.zeros(9, np.float32))
    known = {'sgft': [3.0, 1.0], 'sac': [0.5, 2.0]}
    state.keep(counts, [acted, other], known, [[0.1, 0.2]], 7).result(10.0)
    assert state.written == [acted, other] and not state.error
    kept = RunState(tmp_path, 'cell/arm', 'abc').load()
    assert (kept.counts, kept.arbiter, kept.calibration, kept.begun) == (
        counts, known, [[0.1, 0.2]], 7)
    for weights, (tensors, *rest) in zip((acted, other), kept.candidates, strict=True):
        assert rest == [weights.version, weights.candidate, {'kind': 'gaussian_mlp'}]
        np.testing.assert_array_equal(tensors['weight0'], weights.tensors['weight0'])
    assert RunState(tmp_path, 'other', 'abc').load() == Kept(Counts())
    with pytest.raises(ValueError, match='began with the checkpoint abc, got xyz'):
        RunState(tmp_path, 'cell/arm', 'xyz').load()
    assert RunState('', 'arm', 'abc').load() == Kept(Counts())


def test_a_policy_removes_what_it_left_when_it_was_killed_and_nothing_of_another(tmp_path):
    own, other = (tmp_path / f'.policy_{name}.safetensors.12.tmp' for name in ('arm', 'other_arm'))
    for left in (own, other):
        left.write_bytes(b'torn')
    RunState(tmp_path, 'arm', 'abc')
    assert not own.exists() and other.exists()


def test_full_disk_is_told_and_holds_nothing_up(tmp_path):
    (tmp_path / 'taken').write_text('a file where the run folder should be')
    weights = WeightsJudge(metadata(), random_tensors()).judge(
        random_tensors(), 1, '', np.zeros(9, np.float32))
    state = RunState(tmp_path / 'taken', 'arm', 'abc')
    state.keep(Counts(), [weights]).result(10.0)
    assert state.written == [weights] and 'taken' in state.error
