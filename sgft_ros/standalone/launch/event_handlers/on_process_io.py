"""Handler of the output of processes."""

from launch.event_handlers.on_action_event_base import OnActionEventBase
from launch.events.process import ProcessIO


class OnProcessIO(OnActionEventBase):
    """Handle what a process writes; `event.text` holds bytes, not always whole lines."""

    def __init__(self, *, target_action=None, on_stdin=None, on_stdout=None, on_stderr=None,
                 **kwargs):
        """Create a handler from functions of the event that may return entities."""
        from launch.actions import ExecuteLocal  # actions register event handlers

        def handle(event, context):
            function = (on_stdout if event.from_stdout
                        else on_stderr if event.from_stderr else on_stdin)
            return None if function is None else function(event)

        super().__init__(
            action_matcher=target_action, on_event=handle, target_event_cls=ProcessIO,
            target_action_cls=ExecuteLocal, **kwargs)
