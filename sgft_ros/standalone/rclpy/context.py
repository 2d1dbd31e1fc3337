"""The state that init() makes and shutdown() ends."""

import atexit
from contextlib import suppress
import sys
import threading
import weakref

from rclpy import _arguments
from rclpy._rclpy_pybind11 import RCLError, UnknownROSArgsError
from rclpy.exceptions import NotInitializedException
from rmw_standalone import DDSError, Participant
from rmw_standalone.config import domain_id as environment_domain

_initialised = weakref.WeakSet()


class Context:
    """
    A DDS participant, its nodes and the global arguments.

    A signal makes it invalid; `shutdown` and the end of the process also leave the DDS domain.
    """

    def __init__(self):
        """Begin uninitialised."""
        # Reentrant, as a signal handler may shut down in the middle of anything.
        self._lock = threading.RLock()
        self._valid = False
        self._initialised = False
        self._participant = None
        self._domain_id = None
        self._nodes = []
        self._wakers = weakref.WeakSet()  # of executors
        self._on_shutdown = []
        self._global_executor = None  # of rclpy.spin, which returns when `shutdown` is called
        self._sleepers = set()  # events to set when it ends
        self.arguments = _arguments.Arguments()

    def init(self, args=None, *, initialize_logging=True, domain_id=None):
        """
        Take the arguments, those of the process by default, and join no domain yet.

        :raises UnknownROSArgsError: for arguments that mean nothing
        """
        if self._valid:
            raise RuntimeError('Context.init() must only be called once')
        arguments = _arguments.parse(sys.argv if args is None else args)
        if arguments.unknown:
            raise UnknownROSArgsError(f'Found unknown ROS arguments: {arguments.unknown}')
        if domain_id is not None and domain_id < 0:
            raise RuntimeError(f'Domain id ({domain_id}) should not be lower than zero.')
        self._domain_id = environment_domain() if domain_id is None else domain_id
        self.arguments = arguments
        self._participant = None
        self._nodes = []
        if initialize_logging:
            from rclpy import logging
            logging._configure(arguments)
        self._valid = self._initialised = True
        _initialised.add(self)

    @property
    def participant(self):
        """Return the DDS participant; the first call joins the domain."""
        with self._lock:
            if not self._valid:
                raise NotInitializedException('the context is not valid')
            if self._participant is None:
                self._participant = Participant(self._domain_id, self.arguments.enclave)
            return self._participant

    def ok(self):
        """Return whether it is initialised and not shut down."""
        return self._valid

    def get_domain_id(self):
        """Return the number of the DDS domain."""
        if not self._valid:
            raise RuntimeError('Context must be initialized before it can have a domain id')
        return self._domain_id

    def shutdown(self):
        """End it; raise if it has ended."""
        if not self._valid:
            raise RCLError('failed to shutdown: rcl_shutdown already called on the given context')
        self.try_shutdown()

    def try_shutdown(self):
        """End it, if that was not done."""
        executor, self._global_executor = self._global_executor, None
        if executor is not None and self._valid:
            executor.shutdown()
        self._invalidate()
        callbacks, self._on_shutdown = self._on_shutdown, []
        for reference in callbacks:
            callback = reference()
            if callback is not None:
                callback()
        with self._lock:
            participant, self._participant = self._participant, None
            nodes, self._nodes = self._nodes, []
        for node in nodes:
            node._context_closed()
        if participant is not None:
            participant.close()

    def destroy(self):
        """End it."""
        self.try_shutdown()

    def on_shutdown(self, callback):
        """
        Call a function when `shutdown` is called, also after a signal made it invalid.

        Methods are not kept alive by that.
        """
        if not callable(callback):
            raise TypeError(f'callback should be a callable, got {type(callback)}')
        if not self._valid:
            callback()
        elif hasattr(callback, '__self__'):
            self._on_shutdown.append(weakref.WeakMethod(callback))
        else:
            self._on_shutdown.append(lambda: callback)

    def track_node(self, node):
        """Count a node in."""
        with self._lock:
            self._nodes.append(node)

    def untrack_node(self, node):
        """Count a node out."""
        with self._lock:
            if node in self._nodes:
                self._nodes.remove(node)

    def __enter__(self):
        self.init()
        return self

    def __exit__(self, *_):
        self.try_shutdown()

    def _invalidate(self):
        """Make it invalid and wake all who wait; safe in a signal handler."""
        self._valid = False
        self._wake()
        for event in list(self._sleepers):
            event.set()

    def _wake(self):
        for executor in list(self._wakers):
            executor.wake()

    def _announce(self):
        """Tell the other participants what belongs to which node."""
        with self._lock:
            if self._participant is not None and self._valid:
                with suppress(DDSError):  # closed meanwhile
                    self._participant.announce([node._entities() for node in self._nodes])


@atexit.register
def _shutdown_all():
    """Close what the program left open, while Python still works."""
    for context in list(_initialised):
        context.try_shutdown()
