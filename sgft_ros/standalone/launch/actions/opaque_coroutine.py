"""A coroutine as an action."""

import asyncio
from collections.abc import Callable, Iterable
import inspect

from launch.action import Action
from launch.event_handlers import OnShutdown


class OpaqueCoroutine(Action):
    """Run a coroutine beside everything else; the shutdown of the launch cancels it."""

    def __init__(self, *, coroutine: Callable, args: Iterable = (), kwargs: dict | None = None,
                 ignore_context: bool = False, **left_over_kwargs):
        """Create an action from a coroutine function of the context and further arguments."""
        super().__init__(**left_over_kwargs)
        if not inspect.iscoroutinefunction(coroutine):
            raise TypeError(f'OpaqueCoroutine needs a coroutine function, got {coroutine!r}')
        self._coroutine = coroutine
        self._args = tuple(args or ())
        self._kwargs = dict(kwargs or {})
        self._ignore_context = ignore_context
        self._task: asyncio.Task | None = None

    def execute(self, context):
        """Start the coroutine."""
        args = self._args if self._ignore_context else (context, *self._args)
        self._task = context.asyncio_loop.create_task(self._coroutine(*args, **self._kwargs))
        context.register_event_handler(
            OnShutdown(on_shutdown=lambda event, context: self._cancel()))

    def get_asyncio_future(self):
        """Return the running coroutine."""
        return self._task

    def _cancel(self):
        self._task.cancel()
