"""A trial follows the schedule of the live graph, and what it finds can be found again."""

from dataclasses import replace

import pytest
from sgft_ros.benchmark.methods import load_method
from sgft_ros.benchmark.online import load_checkpoints
from sgft_ros.benchmark.oracle import run_oracle
from sgft_ros.benchmark.pool import _run
from sgft_ros.benchmark.trial import environment_of, evaluation, Protocol, run_trial
from sgft_ros.learning.checkpoint import CheckpointError, load_checkpoint
from sgft_ros.learning.inference import GaussianPolicy
from sgft_ros.learning.portfolio import make_tuner
from sgft_ros.simulation.pretraining import PretrainingConfig
from sgft_ros.simulation.rollouts import run_episode
from sgft_ros.tasks import get_task
from shipped import CHECKPOINT, trial

SHORT = Protocol(transition_limit=260, evaluation_interval=150, evaluation_episodes=2)
FAST = 'sgft_sac:horizon=2,warm_start_updates=5,critic_updates=20,publish_interval=10'


def run(method, **changes):
    told = []
    settings = load_method(method, 'peg_insert')
    result = run_trial(trial(method, **changes), settings, SHORT, told.append)
    assert told == [episode['transitions'] for episode in result['training']]
    return result


@pytest.mark.parametrize('method', [
    FAST, 'sac', 'pbrs:warm_start_updates=5', f'{FAST},prior_ratio=0.5'])
def test_evaluates_when_the_schedule_says_and_updates_as_often_as_transitions_allow(method):
    result = run(method)
    ends = [episode['transitions'] for episode in result['training']]
    due = [0, next(end for end in ends if end >= 150), ends[-1]]
    assert [round_['transitions'] for round_ in result['rounds']] == due
    assert ends[-2] < 260 <= ends[-1]
    assert result['updates'] == 2 * (ends[-1] - 100)


def test_a_world_in_which_no_episode_can_begin_is_named():
    settings = load_method('sac', 'peg_insert')
    with pytest.raises(ValueError, match=(
            "^task 'peg_insert', gap 1e[+]09, world 3: .* is out of the arm's reach$")):
        _run(0, trial('sac', gap=1e9, world=3), settings, SHORT)


def test_a_result_tells_that_its_learner_diverged():
    result = run('pbrs:warm_start_updates=0,critic_updates=0,reward_scale=1.0e+30')
    assert result['diverged'] == result['updates'] > 0  # every time
    assert 'losses after' in result['problem']
    healthy = run('sac')
    assert (healthy['diverged'], healthy['problem']) == (0, '')


@pytest.mark.parametrize('method', [
    'planner', 'td_mpc2:warm_start_updates=5', 'auto:candidates=planner+td_mpc2+sac'])
def test_what_has_no_critics_goes_without_the_wait_that_the_task_asks_of_them(method):
    tunings = load_method(method, 'peg_insert').tunings
    assert load_method('sgft_sac', 'peg_insert').settings['first_rewards'] > 0
    checkpoints = load_checkpoints(load_method(method, 'peg_insert'), CHECKPOINT)
    assert make_tuner(tunings, checkpoints).start_after < 200


def test_the_same_trial_is_the_same_and_another_seed_or_world_is_not():
    def course(**changes):
        result = run(FAST, **changes)
        return result['rounds'], result['training']

    assert course() == course()
    assert course() != course(seed=1)
    assert course() != course(world=1)


def test_the_shipped_policy_succeeds_without_the_gap_and_fails_with_it():
    policy = GaussianPolicy(load_checkpoint(CHECKPOINT / 'policy.safetensors', 'policy').tensors)

    def at(gap):
        environment = environment_of(trial(gap=gap, world=3))
        return evaluation(environment, lambda: run_episode(environment, policy.act), 10)

    without, default = at(0.0), at(1.0)
    assert without['successes'] >= 9 and default['successes'] <= 2
    assert without['mean_return'] > default['mean_return']
    assert 10 <= without['steps'] < default['steps'] <= 10 * get_task('peg_insert').max_steps


def test_a_folder_without_checkpoints_is_refused(tmp_path):
    with pytest.raises(CheckpointError, match='does not exist'):
        run_trial(replace(trial('sac'), checkpoint=str(tmp_path)),
                  load_method('sac', 'peg_insert'), SHORT)


def test_the_oracle_trains_in_the_world_of_the_trial():
    config = PretrainingConfig(steps=50, demonstrations=4)
    result = run_oracle(trial('oracle', world=2), config, SHORT)
    assert [round_['episodes'] for round_ in result['rounds']] == [10]
    assert (result['world'], result['updates']) == (2, 50)
