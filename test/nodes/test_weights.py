"""Weights act whole or not at all; what is wrong with them is said."""

from array import array
from concurrent.futures import wait
import hashlib

from data_path import TIMEOUT
import numpy as np
from policies import ACTION, metadata, OBSERVATION, random_tensors
import pytest
from sgft_ros.learning.actor_critic import SACConfig
from sgft_ros.learning.td_mpc2 import TDMPC2
from sgft_ros.nodes import weights
from sgft_ros.nodes.acting_weights import ActingWeights
from sgft_ros.nodes.weights import make_weights_message, WeightsJudge, WeightsRefused

KEY = bytes(range(32))
SEEN = np.linspace(-1.0, 1.0, OBSERVATION, dtype=np.float32)
FIRST = random_tensors(0)
LATENT_PLANNER = {'kind': 'latent_planner', 'gamma': 0.97, 'horizon': 3, 'samples': 32}
OVER = -1.0  # [s] of time for a plan: what is left of the last one acts


def message(version=2, tensors=None, key=KEY, **changes):
    tensors = random_tensors(1) if tensors is None else tensors
    architecture = weights.architecture(metadata(), tensors) | changes
    return make_weights_message(version, 100, architecture, 'sgft', tensors, key)


def judge(key=KEY):
    return WeightsJudge(metadata(), FIRST, key)


def refusal(came, key=KEY):
    with pytest.raises(WeightsRefused) as refused:
        judge(key).accept(came, SEEN)
    return str(refused.value)


def take(acting, *came):
    """Offer messages one after the other; return whether the last may act."""
    for each in came:
        wait([acting.offer(each)])
        taken = acting.take()
    return taken


def with_tensor(name, change):
    tensors = random_tensors(1)
    tensors[name] = change(tensors[name])
    return tensors


def test_accepted_weights_act_as_those_that_were_sent():
    sent = random_tensors(1)
    accepted = judge().accept(message(tensors=sent), SEEN)
    expected = judge().judge(sent, 1, '', SEEN)
    assert (accepted.version, accepted.candidate) == (2, 'sgft')
    np.testing.assert_array_equal(accepted.policy.act(SEEN), expected.policy.act(SEEN))


def latent_planner(version, observation=OBSERVATION, action=ACTION):
    architecture = weights.architecture(metadata(), FIRST) | LATENT_PLANNER
    tensors = TDMPC2(SACConfig(observation, action, 0.97), 3).policy_tensors()
    return make_weights_message(version, 100, architecture, 'td_mpc2', tensors, KEY)


def test_a_planner_in_a_latent_world_acts_and_one_of_other_sizes_does_not():
    accepted = judge().accept(latent_planner(2), SEEN)
    assert accepted.controller == LATENT_PLANNER
    assert accepted.policy.act(SEEN).shape == (ACTION,)
    assert 'no latent_planner can be made' in refusal(latent_planner(2, OBSERVATION + 1))
    assert 'actions: expected 3 numbers, got 2' in refusal(latent_planner(2, action=2))


def test_new_weights_of_a_planner_go_on_with_the_plan():
    acting = ActingWeights(judge(), judge().judge(FIRST, 0, '', SEEN))
    take(acting, latent_planner(1))
    acting.release(acting.all)
    acting.swap()
    before = acting.now.policy
    before.act(SEEN)
    take(acting, latent_planner(2))
    acting.release(acting.all)
    assert acting.swap() and acting.now.policy is not before
    planned = before.act(SEEN, budget=OVER)
    assert planned.any()
    np.testing.assert_array_equal(acting.now.policy.act(SEEN, budget=OVER), planned)


def test_seed_and_version_decide_what_a_planner_draws():
    description = {'kind': 'latent_planner', 'gamma': 0.97, 'horizon': 3, 'samples': 32}
    tensors = TDMPC2(SACConfig(OBSERVATION, 3, 0.97), 3).policy_tensors()

    def action(seed, version):
        chosen = WeightsJudge(metadata(), FIRST, seed=seed).judge(
            tensors, version, '', SEEN, description)
        return chosen.policy.act(SEEN).tolist()

    assert action(1, 5) == action(1, 5)
    assert action(1, 5) not in (action(2, 5), action(1, 6), action(5, 1))


