"""What one success tells of where the tool is, and what pi_sim makes of it."""

import json
from pathlib import Path

import numpy as np
import pytest
from sgft_ros.benchmark.trial import environment_of, Trial
from sgft_ros.learning.calibration import (
    CalibratedPolicy,
    Calibration,
    simulated_successes,
    Uninformative,
)
from sgft_ros.learning.checkpoint import load_checkpoint
from sgft_ros.learning.inference import GaussianPolicy
from sgft_ros.nodes.tool_calibration import make_calibration
from sgft_ros.robot import effect_of_tool, load_robot_contract, ToolEffect
from sgft_ros.simulation import experts
from sgft_ros.simulation.rollouts import mean_score, run_episode
from sgft_ros.simulation.worlds import WORLDS

CHECKPOINTS = Path(__file__).parents[2] / 'resource' / 'checkpoints'
CHECKPOINT = CHECKPOINTS / 'peg_insert'
ARM = load_robot_contract('simulated_arm')
PLACES = [0, 1, 3]
SLOPE = np.array([[10.0, 0, 0], [0, 20, 0], [0, 0, 0], [-30, 0, 0]])  # the third is no place
LIMIT = np.full(4, 9.0, np.float32)
EFFECT = ToolEffect(SLOPE, np.array(PLACES), -LIMIT, LIMIT)
PRIOR = 0.01  # [m]
COVARIANCE = np.diag([0.04, 0.1, 5.0, 0.09]) + 0.01
AT = np.array([1.0, -2.0, 7.0, 0.5])  # where successes are seen in the simulator


DISPLACED = np.array([0.005, -0.005, 0.0])


def simulated(count=20_000):
    return np.random.default_rng(0).multivariate_normal(AT, COVARIANCE, count)


def sharp():
    """Return a calibration of a simulator in which successes happen in one place."""
    return Calibration(AT + 0.01 * (simulated() - AT), EFFECT, PRIOR)


def test_a_success_conditions_the_displacement_as_gaussians_do():
    calibration = Calibration(simulated(200_000), EFFECT, PRIOR)
    seen = AT + [-0.3, 0.2, 1.0, 0.4]
    calibration.record(seen)
    np.testing.assert_array_equal(calibration.displacement, 0.0)  # not before
    calibration.update()
    own = SLOPE[PLACES]
    # o = mu - M e + noise: condition the joint Gaussian of e and o on o.
    noise = COVARIANCE[np.ix_(PLACES, PLACES)] + np.diag((5e-4 * np.abs(own).sum(1)) ** 2)
    joint = -PRIOR ** 2 * own.T @ np.linalg.inv(PRIOR ** 2 * own @ own.T + noise)
    expected = joint @ (seen - AT)[PLACES]
    np.testing.assert_allclose(calibration.displacement, expected, rtol=0.05, atol=1e-5)
    assert calibration.displacement[2] == 0.0
    np.testing.assert_allclose(
        calibration.correct(AT), AT + SLOPE @ calibration.displacement, rtol=1e-6)
    np.testing.assert_array_equal(calibration.correct(AT + [0, 0, 50, 0])[2], 9.0)


def test_where_successes_never_vary_sensors_still_do():
    calibration = Calibration(np.repeat(AT[None], 50, 0), EFFECT, PRIOR)
    seen = AT - SLOPE @ DISPLACED
    calibration.record(seen)
    calibration.update()
    own, off = SLOPE[PLACES], (AT - seen)[PLACES]
    precision = np.diag((5e-4 * np.abs(own).sum(1)) ** -2.0)
    expected = np.linalg.inv(np.eye(3) / PRIOR ** 2 + own.T @ precision @ own) @ (
        own.T @ precision @ off)
    np.testing.assert_allclose(calibration.displacement, expected, rtol=1e-4, atol=1e-9)


def test_the_last_hundred_successes_count_as_one_their_median():
    calibration, once = sharp(), sharp()
    places = AT - np.outer(np.linspace(-1.0, 1.0, 151) ** 3 + 1.0, SLOPE @ DISPLACED)
    for seen in places:
        calibration.record(seen)
    calibration.update()
    once.record(np.median(places[-100:], 0))
    once.update()
    np.testing.assert_allclose(calibration.displacement, once.displacement)
    assert len(calibration.state()) == 100


