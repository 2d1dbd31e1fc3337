"""Candidates learn side by side, and real success says which of them acts."""

import dataclasses
import json

import numpy as np
import pytest
from sgft_ros.learning.arbiter import Arbiter, CALIBRATED, INCUMBENT, PI_SIM
from sgft_ros.learning.checkpoint import CheckpointError
from sgft_ros.learning.finetuner import FineTuningConfig
from sgft_ros.learning.portfolio import checkpoint_kinds, make_tuner
import torch
from worlds import checkpoints, minibatch

COMMON = {'critic_updates': 0, 'batch_size': 16, 'start_after': 10}
CONFIGS = {
    'sac': FineTuningConfig('sac', updates_per_transition=1.0, **COMMON),
    'sgft_sac': FineTuningConfig('sgft_sac', horizon=3, warm_start_updates=5,
                                 updates_per_transition=0.5, **COMMON),
    'planner': FineTuningConfig('planner', horizon=4, samples=16, updates_per_transition=2.0,
                                **COMMON),
}


@pytest.fixture(scope='module', name='checkpoints')
def what_pretraining_left():
    return checkpoints()


def batch():
    return minibatch(32)


def test_each_updates_as_often_as_its_own_configuration_says(checkpoints):
    portfolio = make_tuner(CONFIGS, checkpoints)
    assert portfolio.start_after == 10 and not portfolio.updates_due(9)
    for _ in range(portfolio.updates_due(30)):
        portfolio.update(batch(), 30)
    assert not portfolio.updates_due(30)
    assert {name: tuner.updates for name, tuner in portfolio._tuners.items()} == {
        'sac': 20, 'sgft_sac': 10, 'planner': 40}
    assert portfolio.updates == 40


def test_losses_are_those_of_the_first_candidate_that_has_them(checkpoints):
    portfolio = make_tuner(CONFIGS, checkpoints)
    alone = make_tuner({'sac': CONFIGS['sac']}, checkpoints)
    losses, expected = portfolio.update(batch(), 100), alone.update(
        {name: column[:16] for name, column in batch().items()}, 100)
    assert losses['critic_loss'] == expected['critic_loss'] and 'dynamics_loss' in losses


def test_a_smaller_minibatch_has_as_large_a_share_of_the_prior_data(checkpoints):
    configs = {'sac': CONFIGS['sac'], 'pbrs': dataclasses.replace(
        CONFIGS['sac'], algorithm='pbrs', batch_size=32)}
    for ratio, rows in ((0.5, [*range(8), *range(16, 24)]), (0.0, range(16)), (1.0, range(16))):
        portfolio = make_tuner(configs, checkpoints, prior_ratio=ratio)
        alone = make_tuner({'sac': configs['sac']}, checkpoints)
        losses, expected = portfolio.update(batch(), 100), alone.update(
            {name: column[list(rows)] for name, column in batch().items()}, 100)
        assert losses == losses | expected


def test_only_what_differs_from_pi_sim_is_offered_at_first(checkpoints):
    portfolio = make_tuner(CONFIGS, checkpoints)
    assert [each.name for each in portfolio.candidates(moved=True)] == ['planner_h4']
    portfolio.update(batch(), 100)
    assert [each.name for each in portfolio.candidates(moved=True)] == [
        'sac', 'sgft_sac_h3', 'planner_h4']
    portfolio.reset()
    assert [each.name for each in portfolio.candidates(moved=True)] == ['planner_h4']
    assert len(portfolio.candidates()) == 3


def test_a_portfolio_resumes_as_it_was(checkpoints):
    portfolio = make_tuner(CONFIGS, checkpoints)
    portfolio.warm_start({name: value.numpy() for name, value in batch().items()},
                         np.random.default_rng(0))
    for _ in range(3):
        portfolio.update(batch(), 100)
    resumed = make_tuner(CONFIGS, checkpoints, seed=5)
    resumed.load_state(portfolio.keep())
    assert resumed.updates == 3 and resumed.trained
    assert portfolio.update(batch(), 100) == resumed.update(batch(), 100)
    for own, other in zip(portfolio.candidates(), resumed.candidates(), strict=True):
        for name, value in own.tensors.items():
            np.testing.assert_array_equal(other.tensors[name], value)


