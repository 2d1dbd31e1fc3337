"""walker_walk: the reward of the suite, an end by time alone, masses doubled in reality."""

import mujoco
import numpy as np
import pytest
from sgft_ros.simulation.sim_to_real import sim_to_real

pytest.importorskip('gymnasium')

WALKER = sim_to_real('walker_walk')


@pytest.fixture(scope='module')
def walker():
    from sgft_ros.simulation.walker import WalkerWalk
    return WalkerWalk()


def reward_at(walker, height=0.0, tilt=0.0, speed=0.0):
    """Return the reward in the pose of the model, moved up [m], tilted [rad], in motion [m/s]."""
    mujoco.mj_resetData(walker.model, walker.data)
    walker.data.joint('rootz').qpos = height
    walker.data.joint('rooty').qpos = tilt
    walker.data.joint('rootx').qvel = speed
    mujoco.mj_forward(walker.model, walker.data)
    return walker._reward()


@pytest.mark.parametrize('speed, reward', [
    (-1.0, 1 / 6), (0.0, 1 / 6), (0.5, 3.5 / 6), (1.0, 1.0), (4.0, 1.0)])
def test_who_stands_earns_a_sixth_and_the_rest_by_speed(walker, speed, reward):
    assert reward_at(walker, speed=speed) == pytest.approx(reward)


def test_standing_is_worth_a_tenth_at_half_of_the_height_and_being_upright_a_quarter(walker):
    assert reward_at(walker, height=0.6 - 1.3, speed=1.0) == pytest.approx((3 * 0.1 + 1) / 4)
    assert reward_at(walker, tilt=np.pi, speed=1.0) == pytest.approx(3 / 4)


def test_a_walker_that_falls_goes_on_until_the_time_limit_of_25_seconds():
    simulator = WALKER.simulator(np.random.default_rng(0))
    assert simulator.reset().shape == (24,)
    ends, total = [], 0.0
    for _ in range(500):
        _, outcome, truncated = simulator.step(np.zeros(6))
        ends.append((outcome.terminated, truncated))
        total += outcome.reward
    assert ends == [(False, False)] * 499 + [(False, True)]
    assert 500 / simulator.control_rate == pytest.approx(25.0)
    assert 0.0 < simulator.score(None, total) < 0.2


def test_real_masses_are_about_doubled_and_another_world_is_another_one():
    def mass(world, gap=1.0):
        reality = WALKER.reality(np.random.default_rng(0), world, gap)
        reality.reset()
        return reality._environment.model.body_mass.sum()

    simulated = mass(3, gap=0.0)
    factors = [mass(world) / simulated for world in (3, 4)]
    assert all(1.9 <= factor <= 2.1 for factor in factors) and factors[0] != factors[1]
