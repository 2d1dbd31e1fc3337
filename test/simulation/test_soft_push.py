"""The scene of soft_push: a block that gives way to the tip, and is seen at its corners."""

from functools import partial

from arm_tasks import by_name, task_environment
import numpy as np
import pytest
from sgft_ros.robot import load_robot_contract
from sgft_ros.simulation.physics import draw_real, Physics
from sgft_ros.simulation.worlds import WORLDS
from sgft_ros.tasks.soft_push import CORNERS, HALF, NEAR, SoftPush

CONTRACT = load_robot_contract('simulated_soft_pusher')
REAL = WORLDS['soft_push'].real
QUIET = {'position_noise': 0.0, 'delay': 0.0, 'mass': 0.1, 'friction': 0.45}
BEHIND = np.array([-0.14, 0.0, 0.015, -0.09, 0.0, 0.0])  # the tip, 12 mm from the block
PUSH, BACK, STILL = np.array([1.0, 0.0]), np.array([-1.0, 0.0]), np.zeros(2)
environment = partial(task_environment, 'soft_push')
named = partial(by_name, CONTRACT)


def vertices(world):
    """Return where the block's vertices are in base_link (18, 3) [m]."""
    return world.cell.arm.data.flexvert_xpos.copy()


def deformation(world, shape):
    """Return the largest change of a distance between two vertices since `shape` (18, 3) [m]."""
    now, before = (np.linalg.norm(each[:, None] - each, axis=2)
                   for each in (vertices(world), shape))
    return np.abs(now - before).max()


def pushed(actions=16, **physics):
    """Return a world whose block settled and was pushed then, and its shape before that."""
    world = environment(Physics(**QUIET | physics))
    world.reset(BEHIND)
    for _ in range(4):
        world.step(STILL)
    shape = vertices(world)
    for _ in range(actions):
        world.step(PUSH)
    return world, shape


def test_observation_says_where_tip_and_corners_are():
    start = [-0.16, 0.01, 0.015, -0.08, 0.02, 0.3]
    seen = named(environment(Physics(**QUIET)).reset(np.array(start)))
    assert [seen['tip_position.x'], seen['tip_position.y']] == pytest.approx(start[:2], abs=2e-4)
    cos, sin = np.cos(0.3), np.sin(0.3)
    for name, (x, y) in CORNERS.items():
        expected = [-0.08 + cos * x - sin * y, 0.02 + sin * x + cos * y]
        assert [seen[f'{name}.x'], seen[f'{name}.y']] == pytest.approx(expected, abs=2e-4), name


def test_the_corners_are_vertices_of_the_block_however_it_is_deformed():
    world, _ = pushed()
    for name in CORNERS:
        position, _ = world.cell.arm.body_pose(name)
        assert np.linalg.norm(vertices(world) - position, axis=1).min() < 1e-9
        assert position[2] > 0.13  # its upper side


def test_the_block_gives_way_to_the_tip_and_comes_back():
    world, shape = pushed(stiffness=7e3, friction=0.55)
    assert deformation(world, shape) > 2e-3
    for _ in range(10):
        world.step(BACK)
    assert deformation(world, shape) < 6e-4
    moved = (vertices(world) - shape).mean(0)
    assert moved[0] > 0.02 and abs(moved[2]) < 1e-3


def test_a_softer_a_heavier_and_a_rougher_block_give_way_more():
    def gives_way(**physics):
        world, shape = pushed(8, **physics)
        steps = []
        for _ in range(12):  # it sticks and slips
            world.step(PUSH)
            steps.append(deformation(world, shape))
        return np.mean(steps)

    usual = gives_way()
    for change in ({'stiffness': 6.5e3}, {'mass': 0.14}, {'friction': 0.6}):
        assert gives_way(**change) > 1.15 * usual, change


@pytest.mark.parametrize(('friction', 'mass'), [(0.3, 0.1), (0.55, 0.1), (0.3, 0.14)])
def test_it_takes_the_force_that_overcomes_friction_to_push_it(friction, mass):
    world, _ = pushed(friction=friction, mass=mass)
    forces = []
    for _ in range(10):
        world.step(PUSH)
        forces.append(-world.cell.arm.force[0])
    assert np.mean(forces) == pytest.approx(friction * mass * 9.81, rel=0.15)


def test_the_drive_turns_and_weakens_the_command_in_this_scene_too():
    world = environment(Physics(rotation=-1.0, gain=0.8, **QUIET))
    before = named(world.reset(np.array([-0.15, 0.0, 0.015, 0.0, 0.1, 0.0])))
    for _ in range(10):
        observation, _, _ = world.step(0.5 * PUSH)
    moved = [named(observation)[f'tip_position.{axis}'] - before[f'tip_position.{axis}']
             for axis in 'xy']
    wanted = 0.8 * 0.5 * 0.08 * 0.5 * np.array([np.cos(-1.0), np.sin(-1.0)])
    np.testing.assert_allclose(moved, wanted, atol=1.5e-3)


def test_every_corner_has_to_be_near_its_goal():
    there = {name: np.array(goal) for name, goal in CORNERS.items()}
    assert SoftPush.evaluate(there).success
    for name in CORNERS:
        off = there | {name: there[name] + [0.0, 1.05 * NEAR]}
        assert not SoftPush.evaluate(off).terminated
    quarter = dict(zip(CORNERS, np.array(list(there.values())) @ [[0, 1], [-1, 0]], strict=True))
    assert not SoftPush.evaluate(quarter).success  # in place, but turned


def test_an_episode_begins_as_the_one_before_did_whatever_that_did_to_the_block():
    world, _ = pushed()
    again = world.reset(BEHIND)
    np.testing.assert_array_equal(again, environment(Physics(**QUIET)).reset(BEHIND))
    assert np.ptp(vertices(world), axis=0)[:2] == pytest.approx([2 * HALF, 2 * HALF])


def test_the_physics_stays_finite_far_beyond_the_default_gap():
    world = environment(draw_real(REAL, 100, 3.0))
    world.reset(BEHIND)
    for step in range(60):
        observation, _, _ = world.step(PUSH if step % 8 else BACK)
    assert np.abs(observation).max() < 10.0
    assert not any(warning.number for warning in world.cell.arm.data.warning)


def test_the_real_block_is_softer_and_heavier_and_the_gap_scales_it():
    real, half = draw_real(REAL, 3), draw_real(REAL, 3, 0.5)
    assert draw_real(REAL, 3, 0.0) == REAL.nominal
    low, high = WORLDS['soft_push'].sim.stiffness
    assert real.stiffness < low < REAL.nominal.stiffness < high
    assert half.stiffness == pytest.approx(0.5 * (REAL.nominal.stiffness + real.stiffness))
    assert WORLDS['soft_push'].sim.mass[1] < real.mass and abs(real.rotation) >= 0.9
