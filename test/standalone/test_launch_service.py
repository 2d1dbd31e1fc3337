"""LaunchService used from Python, as tests and other programs do."""

import asyncio
import signal
import threading

from launch import LaunchContext, LaunchDescription, LaunchService, logging
from launch.actions import (
    EmitEvent,
    ExecuteProcess,
    OpaqueCoroutine,
    OpaqueFunction,
    RegisterEventHandler,
    Shutdown,
    TimerAction,
    UnregisterEventHandler,
)
from launch.event import Event
from launch.event_handler import EventHandler
from launch.event_handlers import OnShutdown
from launch_runs import require_standalone
import pytest

require_standalone()


@pytest.fixture
def service(tmp_path, monkeypatch):
    """Return a service whose log files are in a directory of the test."""
    logging.reset()
    monkeypatch.setenv('ROS_LOG_DIR', str(tmp_path))
    yield LaunchService(noninteractive=True)
    logging.reset()


def described(service, *entities):
    service.include_launch_description(LaunchDescription(entities))
    return service


def test_output_can_be_kept(service):
    process = ExecuteProcess(cmd=['sh', '-c', 'echo out; echo err >&2; exit 2'],
                             cached_output=True)
    assert described(service, process).run() == 0
    assert process.get_stdout() == 'out\n' and process.get_stderr() == 'err\n'
    assert process.return_code == 2
    assert process.process_details['name'].startswith('sh-')


def test_service_can_run_again(service):
    for number in (1, 2):
        process = ExecuteProcess(cmd=['sh', '-c', f'exit {number}'])
        assert described(service, process).run() == 0
        assert process.return_code == number


def test_second_run_does_not_inherit_the_failure_of_the_first(service):
    assert described(service, OpaqueFunction(function=lambda context: 1 / 0)).run() == 1
    assert described(service).run() == 0


def test_function_must_return_a_list_of_actions(service):
    described(service, OpaqueFunction(function=lambda context: ExecuteProcess(cmd=['true'])))
    assert service.run() == 1
    described(service, OpaqueFunction(function=lambda context: [ExecuteProcess(cmd=['true'])]))
    assert service.run() == 0


def test_shutdown_from_another_thread(service):
    process = ExecuteProcess(cmd=['sleep', '60'])
    started = threading.Event()

    def stop():
        started.wait(10)
        service.shutdown()

    thread = threading.Thread(target=stop)
    thread.start()
    described(service, process, TimerAction(
        period=0.1, actions=[OpaqueFunction(function=lambda context: started.set())]))
    assert service.run() == 0
    thread.join()
    assert process.return_code == -signal.SIGINT


def test_description_can_be_included_while_the_service_runs(service):
    process = ExecuteProcess(cmd=['true'])

    def include():
        service.include_launch_description(LaunchDescription([process, Shutdown()]))

    timer = threading.Timer(0.2, include)
    timer.start()
    assert service.run(shutdown_when_idle=False) == 0
    timer.join()


def test_service_is_part_of_an_event_loop(service):
    process = ExecuteProcess(cmd=['true'])
    described(service, process)

    async def both():
        ticks = 0

        async def tick():
            nonlocal ticks
            while True:
                ticks += 1
                await asyncio.sleep(0)

        task = asyncio.create_task(tick())
        code = await service.run_async()
        task.cancel()
        return code, ticks

    code, ticks = asyncio.run(both())
    assert code == 0 and ticks > 10 and process.return_code == 0


def test_cancelled_service_stops_its_processes_first(service):
    process = ExecuteProcess(cmd=['sleep', '60'])
    described(service, process)

    async def cancel():
        task = asyncio.create_task(service.run_async())
        while process.process_details is None or 'pid' not in process.process_details:
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancel())
    assert process.return_code == -signal.SIGINT


def test_run_in_another_thread_is_refused(service):
    errors = []

    def run():
        try:
            service.run()
        except RuntimeError as error:
            errors.append(str(error))

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert errors == ['LaunchService can only be run in the main thread']


def test_signals_are_given_back(service):
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    assert described(service).run() == 0
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before


def test_events_reach_handlers_until_these_are_unregistered(service):
    class Ping(Event):
        """An event of this test."""

    seen = []
    once = EventHandler(
        matcher=lambda event: isinstance(event, Ping), handle_once=True,
        entities=OpaqueFunction(function=lambda context: seen.append('once')))
    always = EventHandler(
        matcher=lambda event: isinstance(event, Ping),
        entities=[OpaqueFunction(
            function=lambda context: seen.append(type(context.locals.event)))])
    described(
        service, RegisterEventHandler(once), RegisterEventHandler(always),
        EmitEvent(event=Ping()),
        TimerAction(period=0.5, actions=[EmitEvent(event=Ping())]),
        TimerAction(period=1.0, actions=[UnregisterEventHandler(always)]),
        TimerAction(period=1.5, actions=[EmitEvent(event=Ping())]))
    assert service.run() == 0
    assert seen == [Ping, 'once', Ping]


def test_coroutine_runs_and_is_cancelled_by_the_shutdown(service):
    ended = []

    async def wait(context, seconds):
        assert isinstance(context, LaunchContext)
        try:
            await asyncio.sleep(seconds)
            ended.append('done')
        except asyncio.CancelledError:
            ended.append('cancelled')
            raise

    described(service, OpaqueCoroutine(coroutine=wait, args=[0.05]),
              OpaqueCoroutine(coroutine=wait, args=[60.0]),
              TimerAction(period=0.3, actions=[Shutdown()]))
    assert service.run() == 0
    assert ended == ['done', 'cancelled']


def test_reason_of_the_shutdown_is_known(service):
    reasons = []
    described(
        service, Shutdown(reason='enough'), RegisterEventHandler(OnShutdown(
            on_shutdown=lambda event, context: reasons.append(event.reason))))
    assert service.run() == 0
    assert reasons == ['enough']


def test_action_that_is_executed_twice_is_refused(service, capsys):
    process = ExecuteProcess(cmd=['true'])
    assert described(service, process, process).run() == 1
    assert 'executed more than once' in capsys.readouterr().out


def test_timer_may_be_started_again(service):
    ticks = []
    timer = TimerAction(period=0.05, actions=[
        OpaqueFunction(function=lambda context: ticks.append(1))])
    assert described(service, timer, TimerAction(period=0.02, actions=[timer])).run() == 0
    assert len(ticks) == 2


def test_log_directory_that_cannot_be_made_is_named(tmp_path, monkeypatch):
    logging.reset()
    (tmp_path / 'file').write_text('')
    monkeypatch.setenv('ROS_LOG_DIR', str(tmp_path / 'file' / 'log'))
    with pytest.raises(RuntimeError, match=r'cannot make the log directory .*set ROS_LOG_DIR'):
        LaunchService()
    logging.reset()
