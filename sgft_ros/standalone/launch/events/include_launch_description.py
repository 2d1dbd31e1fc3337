"""The wish to launch a description."""

from launch.event import Event


class IncludeLaunchDescription(Event):
    """A launch description is to be visited."""

    name = 'launch.events.IncludeLaunchDescription'

    def __init__(self, launch_description):
        """Create the event of a launch description."""
        self.launch_description = launch_description
