"""Actions after a period of time."""

import asyncio
from collections.abc import Iterable

from launch.action import Action
from launch.event_handler import EventHandler
from launch.event_handlers import OnShutdown
from launch.events import TimerEvent
from launch.launch_description_entity import LaunchDescriptionEntity
from launch.utilities.type_utils import normalize_typed_substitution, perform_typed_substitution
from launch.utilities.visit import normalize_to_list_of_entities


class TimerAction(Action):
    """Visit entities once, after a period, unless cancelled before."""

    def __init__(self, *, period, actions: Iterable[LaunchDescriptionEntity],
                 cancel_on_shutdown=True, **kwargs):
        """
        Create a timer.

        :param period: a number [s], or substitutions
        :param actions: what to visit then
        :param cancel_on_shutdown: whether the shutdown of the launch cancels the timer
        """
        super().__init__(**kwargs)
        if isinstance(period, int | str):
            period = float(period)
        self.period = normalize_typed_substitution(period, float)
        self.actions = normalize_to_list_of_entities(actions)
        self._cancel_on_shutdown = normalize_typed_substitution(cancel_on_shutdown, bool)
        self._cancelled = False
        self._done: asyncio.Future | None = None  # of the last execution
        self._waiting: dict[asyncio.Future, asyncio.TimerHandle] = {}

    def describe(self) -> str:
        """Return the period."""
        return f'TimerAction(period={_text(self.period)})'

    def describe_conditional_sub_entities(self):
        """Return what is visited when the period has passed."""
        return [(f'after {_text(self.period)} seconds', self.actions)]

    def execute(self, context):
        """Start the period."""
        self._done = context.asyncio_loop.create_future()
        if self._cancelled:
            self._done.set_result(None)
            return
        values = context.get_locals_as_dict()  # the actions may use those of this moment
        event = TimerEvent(timer_action=self)
        fired = EventHandler(
            matcher=lambda other: other is event, handle_once=True, entities=self.actions)
        fired.handle = _restore_locals(fired.handle, values)
        context.register_event_handler(fired)
        if perform_typed_substitution(context, self._cancel_on_shutdown, bool):
            context.register_event_handler(
                OnShutdown(on_shutdown=lambda event, context: self.cancel(), handle_once=True))
        period = perform_typed_substitution(context, self.period, float)
        self._waiting[self._done] = context.asyncio_loop.call_later(
            period, self._fire, context, event, self._done)

    def get_asyncio_future(self):
        """Return a future that is done when the timer has fired or was cancelled."""
        return self._done

    def cancel(self):
        """Cancel the timer, before or after its start; a timer that has fired stays as it is."""
        self._cancelled = True
        for done, handle in self._waiting.items():
            handle.cancel()
            done.set_result(None)
        self._waiting.clear()

    def _fire(self, context, event, done):
        del self._waiting[done]
        context.emit_event_sync(event)
        done.set_result(None)


def _restore_locals(handle, values):
    def handle_with_locals(event, context):
        context.extend_locals(values)
        return handle(event, context)

    return handle_with_locals


def _text(period) -> str:
    if isinstance(period, float):
        return str(period)
    return ' + '.join(sub.describe() for sub in period)