def test_other_layer_size_is_refused():
    assert 'sizes: expected [9, 16, 6], got [9, 8, 6]' in refusal(
        message(tensors=random_tensors(1, width=8)))


def test_other_observation_names_are_refused_although_the_sizes_fit():
    names = list(reversed(metadata()['observation_names']))
    assert 'observation_names' in refusal(message(observation_names=names))


@pytest.mark.parametrize('text', ['', '[]', '{"kind": "gaussian_mlp"}', '3'])
def test_strange_architecture_is_refused(text):
    came = message(key=None)
    came.architecture = text
    assert 'architecture' in refusal(came, key=None)


def test_changed_tensors_do_not_fit_the_hash():
    came = message()
    data = bytearray(memoryview(came.tensors).tobytes())
    data[-1] ^= 1
    came.tensors = array('B', data)
    assert 'SHA-256' in refusal(came)


def test_lying_shape_is_refused_although_hash_and_architecture_fit():
    tensors = with_tensor('scale0', lambda scale: scale[..., :1])
    assert "'scale0': expected shape (1, 1, 16), got (1, 1, 1)" in refusal(
        message(tensors=tensors))


def test_missing_tensor_is_refused():
    tensors = random_tensors(1)
    del tensors['shift0']
    assert 'tensors: expected' in refusal(message(tensors=tensors))


def test_bytes_that_are_no_safetensors_are_refused():
    came = message(key=None)
    came.tensors = array('B', b'no tensors at all')
    came.sha256 = np.frombuffer(hashlib.sha256(came.tensors.tobytes()).digest(), np.uint8)
    assert 'cannot be read' in refusal(came, key=None)


@pytest.mark.parametrize('value', [np.nan, np.inf])
def test_non_finite_numbers_are_neither_sent_nor_taken(value):
    tensors = with_tensor('weight1', lambda weight: np.full_like(weight, value))
    with pytest.raises(ValueError, match="'weight1'"):
        message(tensors=tensors)
    with pytest.raises(WeightsRefused, match='not finite'):
        judge().judge(tensors, 2, '', SEEN)


def test_forward_pass_that_overflows_is_refused():
    tensors = with_tensor('weight1', lambda weight: np.full_like(weight, 3e38))
    assert 'forward pass' in refusal(message(tensors=tensors))


@pytest.mark.parametrize('key', [None, bytes(32)])
def test_unsigned_weights_and_those_of_another_key_are_refused(key):
    assert 'signature' in refusal(message(key=key))


@pytest.mark.parametrize('field, value', [
    ('version', 3), ('learner_step', 101), ('run', 1), ('candidate', 'pi_sim'),
    ('candidate', 'sgf')])
def test_signature_covers_what_a_policy_acts_by(field, value):
    came = message(2)
    setattr(came, field, value)
    assert 'signature' in refusal(came)


def test_signature_tells_candidate_and_architecture_apart():
    came = message()
    came.candidate, came.architecture = came.candidate[:-1], (
        came.candidate[-1] + came.architecture)
    assert 'signature' in refusal(came)


def test_what_is_called_pi_sim_is_the_policy_of_the_checkpoint_and_nothing_else():
    def called_pi_sim(tensors, **controller):
        architecture = weights.architecture(metadata(), FIRST) | controller
        return make_weights_message(2, 100, architecture, 'pi_sim', tensors, KEY)

    assert judge().accept(called_pi_sim(FIRST), SEEN).candidate == 'pi_sim'
    planner = TDMPC2(SACConfig(OBSERVATION, ACTION, 0.97), 3).policy_tensors()
    for came in (called_pi_sim(random_tensors(1)), called_pi_sim(planner, **LATENT_PLANNER)):
        assert "candidate 'pi_sim': expected the tensors of the policy's checkpoint" in refusal(
            came)


