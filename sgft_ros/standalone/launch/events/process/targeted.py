"""Events that are meant for certain processes."""

from collections.abc import Callable
import signal as signals

from launch.event import Event


class ProcessTargetedEvent(Event):
    """Base of events for the processes whose ExecuteProcess a matcher accepts."""

    name = 'launch.events.process.ProcessTargetedEvent'

    def __init__(self, *, process_matcher: Callable[[object], bool]):
        """Create the event with a matcher; see launch.events.matches_action and others."""
        self.process_matcher = process_matcher


class ShutdownProcess(ProcessTargetedEvent):
    """Processes are to be stopped: SIGINT, in the end SIGKILL, and no respawn."""

    name = 'launch.events.process.ShutdownProcess'


class SignalProcess(ProcessTargetedEvent):
    """A signal is to be sent to processes."""

    name = 'launch.events.process.SignalProcess'

    def __init__(self, *, signal_number: str | signals.Signals, process_matcher):
        """Create the event from a signal, or its name such as 'SIGKILL'."""
        super().__init__(process_matcher=process_matcher)
        try:
            self.signal = (signals.Signals[signal_number] if isinstance(signal_number, str)
                           else signals.Signals(signal_number))
        except (KeyError, ValueError):
            raise ValueError(f'unknown signal {signal_number!r}') from None

    @property
    def signal_name(self) -> str:
        """The name of the signal, such as 'SIGINT'."""
        return self.signal.name
