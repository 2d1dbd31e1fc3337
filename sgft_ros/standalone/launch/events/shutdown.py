"""The end of a launch."""

from launch.event import Event


class Shutdown(Event):
    """The launch is to end: its processes are being stopped."""

    name = 'launch.events.Shutdown'

    def __init__(self, *, reason: str = 'reason not given', due_to_sigint: bool = False):
        """
        Create the event.

        :param reason: why the launch ends
        :param due_to_sigint: whether Ctrl-C is the reason, so that in a terminal the processes
            were interrupted too
        """
        self.reason = reason
        self.due_to_sigint = due_to_sigint
