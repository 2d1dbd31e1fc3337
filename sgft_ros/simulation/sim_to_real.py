"""A task's simulator and its real worlds: the arm's cells and Gymnasium's under one face."""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Protocol

import numpy as np
from sgft_ros.robot import load_robot_contract
from sgft_ros.simulation.environment import Environment
from sgft_ros.simulation.experts import EXPERTS
from sgft_ros.simulation.gymnasium_environment import GymnasiumEnvironment
from sgft_ros.simulation.gymnasium_task import GymnasiumTask
from sgft_ros.simulation.gymnasium_tasks import gymnasium_task, GYMNASIUM_TASKS
from sgft_ros.simulation.model_change import draw_real_model
from sgft_ros.simulation.physics import draw_real
from sgft_ros.simulation.pretraining_config import PretrainingConfig
from sgft_ros.simulation.worlds import WORLDS
from sgft_ros.tasks import get_task

AnyEnvironment = Environment | GymnasiumEnvironment


class SimToReal(Protocol):
    """What pretraining and benchmark need of a task."""

    name: str
    gamma: float
    robot: str                   # name or path of the contract; '' for none
    measure: str                 # of an episode, 0 to 1: 'success', or 'score', a relative return
    pretraining: PretrainingConfig
    protocol: Mapping[str, object] | None  # of the benchmark; None is what config/tasks says
    expert: Callable[[Environment], np.ndarray] | None  # for demonstrations
    imitated: bool               # whether pi_sim imitates a policy from elsewhere

    def simulator(self, rng: np.random.Generator) -> AnyEnvironment:
        """Return the simulator, randomised at each reset."""

    def reality(self, rng: np.random.Generator, world: int, gap: float = 1.0) -> AnyEnvironment:
        """Return the real world of a seed, at a distance from the simulator (0: none)."""

    @property
    def metadata(self) -> Mapping[str, object]:
        """
        Return control_rate [Hz], observation_names and action_names, for checkpoints.

        Where there is a robot, also what its numbers mean: observation_scale [1/unit] and
        action_scale [m/s, rad/s].
        """

    @property
    def value_inputs(self) -> np.ndarray:
        """Return which numbers of an observation V_sim sees (observation,) bool."""


class ArmSimToReal:
    """The simulated arm with the scene of a task."""

    measure = 'success'
    imitated = False
    protocol = None

    def __init__(self, task: str, robot: str = ''):
        """
        Read the robot contract, the task's own if none is given.

        :raises ContractError: if it cannot be used
        """
        self._worlds, self._task = WORLDS[task], get_task(task)
        self.name, self.gamma = task, self._task.gamma
        self.robot = robot or self._worlds.robot
        self._contract = load_robot_contract(self.robot)
        self.expert = EXPERTS[task]
        self.pretraining = PretrainingConfig(
            demonstrations=self._worlds.demonstrations, steps=self._worlds.steps,
            diverse_episodes=self._worlds.diverse_episodes)

    def simulator(self, rng):
        return Environment(self._task, self._contract, rng, self._worlds.sim.draw)

    def reality(self, rng, world, gap=1.0):
        physics = draw_real(self._worlds.real, world, gap)
        return Environment(self._task, self._contract, rng, lambda _: physics)

    @property
    def metadata(self):
        return _metadata(self._contract)

    @property
    def value_inputs(self):
        return np.concatenate([
            np.full(term.size, term.name in self._task.value_terms)
            for term in self._contract.observation])


class GymnasiumSimToReal:
    """A Gymnasium environment, and the same one with another MuJoCo model."""

    expert = None

    def __init__(self, task: GymnasiumTask, robot: str = ''):
        """
        Take the environment as the simulator of a robot, if a contract is given.

        :raises ContractError: if the contract cannot be used
        :raises ValueError: if its observations, actions or rate are not those of the environment
        """
        self._task, self.robot = task, robot
        self._contract = load_robot_contract(robot) if robot else None
        self.name, self.gamma = task.name, task.gamma
        self.pretraining, self.protocol = task.pretraining, task.protocol
        self.imitated = task.policy is not None
        self.measure = 'success' if task.tells_success else 'score'
        if robot:
            self._check_contract()

    def simulator(self, rng):
        return GymnasiumEnvironment(self._task, rng, self._task.sim.draw)

    def reality(self, rng, world, gap=1.0):
        change = draw_real_model(self._task.real, world, gap)
        return GymnasiumEnvironment(self._task, rng, lambda _: change)

    def _check_contract(self):
        environment, contract = self._example, self._contract
        for what, here, there in (
            ('numbers in an observation', environment.observation_size, contract.observation_size),
            ('numbers in an action', environment.action_size, contract.action_size),
            ('decisions per second', round(environment.control_rate, 6), contract.control_rate),
        ):
            if here != there:
                raise ValueError(f'task {self.name!r}: the environment has {here:g} {what}, '
                                 f'robot {contract.name!r} {there:g}')

    @property
    def metadata(self):
        if self._contract is not None:
            return _metadata(self._contract)
        environment = self._example
        return {
            'control_rate': environment.control_rate,
            'observation_names': [f'observation.{i}' for i in range(environment.observation_size)],
            'action_names': [f'action.{i}' for i in range(environment.action_size)]}

    @property
    def value_inputs(self):
        return np.ones(self._example.observation_size, bool)

    @cached_property
    def _example(self):
        return self.simulator(np.random.default_rng(0))


def _metadata(contract):
    return {'control_rate': contract.control_rate,
            'observation_names': list(contract.observation_names),
            'action_names': list(contract.action_names),
            'observation_scale': list(contract.observation_scale),
            'action_scale': list(contract.command.scale)}


def task_names() -> list[str]:
    """Return the names of all tasks."""
    return sorted([*WORLDS, *GYMNASIUM_TASKS])


def sim_to_real(task: str, robot: str = '') -> SimToReal:
    """
    Return simulator and real worlds of a task.

    :param task: name, or path of a .py file, see :func:`gymnasium_task`
    :param robot: contract, by name or path; '' for the task's own, or for no robot
    :raises ValueError: if there is no such task, or the contract does not fit it
    """
    if task in WORLDS:
        return ArmSimToReal(task, robot)
    return GymnasiumSimToReal(gymnasium_task(task), robot)
