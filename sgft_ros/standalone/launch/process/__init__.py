"""Child processes of a launch: start, output, end. Knows nothing of actions and events."""

from launch.process.child_process import ChildProcess
from launch.process.lines import Lines

__all__ = ['ChildProcess', 'Lines']
