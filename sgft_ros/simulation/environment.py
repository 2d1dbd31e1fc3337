"""The simulated arm as an episodic environment inside one process, as pretraining needs it."""

import numpy as np
from sgft_ros.robot import MeasuredState, ObservationAssembler, RobotContract, SafetyGate
from sgft_ros.simulation.cell import SimulatedCell
from sgft_ros.simulation.sensing import SimulatedSensing
from sgft_ros.simulation.setpoints import setpoint_maker
from sgft_ros.tasks.outcome import Outcome


class Environment:
    """Joins cell, contract and task; observations and actions are those of the live nodes."""

    exhausted = False  # it has no time limit of its own, beside the task's

    def __init__(self, task, contract: RobotContract, rng: np.random.Generator, draw):
        """`draw(rng) -> Physics` is called at each reset: randomised, or always the same world."""
        self.task = task
        self.cell = SimulatedCell(task.name, rng)
        self.rng = rng
        self._draw = draw
        self._sensing = SimulatedSensing(contract, self.cell)
        self._assembler = ObservationAssembler(contract)
        self._gate = SafetyGate(contract)
        self._command = contract.command
        self._last_action_terms = contract.last_action_terms
        self._setpoint = setpoint_maker(contract.command, contract.control_period)
        self.observation_size = contract.observation_size
        self.action_size = contract.action_size
        self._period = contract.control_period

    def reset(self, start: np.ndarray | None = None) -> np.ndarray:
        """
        Draw a world; return the first observation (observation,) float32.

        :param start: as the task draws it, which it does if None
        """
        start = self.task.start(self.rng) if start is None else start
        self.cell.reset(self._draw(self.rng), start)
        self.executed_action = np.zeros(self.action_size, np.float32)
        self._gate.arm(self._measured(), self.cell.arm.time)
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
        decision = self._gate.filter(action, self._measured(), self.cell.arm.time)
        self.executed_action = decision.executed_action
        if decision.command is not None:  # of targets, what is in force stays where one is refused
            self.cell.arm.follow(self._setpoint(decision.command))
        self.cell.arm.advance(self._period)
        self.steps += 1
        raw = self._raw()
        outcome = self.task.evaluate(raw)
        truncated = not outcome.terminated and self.steps >= self.task.max_steps
        return self._observe(raw), outcome, truncated

    def action_for(self, velocity: np.ndarray) -> np.ndarray:
        """
        Return the normalised action (action,) float32 that asks for a velocity of the tool.

        `velocity` (2,) or (3,) [m/s] is along x, y and z of the base.
        """
        velocity = np.append(velocity, np.zeros(6 - len(velocity)))
        if self._command.commands_tool or self._command.kinematics is not None:
            wanted = velocity[self._command.twist_elements]
        else:
            wanted = self.cell.arm.joint_velocities_for(velocity[:3])
        return np.clip(wanted / self._command.scale, -1.0, 1.0).astype(np.float32)

    def score(self, success: bool, total: float) -> float:
        """Return what an episode was worth, 0 to 1: whether it succeeded."""
        return float(success)

    def _raw(self) -> dict[str, np.ndarray]:
        acted = dict.fromkeys(self._last_action_terms, self.executed_action)
        return {**self._sensing.measure(), **acted}

    def _measured(self):
        arm = self.cell.arm
        if self._command.commands_tool:
            return MeasuredState(arm.tip_position, 0.0, arm.tip_orientation)
        return MeasuredState(arm.joint_positions, 0.0)

    def _observe(self, raw) -> np.ndarray:
        self.observation = self._assembler.assemble(raw)  # the last one
        return self.observation
