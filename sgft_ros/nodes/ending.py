"""How nodes begin and end: the same in ROS 2 of every distribution, and between two callbacks."""

from contextlib import contextmanager
import signal

import rclpy
from rclpy.executors import ExternalShutdownException
from rclpy.signals import SignalHandlerOptions
from rclpy.task import Future


@contextmanager
def initialised(args=None, **options):
    """Hold the default context open, as `with rclpy.init(...)` does from ROS 2 Kilted on."""
    rclpy.init(args=args, **options)
    try:
        yield
    finally:
        rclpy.try_shutdown()


def spin(node_type, args=None):
    """Run a node until it is interrupted or its context is shut down."""
    try:
        with initialised(args):
            rclpy.spin(node_type())
    except (KeyboardInterrupt, ExternalShutdownException):
        pass


@contextmanager
def ending_by_signal(args=None):
    """
    Hold the default context open; give a future that SIGINT and SIGTERM complete.

    rclpy's own handlers would close all publishers at once: in the middle of a callback, and
    before a last message is out.
    """
    ended = Future()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set_result(None))
    with initialised(args, signal_handler_options=SignalHandlerOptions.NO):
        yield ended


def spin_until_signal(node_type, args=None):
    """Run a node that publishes all the time until SIGINT or SIGTERM."""
    with ending_by_signal(args) as ended:
        rclpy.spin_until_future_complete(node_type(), ended)
