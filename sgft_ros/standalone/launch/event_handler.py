"""What is to be done when an event happens."""

from collections.abc import Callable

from launch.event import Event


class BaseEventHandler:
    """Base of all event handlers: a matcher, and handle() for the events that match."""

    def __init__(self, *, matcher: Callable[[Event], bool], handle_once: bool = False):
        """
        Create an event handler.

        :param matcher: returns whether an event is one to handle
        :param handle_once: whether the handler is unregistered by the first event handled
        """
        self._matcher = matcher
        self._handle_once = handle_once

    @property
    def handle_once(self) -> bool:
        """Whether the handler is unregistered by the first event handled."""
        return self._handle_once

    def matches(self, event: Event) -> bool:
        """Return whether an event is one to handle."""
        return self._matcher(event)

    def describe(self):
        """Return a text and the entities known to follow the event."""
        return f'{type(self).__name__}()', []

    def handle(self, event: Event, context):
        """Make the event known as `context.locals.event`; return entities to visit, or None."""
        context.extend_locals({'event': event})
        if self._handle_once:
            context.unregister_event_handler(self)


class EventHandler(BaseEventHandler):
    """Visit given entities when an event matches."""

    def __init__(self, *, matcher, entities=None, handle_once: bool = False):
        """Create an event handler from a matcher and an entity or several."""
        super().__init__(matcher=matcher, handle_once=handle_once)
        self._entities = entities

    @property
    def entities(self):
        """The entities that follow the event."""
        return self._entities

    def describe(self):
        """Return a text and the entities known to follow the event."""
        text, entities = super().describe()
        if self._entities is not None:
            one = not hasattr(self._entities, '__iter__')
            entities = [self._entities] if one else list(self._entities)
        return text, entities

    def handle(self, event: Event, context):
        """Return the entities that follow the event."""
        super().handle(event, context)
        return self._entities