@pytest.mark.parametrize('deviations, counts', [(4.9, True), (5.1, False)])
def test_only_what_a_displacement_explains_is_believed(deviations, counts):
    successes, own = simulated(), SLOPE[PLACES]
    calibration = Calibration(successes, EFFECT, PRIOR)
    covariance = np.cov(successes[:, PLACES].T)
    covariance += np.diag((5e-4 * np.abs(own).sum(1)) ** 2) + PRIOR ** 2 * own @ own.T
    seen = successes.mean(0)
    seen[PLACES] += deviations * np.linalg.cholesky(covariance)[:, 0]
    calibration.record(seen)
    assert bool(calibration.state()) == counts


@pytest.mark.parametrize('tail', [0.0, 6.0])
def test_a_displacement_is_significant_beyond_three_deviations_and_the_simulators_tail(tail):
    successes, own = simulated(4000), SLOPE[PLACES]
    successes[:40] += tail * (successes[:40] - AT)  # one in a hundred, where Gaussians have none
    calibration = Calibration(successes, EFFECT, PRIOR)
    seen = successes[:, PLACES]
    noise = np.cov(seen.T) + np.diag((5e-4 * np.abs(own).sum(1)) ** 2)
    posterior = np.eye(3) / PRIOR ** 2 + own.T @ np.linalg.inv(noise) @ own

    def deviations(off):
        e = off @ np.linalg.inv(noise) @ own @ np.linalg.inv(posterior)
        return np.sqrt(np.einsum('ni,ij,nj->n', e, posterior, e))

    limit = max(3.0, np.quantile(deviations(seen.mean(0) - seen), 0.995))
    assert (limit > 3.1) == (tail > 0.0)
    away = -(SLOPE @ [1.0, 0.0, 0.0])
    for share, significant in (0.99, False), (1.01, True):
        factor = share * limit / deviations(-away[None, PLACES])[0]
        calibration.load_state([(successes.mean(0) + factor * away)[PLACES].tolist()])
        assert calibration.significant == significant


def test_successes_in_the_simulator_are_rewarded_ends_and_what_was_seen_then():
    data = {'terminated': np.array([1, 1, 0, 0]), 'reward': np.array([1, 0, 1, 0]),
            'observation': np.arange(4)[:, None], 'next_observation': np.arange(4)[:, None] + 10}
    assert simulated_successes(data).tolist() == [[10]]


def test_successes_that_are_none_do_little():
    calibration = sharp()
    for far in (0.02, 0.04, 0.2, 10.0):  # [m] from the goal, as somebody may misjudge it
        calibration.forget()
        for displacement in (DISPLACED, DISPLACED + [0.0, far, 0.0], DISPLACED):
            calibration.record(AT - SLOPE @ displacement)
        calibration.update()
        np.testing.assert_allclose(calibration.displacement, DISPLACED, atol=5e-4)
    calibration.forget()
    calibration.record(AT - SLOPE @ [0.0, 0.06, 0.0])  # six times as far as it may be wrong
    calibration.update()
    assert calibration.passed_over == 1
    assert not calibration.displacement.any()


def test_successes_where_the_simulator_had_them_tell_of_no_displacement():
    calibration = Calibration(simulated(), EFFECT, PRIOR)
    assert not calibration.significant
    chances = []
    for seen in np.random.default_rng(2).multivariate_normal(AT, COVARIANCE, 300):
        calibration.forget()
        calibration.record(seen)
        calibration.update()
        chances.append(calibration.significant)
    assert np.mean(chances) < 0.02
    told = sharp()
    told.record(AT - SLOPE @ DISPLACED)
    told.update()
    assert told.significant
    np.testing.assert_allclose(told.displacement, DISPLACED, atol=2e-4)


@pytest.mark.parametrize('task', sorted(WORLDS))
def test_hardly_one_of_the_simulators_own_successes_seems_displaced(task):
    data = load_checkpoint(CHECKPOINTS / task / 'warm_start.safetensors', 'replay').tensors
    seen = simulated_successes(data)
    half = len(seen) // 2
    robot = load_robot_contract(WORLDS[task].robot)
    calibration = Calibration(seen[:half], effect_of_tool(robot), PRIOR)
    displaced = 0
    for observation in seen[half:]:
        calibration.forget()
        calibration.record(observation)
        calibration.update()
        displaced += calibration.significant
    assert displaced <= max(1, 0.02 * half)


