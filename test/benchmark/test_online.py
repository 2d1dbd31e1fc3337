"""What the benchmark's learner stores of an episode is what the graph would store."""

import numpy as np
import pytest
from sgft_ros.benchmark.methods import load_method
from sgft_ros.benchmark.online import OnlineLearner
from sgft_ros.benchmark.trial import environment_of
from sgft_ros.learning.arbiter import CALIBRATED
from sgft_ros.learning.potential import Potential
from sgft_ros.simulation import experts
from sgft_ros.simulation.rollouts import run_episode
from shipped import CHECKPOINT, trial

UP = np.array([0.0, 0.0, 1.0], np.float32)  # away from the hole


@pytest.mark.parametrize('succeeds', [True, False])
def test_only_the_end_of_the_task_takes_the_value_of_what_follows(succeeds):
    learner = OnlineLearner(load_method('sac', 'peg_insert'), str(CHECKPOINT), 0)
    environment = environment_of(trial(gap=0.0))
    act = learner.controller.act if succeeds else lambda _: UP
    assert run_episode(environment, act, learner)[0] == succeeds
    rows, potential = learner._replay.arrays(), Potential.load(CHECKPOINT / 'value.safetensors')
    last = np.arange(len(rows['reward'])) == len(rows['reward']) - 1
    np.testing.assert_array_equal(rows['terminated'], last & succeeds)
    np.testing.assert_array_equal(rows['truncated'], last & (not succeeds))
    value, _ = potential.value(rows['observation'])
    following, _ = potential.value(rows['next_observation'])
    assert abs(following[-1]) > 0.1  # so that a wrong mask shows
    alive = np.where(last & succeeds, 0.0, 1.0)
    np.testing.assert_allclose(
        rows['shaped_reward'], rows['reward'] + potential.gamma * alive * following - value,
        atol=1e-5)


@pytest.mark.parametrize('method, corrected', [
    ('auto', True), ('auto:calibration_error=0', False)])
def test_an_episode_that_somebody_brought_to_success_corrects_pi_sim(method, corrected):
    learner = OnlineLearner(
        load_method(method, 'peg_insert'), str(CHECKPOINT), 0, robot='simulated_arm')
    environment = environment_of(trial(world=100))
    assert run_episode(environment, lambda _: experts.peg_insert(environment))[0]
    learner.begin_episode(evaluation=True)
    learner.end_episode(1.0, True, environment.observation)
    assert CALIBRATED not in learner.candidates  # throughout an evaluation nobody learns
    learner.end_evaluation()
    assert (CALIBRATED in learner.candidates) == corrected
    acted = set()
    for _ in range(20):
        learner.begin_episode(evaluation=False)
        acted.add(learner.acting)
    assert (CALIBRATED in acted) == corrected
