"""Settings of the output of a launch."""

import logging
from logging.handlers import WatchedFileHandler
import os
from pathlib import Path

from launch.logging.handlers import ScreenHandler
from launch.logging.log_directory import make_log_directory

SCREEN_FORMATS = {
    'default': '[{levelname}] [{name}]: {message}',
    'default_with_timestamp': '{created:.7f} [{levelname}] [{name}]: {message}',
}
FILE_FORMATS = {'default': '{created:.7f} [{levelname}] [{name}]: {message}'}


class LaunchConfig:
    """Level, formats and log directory of the launch in this process."""

    def __init__(self):
        """Set the defaults; no directory is made before it is needed."""
        self.reset()

    def reset(self):
        """Return to the defaults, and close the files."""
        for handler in getattr(self, 'file_handlers', {}).values():
            handler.close()
        self._level = logging.INFO
        self._log_dir = None
        self.loggers: set[logging.Logger] = set()
        self.file_handlers: dict[tuple[str, str], logging.Handler] = {}
        self.screen_formatter = self.file_formatter = None
        self.set_screen_format('default')
        self.set_log_format('default')

    @property
    def level(self) -> int:
        """The level below which nothing is printed."""
        return self._level

    @level.setter
    def level(self, level: int):
        self._level = level
        for logger in self.loggers:
            logger.setLevel(level)

    @property
    def log_dir(self) -> str:
        """The directory of the log files, made when first asked for."""
        if self._log_dir is None:
            self._log_dir = str(make_log_directory())
        return self._log_dir

    @log_dir.setter
    def log_dir(self, directory: str | None):
        if directory is not None and not Path(directory).is_dir():
            raise ValueError(f'log_dir: {directory!r} is not a directory')
        self._log_dir = None if directory is None else str(directory)

    def set_screen_format(self, screen_format: str, *, screen_style: str = '{'):
        """Set the format of launch's own lines on the screen, or one of its two names."""
        screen_format = _overridden('OVERRIDE_LAUNCH_SCREEN_FORMAT', screen_format)
        self.screen_formatter = _formatter(SCREEN_FORMATS, screen_format, screen_style)

    def set_log_format(self, log_format: str, *, log_style: str = '{'):
        """Set the format of launch's own lines in launch.log, or 'default'."""
        log_format = _overridden('OVERRIDE_LAUNCH_LOG_FORMAT', log_format)
        self.file_formatter = _formatter(FILE_FORMATS, log_format, log_style)

    def get_log_file_path(self, file_name: str = 'launch.log') -> str:
        """Return the path of a log file."""
        return os.path.join(self.log_dir, file_name)

    def get_log_file_handler(
            self, file_name: str = 'launch.log',
            formatter: logging.Formatter | None = None) -> logging.Handler:
        """Return the one handler of a log file and format (None: that of launch's own lines)."""
        formatter = self.file_formatter if formatter is None else formatter
        key = (file_name, formatter._fmt)
        if key not in self.file_handlers:
            handler = WatchedFileHandler(self.get_log_file_path(file_name), encoding='utf-8')
            handler.setFormatter(formatter)
            self.file_handlers[key] = handler
        return self.file_handlers[key]

    def get_screen_handler(self, formatter: logging.Formatter | None = None) -> logging.Handler:
        """Return a handler of the screen (None: in the format of launch's own lines)."""
        handler = ScreenHandler()
        handler.setFormatter(self.screen_formatter if formatter is None else formatter)
        return handler


def _overridden(variable: str, default: str) -> str:
    value = os.environ.get(variable)
    return value.encode('latin1').decode('unicode_escape') if value else default


def _formatter(names: dict[str, str], text: str, style: str) -> logging.Formatter:
    text = names[text] if text in names else text.replace('{msg}', '{message}')
    return logging.Formatter(text, style=style)


launch_config = LaunchConfig()
