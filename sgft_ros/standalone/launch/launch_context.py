"""The state of a running launch: configurations, environment, events, local values."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, MutableMapping
import os
from types import SimpleNamespace
from typing import Any

from launch.event import Event
from launch.event_handler import BaseEventHandler


class LaunchContext:
    """What entities and substitutions see of the launch that visits them."""

    def __init__(self, *, argv: Iterable[str] | None = None, noninteractive: bool = False):
        """
        Create a context.

        :param argv: arguments of the launch, for entities to look at
        :param noninteractive: whether no terminal belongs to the launch
        """
        self.argv = list(argv) if argv is not None else []
        self.noninteractive = noninteractive
        self.asyncio_loop: asyncio.AbstractEventLoop | None = None
        self.launch_failed = False  # something could not be started; the launch goes on
        self._is_shutdown = False
        self._events: deque[Event] = deque()
        self._event_handlers: deque[BaseEventHandler] = deque()
        self._futures: set[asyncio.Future] = set()
        self._finished: list[asyncio.Future] = []
        self._wake: Callable[[], None] = lambda: None
        self._globals: dict[str, Any] = {}
        self._locals: dict[str, Any] = {}
        self._locals_stack: list[dict[str, Any]] = []
        self._configurations: dict[str, Any] = {}
        self._configurations_stack: list[dict[str, Any]] = []
        self._environment_stack: list[dict[str, str]] = []
        self._environment_at_start = dict(os.environ)

    @property
    def is_shutdown(self) -> bool:
        """Whether the launch has begun to shut down."""
        return self._is_shutdown

    # Values

    @property
    def locals(self) -> SimpleNamespace:  # noqa: A003
        """The local values as attributes: the event being handled, the launch file visited."""
        return SimpleNamespace(**self.get_locals_as_dict())

    def get_locals_as_dict(self) -> dict[str, Any]:
        """Return the local values over the global ones."""
        return {**self._globals, **self._locals}

    def extend_globals(self, extensions: dict[str, Any]):
        """Add values that stay for the whole launch."""
        self._globals.update(extensions)

    def extend_locals(self, extensions: dict[str, Any]):
        """Add values that stay until the event being handled is done with."""
        self._locals.update(extensions)

    def _push_locals(self):
        self._locals_stack.append(dict(self._locals))

    def _pop_locals(self):
        self._locals = self._locals_stack.pop()

    @property
    def launch_configurations(self) -> dict[str, str]:
        """The launch configurations of the scope being visited."""
        return self._configurations

    def _push_launch_configurations(self):
        # Lists too (parameters, remappings) end with the scope that extends them.
        self._configurations_stack.append(self._configurations)
        self._configurations = {
            name: list(value) if isinstance(value, list) else value
            for name, value in self._configurations.items()}

    def _pop_launch_configurations(self):
        self._configurations = self._configurations_stack.pop()

    @property
    def environment(self) -> MutableMapping[str, str]:
        """The environment that processes inherit."""
        return os.environ

    def _push_environment(self):
        self._environment_stack.append(dict(os.environ))

    def _pop_environment(self):
        _replace_environment(self._environment_stack.pop())

    def _reset_environment(self):
        _replace_environment(self._environment_at_start)

    def perform_substitution(self, substitution) -> str:
        """Return the text that a substitution stands for."""
        return substitution.perform(self)

    # Events

    def register_event_handler(self, event_handler: BaseEventHandler, append: bool = False):
        """Add an event handler before those registered earlier, or after them."""
        if append:
            self._event_handlers.append(event_handler)
        else:
            self._event_handlers.appendleft(event_handler)

    def unregister_event_handler(self, event_handler: BaseEventHandler):
        """
        Remove an event handler.

        :raises ValueError: if it is not registered
        """
        try:
            self._event_handlers.remove(event_handler)
        except ValueError:
            raise ValueError(f'event handler {event_handler!r} is not registered') from None

    def would_handle_event(self, event: Event) -> bool:
        """Return whether any event handler matches an event."""
        return any(handler.matches(event) for handler in self._event_handlers)

    def emit_event_sync(self, event: Event):
        """Queue an event; call this in the thread of the launch only."""
        self._events.append(event)
        self._wake()

    async def emit_event(self, event: Event):
        """Queue an event."""
        self.emit_event_sync(event)

    def add_completion_future(self, completion_future: asyncio.Future):
        """Make the launch wait for a future before it ends."""
        self._futures.add(completion_future)
        completion_future.add_done_callback(self._on_future_done)

    def _on_future_done(self, future: asyncio.Future):
        # Not before: callbacks that were added earlier may still emit events.
        self._futures.discard(future)
        self._finished.append(future)
        self._wake()


def _replace_environment(environment: dict[str, str]):
    for name in set(os.environ) - set(environment):
        del os.environ[name]
    os.environ.update(environment)
