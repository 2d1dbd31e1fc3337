"""
A subset of rclpy, the Python client library of ROS 2, on the DDS layer rmw_standalone.

What it lacks raises an error that names it.
"""

import weakref

from rclpy import _unsupported, signals
from rclpy.context import Context
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.parameter import Parameter
from rclpy.signals import SignalHandlerOptions
from rclpy.task import Future
from rclpy.utilities import get_default_context, get_rmw_implementation_identifier, ok
from rclpy.utilities import shutdown as _shutdown
from rclpy.utilities import try_shutdown as _try_shutdown

__all__ = [
    'Context', 'Future', 'Node', 'Parameter', 'SignalHandlerOptions', 'create_node',
    'get_default_context', 'get_global_executor', 'get_rmw_implementation_identifier', 'init',
    'ok', 'shutdown', 'spin', 'spin_once', 'spin_until_future_complete', 'try_shutdown',
]

_unsupported.install()
_executors = weakref.WeakKeyDictionary()  # context -> executor of the functions below


class InitContextManager:
    """What `init` returns; as a context manager it shuts down at the end of the block."""

    def __init__(self, context, installed_signal_handlers):
        """Take what `init` did."""
        self.context = context
        self.installed_signal_handlers = installed_signal_handlers

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.context.try_shutdown()
        if self.installed_signal_handlers:
            signals.uninstall_signal_handlers()


def init(*, args=None, context=None, domain_id=None, signal_handler_options=None):
    """
    Initialise a context, the default one if none is given.

    :param args: the command line, that of the process if it is None
    :param domain_id: the DDS domain, ROS_DOMAIN_ID if it is None
    :param signal_handler_options: all handlers for the default context, none for others
    """
    default = context is None
    context = get_default_context() if default else context
    if signal_handler_options is None:
        signal_handler_options = SignalHandlerOptions.ALL if default else SignalHandlerOptions.NO
    context.init(args, domain_id=domain_id)
    signals._watch(context)
    signals.install_signal_handlers(signal_handler_options)
    return InitContextManager(context, signal_handler_options is not SignalHandlerOptions.NO)


def shutdown(*, context=None, uninstall_handlers=None):
    """End a context; raise if it has ended."""
    _shutdown(context=context)
    _uninstall(context, uninstall_handlers)


def try_shutdown(*, context=None, uninstall_handlers=None):
    """End a context, if that was not done."""
    _try_shutdown(context=context)
    _uninstall(context, uninstall_handlers)


def create_node(node_name, **options):
    """Return a Node; the options are those of its constructor."""
    return Node(node_name, **options)


def get_global_executor():
    """Return the executor of `spin` and `spin_once` for the default context."""
    return _executor_of(get_default_context())


def spin_once(node, *, executor=None, timeout_sec=None):
    """Run at most one callback of a node."""
    executor = _executor_of(node.context) if executor is None else executor
    added = executor.add_node(node)
    try:
        executor.spin_once(timeout_sec)
    finally:
        if added:
            executor.remove_node(node)


def spin(node, executor=None):
    """
    Run the callbacks of a node until the context is shut down.

    :raises ExternalShutdownException: if a signal did that
    """
    executor = _executor_of(node.context) if executor is None else executor
    added = executor.add_node(node)
    try:
        executor.spin()
    finally:
        if added:
            executor.remove_node(node)


def spin_until_future_complete(node, future, executor=None, timeout_sec=None):
    """Run the callbacks of a node until a Future is done, or the time is up."""
    executor = _executor_of(node.context) if executor is None else executor
    added = executor.add_node(node)
    try:
        executor.spin_until_future_complete(future, timeout_sec)
    finally:
        if added:
            executor.remove_node(node)


def _executor_of(context):
    executor = _executors.get(context)
    if executor is None or executor._is_shutdown:
        executor = _executors[context] = SingleThreadedExecutor(context=context)
        context._global_executor = executor
    return executor


def _uninstall(context, uninstall_handlers):
    if uninstall_handlers or (uninstall_handlers is None and context is None):
        signals.uninstall_signal_handlers()


def __getattr__(name):
    raise AttributeError(f'rclpy.{name} is not supported without ROS 2')
