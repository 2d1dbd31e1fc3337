"""A process on this machine as an action."""

import asyncio
import os
import signal

from launch import logging
from launch.action import Action
from launch.actions.opaque_function import OpaqueFunction
from launch.actions.process_output import ProcessOutput
from launch.actions.process_shutdown import ProcessShutdown
from launch.conditions import evaluate_condition_expression
from launch.descriptions import Executable
from launch.event_handler import EventHandler
from launch.event_handlers import OnProcessExit, OnShutdown
from launch.events.process import (
    ProcessExited,
    ProcessStarted,
    ProcessStderr,
    ProcessStdout,
    ShutdownProcess,
    SignalProcess,
)
from launch.logging.output_loggers import normalize_output
from launch.process import ChildProcess
from launch.substitutions import LaunchConfiguration
from launch.utilities import normalize_to_list_of_substitutions, perform_substitutions
from launch.utilities.type_utils import normalize_typed_substitution, perform_typed_substitution

TIMEOUT = 5  # until a process that does not end receives the next signal [s]


class ExecuteLocal(Action):
    """Run a process, print its output, start it again if wished, stop it at shutdown."""

    def __init__(
            self, *, process_description: Executable, shell: bool = False,
            sigterm_timeout=None, sigkill_timeout=None,
            emulate_tty: bool = False, output='log',
            output_format: str = '[{this.process_description.final_name}] {line}',
            cached_output: bool = False, log_cmd: bool = False, on_exit=None, respawn=False,
            respawn_delay: float | None = None, respawn_max_retries: int = -1, **kwargs):
        """
        Create an action.

        :param process_description: what to run
        :param shell: whether a shell shall run the command
        :param sigterm_timeout: time from SIGINT to SIGTERM at shutdown, text or substitutions;
            defaults to the launch configuration of this name, or 5 [s]
        :param sigkill_timeout: time from SIGTERM to SIGKILL, likewise [s]
        :param emulate_tty: whether the process shall see terminals as its outputs
        :param output: see launch.logging.get_output_loggers
        :param output_format: of each line; knows `line` and `this` action
        :param cached_output: whether get_stdout() and get_stderr() shall work
        :param log_cmd: whether to print the command
        :param on_exit: entities, or a function (event, context), that follow every exit
        :param respawn: whether to start the process again whenever it ends
        :param respawn_delay: time before that [s]
        :param respawn_max_retries: how often; negative without limit
        """
        super().__init__(**kwargs)
        self.process_description = process_description
        self.shell = shell
        self.sigterm_timeout = _timeout('sigterm_timeout', sigterm_timeout)
        self.sigkill_timeout = _timeout('sigkill_timeout', sigkill_timeout)
        self.emulate_tty = emulate_tty
        output = os.environ.get('OVERRIDE_LAUNCH_PROCESS_OUTPUT', output)
        if isinstance(output, str | dict):
            normalize_output(output)  # complain where the mistake is made
        self.output = (
            output if isinstance(output, dict) else normalize_to_list_of_substitutions(output))
        self._output_format = output_format
        self._cached_output = cached_output
        self._log_cmd = log_cmd
        self._on_exit = on_exit
        self._respawn = normalize_typed_substitution(respawn, bool)
        self._respawn_delay = 0.0 if respawn_delay is None else float(respawn_delay)
        if self._respawn_delay < 0.0:
            raise ValueError(f'respawn_delay must not be negative, got {respawn_delay}')
        self._respawns_left = float('inf') if respawn_max_retries < 0 else respawn_max_retries
        self._details: dict | None = None
        self._process: ChildProcess | None = None
        self._shutdown: ProcessShutdown | None = None
        self._shutdown_requested: asyncio.Future | None = None
        self._completed: asyncio.Future | None = None

    @property
    def process_details(self) -> dict | None:
        """Name, cmd, cwd, env, pid of the process; None before it has started."""
        return self._details

    @property
    def return_code(self) -> int | None:
        """The exit code of the process; None before it has ended."""
        return None if self._process is None else self._process.returncode

    def get_sub_entities(self):
        """Return what follows the exit, as far as known."""
        if self._on_exit is None or callable(self._on_exit):
            return []
        return list(self._on_exit) if isinstance(self._on_exit, list | tuple) else [self._on_exit]

    def get_asyncio_future(self):
        """Return a future that is done when the process has ended for the last time."""
        return self._completed

    def get_stdout(self) -> str:
        """Return what the process has written to standard output."""
        return self._cached(self._stdout)

    def get_stderr(self) -> str:
        """Return what the process has written to standard error."""
        return self._cached(self._stderr)

    def execute(self, context):
        """
        Begin to run the process.

        :raises RuntimeError: if the action was executed before
        """
        if self._completed is not None:
            raise RuntimeError(f'action executed more than once: {self.describe()}')
        if context.is_shutdown:
            return
        self._prepare(context)
        self._completed = context.asyncio_loop.create_future()
        self._shutdown_requested = context.asyncio_loop.create_future()
        handlers = [
            EventHandler(matcher=lambda event: isinstance(event, ShutdownProcess),
                         entities=OpaqueFunction(function=self._on_shutdown_process)),
            EventHandler(matcher=lambda event: isinstance(event, SignalProcess),
                         entities=OpaqueFunction(function=self._on_signal_process)),
            OnShutdown(on_shutdown=self._on_launch_shutdown)]
        if self._on_exit is not None:
            handlers.append(OnProcessExit(target_action=self, on_exit=self._on_exit))
        for handler in handlers:
            context.register_event_handler(handler)
        task = context.asyncio_loop.create_task(self._run(context))
        task.add_done_callback(self._complete)

    def _prepare(self, context):
        description = self.process_description
        description.prepare(context, self)
        self._details = {
            'action': self, 'name': description.final_name, 'cmd': description.final_cmd,
            'cwd': description.final_cwd, 'env': description.final_env}
        self._logger = logging.get_logger(description.final_name)
        output = self.output
        if not isinstance(output, dict):
            output = perform_substitutions(context, output)
        stdout, stderr = logging.get_output_loggers(description.final_name, output)
        self._stdout, self._stderr = (
            ProcessOutput(logger, self._format, self._emitter(context, event),
                          cached=self._cached_output)
            for logger, event in ((stdout, ProcessStdout), (stderr, ProcessStderr)))
        self._respawn = perform_typed_substitution(context, self._respawn, bool)
        self._timeouts = {
            name: _seconds(name, perform_substitutions(context, value))
            for name, value in (('sigterm_timeout', self.sigterm_timeout),
                                ('sigkill_timeout', self.sigkill_timeout))}
        if 'emulate_tty' in context.launch_configurations:
            self.emulate_tty = evaluate_condition_expression(
                context, [LaunchConfiguration('emulate_tty')])

    async def _run(self, context):
        """Run the process as often as it is to be started."""
        while not self._shutdown_requested.done() and not context.is_shutdown:
            try:
                await self._start(context)
            except (OSError, ValueError) as error:
                # As in ROS 2, what does run goes on; the launch as a whole has failed.
                self._logger.error(f'process failed to start: {error}')
                context.launch_failed = True
                return
            await self._finish(context)
            if not self._respawn or self._respawns_left <= 0:
                return
            self._respawns_left -= 1
            await asyncio.wait([self._shutdown_requested], timeout=self._respawn_delay)

    async def _start(self, context):
        cmd = self._details['cmd']
        if self._log_cmd:
            self._logger.info(
                f"process details: cmd='{' '.join(cmd)}', cwd='{self._details['cwd']}'")
        process = ChildProcess(
            self._stdout.feed, self._stderr.feed, terminal=self.emulate_tty)
        # Ctrl-C in a terminal reaches every process of its group. Without a terminal the launch
        # alone sends signals, so that none comes twice.
        await process.start(
            cmd, cwd=self._details['cwd'], env=self._details['env'], shell=self.shell,
            own_session=context.noninteractive)
        self._process = process
        self._details['pid'] = process.pid
        self._logger.info(f'process started with pid [{process.pid}]')
        context.emit_event_sync(ProcessStarted(**self._details))
        await process.read_output()
        if self._shutdown_requested.done():
            self._begin_shutdown(send_sigint=self._shutdown_requested.result())

    async def _finish(self, context):
        returncode = await self._process.wait()
        if self._shutdown is not None:
            self._shutdown.end()
        self._stdout.flush()
        self._stderr.flush()
        pid = self._details['pid']
        if returncode == 0:
            self._logger.info(f'process has finished cleanly [pid {pid}]')
        else:
            command = ' '.join(part for part in self._details['cmd'] if part.strip())
            self._logger.error(
                f"process has died [pid {pid}, exit code {returncode}, cmd '{command}'].")
        context.emit_event_sync(ProcessExited(returncode=returncode, **self._details))

    def _complete(self, task):
        if task.cancelled() or task.exception() is None:
            self._completed.set_result(None)
        else:
            self._completed.set_exception(task.exception())

    def _request_shutdown(self, *, send_sigint: bool):
        """Stop the process, and start it no more; before its start, stop it right after."""
        if self._completed.done() or self._shutdown_requested.done():
            return
        self._shutdown_requested.set_result(send_sigint)
        if self._process is not None and self._process.returncode is None:
            self._begin_shutdown(send_sigint=send_sigint)

    def _begin_shutdown(self, *, send_sigint: bool):
        self._shutdown = ProcessShutdown(
            self._send_signal, self._logger, self._details['name'], **self._timeouts)
        self._shutdown.begin(send_sigint=send_sigint)

    def _on_launch_shutdown(self, event, context):
        self._request_shutdown(
            send_sigint=not event.due_to_sigint or context.noninteractive)

    def _on_shutdown_process(self, context):
        if context.locals.event.process_matcher(self):
            self._request_shutdown(send_sigint=True)

    def _on_signal_process(self, context):
        event = context.locals.event
        if event.process_matcher(self):
            self._send_signal(event.signal)

    def _send_signal(self, number: signal.Signals):
        if self._process is None or self._process.returncode is not None:
            return
        self._logger.info(
            f"sending signal '{number.name}' to process[{self._details['name']}]")
        try:
            self._process.send_signal(number)
        except ProcessLookupError:
            pass  # it has just ended

    def _format(self, line: str) -> str:
        return self._output_format.format(line=line, this=self)

    def _emitter(self, context, event_class):
        def emit(data: bytes):
            event = event_class(text=data, **self._details)
            if context.would_handle_event(event):
                context.emit_event_sync(event)

        return emit

    def _cached(self, output: ProcessOutput) -> str:
        if not self._cached_output:
            raise RuntimeError('get_stdout() and get_stderr() need cached_output=True')
        return output.text


def _timeout(name: str, value):
    if value is None:
        value = LaunchConfiguration(name, default=TIMEOUT)
    return normalize_to_list_of_substitutions(
        str(value) if isinstance(value, int | float) else value)


def _seconds(name: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ValueError(f'{name} must be a number of seconds, got {text!r}') from None
