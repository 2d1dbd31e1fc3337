"""The end of a timer."""

from launch.event import Event


class TimerEvent(Event):
    """The period of a TimerAction has passed."""

    name = 'launch.events.TimerEvent'

    def __init__(self, *, timer_action):
        """Create the event of a TimerAction."""
        self.timer_action = timer_action