def test_one_that_diverges_goes_back_alone_and_its_updates_stay_counted(checkpoints):
    configs = {'sac': CONFIGS['sac'], 'pbrs': dataclasses.replace(
        CONFIGS['sac'], algorithm='pbrs', reward_scale=1e30)}
    data = batch() | {'shaped_reward': torch.ones(32)}  # of which the square overflows then
    portfolio = make_tuner(configs, checkpoints)
    alone = make_tuner({'sac': CONFIGS['sac']}, checkpoints)
    first = portfolio.candidates()[1].tensors
    for _ in range(30):
        losses = portfolio.update(data, 40)
        expected = alone.update({name: column[:16] for name, column in data.items()}, 40)
        assert losses == expected
    assert not portfolio.updates_due(40)  # nobody waits for what diverges every time
    assert portfolio.diverged == 30 and portfolio.updates == 30
    assert portfolio.problem.startswith('pbrs: losses after 30 updates: ')
    for name, value in portfolio.candidates()[1].tensors.items():
        np.testing.assert_array_equal(value, first[name])


def test_what_is_not_finite_is_neither_kept_nor_published(checkpoints):
    tuner = make_tuner({'sac': CONFIGS['sac']}, checkpoints)
    tuner.update(batch(), 100)
    good = tuner.keep()
    tuner.update(batch(), 100)
    tuner.learner.actor.flat.data[0] = float('nan')
    kept, (candidate,) = tuner.keep(), tuner.candidates()
    assert int(kept['updates']) == 1 and int(kept['updates_before_reset']) == 1
    assert all(torch.equal(kept[name], value) for name, value in good.items()
               if name != 'updates_before_reset')
    assert np.isfinite(np.concatenate([each.ravel() for each in candidate.tensors.values()])).all()
    assert tuner.updates == 2 and 'after 2 updates not finite: actor.' in tuner.problem


def test_a_missing_checkpoint_is_named(checkpoints):
    assert checkpoint_kinds(CONFIGS) == {'policy', 'learner', 'dynamics', 'value'}
    without = {kind: value for kind, value in checkpoints.items() if kind != 'dynamics'}
    with pytest.raises(CheckpointError, match="'planner' .* expected a checkpoint of kind 'dyn"):
        make_tuner(CONFIGS, without)


@pytest.mark.parametrize('algorithm', ['planner', 'td_mpc2'])
@pytest.mark.parametrize('name, value, only', [
    ('critic_updates', 200, 0), ('first_rewards', 3, 0), ('policy_delay', 2, 1)])
def test_critics_that_there_are_not_cannot_be_told_to_learn_alone(
        checkpoints, algorithm, name, value, only):
    config = FineTuningConfig(algorithm, horizon=4, samples=16, **COMMON | {name: value})
    with pytest.raises(ValueError, match=f'{name}: expected {only} of algorithm {algorithm!r}, '
                                         f'.* got {value}$'):
        make_tuner({algorithm: config}, checkpoints)


def chosen(arbiter, evaluation=False, count=400):
    names = [arbiter.choose(evaluation) for _ in range(count)]
    return {name: names.count(name) / count for name in arbiter.candidates}


def test_training_goes_mostly_to_whoever_succeeds():
    arbiter = Arbiter(np.random.default_rng(0))
    assert arbiter.choose() == arbiter.choose(evaluation=True) == PI_SIM
    arbiter.admit(['sac', 'planner'])
    assert all(0.2 < share < 0.5 for share in chosen(arbiter).values())
    for _ in range(10):
        arbiter.record(PI_SIM, False)
        arbiter.record('sac', False)
        arbiter.record('planner', True)
    assert chosen(arbiter)['planner'] > 0.9


