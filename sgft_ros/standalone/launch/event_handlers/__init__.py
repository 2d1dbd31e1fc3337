"""Event handlers."""

from launch.event_handlers.on_action_event_base import OnActionEventBase
from launch.event_handlers.on_include_launch_description import OnIncludeLaunchDescription
from launch.event_handlers.on_process_event import (
    OnExecutionComplete,
    OnProcessExit,
    OnProcessStart,
)
from launch.event_handlers.on_process_io import OnProcessIO
from launch.event_handlers.on_shutdown import OnShutdown

__all__ = [
    'OnActionEventBase',
    'OnExecutionComplete',
    'OnIncludeLaunchDescription',
    'OnProcessExit',
    'OnProcessIO',
    'OnProcessStart',
    'OnShutdown',
]
