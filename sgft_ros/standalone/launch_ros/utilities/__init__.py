"""Functions that actions on ROS nodes share."""

from launch_ros.utilities.executables import executable_command, ExecutableNotFoundError
from launch_ros.utilities.names import make_namespace_absolute, prefix_namespace

__all__ = [
    'ExecutableNotFoundError',
    'executable_command',
    'make_namespace_absolute',
    'prefix_namespace',
]
