"""The end of an action."""

from launch.event import Event


class ExecutionComplete(Event):
    """An action, including the work that it began, is done."""

    name = 'launch.events.ExecutionComplete'

    def __init__(self, *, action):
        """Create the event of an action."""
        self.action = action
