"""Actions that make an event happen."""

from launch import logging
from launch.action import Action
from launch.event import Event
from launch.events import Shutdown as ShutdownEvent
from launch.events.process import ProcessExited


class EmitEvent(Action):
    """Emit an event."""

    def __init__(self, *, event: Event, **kwargs):
        """Create an action from an event."""
        super().__init__(**kwargs)
        if not isinstance(event, Event):
            raise TypeError(f'event of EmitEvent must be an Event, got {event!r}')
        self.event = event

    def describe(self) -> str:
        """Return the name of the event."""
        return f"EmitEvent(event='{self.event.name}')"

    def execute(self, context):
        """Emit the event."""
        context.emit_event_sync(self.event)


class Shutdown(EmitEvent):
    """End the launch."""

    def __init__(self, *, reason: str = 'reason not given', **kwargs):
        """Create an action; the reason is part of the event."""
        super().__init__(event=ShutdownEvent(reason=reason), **kwargs)

    def execute(self, context):
        """Emit the event, and say which process caused it."""
        cause = context.get_locals_as_dict().get('event')
        if isinstance(cause, ProcessExited):
            logging.get_logger('launch').info(
                f'process[{cause.process_name}] was required: shutting down launched system')
        super().execute(context)