def test_signature_is_not_asked_for_without_a_key():
    assert judge(None).accept(message(key=None), SEEN).version == 2


def test_key_file_is_read_whole_and_refused_when_short(tmp_path):
    file = tmp_path / 'key'
    file.write_bytes(KEY)
    assert weights.read_key(file) == KEY
    assert weights.read_key('') is None
    file.write_bytes(b'')
    with pytest.raises(ValueError, match='at least 16 bytes, got 0'):
        weights.read_key(file)
    with pytest.raises(ValueError, match='cannot be read'):
        weights.read_key(tmp_path / 'missing')


def test_bad_weights_leave_those_that_wait_and_those_that_act():
    acting = ActingWeights(judge(), judge().judge(FIRST, 0, '', SEEN))
    assert take(acting, message(5))
    assert not take(acting, message(6, key=None))
    assert acting.now.version == 0 and acting.newest.version == 5
    assert acting.refused == 1 and 'version 6: signature' in acting.refusal
    assert not acting.swap()
    acting.release(acting.all)
    assert acting.swap() and acting.now.version == 5
    assert not acting.swap()


def test_older_weights_are_left_out_although_both_came_before_either_was_taken():
    acting = ActingWeights(judge(), judge().judge(FIRST, 0, '', SEEN))
    wait([acting.offer(message(version)) for version in (5, 4, 6)])
    assert acting.now.version == acting.newest.version == 0
    assert acting.take() and acting.newest.version == 6
    assert acting.refused == 0 and not acting.problem


def test_weights_on_which_judging_itself_fails_are_refused():
    acting = ActingWeights(judge(None), judge(None).judge(FIRST, 0, '', SEEN))
    nested = message(1, key=None)
    nested.architecture = 100_000 * '['
    assert not take(acting, nested)
    assert acting.refused == 1 and 'version 1: RecursionError' in acting.refusal
    assert take(acting, message(2, key=None))


def test_old_weights_cost_no_judging():
    acting = ActingWeights(judge(), judge().judge(FIRST, 5, '', SEEN))
    for version in (4, 5):
        offered = acting.offer(message(version, key=None))
        assert offered.result(TIMEOUT) is None  # else it would have been refused as unsigned


def test_latched_weights_that_come_again_are_no_refusal():
    acting = ActingWeights(judge(), judge().judge(FIRST, 5, '', SEEN))
    assert not take(acting, message(5))
    assert acting.refused == 0


def test_frozen_weights_act_on_while_newer_ones_and_other_candidates_wait():
    acting = ActingWeights(judge(), judge().judge(FIRST, 0, 'pi_sim', SEEN), arbitrated=True)
    take(acting, message(2))
    acting.release(acting.all)
    acting.freeze()
    acting.act_with('sgft')
    take(acting, message(3))
    acting.release(acting.all)
    acting.follow(judge().judge(FIRST, 4, 'late', SEEN))
    assert acting.swap() and acting.now.version == 2
    assert not acting.swap() and acting.candidates == ('pi_sim', 'sgft')
    acting.freeze(False)
    assert acting.swap() and acting.now.version == 3
    assert acting.candidates == ('pi_sim', 'sgft', 'late')


def test_preserved_weights_act_on_whatever_their_candidate_learns():
    acting = ActingWeights(judge(), judge().judge(FIRST, 0, 'pi_sim', SEEN), arbitrated=True)
    acting.follow(judge().judge(FIRST, 2, 'sgft', SEEN))
    acting.freeze()
    acting.follow(judge().judge(FIRST, 3, 'sgft', SEEN))
    acting.preserve('sgft', 'best')  # what acts while frozen
    acting.freeze(False)
    assert acting.version('sgft') == 3 and acting.version('best') == 2
    assert [(each.candidate, each.version) for each in acting.all] == [
        ('pi_sim', 0), ('sgft', 3), ('best', 2)]  # and is kept for the next life
    assert acting.newest.version == 3
    on_disk = acting.all
    acting.drop('best')
    acting.release(on_disk)  # as it was written before
    assert acting.candidates == ('pi_sim', 'sgft')
