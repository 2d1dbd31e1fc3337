"""The default context."""

import sys

from rclpy import _arguments
from rclpy.context import Context

_default = None


def get_default_context(*, shutting_down=False):
    """Return the context that is used where none is given."""
    global _default
    if _default is None:
        _default = Context()
    return _default


def remove_ros_args(args=None):
    """Return the command line without what is for ROS."""
    return _arguments.parse(sys.argv if args is None else args).rest


def ok(*, context=None):
    """Return whether a context is valid."""
    return (context or get_default_context()).ok()


def shutdown(*, context=None):
    """End a context; raise if it has ended."""
    (context or get_default_context()).shutdown()


def try_shutdown(*, context=None):
    """End a context, if that was not done."""
    (context or get_default_context()).try_shutdown()


def get_rmw_implementation_identifier():
    """Return the name of what stands in for the rmw implementation."""
    return 'rmw_standalone'


def get_available_rmw_implementations():
    """Return the names of all there is."""
    return {'rmw_standalone'}


def timeout_sec_to_nsec(timeout_sec):
    """Return seconds in nanoseconds; None and negative numbers give -1, which is for ever."""
    if timeout_sec is None or timeout_sec < 0:
        return -1
    return int(timeout_sec * 1e9)
