"""A point in time."""

from rclpy.clock_type import ClockType
from rclpy.constants import S_TO_NS
from rclpy.duration import Duration, LIMIT


class Time:
    """
    A point in time of one kind of clock, in nanoseconds.

    Points of different kinds cannot be compared or subtracted.
    """

    def __init__(self, *, seconds=0, nanoseconds=0, clock_type=ClockType.SYSTEM_TIME):
        """Add both; raise ValueError where one is negative, OverflowError beyond 64 bits."""
        if not isinstance(clock_type, ClockType):
            raise TypeError('Clock type must be a ClockType enum')
        if seconds < 0:
            raise ValueError(f'Seconds value must not be negative, got {seconds}')
        if nanoseconds < 0:
            raise ValueError(f'Nanoseconds value must not be negative, got {nanoseconds}')
        total = int(seconds * S_TO_NS) + int(nanoseconds)
        if total >= LIMIT:
            raise OverflowError('Total nanoseconds value is too large to store in C time point.')
        self._nanoseconds = total
        self._clock_type = clock_type

    @property
    def nanoseconds(self):
        """Return the nanoseconds since the beginning of the clock."""
        return self._nanoseconds

    @property
    def clock_type(self):
        """Return the kind of clock."""
        return self._clock_type

    def seconds_nanoseconds(self):
        """Return whole seconds and the nanoseconds that remain."""
        return divmod(self._nanoseconds, S_TO_NS)

    def to_msg(self):
        """Return builtin_interfaces/msg/Time."""
        from builtin_interfaces.msg import Time as Message
        seconds, nanoseconds = divmod(self._nanoseconds, S_TO_NS)
        return Message(sec=seconds, nanosec=nanoseconds)

    @classmethod
    def from_msg(cls, msg, clock_type=ClockType.ROS_TIME):
        """Return a Time from builtin_interfaces/msg/Time."""
        from builtin_interfaces.msg import Time as Message
        if not isinstance(msg, Message):
            raise TypeError('Must pass a builtin_interfaces.msg.Time object')
        return cls(seconds=msg.sec, nanoseconds=msg.nanosec, clock_type=clock_type)

    def __repr__(self):
        return f'Time(nanoseconds={self._nanoseconds}, clock_type={self._clock_type.name})'

    def __hash__(self):
        return hash((self._nanoseconds, self._clock_type))

    def __add__(self, other):
        if not isinstance(other, Duration):
            return NotImplemented
        return self._moved(self._nanoseconds + other.nanoseconds)

    __radd__ = __add__

    def __sub__(self, other):
        if isinstance(other, Duration):
            return self._moved(self._nanoseconds - other.nanoseconds)
        if not isinstance(other, Time):
            return NotImplemented
        if self._clock_type != other._clock_type:
            raise TypeError("Can't subtract times with different clock types")
        return Duration(nanoseconds=self._nanoseconds - other._nanoseconds)

    def __eq__(self, other):
        return self._compare(other, int.__eq__)

    def __ne__(self, other):
        return self._compare(other, int.__ne__)

    def __lt__(self, other):
        return self._compare(other, int.__lt__)

    def __le__(self, other):
        return self._compare(other, int.__le__)

    def __gt__(self, other):
        return self._compare(other, int.__gt__)

    def __ge__(self, other):
        return self._compare(other, int.__ge__)

    def _compare(self, other, compare):
        if not isinstance(other, Time):
            return NotImplemented
        if self._clock_type != other._clock_type:
            raise TypeError("Can't compare times with different clock types")
        return compare(self._nanoseconds, other._nanoseconds)

    def _moved(self, nanoseconds):
        try:
            return Time(nanoseconds=nanoseconds, clock_type=self._clock_type)
        except OverflowError as error:
            raise OverflowError('Sum leads to overflow in C time point.') from error
        except ValueError as error:
            raise ValueError('Subtraction leads to negative time') from error
