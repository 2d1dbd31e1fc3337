"""A spoiled V_sim differs in its opinion, not in its size."""

import numpy as np
import pytest
from sgft_ros.benchmark.spoiled import spoiled, VALUES
from sgft_ros.learning.checkpoint import load_checkpoint
from sgft_ros.learning.potential import Potential
from sgft_ros.learning.replay import load_transitions
from sgft_ros.robot import load_robot_contract
from shipped import CHECKPOINT


@pytest.fixture(scope='module')
def checkpoint():
    return load_checkpoint(CHECKPOINT / 'value.safetensors', 'value')


@pytest.fixture(scope='module')
def observations():
    return load_transitions(CHECKPOINT / 'warm_start.safetensors')[0]['observation'][:2000]


def values(checkpoint, observations):
    return Potential(checkpoint).value(observations)[0]


def test_as_it_is_means_unchanged(checkpoint, observations):
    assert spoiled(checkpoint, 'simulator', observations, 0) is checkpoint


def test_flipped_is_the_opposite_opinion(checkpoint, observations):
    true = values(checkpoint, observations)
    flipped = values(spoiled(checkpoint, 'flipped', observations, 0), observations)
    np.testing.assert_allclose(flipped - true.mean(), true.mean() - true, atol=1e-4)


def test_random_has_the_mean_and_spread_but_not_the_opinion(checkpoint, observations):
    true = values(checkpoint, observations)
    drawn = [values(spoiled(checkpoint, 'random', observations, seed), observations)
             for seed in range(8)]
    for each in drawn:
        assert each.mean() == pytest.approx(true.mean(), abs=1e-3)
        assert each.std() == pytest.approx(true.std(), rel=1e-2)
    correlations = [np.corrcoef(each, true)[0, 1] for each in drawn]
    assert abs(np.mean(correlations)) < 0.5 and np.std(correlations) > 0.1


def test_displaced_knows_another_place_of_the_hole(checkpoint, observations):
    contract = load_robot_contract('simulated_arm')
    places = np.linspace(-0.08, 0.08, 33)  # [m]
    grid = np.stack(np.meshgrid(places, places, indexing='ij'), -1).reshape(-1, 2)
    seen = np.repeat(observations[:1], len(grid), 0)
    seen[:, :2] = grid * contract.observation_scale[:2]
    seen[:, 2] = 0.0  # at the surface

    def best(value):
        return grid[np.argmax(values(value, seen))]

    np.testing.assert_allclose(best(checkpoint), 0.0, atol=0.01)
    found = [best(spoiled(checkpoint, 'displaced', observations, seed, contract))
             for seed in range(4)]
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 0.05, atol=0.01)
    assert np.linalg.norm(np.subtract(found, found[0]), axis=1).max() > 0.02


def test_displaced_needs_a_robot_that_sees_its_object(checkpoint, observations):
    with pytest.raises(ValueError, match="'displaced'.*expected a robot.*got no robot"):
        spoiled(checkpoint, 'displaced', observations, 0)


def test_the_file_of_v_sim_stays_as_it_was(checkpoint, observations):
    before = {name: tensor.copy() for name, tensor in checkpoint.tensors.items()}
    for how in VALUES:
        spoiled(checkpoint, how, observations, 0, load_robot_contract('simulated_arm'))
    for name, tensor in checkpoint.tensors.items():
        np.testing.assert_array_equal(tensor, before[name])
