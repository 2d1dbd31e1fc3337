"""Loggers by name."""

import os
from pathlib import Path

from rclpy.impl import rcutils_logger
from rclpy.impl.logging_severity import LoggingSeverity
from rclpy.impl.rcutils_logger import RcutilsLogger

__all__ = ['LoggingSeverity', 'RcutilsLogger', 'get_logger']

_root_logger = RcutilsLogger()


def get_logger(name):
    """Return the logger of a name."""
    if not name:
        raise ValueError('Logger name must not be empty.')
    return _root_logger.get_child(name)


def initialize():
    """Do nothing: there is nothing to prepare."""


def shutdown():
    """Do nothing: there is nothing to release."""


def clear_config():
    """Forget all levels."""
    rcutils_logger.levels.clear()


def set_logger_level(name, level, detailed_error=False):
    """Have a logger write from a severity on; the empty name stands for all."""
    rcutils_logger.levels[name] = LoggingSeverity(level)


def get_logger_effective_level(name):
    """Return the severity from which a logger writes."""
    return rcutils_logger.effective_level(name)


def get_logger_level(name):
    """Return the severity that was set for a logger itself."""
    return rcutils_logger.levels.get(name, LoggingSeverity.UNSET)


def get_logging_severity_from_string(log_severity):
    """Return the severity of a name, whatever its case."""
    try:
        return LoggingSeverity[log_severity.upper()]
    except KeyError:
        choices = ', '.join(severity.name for severity in LoggingSeverity)
        raise ValueError(
            f'unknown log level {log_severity!r}; choose from: {choices}') from None


def get_logging_directory():
    """Return ROS_LOG_DIR, or log in ROS_HOME; nothing is written there by rclpy itself."""
    folder = os.environ.get('ROS_LOG_DIR')
    if folder:
        return Path(folder).expanduser()
    return Path(os.environ.get('ROS_HOME') or '~/.ros').expanduser() / 'log'


def _configure(arguments):
    """Take --log-level and --disable-stdout-logs."""
    rcutils_logger.to_terminal = arguments.stdout
    for name, level in arguments.log_levels:
        set_logger_level(name, get_logging_severity_from_string(level))
