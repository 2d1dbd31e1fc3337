"""Timers."""

from dataclasses import dataclass
import inspect
import threading

from rclpy._rclpy_pybind11 import InvalidHandle
from rclpy.clock import ClockChange, ROSClock
from rclpy.exceptions import ROSInterruptException
from rclpy.time import Time

SPIN_WAIT = 1.0  # [s] after which somebody who spins has seen that a timer is due


@dataclass(frozen=True)
class TimerInfo:
    """When a timer should have been called, and when it was."""

    expected_call_time: Time
    actual_call_time: Time


class Timer:
    """Calls a callback at the times `start + n * period` of a clock; missed ones are left out."""

    def __init__(self, callback, callback_group, timer_period_ns, clock, wake, autostart=True):
        """Call Node.create_timer instead."""
        if timer_period_ns < 0:
            raise ValueError(f'timer period: expected nanoseconds from 0, got {timer_period_ns}')
        self.callback = callback
        self.callback_group = callback_group
        self.destroyed = False
        self._wake = wake
        self._clock = clock
        self._period = timer_period_ns
        self._canceled = not autostart
        now = clock.nanoseconds()
        self._last, self._next = now, now + timer_period_ns
        self._wants_info = _wants_info(callback)
        if isinstance(clock, ROSClock):
            clock._listeners.add(self)

    @property
    def clock(self):
        """Return the clock."""
        return self._clock

    @property
    def timer_period_ns(self):
        """Return the period; a new one holds from the next call on."""
        return self._period

    @timer_period_ns.setter
    def timer_period_ns(self, value):
        self._period = int(value)
        self._wake()

    def is_ready(self):
        """Return whether the callback is due."""
        return (not self._canceled and not self.destroyed
                and self._next <= self._clock.nanoseconds())

    def is_canceled(self):
        """Return whether it stands still until `reset`."""
        return self._canceled

    def cancel(self):
        """Make it stand still until `reset`."""
        self._check()
        self._canceled = True

    def reset(self):
        """Begin a new period now."""
        self._check()
        self._canceled = False
        self._next = self._clock.nanoseconds() + self._period
        self._wake()

    def time_since_last_call(self):
        """Return the nanoseconds since the callback was last called."""
        self._check()
        return self._clock.nanoseconds() - self._last

    def time_until_next_call(self):
        """Return the nanoseconds until the callback is due, None if it stands still."""
        self._check()
        if self._canceled:
            return None
        return self._next - self._clock.nanoseconds()

    def destroy(self):
        """End it; call Node.destroy_timer instead."""
        self.destroyed = True
        if isinstance(self._clock, ROSClock):
            self._clock._listeners.discard(self)

    def _work(self):
        if not self.is_ready():
            return None
        expected, now = self._next, self._clock.nanoseconds()
        self._last = now
        self._next += self._period
        if self._next <= now:
            # The next point of the grid, so that a stall is not followed by a burst.
            missed = (now - self._next) // self._period + 1 if self._period else 0
            self._next = self._next + missed * self._period if self._period else now
        if not self._wants_info:
            return self.callback, ()
        kind = self._clock.clock_type
        return self.callback, (TimerInfo(
            Time(nanoseconds=expected, clock_type=kind),
            Time(nanoseconds=now, clock_type=kind)),)

    def _wait(self):
        """Return the nanoseconds after which to look again, None if time does not bring it."""
        if self._canceled or self.destroyed:
            return None
        left = self._next - self._clock.nanoseconds()
        if left <= 0:
            return 0
        return left if self._clock._flows() else None

    def _on_jump(self, change, before, after):
        """Follow a clock that jumped."""
        if change in (ClockChange.ROS_TIME_ACTIVATED, ClockChange.ROS_TIME_DEACTIVATED):
            if after:  # until the first /clock nobody knows
                self._next = after + min(max(self._next - before, 0), self._period)
                self._last = after
        elif after < self._last:
            self._next, self._last = after + self._period, after
        self._wake()

    def _check(self):
        if self.destroyed:
            raise InvalidHandle('the timer was destroyed')

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.destroy()


class Rate:
    """Sleeps until the next call of a timer; another thread has to spin the node meanwhile."""

    def __init__(self, timer, node):
        """Call Node.create_rate instead."""
        self._timer = timer
        self._node = node
        self._event = threading.Event()
        self._destroyed = False
        timer.callback = self._event.set

    def sleep(self):
        """
        Sleep; raise ROSInterruptException if the context is shut down meanwhile.

        :raises RuntimeError: where rclpy sleeps for ever: within a callback, or if nobody spins
        """
        if self._destroyed:
            raise RuntimeError('Rate.sleep() must not be called after destruction')
        executor, context = self._node.executor, self._node.context
        if executor is not None and executor._in_callback():
            raise RuntimeError('Rate.sleep() within a callback would wait for ever for the '
                               'executor; use a timer')
        context._sleepers.add(self._event)
        try:
            while context.ok() and not self._event.wait(SPIN_WAIT):
                self._check_spinning()
        finally:
            context._sleepers.discard(self._event)
        self._event.clear()
        if not context.ok():
            raise ROSInterruptException

    def destroy(self):
        """Make it unusable; call Node.destroy_rate instead."""
        self._destroyed = True
        self._event.set()
        self._node.destroy_timer(self._timer)

    def _check_spinning(self):
        executor = self._node.executor
        idle = executor is None or executor._thread is None
        if idle and self._timer.time_until_next_call() < -SPIN_WAIT * 1e9:
            raise RuntimeError(f'Rate.sleep() needs another thread that spins '
                               f'{self._node.get_fully_qualified_name()}; there is none')


def _wants_info(callback):
    try:
        parameters = inspect.signature(callback).parameters.values()
    except (TypeError, ValueError):
        return False
    return any(parameter.annotation in (TimerInfo, 'TimerInfo') for parameter in parameters)
