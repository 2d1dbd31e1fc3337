"""Handlers of the start and end of processes, and of the end of actions."""

from launch.event_handlers.on_action_event_base import OnActionEventBase
from launch.events.execution_complete import ExecutionComplete
from launch.events.process import ProcessExited, ProcessStarted


class OnProcessStart(OnActionEventBase):
    """Handle the start of the process of an action, or of any process."""

    def __init__(self, *, target_action=None, on_start, **kwargs):
        """Create a handler from entities, or a function (event, context) that returns some."""
        from launch.actions import ExecuteLocal  # actions register event handlers
        super().__init__(
            action_matcher=target_action, on_event=on_start, target_event_cls=ProcessStarted,
            target_action_cls=ExecuteLocal, **kwargs)


class OnProcessExit(OnActionEventBase):
    """Handle the end of the process of an action, or of any process."""

    def __init__(self, *, target_action=None, on_exit, **kwargs):
        """Create a handler from entities, or a function (event, context) that returns some."""
        from launch.actions import ExecuteLocal  # actions register event handlers
        super().__init__(
            action_matcher=target_action, on_event=on_exit, target_event_cls=ProcessExited,
            target_action_cls=ExecuteLocal, **kwargs)


class OnExecutionComplete(OnActionEventBase):
    """Handle the end of an action, including the work that it began."""

    def __init__(self, *, target_action=None, on_completion, **kwargs):
        """Create a handler from entities, or a function (event, context) that returns some."""
        from launch.action import Action
        super().__init__(
            action_matcher=target_action, on_event=on_completion,
            target_event_cls=ExecutionComplete, target_action_cls=Action, **kwargs)