def test_pi_sim_that_fails_without_noise_may_find_the_first_success_with_it():
    arbiter = Arbiter(np.random.default_rng(0))
    arbiter.admit(['sac', 'planner'])
    for _ in range(20):
        arbiter.record(PI_SIM, False, evaluation=True)
    assert chosen(arbiter)[PI_SIM] > 0.2 and not chosen(arbiter, evaluation=True)[PI_SIM]
    for _ in range(10):
        arbiter.record(PI_SIM, False)
    assert chosen(arbiter)[PI_SIM] < 0.1


def test_an_evaluation_probes_a_few_times_and_then_belongs_to_the_best():
    arbiter = Arbiter(np.random.default_rng(0))
    arbiter.admit(['sac', 'planner'])
    for episode in range(30):
        arbiter.record('planner', episode % 3 > 0, evaluation=True)
    arbiter.record(PI_SIM, False)
    assert 0.1 < chosen(arbiter, evaluation=True)['sac'] < 0.5  # of which nothing is known
    for _ in range(5):
        arbiter.record('planner', True, evaluation=True)
    assert chosen(arbiter, evaluation=True)['planner'] == 1.0
    arbiter.record('planner', True)
    assert chosen(arbiter, evaluation=True)['sac'] > 0.1


@pytest.mark.parametrize('episodes, probes', [(1, 0), (8, 2), (20, 5)])
def test_a_quarter_of_an_evaluation_may_go_to_others(episodes, probes):
    arbiter = Arbiter(np.random.default_rng(0), episodes)
    arbiter.admit(['sac'])
    arbiter.record(PI_SIM, True)
    drawn = []
    for _ in range(episodes):
        drawn.append(chosen(arbiter, evaluation=True).get('sac', 0.0) > 0.0)
        arbiter.record(PI_SIM, True, evaluation=True)
    assert drawn == [number < probes for number in range(episodes)]


def test_old_episodes_are_forgotten_as_a_candidate_learns():
    arbiter = Arbiter(np.random.default_rng(0))
    for _ in range(60):
        arbiter.record('sac', False)
    low = arbiter.mean('sac')
    for _ in range(30):
        arbiter.record('sac', True)
    assert low < 0.3 and arbiter.mean('sac') > 0.6


def test_what_is_known_is_counted_as_the_docs_say():
    arbiter = Arbiter(np.random.default_rng(0))
    trained = [1.0, 0.0, 1.0, 0.7, 1.0]
    for name in PI_SIM, 'sac':
        arbiter.record(name, 0.0, evaluation=True)
        for success in trained:
            arbiter.record(name, success)
    # Of learners 7 % is forgotten with each episode of training, whoever acted in it.
    faded = np.array(trained) @ 0.93 ** np.arange(5)[::-1]
    weight = (0.93 ** np.arange(5)).sum()
    successes, failures = 1 + faded / 4, 1 + (weight - faded) / 4 + 0.93 ** 5
    assert arbiter.mean('sac') == pytest.approx(successes / (successes + failures))
    assert arbiter._posterior('sac', False) == pytest.approx([1 + faded, 1 + weight - faded])
    assert arbiter.mean(PI_SIM) == pytest.approx((1 + 3.7 / 4) / (2 + 1 + 5 / 4))
    assert arbiter._posterior(PI_SIM, False) == pytest.approx([1 + 3.7, 1 + 1.3])


def test_half_of_an_evaluation_is_enough_to_take_the_place():
    for acted, crowned in ((10, 'sac'), (9, None)):
        arbiter = Arbiter(np.random.default_rng(0))
        assert evaluate(arbiter, pi_sim=[0] * (20 - acted), sac=[1] * acted) == crowned


def test_episodes_with_help_teach_every_candidate_and_speak_for_none():
    arbiter = Arbiter(np.random.default_rng(0))
    for _ in range(5):
        arbiter.record('sac', False, evaluation=True)
    before = arbiter.mean('sac')
    assert {arbiter.choose(evaluation=True) for _ in range(50)} == {PI_SIM}
    arbiter.record('sac', None)
    assert before < arbiter.mean('sac') < 0.5 == arbiter.mean(PI_SIM)
    assert 'sac' in {arbiter.choose(evaluation=True) for _ in range(200)}


