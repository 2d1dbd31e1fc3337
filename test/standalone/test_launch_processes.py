"""Processes of a launch: output, exit codes, respawn, and how they are stopped."""

import os
import pty
import re
import signal

from launch_runs import alive, Launcher, wait_until_gone
import pytest


@pytest.fixture
def launcher(tmp_path):
    launcher = Launcher(tmp_path)
    yield launcher
    launcher.close()


def test_output_has_the_prefix_of_its_process_and_all_lines_in_order(launcher):
    run = launcher.run("""
        python('for i in range(2000): print("line", i)', name='many'),
        python('import sys; sys.stdout.write("no end")', name='short'),
        """)
    assert run.process.returncode == 0
    lines = [line for line in run.lines if line.startswith('[many-1] ')]
    assert lines == [f'[many-1] line {i}' for i in range(2000)]
    assert '[short-2] no end' in run.lines
    started = next(i for i, line in enumerate(run.lines) if 'process started with pid' in line)
    assert started < run.lines.index('[many-1] line 0')
    run.wait_for(r'^\[INFO\] \[many-1\]: process has finished cleanly \[pid \d+\]$')


def test_letters_that_are_split_between_two_writes_stay_whole(launcher):
    run = launcher.run("""python(
        'import os, time; data = "größe ✓\\\\n".encode()\\n'
        'for byte in data: os.write(1, bytes([byte])); time.sleep(0.002)', name='slow')""")
    assert '[slow-1] größe ✓' in run.lines


def test_exit_code_and_command_of_a_process_that_died_are_named(launcher):
    run = launcher.run("ExecuteProcess(cmd=['sh', '-c', 'exit 3'])")
    assert run.process.returncode == 0, 'as with ros2 launch'
    run.wait_for(r"^\[ERROR\] \[sh-1\]: process has died \[pid \d+, exit code 3, cmd "
                 r"'sh -c exit 3'\]\.$")


def test_missing_program_fails_the_launch_but_not_its_other_processes(launcher):
    run = launcher.run("""
        ExecuteProcess(cmd=['no-such-program', 'x']),
        ExecuteProcess(cmd=['sh', '-c', 'sleep 0.3; echo still here'], output='screen'),
        """)
    assert run.process.returncode == 1
    run.wait_for(r'^\[ERROR\] \[no-such-program-1\]: process failed to start: .*no-such-program')
    assert '[sh-2] still here' in run.lines


def test_output_log_shows_only_standard_error(launcher):
    run = launcher.run("ExecuteProcess(cmd=['sh', '-c', 'echo out; echo err >&2'])")
    assert '[sh-1] err' in run.lines and '[sh-1] out' not in run.lines
    log = (launcher.log / 'latest' / 'launch.log').read_text()
    assert '[sh-1] out' in log and '[sh-1] err' in log


def test_process_with_emulated_terminal_sees_one(launcher):
    run = launcher.run("""
        python('import sys; print(sys.stdout.isatty(), sys.stderr.isatty())', name='tty',
               emulate_tty=True),
        python('import sys; print(sys.stdout.isatty(), sys.stderr.isatty())', name='pipe')""")
    assert '[tty-1] True True' in run.lines and '[pipe-2] False False' in run.lines


def test_ctrl_c_reaches_every_process_once_and_waits_for_it(launcher):
    run = launcher.start("listener('SIGINT', name='a'), listener('SIGINT', name='b')")
    run.wait_for(r'\[a-1\] READY'), run.wait_for(r'\[b-2\] READY')
    os.killpg(run.process.pid, signal.SIGINT)
    assert run.finish() == 0
    for name in ('a-1', 'b-2'):
        assert run.lines.count(f'[{name}] got SIGINT') == 1
        run.wait_for(rf'\[{name}\]: process has finished cleanly')
    assert '[WARNING] [launch]: user interrupted with ctrl-c (SIGINT)' in run.lines


def test_ctrl_c_in_a_terminal_reaches_every_process_once(launcher):
    master, slave = pty.openpty()

    def take_terminal():
        os.setsid()
        os.close(os.open(os.ttyname(0), os.O_RDWR))  # becomes the controlling terminal

    run = launcher.start("listener('SIGINT', name='a'), listener('SIGINT', name='b')",
                         stdin=slave, start_new_session=False, preexec_fn=take_terminal)
    os.close(slave)
    run.wait_for(r'\[a-1\] READY'), run.wait_for(r'\[b-2\] READY')
    os.write(master, b'\x03')
    assert run.finish() == 0
    os.close(master)
    for name in ('a-1', 'b-2'):
        assert run.lines.count(f'[{name}] got SIGINT') == 1


