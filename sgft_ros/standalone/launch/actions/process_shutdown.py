"""How a process is stopped: asked, told, killed."""

import asyncio
from collections.abc import Callable
import logging
import signal


class ProcessShutdown:
    """Send SIGINT, then SIGTERM and SIGKILL, each if the one before has had no effect."""

    def __init__(self, send: Callable[[signal.Signals], None], logger: logging.Logger, name: str,
                 *, sigterm_timeout: float, sigkill_timeout: float):
        """
        Create a sequence.

        :param send: sends a signal to the process
        :param logger: receives a line for every step beyond the first
        :param name: name of the process
        :param sigterm_timeout: from SIGINT to SIGTERM [s]
        :param sigkill_timeout: from SIGTERM to SIGKILL [s]
        """
        self._send = send
        self._logger = logger
        self._name = name
        self._steps = [(sigterm_timeout, signal.SIGINT, signal.SIGTERM),
                       (sigkill_timeout, signal.SIGTERM, signal.SIGKILL)]
        self._timer: asyncio.TimerHandle | None = None

    def begin(self, *, send_sigint: bool):
        """Start; without SIGINT if the process has received it already, from the terminal."""
        if send_sigint:
            self._send(signal.SIGINT)
        self._wait_for_next_step()

    def end(self):
        """Stop, as the process has ended."""
        if self._timer is not None:
            self._timer.cancel()
        self._steps.clear()

    def _wait_for_next_step(self):
        if self._steps:
            timeout, sent, following = self._steps.pop(0)
            self._timer = asyncio.get_running_loop().call_later(
                timeout, self._escalate, timeout, sent, following)

    def _escalate(self, timeout, sent, following):
        self._logger.error(
            f"process[{self._name}] failed to terminate '{timeout:g}' seconds after receiving "
            f"'{sent.name}', escalating to '{following.name}'")
        self._send(following)
        self._wait_for_next_step()
