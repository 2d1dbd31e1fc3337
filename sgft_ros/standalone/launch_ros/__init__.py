"""ROS nodes in launch files: the part of ROS 2's launch_ros that launch files here use."""

from launch_ros import actions, descriptions, substitutions, utilities

__all__ = ['actions', 'descriptions', 'substitutions', 'utilities']