@pytest.mark.parametrize('number', [signal.SIGTERM, signal.SIGHUP])
def test_other_signals_shut_down_in_order_too(launcher, number):
    run = launcher.start("listener('SIGINT', name='a')")
    run.wait_for('READY')
    run.process.send_signal(number)
    assert run.finish() == 0
    run.wait_for(r'\[a-1\]: process has finished cleanly')


def test_process_that_ignores_signals_gets_sigterm_and_then_sigkill(launcher):
    run = launcher.start(
        "listener('', name='deaf', sigterm_timeout='2.5', sigkill_timeout='2.5')")
    pid = int(run.wait_for(r'READY (\d+)')[1])
    run.process.send_signal(signal.SIGINT)
    assert run.finish() == 0
    expected = [
        '[deaf-1] got SIGINT',
        "[ERROR] [deaf-1]: process[deaf-1] failed to terminate '2.5' seconds after receiving "
        "'SIGINT', escalating to 'SIGTERM'",
        '[deaf-1] got SIGTERM',
        "[ERROR] [deaf-1]: process[deaf-1] failed to terminate '2.5' seconds after receiving "
        "'SIGTERM', escalating to 'SIGKILL'"]
    assert [line for line in run.lines if line in expected] == expected
    assert 'exit code -9' in run.output and not alive(pid)


def test_second_and_third_ctrl_c_do_not_wait(launcher):
    run = launcher.start("listener('', name='deaf')")
    run.wait_for('READY')
    for awaited in ('got SIGINT', 'got SIGTERM', 'exit code -9'):
        run.process.send_signal(signal.SIGINT)
        run.wait_for(awaited)
    assert run.finish() == 0


def test_interruption_while_processes_start_leaves_none(launcher):
    run = launcher.start("""
        OpaqueFunction(function=lambda context: os.kill(os.getpid(), signal.SIGINT)),
        *(listener('SIGINT') for _ in range(5))""")
    assert run.finish() == 0
    for line in run.lines:
        if match := re.search(r'started with pid \[(\d+)\]', line):
            assert not alive(int(match[1]))


def test_killed_process_is_started_again_after_the_delay(launcher):
    run = launcher.start("listener('SIGINT', name='phoenix', respawn=True, respawn_delay=0.3)")
    pid = int(run.wait_for(r'READY (\d+)')[1])
    os.kill(pid, signal.SIGKILL)
    run.wait_for(rf'process has died \[pid {pid}, exit code -9')
    second = int(run.wait_for(rf'READY (?!{pid}\b)(\d+)')[1])
    run.process.send_signal(signal.SIGINT)
    assert run.finish() == 0
    assert not alive(second)
    assert len(re.findall(r'READY \d', run.output)) == 2, 'started again by the shutdown'


def test_respawn_ends_after_the_retries(launcher):
    run = launcher.run("""ExecuteProcess(cmd=['sh', '-c', 'echo again; exit 1'], output='screen',
                          respawn=True, respawn_max_retries=2)""")
    assert run.lines.count('[sh-1] again') == 3


def test_shutdown_does_not_wait_for_a_respawn(launcher):
    run = launcher.start("ExecuteProcess(cmd=['true'], respawn=True, respawn_delay=60.0)")
    run.wait_for('finished cleanly')
    run.process.send_signal(signal.SIGINT)
    assert run.finish() == 0


def test_no_process_outlives_a_killed_launch(launcher):
    from launch.process.orphan_guard import orphan_guard
    if not orphan_guard():
        pytest.skip('needs setpriv with --pdeathsig')
    run = launcher.start("listener('SIGTERM', name='a')")
    pid = int(run.wait_for(r'READY (\d+)')[1])
    run.process.kill()
    run.process.wait()
    wait_until_gone(pid)


def test_process_left_behind_does_not_hold_up_the_launch(launcher):
    run = launcher.start("ExecuteProcess(cmd=['sh', '-c', 'sleep 60 & echo $!'], output='screen')")
    pid = int(run.wait_for(r'\[sh-1\] (\d+)')[1])
    assert run.finish() == 0
    os.kill(pid, signal.SIGKILL)


def test_closed_standard_output_does_not_stop_the_processes(launcher, tmp_path):
    read_end, write_end = os.pipe()
    os.close(read_end)
    mark = tmp_path / 'mark'
    run = launcher.start(f"""ExecuteProcess(output='screen', cmd=[
        'sh', '-c', 'for i in 1 2 3; do echo $i; done; touch {mark}'])""", stdout=write_end)
    os.close(write_end)
    assert run.finish() == 0
    assert mark.exists()
