"""The scene of push: a box that is moved by contact alone, by a drive whose axes may be turned."""

from functools import partial

from arm_tasks import by_name, task_environment
import numpy as np
import pytest
from sgft_ros.robot import load_robot_contract
from sgft_ros.simulation.experts import EXPERTS
from sgft_ros.simulation.physics import draw_real, Physics
from sgft_ros.simulation.rollouts import run_episode
from sgft_ros.simulation.worlds import WORLDS

CONTRACT = load_robot_contract('simulated_pusher')
QUIET = {'position_noise': 0.0, 'delay': 0.0}
environment = partial(task_environment, 'push')
named = partial(by_name, CONTRACT)


def test_observation_says_where_tip_and_box_are():
    start = [-0.12, 0.01, 0.015, -0.05, 0.02, 0.3]
    seen = named(environment(Physics(**QUIET)).reset(np.array(start)))
    expected = {'tip_position.x': -0.12, 'tip_position.y': 0.01, 'box_position.x': -0.05,
                'box_position.y': 0.02, 'box_yaw.qz': np.sin(0.15)}
    cos, sin = np.cos(0.3), np.sin(0.3)
    expected['tip_in_box.x'] = cos * -0.07 + sin * -0.01
    expected['tip_in_box.y'] = -sin * -0.07 + cos * -0.01
    for name, value in expected.items():
        assert seen[name] == pytest.approx(value, abs=2e-4), name


@pytest.mark.parametrize('turn', [0.0, np.pi / 2, -1.0])
def test_the_drive_turns_and_weakens_the_command_and_holds_its_height(turn):
    world = environment(Physics(rotation=turn, gain=0.8, **QUIET))
    before = named(world.reset(np.array([-0.15, 0.0, 0.015, 0.0, 0.1, 0.0])))
    for _ in range(10):
        observation, _, _ = world.step(np.array([0.5, 0.0]))
    moved = [named(observation)[f'tip_position.{axis}'] - before[f'tip_position.{axis}']
             for axis in 'xy']
    wanted = 0.8 * 0.5 * 0.08 * 0.5 * np.array([np.cos(turn), np.sin(turn)])
    np.testing.assert_allclose(moved, wanted, atol=1.5e-3)
    assert world.cell.arm.tip_position[2] - world.cell.origin[2] == pytest.approx(0.015, abs=1e-3)


def test_the_box_moves_with_the_tip_against_it_and_not_without():
    world = environment(Physics(**QUIET))
    before = named(world.reset(np.array([-0.14, 0.0, 0.015, -0.08, 0.0, 0.0])))['box_position.x']
    for steps, low, high in ((4, -1e-4, 1e-4), (16, 0.01, 0.06)):
        for _ in range(steps):
            observation, outcome, _ = world.step(np.array([1.0, 0.0]))
        assert low < named(observation)['box_position.x'] - before < high
    assert not outcome.success


def test_the_scripted_controller_finds_the_reward():
    world = environment()
    successes = [run_episode(world, lambda _: EXPERTS['push'](world))[0] for _ in range(15)]
    assert np.mean(successes) >= 0.7


def test_the_real_world_of_a_seed_turns_the_drive_and_the_gap_scales_it():
    real = WORLDS['push'].real
    turns = [draw_real(real, seed).rotation for seed in range(20)]
    assert min(np.abs(turns)) >= 0.9 and min(turns) < 0 < max(turns)
    half = draw_real(real, 3, 0.5)
    assert half.rotation == pytest.approx(0.5 * turns[3])
    assert draw_real(real, 3, 0.0) == Physics()
