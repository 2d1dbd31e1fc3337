"""Output of a launch: to the screen, and to files in a directory of its own."""

import logging as _logging

from launch.logging.launch_config import launch_config, LaunchConfig
from launch.logging.loggers import get_logger, log_launch_config, reset
from launch.logging.output_loggers import get_output_loggers

DEBUG, INFO, WARNING, ERROR = _logging.DEBUG, _logging.INFO, _logging.WARNING, _logging.ERROR

__all__ = [
    'DEBUG',
    'ERROR',
    'INFO',
    'LaunchConfig',
    'WARNING',
    'get_logger',
    'get_output_loggers',
    'launch_config',
    'log_launch_config',
    'reset',
]
