"""Loggers that write to the terminal and to /rosout."""

import os
import sys
import time

from rclpy.impl.logging_severity import LoggingSeverity

FORMAT = '[{severity}] [{time}] [{name}]: {message}'
COLOURS = {LoggingSeverity.DEBUG: '\033[32m', LoggingSeverity.WARN: '\033[33m',
           LoggingSeverity.ERROR: '\033[31m', LoggingSeverity.FATAL: '\033[31m'}
RESET = '\033[0m'
FILTERS = {'throttle_duration_sec', 'throttle_time_source_type', 'skip_first', 'once'}

levels = {}  # logger -> severity
default_level = LoggingSeverity.INFO
to_terminal = True
rosout = {}  # logger -> function that publishes a record
_seen = {}  # place in the program -> time of its last message [s]


def effective_level(name):
    """Return the severity from which a logger writes: its own, or that of its nearest parent."""
    while name:
        level = levels.get(name, LoggingSeverity.UNSET)
        if level != LoggingSeverity.UNSET:
            return level
        name = name.rpartition('.')[0]
    return levels.get('', default_level)


class RcutilsLogger:
    """A logger with a name; parts of it are separated by dots."""

    def __init__(self, name=''):
        """Take the name."""
        self.name = name

    def get_child(self, name):
        """Return the logger of a part."""
        if not name:
            raise ValueError('Child logger name must not be empty.')
        return RcutilsLogger(f'{self.name}.{name}' if self.name else name)

    def set_level(self, level):
        """Write from this severity on."""
        levels[self.name] = LoggingSeverity(level)

    def get_effective_level(self):
        """Return the severity from which messages are written."""
        return effective_level(self.name)

    def is_enabled_for(self, severity):
        """Return whether messages of a severity are written."""
        return severity >= effective_level(self.name)

    def log(self, message, severity, **filters):
        """
        Write a message; return whether it was written.

        Filters hold for the line of the program that logs: `once=True`, `skip_first=True`,
        `throttle_duration_sec=...` with `throttle_time_source_type=` a clock.
        """
        return self._log(message, LoggingSeverity(severity), filters)

    def debug(self, message, **filters):
        """Write a message of severity DEBUG."""
        return self._log(message, LoggingSeverity.DEBUG, filters)

    def info(self, message, **filters):
        """Write a message of severity INFO."""
        return self._log(message, LoggingSeverity.INFO, filters)

    def warning(self, message, **filters):
        """Write a message of severity WARN."""
        return self._log(message, LoggingSeverity.WARN, filters)

    def warn(self, message, **filters):
        """Write a message of severity WARN."""
        return self._log(message, LoggingSeverity.WARN, filters)

    def error(self, message, **filters):
        """Write a message of severity ERROR."""
        return self._log(message, LoggingSeverity.ERROR, filters)

    def fatal(self, message, **filters):
        """Write a message of severity FATAL."""
        return self._log(message, LoggingSeverity.FATAL, filters)

    def _log(self, message, severity, filters):
        if severity < effective_level(self.name):
            return False
        frame = sys._getframe(2)
        if filters and not _passes((frame.f_code, frame.f_lineno), filters):
            return False
        stamp = time.time_ns()
        message = str(message)
        if to_terminal:
            _write(self.name, severity, message, stamp, frame)
        publish = _publisher(self.name)
        if publish is not None:
            publish(self.name, severity, message, stamp, frame)
        return True


def _passes(place, filters):
    unknown = filters.keys() - FILTERS
    if unknown:
        raise TypeError(f'unknown logging filter {sorted(unknown)}; choose from: '
                        f'{", ".join(sorted(FILTERS))}')
    clock = filters.get('throttle_time_source_type')
    now = time.monotonic() if clock is None else clock.now().nanoseconds * 1e-9
    last = _seen.get(place)
    if filters.get('skip_first') and last is None:
        _seen[place] = -1e18
        return False
    if filters.get('once') and last is not None and last > -1e18:
        return False
    duration = filters.get('throttle_duration_sec')
    # A clock that was set back begins anew.
    if duration is not None and last is not None and last <= now < last + duration:
        return False
    _seen[place] = now
    return True


def _publisher(name):
    while name:
        if name in rosout:
            return rosout[name]
        name = name.rpartition('.')[0]
    return None


def _write(name, severity, message, stamp, frame):
    seconds, nanoseconds = divmod(stamp, 1_000_000_000)
    time_text = f'{seconds}.{nanoseconds:09d}'
    layout = os.environ.get('RCUTILS_CONSOLE_OUTPUT_FORMAT') or FORMAT
    line = layout
    for token, text in (
            ('{severity}', severity.name), ('{time}', time_text),
            ('{time_as_nanoseconds}', str(stamp)), ('{name}', name),
            ('{function_name}', frame.f_code.co_name), ('{file_name}', frame.f_code.co_filename),
            ('{line_number}', str(frame.f_lineno)), ('{message}', message)):
        line = line.replace(token, text)
    choice = os.environ.get('RCUTILS_COLORIZED_OUTPUT', '')
    if choice == '1' or (choice != '0' and sys.stderr is not None and sys.stderr.isatty()):
        line = COLOURS.get(severity, '') + line + RESET
    # In one piece, so that the lines of processes that share a terminal do not mix.
    print(line + '\n', end='', file=sys.stderr, flush=True)
