"""The safety gate: the only way from an action to the robot."""

from collections.abc import Callable
import math
from typing import NamedTuple

import numpy as np
from sgft_ros.robot.age import age_problem
from sgft_ros.robot.contract import RobotContract
from sgft_ros.robot.drives import make_drive, MeasuredState
from sgft_ros.robot.limiters import all_finite, clip, make_limiter, WORKSPACE
from sgft_ros.robot.transmission import make_transmission

IDLE_TIMEOUT = 5.0  # [s] that an armed gate waits for its first action
BURST = 1.5         # control periods of motion that may come at once, after a late action
ANOTHER_CLOCK = 1e-3  # of a period, by which that of the policy may be faster
NO_ROTATION = 0.1   # of the norm of a quaternion from 1


class GateDecision(NamedTuple):
    """What has to be sent to the robot."""

    command: np.ndarray | None   # velocity (width,) or target, SI units; None to say nothing
    executed_action: np.ndarray  # (action,) float32, the velocity in normalised units
    clipped: bool                # the command is not what the action asked for
    stopped: bool                # the command is the stop, to be sent several times
    reason: str                  # for whatever was clipped or stopped


class SafetyGate:
    """
    Let actions pass within the limits of the contract; stop the robot in silence.

    The gate starts disarmed. Times `now` are seconds of one clock that never jumps, as long as
    those in which the robot moves. An action that is refused stops the robot at once, targets
    where actions have led them, and does not feed the watchdog; the watchdog disarms. Limits hold
    per time and not per action: what comes faster than the control rate changes the command, and
    moves targets, by as much less.
    """

    def __init__(self, contract: RobotContract, watchdog_timeout: float | None = None):
        """`watchdog_timeout` [s] replaces the contract's."""
        self._drive, self._limiter = make_drive(contract), make_limiter(contract)
        self._transmission = make_transmission(contract)
        self._width = contract.command.width
        self._scale = np.array(contract.command.scale)
        self._step = contract.limits.action_step
        self._rate = contract.control_rate
        self._max_age = contract.limits.max_age
        self._action_max_age = contract.watchdog_timeout
        self._timeout = contract.watchdog_timeout if watchdog_timeout is None else watchdog_timeout
        if not 0.0 < self._timeout < np.inf:
            raise ValueError(f'watchdog_timeout: expected a time > 0 [s], got {watchdog_timeout}')
        self._moved_at, self._credit = -math.inf, 0.0
        self._disarm()

    @property
    def measures(self) -> str:
        """Return what has to be measured: `tool position` or `joint positions`."""
        return self._limiter.measures

    @property
    def armed(self) -> bool:
        """Return whether actions pass."""
        return self._deadline is not None

    @property
    def moving(self) -> bool:
        """Return whether the command in force is not the stop."""
        return bool(self._velocity.any())

    @property
    def deadline(self) -> float | None:
        """Return when silence becomes a stop, or None while disarmed."""
        return self._deadline

    def arm(
        self, measured: MeasuredState | None, now: float, problems: tuple[str, ...] = (),
    ) -> str:
        """
        Let actions pass from now on, unless the measured state or an observation has a problem.

        :return: why the gate stays disarmed; empty if it is armed
        """
        self._disarm()
        unknown = self._problem_of_state(measured)
        place = '' if unknown else (self._limiter.problem(measured.position)
                                    or self._transmission.begin(measured.position))
        refusal = '; '.join(filter(None, (unknown, place, *problems)))
        if not refusal:
            self._drive.begin(measured)
            self._deadline = now + IDLE_TIMEOUT
        return refusal

    def disarm(
        self, now: float, reason: str = 'disarmed', measured: MeasuredState | None = None,
    ) -> GateDecision:
        """
        Stop the robot and refuse all actions until the gate is armed again.

        A gate that is disarmed already has nothing to hold: others may have moved the robot.
        """
        if not self.armed:
            return self._stopped(self._drive.idle(now), reason)
        command = self._drive.stop(self._believed(measured), now)
        self._disarm()
        return self._stopped(command, reason)

    def watchdog(self, now: float, measured: MeasuredState | None = None) -> GateDecision | None:
        """Return the stop, and disarm, if there has been no good action for too long."""
        if self._deadline is None or now < self._deadline:
            return None
        return self.disarm(now, 'no valid action in time', measured)

    def hold(self, measured: MeasuredState | None, now: float) -> GateDecision | None:
        """
        Return what has to replace the command in force, or None if it may stay.

        To be asked every control period in which no action came: a velocity moves on, a target
        does not, and neither may stay in force when nobody knows where the robot is.
        """
        if not self.moving:
            return None
        problem = self._problem_of_motion(measured)
        if problem:
            return self._refuse(problem, now)
        if not self._drive.moves_on:
            return None
        where = self._drive.whereabouts(measured, now)
        self._transmission.look(where)
        near = self._cut(self._velocity, lambda velocity: self._limiter.keep_inside(
            velocity, where.low, where.high))
        inside = self._transmission.keep_inside(near)
        if inside is self._velocity:
            return None
        reason = self._limiter.box if inside is near else WORKSPACE
        self._velocity, self._executed = inside, self._to_action(inside)
        return GateDecision(
            self._drive.move(inside, now), self._executed.copy(), True, False, reason)

    def filter(
        self, action: np.ndarray, measured: MeasuredState | None, now: float, *,
        stamp: float | None = None, clock: float | None = None,
    ) -> GateDecision:
        """
        Return what to send for a normalised action (action,), given the measured state.

        A state of None is one that nobody knows.
        `stamp` of the action and `clock` [s] belong to the same (ROS) clock; with them, actions
        that are old, come out of order or carry no stamp are refused.
        """
        silence = self.watchdog(now, measured)
        if silence is not None:
            return silence
        if not self.armed:
            return self.disarm(now)
        action = np.asarray(action, np.float32)
        problem = (self._problem_of_action(action) or self._problem_of_motion(measured)
                   or self._problem_of_stamp(stamp, clock))
        if problem:
            return self._refuse(problem, now)
        decision = self._limit(action, measured, now)
        if not decision.stopped:
            self._deadline = now + self._timeout
        return decision

    def _limit(self, action: np.ndarray, measured: MeasuredState, now: float) -> GateDecision:
        reasons, share = [], self._share_of_period(now)
        asked = action.tolist()
        allowed = [min(max(number, -1.0), 1.0) for number in asked]
        if allowed != asked:
            reasons.append('action beyond -1...1')
        stepped = [min(max(number, previous - share * step), previous + share * step)
                   for number, previous, step in zip(
                       allowed, self._executed.tolist(), self._step, strict=True)]
        if stepped != allowed:
            reasons.append('action step')
        where = self._drive.whereabouts(measured, now)
        self._transmission.look(where)
        wanted, short, problem = self._transmission.to_drive(np.array(stepped) * self._scale)
        if problem:
            return self._refuse(problem, now)
        reasons += short
        inside = self._cut(wanted, lambda velocity: self._limiter.keep_inside(
            velocity, where.low, where.high))
        if inside is not wanted:
            reasons.append(self._limiter.box)
        near = self._cut(inside, lambda velocity: self._drive.within_lead(velocity, measured))
        if near is not inside:
            reasons.append('lead')
            # What returns a tool is in it again.
            near = self._limiter.keep_inside(near, where.low, where.high)
        # Behind the box, as a shorter velocity of the same direction cannot leave it.
        slow = self._limiter.slow_down(near)
        if slow is not near:
            reasons.append('speed')
        velocity = self._transmission.keep_inside(slow)
        if velocity is not slow and WORKSPACE not in reasons:
            reasons.append(WORKSPACE)
        if share < 1.0 and not self._drive.moves_on:
            velocity = share * velocity
            reasons.append('too soon after the last action')
        if not all_finite(velocity):
            return self._refuse('no finite command', now)
        # Untouched actions pass bit for bit.
        executed = self._to_action(velocity) if reasons else action.copy()
        self._velocity, self._executed = velocity, executed
        return GateDecision(self._drive.move(velocity, now), executed.copy(), bool(reasons), False,
                            ', '.join(reasons))

    def _share_of_period(self, now: float) -> float:
        """Return for how much of a control period an action counts, from 0 to 1."""
        self._credit = min(self._credit + (now - self._moved_at) * self._rate, BURST)
        self._moved_at = now
        share = 1.0 if self._credit > 1.0 - ANOTHER_CLOCK else self._credit
        self._credit = max(self._credit - share, 0.0)
        return share

    def _cut(self, velocity: np.ndarray, limit: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
        """Return a velocity within a limit, as it is if it needs no cut."""
        cut = limit(velocity)
        if cut is velocity:
            return velocity
        # Once more, as what returns a tool may alone be too long.
        return limit(self._transmission.shortened(velocity, cut))

    def _problem_of_action(self, action: np.ndarray) -> str:
        if action.shape != self._scale.shape:
            return f'action: expected {len(self._scale)} numbers, got shape {action.shape}'
        if not all_finite(action):
            return f'action: expected finite numbers, got {action.tolist()}'
        return ''

    def _problem_of_state(self, measured: MeasuredState | None) -> str:
        what = self._limiter.measures
        if measured is None:
            return f'{what} unknown'
        if not (all_finite(measured.position) and all_finite(measured.orientation)):
            return f'{what} not finite'
        if abs(math.hypot(*measured.orientation.tolist()) - 1.0) > NO_ROTATION:
            return f'{what}: the orientation is no rotation'
        return age_problem(what, measured.age, self._max_age)

    def _problem_of_motion(self, measured: MeasuredState | None) -> str:
        """Return why the robot must not go on moving."""
        return (self._problem_of_state(measured) or self._drive.problem(measured)
                or self._limiter.problem(measured.position)
                or self._transmission.problem(measured.position))

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

    def _refuse(self, reason: str, now: float) -> GateDecision:
        return self._stopped(self._drive.refuse(now), reason)

    def _stopped(self, command: np.ndarray | None, reason: str) -> GateDecision:
        self._rest()
        return GateDecision(command, self._executed.copy(), True, True, reason)

    def _believed(self, measured: MeasuredState | None) -> MeasuredState | None:
        wrong = self._problem_of_state(measured) or self._drive.problem(measured)
        return None if wrong else measured

    def _disarm(self):
        self._deadline = None
        self._stamp = None
        self._rest()

    def _rest(self):
        self._velocity = np.zeros(self._width)
        self._executed = np.zeros(len(self._scale), np.float32)

    def _to_action(self, velocity: np.ndarray) -> np.ndarray:
        action = self._transmission.from_drive(velocity) / self._scale
        return clip(action, -1.0, 1.0).astype(np.float32)
