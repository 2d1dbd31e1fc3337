"""The safety gate: the only way from an action to the robot."""

from typing import NamedTuple

import numpy as np
from sgft_ros.robot.age import age_problem
from sgft_ros.robot.command import TwistCommand
from sgft_ros.robot.contract import RobotContract
from sgft_ros.robot.twist_limits import clip, TwistLimits

IDLE_TIMEOUT = 5.0  # [s] that an armed gate waits for its first action


class ToolState(NamedTuple):
    """Measured position of the tool frame in the base frame."""

    position: np.ndarray  # (3,) [m]
    age: float            # [s]


class GateDecision(NamedTuple):
    """What has to be sent to the robot."""

    command: np.ndarray          # (action,) SI units
    executed_action: np.ndarray  # (action,) float32, what the command is in normalised units
    clipped: bool                # the command is not what the action asked for
    stopped: bool                # the command is the stop, to be sent several times
    reason: str                  # for whatever was clipped or stopped


class SafetyGate:
    """
    Let actions pass within the limits of the contract; stop the robot in silence.

    The gate starts disarmed. Times `now` are seconds of one clock that never jumps. An action that
    is refused stops the robot at once and does not feed the watchdog; the watchdog disarms.
    """

    def __init__(self, contract: RobotContract, watchdog_timeout: float | None = None):
        """`watchdog_timeout` [s] replaces the contract's where simulated time runs faster."""
        self._kind = TwistCommand(contract.command)
        self._limits = TwistLimits(contract)
        self._step = np.array(contract.limits.action_step)
        self._tool_max_age = contract.limits.workspace.max_age
        self._action_max_age = contract.watchdog_timeout
        self._timeout = contract.watchdog_timeout if watchdog_timeout is None else watchdog_timeout
        if not 0.0 < self._timeout < np.inf:
            raise ValueError(f'watchdog_timeout: expected a time > 0 [s], got {watchdog_timeout}')
        self._disarm()

    @property
    def armed(self) -> bool:
        """Return whether actions pass."""
        return self._deadline is not None

    @property
    def moving(self) -> bool:
        """Return whether the command in force is not the stop."""
        return bool(self._command.any())

    @property
    def deadline(self) -> float | None:
        """Return when silence becomes a stop, or None while disarmed."""
        return self._deadline

    def arm(self, tool: ToolState | None, now: float, problems: tuple[str, ...] = ()) -> str:
        """
        Let actions pass from now on, unless the tool or another observation has a problem.

        :return: why the gate stays disarmed; empty if it is armed
        """
        self._disarm()
        refusal = '; '.join(filter(None, (self._problem_of_tool(tool), *problems)))
        if not refusal:
            self._deadline = now + IDLE_TIMEOUT
        return refusal

    def disarm(self, reason: str = 'disarmed') -> GateDecision:
        """Stop the robot and refuse all actions until the gate is armed again."""
        self._disarm()
        return self._stop(reason)

    def watchdog(self, now: float) -> GateDecision | None:
        """Return the stop, and disarm, if there has been no good action for too long."""
        if self._deadline is None or now < self._deadline:
            return None
        return self.disarm('no valid action in time')

    def hold(self, tool: ToolState | None) -> GateDecision | None:
        """
        Return what has to replace the command in force, or None if it may stay.

        To be asked every control period in which no action came, as the tool moves on.
        """
        if not self.moving:
            return None
        problem = self._problem_of_tool(tool)
        if problem:
            return self._stop(problem)
        inside = self._limits.keep_inside(self._command, tool.position)
        if inside is self._command:
            return None
        self._command, self._executed = inside, self._kind.to_action(inside)
        return GateDecision(inside.copy(), self._executed.copy(), True, False, 'workspace')

    def filter(
        self, action: np.ndarray, tool: ToolState | None, now: float, *,
        stamp: float | None = None, clock: float | None = None,
    ) -> GateDecision:
        """
        Return what to send for a normalised action (action,), given the measured tool.

        A tool of None is one whose position nobody knows.
        `stamp` of the action and `clock` [s] belong to the same (ROS) clock; with them, actions
        that are old, come out of order or carry no stamp are refused.
        """
        silence = self.watchdog(now)
        if silence is not None:
            return silence
        if self._deadline is None:
            return self._stop('disarmed')
        action = np.asarray(action, np.float32)
        problem = (self._problem_of_action(action) or self._problem_of_tool(tool)
                   or self._problem_of_stamp(stamp, clock))
        if problem:
            return self._stop(problem)
        self._deadline = now + self._timeout
        return self._limit(action, tool)

    def _limit(self, action: np.ndarray, tool: ToolState) -> GateDecision:
        reasons = []
        allowed = clip(action.astype(np.float64), -1.0, 1.0)
        if (allowed != action).any():
            reasons.append('action beyond -1...1')
        previous = self._executed
        stepped = clip(allowed, previous - self._step, previous + self._step)
        if (stepped != allowed).any():
            reasons.append('action step')
        wanted = self._kind.to_command(stepped)
        inside = self._limits.keep_inside(wanted, tool.position)
        if inside is not wanted:
            reasons.append('workspace')
        # Last, as a shorter velocity of the same direction cannot leave the box.
        command = self._limits.slow_down(inside)
        if command is not inside:
            reasons.append('speed')
        # Untouched actions pass bit for bit.
        executed = self._kind.to_action(command) if reasons else action.copy()
        self._command, self._executed = command, executed
        return GateDecision(
            command.copy(), executed.copy(), bool(reasons), False, ', '.join(reasons))

    def _problem_of_action(self, action: np.ndarray) -> str:
        if action.shape != (self._kind.size,):
            return f'action: expected {self._kind.size} numbers, got shape {action.shape}'
        if not np.isfinite(action).all():
            return f'action: expected finite numbers, got {action.tolist()}'
        return ''

    def _problem_of_tool(self, tool: ToolState | None) -> str:
        if tool is None:
            return 'tool position unknown'
        if not np.isfinite(tool.position).all():
            return 'tool position not finite'
        return age_problem('tool position', tool.age, self._tool_max_age)

    def _problem_of_stamp(self, stamp: float | None, clock: float | None) -> str:
        if stamp is None:
            return ''
        if stamp == 0.0:
            return 'action without stamp'
        problem = age_problem('action', clock - stamp, self._action_max_age)
        if problem:
            return problem
        if self._stamp is not None and stamp <= self._stamp:
            return 'action out of order'
        self._stamp = stamp
        return ''

    def _stop(self, reason: str) -> GateDecision:
        self._command = self._kind.stop()
        self._executed = self._kind.to_action(self._command)
        return GateDecision(self._command.copy(), self._executed.copy(), True, True, reason)

    def _disarm(self):
        self._deadline = None
        self._stamp = None
        self._command = self._kind.stop()
        self._executed = self._kind.to_action(self._command)
