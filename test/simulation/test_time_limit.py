"""The time limit cuts an episode off; the end of the task alone says that nothing follows."""

from arm_tasks import task_environment
import numpy as np
import pytest
from sgft_ros.learning.sac import SAC
from sgft_ros.robot import load_robot_contract
from sgft_ros.simulation import pretraining
from sgft_ros.simulation.environment import Environment
from sgft_ros.simulation.experts import EXPERTS
from sgft_ros.simulation.physics import Physics
from sgft_ros.simulation.rollouts import diverse_episode, Recorder, run_episode
from sgft_ros.tasks.peg_insert import DEPTH, PegInsert
import torch

UP = np.array([0.0, 0.0, 1.0], np.float32)  # away from the hole


class NearlyThere(PegInsert):
    """The peg is in the hole, a step or two from its depth, and there are four steps."""

    max_steps = 4

    @staticmethod
    def start(rng):
        return np.array([0.0, 0.0, 0.002 - DEPTH])


def assert_ends_at(columns, last_terminates):
    """Check flags and rewards of one episode."""
    last = np.arange(len(columns['reward'])) == len(columns['reward']) - 1
    np.testing.assert_array_equal(columns['terminated'], last & last_terminates)
    np.testing.assert_array_equal(columns['truncated'], last & (not last_terminates))
    np.testing.assert_array_equal(columns['reward'], columns['terminated'])


@pytest.mark.parametrize('succeeds', [True, False])
def test_an_episode_is_recorded_with_the_end_that_it_had(succeeds):
    environment, recorder = task_environment('peg_insert', Physics()), Recorder()

    def act(_):
        return EXPERTS['peg_insert'](environment) if succeeds else UP

    assert run_episode(environment, act, recorder)[0] == succeeds
    assert (len(recorder) < PegInsert.max_steps) == succeeds
    assert_ends_at(recorder.arrays(), succeeds)


def test_data_of_the_warm_start_do_not_end_where_time_is_up():
    environment, recorder = task_environment('peg_insert', Physics()), Recorder()
    policy = type('Up', (), {'action_size': 3, 'act': lambda self, _: UP})()
    diverse_episode(environment, policy, 0.0, recorder)
    assert len(recorder) == PegInsert.max_steps
    assert not recorder.arrays()['terminated'].any()


def test_the_policy_in_simulation_learns_from_ends_of_the_task_and_of_no_time_limit(monkeypatch):
    batches = []

    class Watched(SAC):
        def update(self, batch):
            batches.append(batch)
            return super().update(batch)

    monkeypatch.setattr(pretraining, 'SAC', Watched)
    environment = Environment(
        NearlyThere(), load_robot_contract('simulated_arm'), np.random.default_rng(0),
        lambda rng: Physics())
    config = pretraining.PretrainingConfig(steps=80, random_steps=79, batch_size=1000)
    pretraining.train_policy(environment, None, config, 0, lambda done: None)
    batch, = batches  # of nearly every step
    ended, cut_off = batch['terminated'] > 0, batch['truncated'] > 0
    assert 10 < ended.sum() and 10 < cut_off.sum() and not (ended & cut_off).any()
    assert torch.equal(batch['reward'], batch['terminated'])
