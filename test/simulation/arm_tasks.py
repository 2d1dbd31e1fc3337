"""What the tests of the arm's tasks share: their environments, and observations by name."""

import numpy as np
from sgft_ros.robot import load_robot_contract
from sgft_ros.simulation.environment import Environment
from sgft_ros.simulation.worlds import WORLDS
from sgft_ros.tasks import get_task


def task_environment(task, physics=None, seed=0):
    """Return the environment of a task in one world, or randomised as in the simulator."""
    worlds = WORLDS[task]
    draw = worlds.sim.draw if physics is None else lambda rng: physics
    return Environment(
        get_task(task), load_robot_contract(worlds.robot), np.random.default_rng(seed), draw)


def by_name(contract, observation):
    """Return an observation by name, unscaled."""
    scale = np.concatenate([term.scale for term in contract.observation])
    names = [name.partition(' ')[0] for name in contract.observation_names]
    return dict(zip(names, observation / scale))
