"""Actions on event handlers."""

from launch.action import Action
from launch.event_handler import BaseEventHandler


class RegisterEventHandler(Action):
    """Register an event handler."""

    def __init__(self, event_handler: BaseEventHandler, **kwargs):
        """Create an action from an event handler."""
        super().__init__(**kwargs)
        if not isinstance(event_handler, BaseEventHandler):
            raise TypeError(
                f'{type(self).__name__} needs an event handler such as OnProcessExit, '
                f'got {event_handler!r}')
        self.event_handler = event_handler

    def describe(self) -> str:
        """Return what the handler is."""
        return f'{type(self).__name__}({self.event_handler.describe()[0]})'

    def describe_conditional_sub_entities(self):
        """Return what follows the event."""
        return [(self.describe(), self.event_handler.describe()[1])]

    def execute(self, context):
        """Register the handler."""
        context.register_event_handler(self.event_handler)


class UnregisterEventHandler(RegisterEventHandler):
    """Remove an event handler that was registered."""

    def describe_conditional_sub_entities(self):
        """Return nothing: what follows the event is described where it is registered."""
        return []

    def execute(self, context):
        """Remove the handler."""
        context.unregister_event_handler(self.event_handler)