def test_a_candidate_that_failed_is_tried_again_after_others_have_taught_it():
    arbiter = Arbiter(np.random.default_rng(0))
    for _ in range(10):
        arbiter.record('sac', False, evaluation=True)
        arbiter.record(PI_SIM, False, evaluation=True)
    for _ in range(40):
        arbiter.record('planner', True)
    assert arbiter.mean('sac') > 0.3
    assert arbiter.mean(PI_SIM) == 1 / 12  # which does not learn


def test_success_by_noise_alone_is_found_out_within_one_evaluation():
    arbiter = Arbiter(np.random.default_rng(0))
    for episode in range(10):
        arbiter.record('lucky', True)
        arbiter.record('sound', episode % 3 > 0)
    acted = []
    for _ in range(20):
        acted.append(arbiter.choose(evaluation=True))
        arbiter.record(acted[-1], acted[-1] == 'sound', evaluation=True)
    assert acted.count('sound') > 12


def evaluate(arbiter, **successes):
    """Let candidates act in one evaluation; return who is crowned for it."""
    for name, outcomes in successes.items():
        for success in outcomes:
            arbiter.record(name, success, evaluation=True)
    return arbiter.crown()


def test_weights_that_did_well_act_on_when_who_learned_them_has_forgotten():
    arbiter = Arbiter(np.random.default_rng(0))
    evaluate(arbiter, pi_sim=[0] * 20)
    assert evaluate(arbiter, sac=[1] * 18 + [0] * 2) == 'sac'
    for _ in range(10):
        arbiter.record('sac', False)
    assert arbiter.mean(INCUMBENT) == 19 / 22  # nothing of it is forgotten
    assert chosen(arbiter, evaluation=True)[INCUMBENT] > 0.8
    assert evaluate(arbiter, sac=[0] * 5, incumbent=[1] * 15) is None
    assert arbiter.mean(INCUMBENT) == 34 / 37


def test_only_who_acted_in_half_of_an_evaluation_and_did_better_takes_the_place():
    arbiter = Arbiter(np.random.default_rng(0))
    assert evaluate(arbiter, pi_sim=[1] * 15, sac=[1] * 5) is None  # five may be luck
    assert evaluate(arbiter, sac=[1] * 5) is None  # of which nobody knows as much as of pi_sim
    assert evaluate(arbiter, sac=[1] * 20) == 'sac'
    assert evaluate(arbiter, planner=[1] * 19 + [0]) is None
    assert evaluate(arbiter, planner=[1] * 30) == 'planner'
    arbiter.record('sac', 0)
    assert arbiter.crown() is None  # training crowns nobody
    hopeless = Arbiter(np.random.default_rng(0))
    assert evaluate(hopeless, pi_sim=[0] * 20) is evaluate(hopeless, sac=[0] * 20) is None


def test_pi_sim_by_the_calibration_does_not_become_the_incumbent():
    arbiter = Arbiter(np.random.default_rng(0))
    assert evaluate(arbiter, pi_sim=[0], calibrated=[1] * 19) is None
    assert arbiter.choose(evaluation=True) == CALIBRATED
    assert INCUMBENT not in arbiter.candidates


def test_a_learner_that_begins_anew_leaves_nothing_but_pi_sim():
    arbiter = Arbiter(np.random.default_rng(0))
    evaluate(arbiter, pi_sim=[1, 0, 0], sac=[1] * 20)
    arbiter.begin_anew()
    assert arbiter.candidates == (PI_SIM,) and arbiter.mean(PI_SIM) == 2 / 5
    assert arbiter.crown() is None


def test_what_is_known_survives_as_json():
    arbiter = Arbiter(np.random.default_rng(0))
    arbiter.admit(['sac'])
    arbiter.record('sac', True)
    other = Arbiter(np.random.default_rng(0))
    other.load_state(json.loads(json.dumps(arbiter.state())))
    assert other.candidates == (PI_SIM, 'sac') and other.mean('sac') == arbiter.mean('sac')
