"""Clocks, and what hears of their jumps."""

from dataclasses import dataclass
from enum import IntEnum
import threading
import time
import weakref

from rclpy.clock_type import ClockType
from rclpy.duration import Duration
from rclpy.exceptions import NotInitializedException
from rclpy.time import Time

__all__ = ['Clock', 'ClockChange', 'ClockType', 'JumpHandle', 'JumpThreshold', 'ROSClock',
           'TimeJump']


class ClockChange(IntEnum):
    """Whether a jump changed the source of a clock."""

    ROS_TIME_NO_CHANGE = 1
    ROS_TIME_ACTIVATED = 2
    ROS_TIME_DEACTIVATED = 3
    SYSTEM_TIME_NO_CHANGE = 4


class JumpThreshold:
    """Which jumps a callback wants to hear of."""

    def __init__(self, *, min_forward, min_backward, on_clock_change=True):
        """Take Durations or None; at least one condition is needed."""
        if not on_clock_change and min_forward is None and min_backward is None:
            raise ValueError('JumpThreshold must be given at least one of: '
                             'min_forward, min_backward, on_clock_change')
        if min_forward is not None and min_forward.nanoseconds <= 0:
            raise ValueError('min_forward must be a positive non-zero duration')
        if min_backward is not None and min_backward.nanoseconds >= 0:
            raise ValueError('min_backward must be a negative non-zero duration')
        self.min_forward = min_forward
        self.min_backward = min_backward
        self.on_clock_change = on_clock_change

    def covers(self, jump):
        """Return whether a TimeJump is one of these."""
        if jump.clock_change in (
                ClockChange.ROS_TIME_ACTIVATED, ClockChange.ROS_TIME_DEACTIVATED):
            return self.on_clock_change
        if jump.delta.nanoseconds < 0:
            return self.min_backward is not None and jump.delta <= self.min_backward
        return self.min_forward is not None and jump.delta >= self.min_forward


@dataclass(frozen=True)
class TimeJump:
    """A change of a clock that is not the flow of time."""

    clock_change: ClockChange
    delta: Duration


class JumpHandle:
    """A registered callback."""

    def __init__(self, clock, threshold, pre_callback, post_callback):
        """Register the callbacks at a ROS clock; other clocks do not jump."""
        if pre_callback is None and post_callback is None:
            raise ValueError('One of pre_callback or post_callback must be callable')
        self._clock = clock
        self.threshold = threshold
        self.pre_callback = pre_callback
        self.post_callback = post_callback
        clock._jump_handles.append(self)

    def unregister(self):
        """Hear of no more jumps."""
        if self._clock is not None:
            self._clock._jump_handles.remove(self)
            self._clock = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.unregister()


class Clock:
    """A clock of one kind; `Clock(clock_type=ClockType.ROS_TIME)` gives a ROSClock."""

    def __new__(cls, *, clock_type=ClockType.SYSTEM_TIME):
        """Choose the class for the kind."""
        if not isinstance(clock_type, ClockType):
            raise TypeError('Clock type must be a ClockType enum')
        return super().__new__(ROSClock if clock_type is ClockType.ROS_TIME else cls)

    def __init__(self, *, clock_type=ClockType.SYSTEM_TIME):
        """Take the kind; UNINITIALIZED is none."""
        if clock_type is ClockType.UNINITIALIZED:
            raise ValueError('Clock type must not be UNINITIALIZED')
        self._clock_type = clock_type
        self._read = (time.monotonic_ns if clock_type is ClockType.STEADY_TIME
                      else time.time_ns)
        self._jump_handles = []

    @property
    def clock_type(self):
        """Return the kind."""
        return self._clock_type

    def nanoseconds(self):
        """Return the time now as a number."""
        return self._read()

    def now(self):
        """Return the time now."""
        return Time(nanoseconds=self.nanoseconds(), clock_type=self._clock_type)

    def create_jump_callback(self, threshold, *, pre_callback=None, post_callback=None):
        """Call `pre_callback()` before and `post_callback(jump)` after each jump of a kind."""
        return JumpHandle(self, threshold, pre_callback, post_callback)

    def sleep_until(self, until, context=None):
        """
        Sleep until a time of this clock; return whether it was reached.

        False means that the context was shut down or that the source of time changed.
        """
        from rclpy.utilities import get_default_context
        context = get_default_context() if context is None else context
        if not context.ok():
            raise NotInitializedException('context must be valid to sleep')
        if until.clock_type is not self._clock_type:
            raise ValueError("until's clock type does not match this clock's type")
        event = threading.Event()
        changed = []

        def on_jump(jump):
            if jump.clock_change in (
                    ClockChange.ROS_TIME_ACTIVATED, ClockChange.ROS_TIME_DEACTIVATED):
                changed.append(jump)
            event.set()

        tick = Duration(nanoseconds=1)
        threshold = JumpThreshold(
            min_forward=tick, min_backward=Duration(nanoseconds=-1), on_clock_change=True)
        context._sleepers.add(event)
        try:
            with self.create_jump_callback(threshold, post_callback=on_jump):
                while context.ok() and not changed:
                    left = until.nanoseconds - self.nanoseconds()
                    if left <= 0:
                        return True
                    event.wait(left * 1e-9 if self._flows() else None)
                    event.clear()
        finally:
            context._sleepers.discard(event)
        return False

    def sleep_for(self, rel_time, context=None):
        """Sleep for a Duration of this clock; return whether it was slept to its end."""
        return self.sleep_until(self.now() + rel_time, context)

    def _flows(self):
        return True

    def __repr__(self):
        return f'Clock(clock_type={self._clock_type.name})'


class ROSClock(Clock):
    """The time of the system, or of /clock while that is active."""

    def __init__(self, *, clock_type=ClockType.ROS_TIME):
        """Begin with the time of the system."""
        super().__init__(clock_type=ClockType.ROS_TIME)
        self._active = False
        self._override = 0
        self._listeners = weakref.WeakSet()  # of timers, which wait for this clock

    @property
    def ros_time_is_active(self):
        """Return whether the time comes from /clock."""
        return self._active

    def nanoseconds(self):
        """Return the time now as a number."""
        return self._override if self._active else self._read()

    def set_ros_time_override(self, time):
        """Set what the clock says while /clock is active."""
        if time.clock_type is not ClockType.ROS_TIME:
            raise TypeError('expected a Time of type ROS_TIME, '
                            f'got {time.clock_type.name}')
        if self._active:
            self._change(ClockChange.ROS_TIME_NO_CHANGE, True, time.nanoseconds)
        else:
            self._override = time.nanoseconds

    def _set_ros_time_is_active(self, enabled):
        if enabled != self._active:
            change = (ClockChange.ROS_TIME_ACTIVATED if enabled
                      else ClockChange.ROS_TIME_DEACTIVATED)
            self._change(change, enabled, self._override)

    def _change(self, change, active, override):
        before = self.nanoseconds()
        after = override if active else self._read()
        jump = TimeJump(change, Duration(nanoseconds=after - before))
        told = [handle for handle in self._jump_handles if handle.threshold.covers(jump)]
        for handle in told:
            if handle.pre_callback is not None:
                handle.pre_callback()
        self._active, self._override = active, override
        for timer in list(self._listeners):
            timer._on_jump(change, before, after)
        for handle in told:
            if handle.post_callback is not None:
                handle.post_callback(jump)

    def _flows(self):
        return not self._active
