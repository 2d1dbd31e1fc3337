"""A length of time."""

from functools import total_ordering

from rclpy.constants import S_TO_NS

LIMIT = 1 << 63


@total_ordering
class Duration:
    """A length of time with the resolution of a nanosecond; may be negative."""

    def __init__(self, *, seconds=0, nanoseconds=0):
        """Add both; raise OverflowError beyond 64 bits."""
        total = int(seconds * S_TO_NS) + int(nanoseconds)
        if not -LIMIT <= total < LIMIT:
            raise OverflowError('Total nanoseconds value is too large to store in C duration.')
        self._nanoseconds = total

    @property
    def nanoseconds(self):
        """Return the whole length in nanoseconds."""
        return self._nanoseconds

    def to_msg(self):
        """Return builtin_interfaces/msg/Duration."""
        from builtin_interfaces.msg import Duration as Message
        seconds, nanoseconds = divmod(self._nanoseconds, S_TO_NS)
        return Message(sec=seconds, nanosec=nanoseconds)

    @classmethod
    def from_msg(cls, msg):
        """Return a Duration from builtin_interfaces/msg/Duration."""
        from builtin_interfaces.msg import Duration as Message
        if not isinstance(msg, Message):
            raise TypeError('Must pass a builtin_interfaces.msg.Duration object')
        return cls(seconds=msg.sec, nanoseconds=msg.nanosec)

    def __repr__(self):
        return f'Duration(nanoseconds={self._nanoseconds})'

    def __str__(self):
        return 'Infinite' if self == Infinite else f'{self._nanoseconds} nanoseconds'

    def __hash__(self):
        return hash(self._nanoseconds)

    def __eq__(self, other):
        if not isinstance(other, Duration):
            return NotImplemented
        return self._nanoseconds == other._nanoseconds

    def __lt__(self, other):
        if not isinstance(other, Duration):
            return NotImplemented
        return self._nanoseconds < other._nanoseconds


Infinite = Duration(nanoseconds=LIMIT - 1)
