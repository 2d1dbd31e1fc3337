"""Loggers of launch itself."""

import logging

from launch.logging.launch_config import launch_config


def get_logger(name: str = 'launch') -> logging.Logger:
    """Return a logger that writes to the screen and to launch.log."""
    logger = logging.getLogger(name)
    if logger not in launch_config.loggers:
        attach(logger, [launch_config.get_screen_handler(), launch_config.get_log_file_handler()])
    return logger


def attach(logger: logging.Logger, handlers: list[logging.Handler]):
    """Let a logger write to these handlers only, at the level of the launch."""
    logger.handlers = handlers
    logger.propagate = False
    logger.setLevel(launch_config.level)
    launch_config.loggers.add(logger)


def log_launch_config(*, logger: logging.Logger):
    """Say where the log files are and what the level is."""
    logger.info(f'All log files can be found below {launch_config.log_dir}')
    logger.info(
        f'Default logging verbosity is set to {logging.getLevelName(launch_config.level)}')


def reset():
    """Forget all loggers, files and settings."""
    for logger in launch_config.loggers:
        logger.handlers = []
    launch_config.reset()
