"""The loop that runs a launch."""

import asyncio
import signal
import threading
import traceback

from launch import logging
from launch.event import Event
from launch.event_handlers import OnIncludeLaunchDescription, OnShutdown
from launch.events import IncludeLaunchDescription, Shutdown
from launch.events.process import SignalProcess
from launch.launch_context import LaunchContext
from launch.signal_handlers import SignalHandlers
from launch.utilities.visit import visit_entities


class LaunchService:
    """Run launch descriptions until they have nothing more to do, or are shut down."""

    def __init__(self, *, argv=None, noninteractive: bool = False, debug: bool = False):
        """
        Create a service.

        :param argv: arguments of the launch, which entities can see in the context
        :param noninteractive: whether no terminal belongs to the launch; then the launch passes
            SIGINT on to its processes, which would otherwise have it from the terminal
        :param debug: whether to print more
        """
        logging.launch_config.level = logging.DEBUG if debug else logging.INFO
        self._logger = logging.get_logger('launch')
        self._context = LaunchContext(argv=argv, noninteractive=noninteractive)
        self._context.register_event_handler(OnIncludeLaunchDescription())
        self._context.register_event_handler(OnShutdown(on_shutdown=self._on_shutdown))
        self._return_code = 0
        self._shutdown_begun = False
        self._interruptions = 0
        self.event_loop: asyncio.AbstractEventLoop | None = None
        self.task: asyncio.Task | None = None

    @property
    def context(self) -> LaunchContext:
        """The state of the launch."""
        return self._context

    def include_launch_description(self, launch_description):
        """Have a launch description visited; thread-safe."""
        self.emit_event(IncludeLaunchDescription(launch_description))

    def emit_event(self, event: Event):
        """Emit an event; thread-safe. Before run() it waits for the start."""
        loop = self.event_loop
        if loop is None or loop is _running_loop():
            self._context.emit_event_sync(event)
        else:
            loop.call_soon_threadsafe(self._context.emit_event_sync, event)

    def shutdown(self, force_sync: bool = False):
        """Shut the launch down; thread-safe, and without effect while it does not run."""
        if self.event_loop is not None:
            self.emit_event(Shutdown(reason='LaunchService.shutdown() called'))

    def run(self, *, shutdown_when_idle: bool = True) -> int:
        """
        Run the launch in the main thread until it is over.

        :param shutdown_when_idle: whether to end when there is nothing more to do
        :return: 0; 1 if something could not be launched or an action failed
        """
        return asyncio.run(self.run_async(shutdown_when_idle=shutdown_when_idle))

    async def run_async(self, *, shutdown_when_idle: bool = True) -> int:
        """Run the launch as part of an event loop; see run()."""
        if threading.current_thread() is not threading.main_thread():
            raise RuntimeError('LaunchService can only be run in the main thread')
        if self.event_loop is not None:
            raise RuntimeError('LaunchService is already running')
        self._start()
        try:
            with SignalHandlers(self._on_signal):
                logging.log_launch_config(logger=self._logger)
                try:
                    await self._loop(shutdown_when_idle)
                except asyncio.CancelledError:  # first stop what runs
                    self._begin_shutdown(Shutdown(reason='cancelled'))
                    await self._loop(shutdown_when_idle)
                    raise
        finally:
            self._context._wake = lambda: None
            self.event_loop.set_exception_handler(None)
            self.event_loop = self.task = self._context.asyncio_loop = None
        return 1 if self._context.launch_failed else self._return_code

    def _start(self):
        self.event_loop = self._context.asyncio_loop = asyncio.get_running_loop()
        self.task = asyncio.current_task()
        self._context._is_shutdown = self._shutdown_begun = False
        self._context.launch_failed = False
        self._return_code = self._interruptions = 0
        self._changed = asyncio.Event()
        self._context._wake = self._changed.set
        self.event_loop.set_exception_handler(self._on_loop_error)

    async def _loop(self, shutdown_when_idle: bool):
        context = self._context
        while True:
            self._changed.clear()
            try:
                while context._events:
                    self._process_event(context._events.popleft())
                self._collect_finished()
            except Exception as error:
                self._fail(error)
                continue
            if context._events:
                continue
            if not context._futures:
                if context.is_shutdown:
                    return
                if shutdown_when_idle:
                    self._begin_shutdown(Shutdown(reason='idle'))
                    continue
            await self._changed.wait()

    def _process_event(self, event: Event):
        self._logger.debug(f'processing event: {event.name}')
        for handler in tuple(self._context._event_handlers):
            if not handler.matches(event):
                continue
            self._context._push_locals()
            try:
                entities = handler.handle(event, self._context)
                for future in visit_entities(entities, self._context):
                    self._context.add_completion_future(future)
            finally:
                self._context._pop_locals()

    def _collect_finished(self):
        """Raise the first error in what is done."""
        finished, self._context._finished = self._context._finished, []
        errors = [future.exception() for future in finished if not future.cancelled()]
        errors = [error for error in errors if error is not None]
        for error in errors[1:]:
            self._logger.error(f'Caught exception in launch: {error}')
        if errors:
            raise errors[0]

    def _fail(self, error: Exception):
        message = f'Caught exception in launch (see debug for traceback): {error}'
        self._logger.debug(''.join(traceback.format_exception(error)))
        self._logger.error(message)
        self._return_code = 1
        self._begin_shutdown(Shutdown(reason=message))

    def _on_loop_error(self, loop, details):
        """Note what went wrong in a callback, where nobody waits for the result."""
        self._return_code = 1
        self._logger.error(f"error in launch: {details.get('exception') or details['message']}")
        loop.default_exception_handler(details)

    def _begin_shutdown(self, event: Shutdown):
        if not self._shutdown_begun:
            self._shutdown_begun = True
            self._context._is_shutdown = True
            self._context.emit_event_sync(event)

    def _on_shutdown(self, event, context):
        self._shutdown_begun = True
        context._is_shutdown = True

    def _on_signal(self, number: signal.Signals):
        """Shut down; every further signal makes the processes end more roughly."""
        self._interruptions += 1
        what = 'ctrl-c (SIGINT)' if number == signal.SIGINT else number.name
        if self._interruptions == 1:
            self._logger.warning(f'user interrupted with {what}')
            self._begin_shutdown(
                Shutdown(reason=what, due_to_sigint=number == signal.SIGINT))
            return
        rougher = signal.SIGTERM if self._interruptions == 2 else signal.SIGKILL
        self._logger.warning(
            f"user interrupted with {what} again, sending '{rougher.name}' to all processes")
        self._context.emit_event_sync(
            SignalProcess(signal_number=rougher, process_matcher=lambda action: True))


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
