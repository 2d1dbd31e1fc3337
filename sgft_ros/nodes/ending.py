"""How nodes begin and end: the same in ROS 2 of every distribution, and between two callbacks."""

from contextlib import contextmanager
import gc
from pathlib import Path
import signal
import sys
import traceback

import rclpy
from rclpy.exceptions import ParameterException
from rclpy.executors import ExternalShutdownException
from rclpy.logging import get_logger
from rclpy.signals import SignalHandlerOptions
from rclpy.task import Future
from sgft_ros.nodes.sole_name import take

CONFIGURATION_ERROR = 2  # exit code of what no new start can help
# What the constructor of a node raises for a parameter, a file or a folder that it cannot use.
REFUSALS = (ValueError, RuntimeError, OSError, ParameterException)
_names = []  # that nodes of the default context have taken


@contextmanager
def initialised(args=None, **options):
    """Hold the default context open, as `with rclpy.init(...)` does from ROS 2 Kilted on."""
    rclpy.init(args=args, **options)
    try:
        yield
    finally:
        rclpy.try_shutdown()
        while _names:
            _names.pop().close()
        # What `begin` froze: a node that the interpreter does not free at its end leaves no word
        # in the graph of ROS 2, where others take it for alive for ten seconds more.
        gc.unfreeze()


@contextmanager
def _failing_as_shutdown():
    """
    Raise what fails after the context was shut down as ExternalShutdownException.

    A signal may come between any two lines: what then fails first, in which way, depends on where.
    """
    try:
        yield
    except Exception as error:
        if rclpy.ok():
            raise
        raise ExternalShutdownException from error


def begin(node_type, exit_code=1):
    """
    Make a node; where it cannot use what it was given, or there is one already, say so and exit.

    :raises ExternalShutdownException: if the context was shut down meanwhile, as a signal does
    :raises SystemExit: with the exit code, if the node raised one of REFUSALS
    """
    try:
        with _failing_as_shutdown():
            node = node_type()
            if name := take(node.get_fully_qualified_name(), node.context.get_domain_id()):
                _names.append(name)
    except REFUSALS as error:
        logger = get_logger(Path(sys.argv[0]).stem)
        logger.fatal(str(error))
        logger.debug(traceback.format_exc())
        raise SystemExit(exit_code) from None
    # What there is by now stays. To search it for garbage takes 20 ms, in the midst of motion.
    gc.collect()
    gc.freeze()
    return node


def spin_until(node, future):
    """
    Spin a node until the future is done.

    :raises ExternalShutdownException: if the context was shut down meanwhile, as a signal does
    """
    with _failing_as_shutdown():
        rclpy.spin_until_future_complete(node, future)


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


@contextmanager
def interruptible():
    """
    Let the first SIGINT raise KeyboardInterrupt here, and no other, nor any later on.

    ROS 2 starts the nodes of a launch in the terminal's own process group: each Ctrl-C of somebody
    impatient reaches all of them, also where all that is left is to write files.
    """
    may_raise = [True]

    def interrupt(*_):
        if may_raise:
            may_raise.clear()
            raise KeyboardInterrupt

    signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        may_raise.clear()
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # also while Python ends


def spin_until_signal(node_type, args=None, drain=0.0):
    """
    Run a node until SIGINT or SIGTERM, and then for `drain` [s] more; return it.

    A launch file ends all its nodes at once; whoever stores what others publish goes on for a
    while, so that nothing is lost that was on its way.
    """
    with ending_by_signal(args) as ended:
        node = begin(node_type)
        rclpy.spin_until_future_complete(node, ended)
        if drain:
            rclpy.spin_until_future_complete(node, Future(), timeout_sec=drain)
    return node
