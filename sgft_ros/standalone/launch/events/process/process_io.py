"""Input and output of processes."""

from launch.events.process.running_process_event import RunningProcessEvent


class ProcessIO(RunningProcessEvent):
    """Bytes that a process has written or shall read, as they came: not always whole lines."""

    name = 'launch.events.process.ProcessIO'
    from_stdin = from_stdout = from_stderr = False

    def __init__(self, *, text: bytes, **details):
        """Create the event of some bytes."""
        super().__init__(**details)
        self.text = text


class ProcessStdin(ProcessIO):
    """Bytes for the standard input of a process."""

    name = 'launch.events.process.ProcessStdin'
    from_stdin = True


class ProcessStdout(ProcessIO):
    """Bytes from the standard output of a process."""

    name = 'launch.events.process.ProcessStdout'
    from_stdout = True


class ProcessStderr(ProcessIO):
    """Bytes from the standard error of a process."""

    name = 'launch.events.process.ProcessStderr'
    from_stderr = True
