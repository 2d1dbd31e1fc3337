"""The simulated arm as an episodic environment inside one process, as pretraining needs it."""

import numpy as np
from sgft_ros.robot import ObservationAssembler, RobotContract, SafetyGate, ToolState
from sgft_ros.robot.command import TWIST_AXES
from sgft_ros.simulation.cell import SimulatedCell
from sgft_ros.tasks.outcome import Outcome


class Environment:
    """Joins cell, contract and task; observations and actions are those of the live nodes."""

    def __init__(self, task, contract: RobotContract, rng: np.random.Generator, draw):
        """`draw(rng) -> Physics` is called at each reset: randomised, or always the same world."""
        self.task = task
        self.cell = SimulatedCell(task.name, rng)
        self.rng = rng
        self._draw = draw
        self._assembler = ObservationAssembler(contract)
        self._gate = SafetyGate(contract)
        self.action_scale = np.asarray(contract.command.scale)  # SI unit per 1.0
        self.action_size = contract.action_size
        # This arm keeps its tool upright and knows linear velocities only.
        self._axes = [TWIST_AXES[:3].index(axis) for axis in contract.command.axes]
        self._period = 1.0 / contract.control_rate

    def reset(self, start: np.ndarray | None = None) -> np.ndarray:
        """
        Draw a world; return the first observation (observation,) float32.

        :param start: as the task draws it, which it does if None
        """
        start = self.task.start(self.rng) if start is None else start
        self.cell.reset(self._draw(self.rng), start)
        self.executed_action = np.zeros(self.action_size, np.float32)
        self._gate.arm(self._tool(), self.cell.arm.time)
        self.steps = 0
        return self._observe(self._raw())

    def reset_anywhere(self) -> np.ndarray:
        """Draw a world, and a start that V_sim should know; return the first observation."""
        return self.reset(self.task.anywhere(self.rng))

    def step(self, action: np.ndarray) -> tuple[np.ndarray, Outcome, bool]:
        """
        Execute a normalised action (action,) for one control period.

        What the safety gate made of it is `executed_action` then.

        :return: next observation, the task's outcome, and whether the time limit cut it off
        """
        decision = self._gate.filter(action, self._tool(), self.cell.arm.time)
        self.executed_action = decision.executed_action
        velocity = np.zeros(3)
        velocity[self._axes] = decision.command
        self.cell.arm.command(velocity)
        self.cell.arm.advance(self._period)
        self.steps += 1
        raw = self._raw()
        outcome = self.task.evaluate(raw)
        truncated = not outcome.terminated and self.steps >= self.task.max_steps
        return self._observe(raw), outcome, truncated

    def score(self, success: bool, total: float) -> float:
        """Return what an episode was worth, 0 to 1: whether it succeeded."""
        return float(success)

    def _raw(self) -> dict[str, np.ndarray]:
        return {**self.cell.measure(), 'last_action': self.executed_action}

    def _tool(self):
        return ToolState(self.cell.arm.tip_position, 0.0)

    def _observe(self, raw) -> np.ndarray:
        return self._assembler.assemble(raw)
