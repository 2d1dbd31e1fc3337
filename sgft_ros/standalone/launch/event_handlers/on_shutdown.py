"""Handler of the end of a launch."""

from launch.event_handler import BaseEventHandler
from launch.events.shutdown import Shutdown


class OnShutdown(BaseEventHandler):
    """Handle the shutdown of the launch."""

    def __init__(self, *, on_shutdown, **kwargs):
        """Create a handler from entities, or a function (event, context) that returns some."""
        super().__init__(matcher=lambda event: isinstance(event, Shutdown), **kwargs)
        self._on_shutdown = on_shutdown

    def handle(self, event, context):
        """Return the entities that follow the event."""
        super().handle(event, context)
        return self._on_shutdown(event, context) if callable(self._on_shutdown) \
            else self._on_shutdown
