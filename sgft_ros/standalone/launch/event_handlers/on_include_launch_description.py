"""Handler that begins to launch a description."""

from launch.event_handler import BaseEventHandler
from launch.events.include_launch_description import IncludeLaunchDescription


class OnIncludeLaunchDescription(BaseEventHandler):
    """Visit the launch description of the event."""

    def __init__(self, **kwargs):
        """Create the handler."""
        super().__init__(
            matcher=lambda event: isinstance(event, IncludeLaunchDescription), **kwargs)

    def handle(self, event, context):
        """Return the launch description."""
        super().handle(event, context)
        return event.launch_description
