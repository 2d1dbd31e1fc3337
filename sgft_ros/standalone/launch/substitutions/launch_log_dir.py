"""The directory of this launch's log files."""

from launch import logging
from launch.substitution import Substitution


class LaunchLogDir(Substitution):
    """Stand for the directory that the log files of this launch are in."""

    def perform(self, context) -> str:
        """Return the directory."""
        return logging.launch_config.log_dir