def test_a_number_that_is_clipped_at_successes_says_nothing():
    clipped = simulated(1000)
    clipped[:, 0] = np.minimum(clipped[:, 0], 1.0)
    tool = EFFECT._replace(high=np.array([1.0, 9.0, 9.0, 9.0], np.float32))
    calibration = Calibration(clipped, tool, PRIOR)
    calibration.record(AT - SLOPE @ DISPLACED)
    calibration.update()
    assert np.abs(calibration.displacement).max() > 1e-3
    alone = tool._replace(places=np.array([0]))
    with pytest.raises(Uninformative, match='expected an observation of where the tool is'):
        Calibration(clipped, alone, PRIOR)


@pytest.mark.parametrize('end', ['low', 'high'])
def test_more_than_one_in_a_hundred_at_a_clip_is_enough_to_say_nothing(end):
    for clipped, places in ((10, 3), (11, 2)):
        successes = simulated(1000)
        successes[:clipped, 0] = getattr(EFFECT, end)[0]
        calibration = Calibration(successes, EFFECT, PRIOR)
        calibration.record(successes.mean(0))
        assert len(calibration.state()[0]) == places


def test_what_is_known_survives_as_json():
    calibration, other = (Calibration(simulated(), EFFECT, PRIOR) for _ in range(2))
    calibration.record(AT + 0.3)
    calibration.update()
    other.load_state(json.loads(json.dumps(calibration.state())))
    np.testing.assert_array_equal(other.displacement, calibration.displacement)
    with pytest.raises(ValueError, match=r'expected places of 3 numbers, got \[1.0, 2.0\]'):
        other.load_state([[1.0, 2.0]])


@pytest.mark.parametrize('successes, effect, message', [
    (simulated(49), EFFECT, 'expected at least 50 successes in the simulator, got 49'),
    (simulated(100), EFFECT._replace(places=np.array([], int)),
     'expected an observation of where the tool is'),
])
def test_what_tells_nothing_is_refused(successes, effect, message):
    with pytest.raises(Uninformative, match=message):
        Calibration(successes, effect, PRIOR)


def test_a_robot_is_believed_where_successes_tell_nothing_and_told_why():
    data = load_checkpoint(CHECKPOINT / 'warm_start.safetensors', 'replay').tensors
    reasons = []
    assert make_calibration(data, ARM, PRIOR, reasons.append) and not reasons
    assert make_calibration(data, ARM, 0.0, reasons.append) is None and not reasons
    failures = data | {'reward': np.zeros_like(data['reward'])}
    assert make_calibration(failures, ARM, PRIOR, reasons.append) is None
    assert reasons == ['the calibration of the robot is believed: expected at least 50 successes '
                       'in the simulator, got 0']
    with pytest.raises(ValueError, match=r'expected observations of 7 numbers, got shape'):
        make_calibration(data, load_robot_contract('simulated_hammer'), PRIOR)


@pytest.mark.parametrize('world', [100, 104])
def test_with_one_success_pi_sim_finds_the_hole_that_it_never_found(world):
    environment = environment_of(Trial('', 'peg_insert', str(CHECKPOINT), world=world))
    policy = load_checkpoint(CHECKPOINT / 'policy.safetensors', 'policy').tensors
    data = load_checkpoint(CHECKPOINT / 'warm_start.safetensors', 'replay').tensors
    calibration = Calibration(simulated_successes(data), effect_of_tool(ARM), PRIOR)
    calibrated = CalibratedPolicy(policy, calibration)
    assert mean_score(environment, GaussianPolicy(policy), 10) == 0.0
    assert mean_score(environment, calibrated, 4) == 0.0
    assert run_episode(environment, lambda _: experts.peg_insert(environment))[0]
    calibration.record(environment.observation)
    calibration.update()
    assert calibration.significant
    bias = environment.cell.physics.bias  # believed minus true place of the hole
    # Its height is not to be known: the task counts how deep the tip is believed to be.
    np.testing.assert_allclose(calibration.displacement[:2], bias[:2], atol=0.002)
    assert mean_score(environment, calibrated, 20) >= 0.95


def test_a_calibrated_policy_explores_no_more_than_in_the_simulator():
    tensors = load_checkpoint(CHECKPOINT / 'policy.safetensors', 'policy').tensors
    data = load_checkpoint(CHECKPOINT / 'warm_start.safetensors', 'replay').tensors
    calibrated = CalibratedPolicy(
        tensors, Calibration(simulated_successes(data), effect_of_tool(ARM), PRIOR))
    observation, noise = data['observation'][0], np.ones(3, np.float32)
    expected = GaussianPolicy(tensors).act(observation, noise)
    np.testing.assert_array_equal(calibrated.act(observation, noise, 0.6), expected)
