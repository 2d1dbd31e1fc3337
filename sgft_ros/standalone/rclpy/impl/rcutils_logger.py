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


def effective_level(name):
    """Return the severity from which a logger writes: its own, or that of its nearest parent."""
    while name:
        level = levels.get(name, LoggingSeverity.UNSET)
        if level != LoggingSeverity.UNSET:
            return level
        name = name.rpartition('.')[0]
    return levels.get('', default_level)


class _Call:
    """What a logger keeps of a place in the program that calls it."""

    def __init__(self, severity, filters):
        self.severity = severity
        self.filters = filters
        self._last = None  # [s] when the throttle let a message pass
        self._seen = False  # by skip_first
        self._told = False  # by once

    def passes(self):
        """Return whether to write; each filter counts what the one before it let pass."""
        return self._in_time() and not self._is_first() and not self._is_repeated()

    def _in_time(self):
        duration = self.filters.get('throttle_duration_sec')
        if duration is None:
            return True
        clock = self.filters.get('throttle_time_source_type')
        now = time.monotonic() if clock is None else clock.now().nanoseconds * 1e-9
        # A clock that was set back begins anew.
        if self._last is not None and self._last <= now < self._last + duration:
            return False
        self._last = now
        return True

    def _is_first(self):
        seen, self._seen = self._seen, True
        return 'skip_first' in self.filters and not seen

    def _is_repeated(self):
        told, self._told = self._told, True
        return 'once' in self.filters and told


class RcutilsLogger:
    """A logger with a name; parts of it are separated by dots."""

    def __init__(self, name=''):
        """Take the name."""
        self.name = name
        self._calls = {}  # place in the program -> _Call

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

        Filters hold for this logger and the place in the program that logs: `once=True`,
        `skip_first=True`, `throttle_duration_sec=...` with `throttle_time_source_type=` a clock.

        :raises ValueError: if the same place logged with another severity or filter before
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
        if not self._call(frame, severity, _chosen(filters) if filters else filters).passes():
            return False
        if not isinstance(message, str):
            raise TypeError(f'log message: expected str, got {message!r}')
        stamp = time.time_ns()
        if to_terminal:
            _write(self.name, severity, message, stamp, frame)
        publish = _publisher(self.name)
        if publish is not None:
            publish(self.name, severity, message, stamp, frame)
        return True

    def _call(self, frame, severity, filters):
        code = frame.f_code
        place = code.co_filename, code.co_name, frame.f_lineno, frame.f_lasti
        call = self._calls.get(place)
        if call is None:
            call = self._calls[place] = _Call(severity, filters)
        if call.severity != severity:
            raise ValueError('Logger severity cannot be changed between calls.')
        if call.filters != filters:
            raise ValueError('Requested logging filters cannot be changed between calls.')
        return call


def _chosen(filters):
    """Return the filters that are in force: `once=False` is none."""
    unknown = filters.keys() - FILTERS
    if unknown:
        raise TypeError(f'unknown logging filter {sorted(unknown)}; choose from: '
                        f'{", ".join(sorted(FILTERS))}')
    if filters.get('throttle_time_source_type') and 'throttle_duration_sec' not in filters:
        raise TypeError('throttle_time_source_type needs throttle_duration_sec')
    return {name: value for name, value in filters.items() if value}


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
