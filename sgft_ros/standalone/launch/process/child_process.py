"""One child process, from its start to its last line of output."""

import asyncio
from collections.abc import Callable
import os
import shutil
import signal

from launch.process.orphan_guard import orphan_guard
from launch.process.output import Output

LAST_OUTPUT_WAIT = 1.0  # [s] that the output may stay open after the process has ended


class ChildProcess(asyncio.SubprocessProtocol):
    """A running process."""

    def __init__(self, on_stdout: Callable[[bytes], None], on_stderr: Callable[[bytes], None], *,
                 terminal: bool):
        """
        Prepare a process.

        :param on_stdout: receives the bytes that it writes to standard output
        :param on_stderr: receives the bytes that it writes to standard error
        :param terminal: whether it shall see terminals there
        """
        self._outputs = [Output(on_stdout, terminal=terminal),
                         Output(on_stderr, terminal=terminal)]
        self._exited = asyncio.get_running_loop().create_future()
        self._transport: asyncio.SubprocessTransport | None = None
        self._own_session = False

    async def start(self, cmd: list[str], *, cwd: str | None, env: dict[str, str],
                    shell: bool, own_session: bool):
        """
        Start the process; its output waits for read_output().

        :param cmd: program and arguments, joined to one command line for a shell
        :param own_session: whether signals to the launch's process group shall not reach it
        :raises OSError: if the program does not exist, cannot be executed, or `cwd` is missing
        """
        stdout, stderr = self._outputs
        try:
            if shell:
                cmd = ['/bin/sh', '-c', ' '.join(cmd)]
            check_startable(cmd[0], cwd, env)
            self._own_session = own_session
            self._transport, _ = await asyncio.get_running_loop().subprocess_exec(
                lambda: self, *orphan_guard(), *cmd, cwd=cwd, env=env,
                stdin=asyncio.subprocess.PIPE, stdout=stdout.write_end,
                stderr=stderr.write_end, start_new_session=own_session)
        except BaseException:
            for output in self._outputs:
                output.close()
            raise

    async def read_output(self):
        """Begin to read the output."""
        for output in self._outputs:
            await output.start()

    @property
    def pid(self) -> int:
        """The process id."""
        return self._transport.get_pid()

    @property
    def returncode(self) -> int | None:
        """The exit code, or minus the signal that ended the process; None while it runs."""
        return None if self._transport is None else self._transport.get_returncode()

    def process_exited(self):
        """Note the end of the process."""
        self._exited.set_result(None)

    async def wait(self) -> int:
        """Wait until the process has ended and its output was read; return its exit code."""
        await self._exited
        # A process left behind by this one may keep the output open for ever.
        await asyncio.wait([output.closed for output in self._outputs], timeout=LAST_OUTPUT_WAIT)
        for output in self._outputs:
            output.close()
        self._transport.close()
        return self._transport.get_returncode()

    def send_signal(self, number: signal.Signals):
        """
        Send a signal; SIGKILL also reaches all that a process in its own session has started.

        :raises ProcessLookupError: if the process has ended
        """
        if self.returncode is not None:
            raise ProcessLookupError(f'process {self.pid} has ended')
        if number == signal.SIGKILL and self._own_session:
            os.killpg(self.pid, number)
        else:
            self._transport.send_signal(number)


def check_startable(program: str, cwd: str | None, env: dict[str, str]):
    """
    Check what the system would only complain about once a child process exists.

    :raises FileNotFoundError: if the directory or the program does not exist
    :raises PermissionError: if the program exists but cannot be executed
    """
    if cwd is not None and not os.path.isdir(cwd):
        raise FileNotFoundError(f"no such working directory: '{cwd}'")
    path = program if os.sep not in program else os.path.join(cwd or '', program)
    if shutil.which(path, path=env.get('PATH', os.defpath)) is not None:
        return
    if os.path.exists(path) and os.sep in program:
        raise PermissionError(f"not executable: '{path}'")
    raise FileNotFoundError(f"no such program: '{program}'")
