"""Base of handlers of events that an action causes."""

from launch.event import Event
from launch.event_handler import BaseEventHandler
from launch.utilities.visit import normalize_to_list_of_entities


class OnActionEventBase(BaseEventHandler):
    """Handle the events of one class that come from one action, a matched one, or any."""

    def __init__(self, *, action_matcher, on_event, target_event_cls, target_action_cls,
                 **kwargs):
        """
        Create a handler.

        :param action_matcher: an action, a function of the action, or None for any action
        :param on_event: entities, or a function (event, context) that may return some
        :param target_event_cls: class of the events
        :param target_action_cls: class of the actions
        """
        if not (action_matcher is None or callable(action_matcher)
                or isinstance(action_matcher, target_action_cls)):
            raise TypeError(
                f'target of {type(self).__name__} must be an action of type '
                f'{target_action_cls.__name__} or a function of it, got {action_matcher!r}')
        self._action_matcher = action_matcher
        self._event_class = target_event_cls
        self._function = on_event if callable(on_event) else None
        self._entities = [] if callable(on_event) else normalize_to_list_of_entities(on_event)
        super().__init__(matcher=self._matches, **kwargs)

    def _matches(self, event: Event) -> bool:
        if not isinstance(event, self._event_class):
            return False
        if self._action_matcher is None:
            return True
        if callable(self._action_matcher):
            return self._action_matcher(event.action)
        return event.action is self._action_matcher

    def describe(self):
        """Return a text and the entities known to follow the event."""
        return super().describe()[0], list(self._entities)

    def handle(self, event: Event, context):
        """Return the entities that follow the event."""
        super().handle(event, context)
        return self._entities if self._function is None else self._function(event, context)
