"""Events of processes."""

from launch.events.process.matchers import matches_executable, matches_name, matches_pid
from launch.events.process.process_io import ProcessIO, ProcessStderr, ProcessStdin, ProcessStdout
from launch.events.process.running_process_event import (
    ProcessExited,
    ProcessStarted,
    RunningProcessEvent,
)
from launch.events.process.targeted import ProcessTargetedEvent, ShutdownProcess, SignalProcess

__all__ = [
    'ProcessExited',
    'ProcessIO',
    'ProcessStarted',
    'ProcessStderr',
    'ProcessStdin',
    'ProcessStdout',
    'ProcessTargetedEvent',
    'RunningProcessEvent',
    'ShutdownProcess',
    'SignalProcess',
    'matches_executable',
    'matches_name',
    'matches_pid',
]
