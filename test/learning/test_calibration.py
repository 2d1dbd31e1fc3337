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
SLOPE = np.array([[10.0, 0, 0], [0, 20, 0], [0, 0, 0], [-30, 0, 0]])  # the third is no place
LIMIT = np.full(4, 9.0, np.float32)
EFFECT = ToolEffect(SLOPE, np.array([0, 1, 3]), -LIMIT, LIMIT)
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
    places = [0, 1, 3]
    own = SLOPE[places]
    # o = mu - M e + noise: condition the joint Gaussian of e and o on o.
    noise = COVARIANCE[np.ix_(places, places)] + np.diag((5e-4 * np.abs(own).sum(1)) ** 2)
    joint = -PRIOR ** 2 * own.T @ np.linalg.inv(PRIOR ** 2 * own @ own.T + noise)
    expected = joint @ (seen - AT)[places]
    np.testing.assert_allclose(calibration.displacement, expected, rtol=0.05, atol=1e-5)
    assert calibration.displacement[2] == 0.0
    np.testing.assert_allclose(
        calibration.correct(AT), AT + SLOPE @ calibration.displacement, rtol=1e-6)
    np.testing.assert_array_equal(calibration.correct(AT + [0, 0, 50, 0])[2], 9.0)


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
