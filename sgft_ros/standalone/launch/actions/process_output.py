"""What becomes of the output of a process."""

from collections.abc import Callable
import logging

from launch.process import Lines


class ProcessOutput:
    """Pass one output of a process on: lines to a logger, bytes to event handlers."""

    def __init__(self, logger: logging.Logger, format_line: Callable[[str], str],
                 emit: Callable[[bytes], None], *, cached: bool):
        """
        Create the output.

        :param logger: receives every line as soon as it is complete
        :param format_line: makes the text to log from a line
        :param emit: makes an event of some bytes, if somebody waits for it
        :param cached: whether to keep the whole text
        """
        self._logger = logger
        self._format_line = format_line
        self._emit = emit
        self._lines = Lines()
        self._cache: list[bytes] | None = [] if cached else None

    @property
    def text(self) -> str | None:
        """All that was written so far; None if it is not kept."""
        if self._cache is None:
            return None
        return b''.join(self._cache).decode(errors='replace')

    def feed(self, data: bytes):
        """Receive some bytes."""
        if self._cache is not None:
            self._cache.append(data)
        for line in self._lines.feed(data):
            self._logger.info(self._format_line(line))
        self._emit(data)

    def flush(self):
        """Log what has no line end, as the process has ended."""
        for line in self._lines.flush():
            self._logger.info(self._format_line(line))
