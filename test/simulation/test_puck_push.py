"""The scene of puck_push: what is struck slides on alone, to where the tip may not follow."""


from functools import partial

from arm_tasks import by_name, task_environment
import numpy as np
import pytest
from sgft_ros.robot import load_robot_contract
from sgft_ros.simulation.physics import draw_real, Physics
from sgft_ros.simulation.rollouts import Recorder, run_episode
from sgft_ros.simulation.worlds import WORLDS

CONTRACT = load_robot_contract('simulated_striker')
REAL = WORLDS['puck_push'].real
REACH = CONTRACT.limits.workspace.maximum[0] - 0.6  # of the tip, from the goal [m]
QUIET = {'position_noise': 0.0, 'velocity_noise': 0.0}
environment = partial(task_environment, 'puck_push')
named = partial(by_name, CONTRACT)


def sliding(friction, speed=0.3):
    """Return the distance [m] that a puck slides which starts at a speed [m/s]."""
    world = environment(Physics(friction=friction, **QUIET))
    world.reset(np.array([-0.34, 0.0, 0.015, -0.2, 0.0, speed, 0.0]))
    for _ in range(50):
        observation, _, _ = world.step(np.zeros(2))
    return named(observation)['puck_position.x'] + 0.2


def test_observation_says_where_tip_and_puck_are_and_how_fast_the_puck_is():
    start = [-0.30, 0.01, 0.015, -0.22, -0.02, 0.2, 0.1]
    seen = named(environment(Physics(**QUIET)).reset(np.array(start)))
    expected = {
        'tip_position.x': -0.30, 'tip_position.y': 0.01, 'puck_position.x': -0.22,
        'puck_position.y': -0.02, 'puck_velocity.x': 0.2,
        'puck_velocity.y': 0.1,
        # The tool points down: its y is that of the base turned around.
        'puck_in_tip.x': 0.08, 'puck_in_tip.y': 0.03}
    for name, value in expected.items():
        assert seen[name] == pytest.approx(value, abs=5e-4), name


@pytest.mark.parametrize('friction', [0.05, 0.08])
def test_friction_stops_the_puck_where_mechanics_says(friction):
    assert sliding(friction) == pytest.approx(0.3**2 / (2 * friction * 9.81), rel=0.05)


def test_the_tip_cannot_carry_the_puck_to_the_goal():
    world = environment(Physics(friction=1.0, delay=0.04, **QUIET))
    world.reset(np.array([-0.29, 0.0, 0.015, -0.23, 0.0, 0.0, 0.0]))
    for _ in range(50):
        observation, outcome, _ = world.step(np.array([1.0, 0.0]))
        # A drive that is late overshoots.
        assert named(observation)['tip_position.x'] < REACH + 0.04
    assert not outcome.success
    assert REACH < named(observation)['puck_position.x'] < -0.05


def test_transitions_store_what_the_workspace_left_of_an_action():
    recorder, world = Recorder(), environment()
    run_episode(world, lambda _: np.array([1.0, 0.0]), recorder)
    columns = recorder.arrays()
    last = [name.startswith('last_action.linear.x') for name in CONTRACT.observation_names]
    np.testing.assert_array_equal(
        columns['action'][:, 0], columns['next_observation'][:, last].ravel())
    assert columns['action'][0, 0] == 1.0 and columns['action'][-1, 0] == 0.0


def test_a_puck_that_slides_over_the_goal_is_not_there():
    world = environment(Physics(friction=0.05, **QUIET))
    world.reset(np.array([-0.34, 0.0, 0.015, -0.02, 0.0, 0.5, 0.0]))
    _, outcome, _ = world.step(np.zeros(2))
    assert abs(world.cell.arm.body_pose('puck')[0][0] - 0.6) < 0.03 and not outcome.terminated


def test_without_a_gap_the_real_world_is_the_nominal_one_of_the_simulator():
    assert draw_real(REAL, 3, 0.0) == REAL.nominal
    low, high = WORLDS['puck_push'].sim.friction
    assert low < REAL.nominal.friction < high < REAL.friction[0]
