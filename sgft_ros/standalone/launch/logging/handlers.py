"""Where log records go."""

import logging
import os
import sys


class ScreenHandler(logging.Handler):
    """Write to the standard output; once that is closed, be silent instead of failing."""

    def __init__(self):
        """Create the handler, open."""
        super().__init__()
        self._closed = False

    def emit(self, record: logging.LogRecord):
        """Write one record and flush."""
        if self._closed:
            return
        text = f'{self.format(record)}\n'
        try:
            encoding = sys.stdout.encoding or 'utf-8'
            sys.stdout.write(text.encode(encoding, 'replace').decode(encoding))
            sys.stdout.flush()
        except (OSError, ValueError):  # a closed pipe or terminal; the log file has the record
            self._closed = True
            _discard_standard_output()


def _discard_standard_output():
    """Let what Python still holds for the standard output vanish, so that it can exit cleanly."""
    try:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, sys.stdout.fileno())
        os.close(null)
    except (OSError, ValueError):
        pass
