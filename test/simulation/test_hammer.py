"""The scene of hammer: a nail that gives way to blows, and to nothing less."""


from functools import partial

from arm_tasks import task_environment
import numpy as np
import pytest
from sgft_ros.robot import load_robot_contract
from sgft_ros.simulation.physics import draw_real, Physics
from sgft_ros.simulation.worlds import WORLDS
from sgft_ros.tasks.hammer import DEPTH

CONTRACT = load_robot_contract('simulated_hammer')
REAL = WORLDS['hammer'].real
DOWN = np.array([0.0, 0.0, -1.0])
environment = partial(task_environment, 'hammer')


def depth(world):
    """Return how far the nail has gone in [m]."""
    return 0.10 - world.cell.arm.body_pose('nail')[0][2]


def blow(beside=0.0, **physics):
    """Return how far [m] one blow from 4 cm above drives the nail in."""
    world = environment(Physics(**physics))
    world.reset(np.array([beside, 0.0, 0.04, 0.0]))
    for _ in range(3):
        world.step(DOWN)
    for _ in range(4):
        world.step(-DOWN)
    return depth(world)


def test_observation_says_where_tip_and_nail_are_from_where_calibration_believes_the_nail():
    world = environment(Physics(bias=(0.004, -0.003, 0.0), position_noise=0.0))
    observation = world.reset(np.array([0.01, 0.02, 0.05, 0.008]))
    scale = np.concatenate([term.scale for term in CONTRACT.observation])
    expected = [0.01, 0.02, 0.05, -0.008, 0.0, 0.0, 0.0]
    np.testing.assert_allclose(observation / scale, expected, atol=2e-4)
    tip = world.cell.arm.tip_position - [0.5, 0.0, 0.1]
    np.testing.assert_allclose(tip, [0.014, 0.017, 0.05], atol=2e-4)


@pytest.mark.parametrize('speed', [0.2, 0.5, 1.0])
def test_the_drive_cannot_push_the_nail_in(speed):
    world = environment(Physics(resistance=WORLDS['hammer'].sim.resistance[0]))
    world.reset(np.array([0.0, 0.0, 0.001, 0.0]))
    for _ in range(60):
        aside = (world.cell.arm.tip_position - world.cell.origin)[:2]
        world.step(np.append(np.clip(-40.0 * aside, -1.0, 1.0), -speed))
    assert depth(world) < 0.5 * DEPTH


def test_a_blow_drives_the_nail_the_less_the_more_it_resists():
    depths = [blow(resistance=resistance) for resistance in (90.0, 120.0, 170.0)]
    assert depths == sorted(depths, reverse=True)
    assert DEPTH > depths[0] > 1.5 * depths[-1] > 0.005


def test_a_blow_beside_the_nail_leaves_it_where_it_is():
    assert blow(beside=0.03) == pytest.approx(0.0, abs=1e-4)


def test_the_nail_stays_where_it_was_driven():
    world = environment(Physics())
    world.reset(np.array([0.0, 0.0, 0.05, 0.01]))
    for _ in range(20):
        world.step(np.zeros(3))
    assert depth(world) == pytest.approx(0.01, abs=1e-4)


def test_the_real_nail_resists_more_and_the_gap_scales_it():
    assert draw_real(REAL, 3).resistance >= 140.0
    assert draw_real(REAL, 3, 0.0) == Physics()
    half = draw_real(REAL, 3, 0.5).resistance
    assert half == pytest.approx(0.5 * (Physics().resistance + draw_real(REAL, 3).resistance))
