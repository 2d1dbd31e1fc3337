"""End a node between two callbacks, not in the middle of one."""

import signal

import rclpy
from rclpy.signals import SignalHandlerOptions
from rclpy.task import Future


def spin_until_signal(node_type, args=None):
    """
    Run a node until SIGINT or SIGTERM.

    rclpy's own handlers close its publishers at once, so that a node that publishes all the time
    would end with an error more often than not.
    """
    ended = Future()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set_result(None))
    with rclpy.init(args=args, signal_handler_options=SignalHandlerOptions.NO):
        rclpy.spin_until_future_complete(node_type(), ended)
