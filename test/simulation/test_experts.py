"""Scripted controllers find the reward, which demonstrations are for."""

from arm_tasks import task_environment
import numpy as np
import pytest
from sgft_ros.simulation.experts import EXPERTS
from sgft_ros.simulation.physics import draw_real
from sgft_ros.simulation.rollouts import run_episode
from sgft_ros.simulation.worlds import WORLDS


@pytest.mark.parametrize('task, episodes, least', [
    ('hammer', 10, 0.9), ('puck_push', 15, 0.8), ('soft_push', 10, 0.9)])
def test_the_scripted_controller_finds_the_reward_in_simulation_and_in_reality(
        task, episodes, least):
    real = [draw_real(WORLDS[task].real, seed) for seed in (100, 101)]
    for world in [task_environment(task), *(task_environment(task, each) for each in real)]:
        successes = [run_episode(world, lambda _, w=world: EXPERTS[task](w))[0]
                     for _ in range(episodes)]
        assert np.mean(successes) >= least
