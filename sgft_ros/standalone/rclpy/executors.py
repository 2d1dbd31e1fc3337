"""Executors: they wait for work and run the callbacks."""

from collections import deque
from contextlib import nullcontext
from functools import partial
from inspect import iscoroutine
import threading
from time import monotonic_ns

from rclpy._occupants import Occupants
from rclpy._work import Work
from rclpy.exceptions import NotInitializedException
from rclpy.task import Future, Task
from rclpy.utilities import get_default_context
from rmw_standalone import DDSError
from rmw_standalone.library import INFINITY

S_TO_NS = 1_000_000_000


class TimeoutException(Exception):
    """The time given to wait for work is up."""


class ShutdownException(Exception):
    """The executor was shut down."""


class ExternalShutdownException(Exception):
    """The context was shut down, by a signal or by another thread."""

    def __init__(self, *args):
        """Say nothing more."""
        super().__init__(*args)


class ConditionReachedException(Exception):
    """What was waited for has come."""


class Executor:
    """Runs the callbacks of its nodes, one at a time, in the thread that spins."""

    def __init__(self, *, context=None):
        """Take a context, the default one if none is given."""
        self._context = get_default_context() if context is None else context
        self._lock = threading.RLock()
        self._nodes = []
        self._tasks = deque()
        self._ready = deque()
        self._is_shutdown = False
        self._occupants = Occupants(self.wake)
        self._work = Work(self._context, self._nodes, self._tasks, self._occupants)
        self._running = None  # whose callback runs
        self._thread = None  # that runs a callback now
        self._context._wakers.add(self)

    @property
    def context(self):
        """Return the context."""
        return self._context

    def add_node(self, node):
        """Run the callbacks of a node; return whether it is new."""
        with self._lock:
            if self._is_shutdown or node in self._nodes:
                return False
            if node.context is not self._context:
                raise RuntimeError(f'node {node.get_fully_qualified_name()} has another context '
                                   'than the executor')
            self._nodes.append(node)
        node.executor = self
        self.wake()
        return True

    def remove_node(self, node):
        """Run no more callbacks of a node."""
        with self._lock:
            if node in self._nodes:
                self._nodes.remove(node)
                node._executor = None
        self.wake()

    def get_nodes(self):
        """Return the nodes."""
        return list(self._nodes)

    def create_task(self, callback, *args, **kwargs):
        """Run a function or coroutine soon; return the Task. May be called from any thread."""
        task = Task(callback, args, kwargs, executor=self)
        self._tasks.append(task)
        self.wake()
        return task

    def wake(self):
        """Have the executor look for work again; may be called from any thread."""
        self._work.look_again()

    def shutdown(self, timeout_sec=None):
        """Run no more callbacks; return True."""
        with self._lock:
            self._is_shutdown = True
            nodes = self._nodes.copy()
            self._nodes.clear()
            self._ready.clear()
            self._tasks.clear()
        for node in nodes:
            node._executor = None
        self.wake()
        return True

    def spin(self):
        """Run callbacks until the context or the executor is shut down."""
        while self._context.ok() and not self._is_shutdown:
            self.spin_once()

    def spin_until_future_complete(self, future, timeout_sec=None):
        """Run callbacks until a Future is done, or the time is up."""
        future._on_done(self.wake)
        end = None if timeout_sec is None or timeout_sec < 0 else (
            monotonic_ns() + int(timeout_sec * S_TO_NS))
        while self._context.ok() and not future.done() and not self._is_shutdown:
            left = None if end is None else (end - monotonic_ns()) / S_TO_NS
            if left is not None and left <= 0 and timeout_sec > 0:
                return
            self._spin_once(left, future.done)
            if timeout_sec == 0:
                return

    def spin_once(self, timeout_sec=None):
        """Run at most one callback; wait for it as long as given, for ever without a number."""
        self._spin_once(timeout_sec, None)

    def spin_once_until_future_complete(self, future, timeout_sec=None):
        """Run at most one callback, unless a Future is done first."""
        future._on_done(self.wake)
        self._spin_once(timeout_sec, future.done)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.shutdown()

    def _spin_once(self, timeout_sec, until):
        thread = threading.get_ident()
        if self._thread == thread:
            self._spin_within(timeout_sec, until)
            return
        if self._thread is not None:
            raise RuntimeError('the executor is spinning in another thread already')
        self._thread = thread
        try:
            self._run_next(timeout_sec, until)
        finally:
            self._thread = None

    def _spin_within(self, timeout_sec, until):
        """Spin within a callback, which occupies its group meanwhile."""
        running = self._running
        try:
            with nullcontext() if running is None else self._occupants.occupying(running):
                self._run_next(timeout_sec, until)
        finally:
            self._running = running

    def _run_next(self, timeout_sec, until):
        try:
            run = self._next(timeout_sec, until)
        except (ShutdownException, TimeoutException, ConditionReachedException):
            return
        run()

    def _next(self, timeout_sec, until):
        """Return a function that runs the next callback; raise if there is none in time."""
        end = None if timeout_sec is None or timeout_sec < 0 else (
            monotonic_ns() + int(timeout_sec * S_TO_NS))
        first = True
        while True:
            if until is not None and until():
                raise ConditionReachedException
            while self._ready:
                run = self._take(*self._ready.popleft())
                if run is not None:
                    return run
            if self._is_shutdown:
                raise ShutdownException
            if not self._context.ok():
                raise ExternalShutdownException
            left = INFINITY if end is None else max(end - monotonic_ns(), 0)
            if not left and not first:
                raise TimeoutException
            first = False
            try:
                self._ready += self._work.wait(left)
            except (DDSError, NotInitializedException):
                if self._context.ok():
                    raise
            if self._is_shutdown:
                raise ShutdownException
            if not self._context.ok():
                raise ExternalShutdownException

    def _take(self, _, node, entity):
        if node is None:
            return partial(self._step, entity)
        if node not in self._nodes:
            return None  # its work is found again once the node is back
        if not self._occupants.allow(entity):
            return None  # its work is found again once the group is free
        work = entity._work()
        return None if work is None else partial(self._run, entity, *work)

    def _run(self, entity, callback, args, finish=None):
        """Call a callback; a coroutine goes on as a task, and occupies its group until its end."""
        self._running = entity
        result = callback(*args)
        if iscoroutine(result):
            task = Task(self._complete(entity, result, finish), executor=self)
            self._tasks.append(task)
            self._step(task)
        elif finish is not None:
            finish(result)

    async def _complete(self, entity, coroutine, finish):
        with self._occupants.occupying(entity):
            result = await coroutine
            if finish is not None:
                finish(result)

    def _step(self, task):
        self._running = None
        task()
        if not task.done():
            if task.awaits is not None:
                task.awaits._on_done(self.wake)
            return
        if task in self._tasks:
            self._tasks.remove(task)
        if task.exception() is not None:
            raise task.exception()

    def _in_callback(self):
        """Return whether the calling thread is within a callback of this executor."""
        return self._thread == threading.get_ident()


class SingleThreadedExecutor(Executor):
    """Runs callbacks in the thread that calls `spin`."""


class MultiThreadedExecutor(Executor):
    """Refuses: callbacks run in one thread here."""

    def __init__(self, num_threads=None, *, context=None):
        """Raise NotImplementedError."""
        raise NotImplementedError('MultiThreadedExecutor is not supported without ROS 2; '
                                  'use SingleThreadedExecutor')


__all__ = ['Executor', 'ExternalShutdownException', 'Future', 'MultiThreadedExecutor',
           'ShutdownException', 'SingleThreadedExecutor', 'Task', 'TimeoutException']
