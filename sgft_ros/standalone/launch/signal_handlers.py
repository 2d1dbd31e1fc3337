"""Signals while a launch runs."""

import asyncio
from collections.abc import Callable
import signal

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGQUIT, signal.SIGHUP)


class SignalHandlers:
    """Context in which the signals that end a program call a function in the event loop."""

    def __init__(self, on_signal: Callable[[signal.Signals], None]):
        """Create a context from a function of the signal."""
        self._on_signal = on_signal
        self._before = {}

    def __enter__(self):
        """Take the signals over, except those that the launch was started to ignore (nohup)."""
        loop = asyncio.get_running_loop()
        for number in STOPPING:
            before = signal.getsignal(number)
            if before is signal.SIG_IGN and number != signal.SIGINT:
                continue
            self._before[number] = before
            loop.add_signal_handler(number, self._on_signal, number)
        return self

    def __exit__(self, *error):
        """Give the signals back."""
        loop = asyncio.get_running_loop()
        for number, before in self._before.items():
            loop.remove_signal_handler(number)
            signal.signal(number, signal.SIG_DFL if before is None else before)
