"""Events that a running process causes."""

from launch.event import Event


class RunningProcessEvent(Event):
    """Base of events that a running process causes."""

    name = 'launch.events.process.RunningProcessEvent'

    def __init__(self, *, action, name: str, cmd: list[str], cwd: str | None,
                 env: dict[str, str] | None, pid: int):
        """
        Create the event.

        :param action: the ExecuteProcess that runs the process
        :param name: name of the process, such as 'policy-1'
        :param cmd: program and arguments
        :param cwd: working directory; None is that of the launch
        :param env: environment variables
        :param pid: process id
        """
        self.action = action
        self.process_name = name
        self.cmd = cmd
        self.cwd = cwd
        self.env = env
        self.pid = pid

    @property
    def execute_process_action(self):
        """The ExecuteProcess that runs the process."""
        return self.action


class ProcessStarted(RunningProcessEvent):
    """A process has started."""

    name = 'launch.events.process.ProcessStarted'


class ProcessExited(RunningProcessEvent):
    """A process has ended."""

    name = 'launch.events.process.ProcessExited'

    def __init__(self, *, returncode: int, **details):
        """Create the event; the return code of a killed process is minus the signal."""
        super().__init__(**details)
        self.returncode = returncode
