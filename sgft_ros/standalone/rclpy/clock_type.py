"""The kinds of clocks."""

from enum import IntEnum


class ClockType(IntEnum):
    """What a clock follows."""

    UNINITIALIZED = 0
    ROS_TIME = 1
    SYSTEM_TIME = 2
    STEADY_TIME = 3
