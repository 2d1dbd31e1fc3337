"""The node as a process of its own, on real DDS, between a robot and a policy."""

import os
from pathlib import Path
import signal
import subprocess
import sys
from time import monotonic

from data_path import TIMEOUT
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from geometry_msgs.msg import TwistStamped
import numpy as np
import pytest
from rclpy.duration import Duration
from robots import write_contract
from safety_gate_rig import is_stop, linear, PERIOD, Rig, SPEED, start_gate, transform
from sgft_ros.nodes.ending import initialised
from sgft_ros.nodes.gate_lock import GateLock, LOCKED
from sgft_ros.robot.limits import OVERDUE
from sgft_ros.robot.messages import stamp_seconds

TRIES = 5  # to stop in time, as somebody else may have the processor in some of them

# A policy that acts for ever.
POLICY = """
import sys, sgft_ros, rclpy
sys.path[:0] = {folders!r}
from safety_gate_rig import Rig
from sgft_ros.nodes.ending import initialised
with initialised():
    rig = Rig()
    rig.measuring = False
    rig.create_timer({period}, lambda: rig.act(1.0, 0.0, 0.0))
    rclpy.spin(rig)
"""


@pytest.fixture
def rig(domain_id):
    with initialised():
        yield Rig()


@pytest.fixture
def gate(rig):
    process = start_gate()
    yield process
    end(process, signal.SIGTERM)


def end(process, number):
    """Send a signal to a process of this test; return its exit code and what it said."""
    if process.poll() is None:
        process.send_signal(number)
    _, said = process.communicate(timeout=TIMEOUT)
    return process.returncode, said


def status_of(rig):
    """Return the next diagnostics of the gate as level, message and dict."""
    statuses = []
    subscription = rig.create_subscription(
        DiagnosticArray, '/diagnostics', lambda array: statuses.extend(array.status), 10)
    rig.wait(lambda: any('gate' in status.name for status in statuses), 'diagnostics')
    rig.destroy_subscription(subscription)
    status = next(status for status in statuses if 'gate' in status.name)
    return status.level, status.message, {pair.key: pair.value for pair in status.values}


def test_starts_with_a_stop(rig, gate):
    rig.wait(lambda: len(rig.commands) >= 3, 'three stops')
    assert all(map(is_stop, rig.commands))
    assert rig.commands[0].header.frame_id == 'base_link'


def test_disarmed_gate_sends_nothing_but_stops(rig, gate):
    rig.wait(lambda: rig.commands, 'first stop')
    for _ in range(5):
        executed = rig.act_and_wait(1.0, -1.0, 0.5)
        assert list(executed.action) == [0.0, 0.0, 0.0] and executed.stopped
    rig.spin(3 * PERIOD)
    assert all(map(is_stop, rig.commands))


def test_arms_only_when_every_observation_is_fresh_and_finite(rig, gate):
    rig.measuring = False
    success, message = rig.enable()
    assert not success and 'tool position unknown' in message and 'force: never' in message
    rig.measuring, rig.force = True, np.nan
    rig.spin(0.3)
    success, message = rig.enable()
    assert not success and 'force: not finite' in message
    rig.force = 0.0
    rig.enable_when_ready()
    rig.measuring = False
    rig.spin(0.3)
    success, message = rig.enable()
    assert not success and 'old' in message
    assert list(rig.act_and_wait(1.0, 0.0, 0.0).action) == [0.0, 0.0, 0.0]
    assert all(map(is_stop, rig.commands))


def test_good_action_passes_and_is_reported_with_its_stamp(rig, gate):
    rig.enable_when_ready()
    executed = rig.act_and_wait(0.5, -0.25, 1.0)
    assert list(executed.action) == [0.5, -0.25, 1.0] and not executed.clipped
    assert executed.policy_version == 7
    assert executed.header.stamp.sec > 0
    rig.wait(lambda: rig.commands and not is_stop(rig.commands[-1]), 'command')
    np.testing.assert_array_equal(linear(rig.commands[-1]), [SPEED * 0.5, SPEED * -0.25, SPEED])


def test_clip_shows_in_the_executed_action(rig, gate):
    rig.tool = np.array([0.6985, 0.0, 0.25])
    rig.enable_when_ready()
    executed = rig.act_and_wait(1.0, 5.0, 0.0)
    assert executed.clipped
    np.testing.assert_allclose(list(executed.action), [0.5 / OVERDUE, 1.0, 0.0], atol=1e-5)


def test_an_action_that_the_workspace_leaves_nothing_of_is_no_stop(rig, gate):
    rig.tool = np.array([0.7, 0.0, 0.25])  # at the edge
    rig.enable_when_ready()
    for _ in range(3):
        executed = rig.act_and_wait(1.0, 0.0, 0.0)
        assert list(executed.action) == [0.0, 0.0, 0.0]
        assert executed.clipped and not executed.stopped


def test_locked_it_stops_a_policy_that_acts_and_arms_no_more_until_it_is_unlocked(rig, gate):
    rig.move()
    policy = rig.create_timer(PERIOD, lambda: rig.act(1.0, 0.0, 0.0))
    assert rig.lock(True) == (True, 'locked, until this process ends: no run_folder')
    answered = len(rig.commands)
    rig.wait(lambda: len(rig.commands) > answered + 5, 'commands')
    policy.cancel()
    assert all(map(is_stop, rig.commands[answered + 1:]))  # one may have been on its way
    for wanted in (False, True):  # without an answer nobody resets the robot
        success, message = rig.enable(wanted)
        assert not success and 'locked by the service' in message
        assert 'call it with false to unlock' in message
    assert rig.act_and_wait(1.0, 0.0, 0.0).stopped and is_stop(rig.commands[-1])
    assert rig.lock(False) == (True, 'not locked')
    rig.move()


def test_a_lock_outlives_the_process(rig, tmp_path):
    folder = f'run_folder:={tmp_path / "run"}'
    gate = start_gate(folder, robot=write_contract(tmp_path, {'name': 'another_name'}))
    assert rig.lock(True) == (True, 'locked')
    for locked in (True, False):
        end(gate, signal.SIGKILL)
        stops = len(rig.commands)
        gate = start_gate(folder)
        rig.wait(lambda stops=stops: len(rig.commands) > stops, 'stop of the next gate')
        success, message = rig.enable(False)
        assert success != locked and ('locked' in message) == locked
        rig.lock(False)
    end(gate, signal.SIGTERM)


def test_a_lock_that_cannot_be_written_down_locks_and_says_so(rig, tmp_path):
    (tmp_path / 'run').write_text('')  # where the folder should be
    gate = start_gate(f'run_folder:={tmp_path / "run"}')
    success, message = rig.lock(True)
    assert success and message.startswith('locked, until this process ends: ')
    assert not rig.enable(True)[0]
    assert rig.lock(False) == (True, 'not locked')
    rig.move()
    end(gate, signal.SIGTERM)


def test_where_no_gate_can_read_its_lock_it_stops_the_robot_and_is_locked(rig, tmp_path):
    gate = start_gate(f'run_folder:={tmp_path / ("x" * 300)}')
    rig.wait(lambda: len(rig.commands) >= 3, 'three stops')
    level, message, _ = status_of(rig)
    assert level == DiagnosticStatus.WARN and 'locked' in message and 'too long' in message
    success, message = rig.enable(True)
    assert not success and 'too long' in message
    assert not rig.lock(False)[0]
    end(gate, signal.SIGTERM)


def test_a_gate_that_is_locked_from_the_start_warns_with_the_remedy(rig, tmp_path):
    GateLock(str(tmp_path)).lock()
    gate = start_gate(f'run_folder:={tmp_path}')
    level, message, _ = status_of(rig)
    assert level == DiagnosticStatus.WARN and message == LOCKED
    rig.lock(False)
    assert status_of(rig)[:2] == (DiagnosticStatus.OK, 'not locked')
    rig.lock(True)
    assert status_of(rig)[:2] == (DiagnosticStatus.WARN, LOCKED)
    end(gate, signal.SIGTERM)


def test_whoever_publishes_commands_beside_it_is_named(rig, gate):
    rig.create_publisher(TwistStamped, 'twist_commands', 10)
    rig.enable_when_ready()
    _, said = end(gate, signal.SIGTERM)
    assert '/rig publishes commands, too' in said


@pytest.mark.parametrize('action', [(np.nan, 0.0, 0.0), (1.0, np.inf, 0.0), (1.0,), ()])
def test_bad_action_stops_the_robot(rig, gate, action):
    rig.move()
    executed = rig.act_and_wait(*action)
    assert list(executed.action) == [0.0, 0.0, 0.0] and executed.stopped
    rig.wait(lambda: is_stop(rig.commands[-1]), 'stop')


def next_command(rig, begin, stop):
    """Wait for a command, from this index on, that is a stop or is none; return its index."""
    def found():
        return [index for index in range(begin, len(rig.commands))
                if is_stop(rig.commands[index]) == stop]

    rig.wait(found, 'stop' if stop else 'motion')
    return found()[0]


def delays_of_the_stop(rig, bound):
    """Act once and fall silent, until the stop comes in time; return all delays [s]."""
    delays = []
    for _ in range(TRIES):
        rig.enable_when_ready()
        begin = len(rig.commands)
        if rig.act_and_wait(1.0, 0.0, 0.0).stopped:
            continue
        stop = next_command(rig, next_command(rig, begin, stop=False), stop=True)
        delays.append(rig.arrivals[stop] - rig.acted)
        if delays[-1] <= bound:
            break
    return delays


def test_silence_stops_within_three_periods_and_disarms(rig, gate):
    delays = delays_of_the_stop(rig, 3 * PERIOD)
    assert delays and delays[-1] <= 3 * PERIOD
    rig.wait(lambda: len(rig.commands) > 3 and all(map(is_stop, rig.commands[-3:])), 'more stops')
    assert list(rig.act_and_wait(1.0, 0.0, 0.0).action) == [0.0, 0.0, 0.0]
    level, message, values = status_of(rig)
    assert level == b'\1' and message == 'stopped: no valid action in time'
    assert values['armed'] == 'False' and values['watchdog_stops'] == str(len(delays))
    rig.move()


def test_killed_policy_stops_the_robot_within_three_periods(rig, gate):
    here = Path(__file__).parent
    program = POLICY.format(folders=[str(here), str(here.parent)], period=PERIOD)
    delays = []
    while not delays or (delays[-1] > 3 * PERIOD and len(delays) < TRIES):
        executed, commands = len(rig.executed), len(rig.commands)

        def moving(begin=commands):
            if all(map(is_stop, rig.commands[-3:])):  # it arms anew after a policy that was late
                rig.enable_when_ready()
                rig.spin(3 * PERIOD)
            return sum(not is_stop(command) for command in rig.commands[begin:]) > 10 \
                and not is_stop(rig.commands[-1])

        policy = subprocess.Popen([sys.executable, '-c', program])
        try:
            rig.wait(lambda begin=executed: len(rig.executed) > begin, 'policy that acts')
            rig.wait(moving, 'motion')
        finally:
            policy.kill()
            killed = monotonic()
            policy.wait()
        stop = next_command(rig, len(rig.commands), stop=True)
        delays.append(rig.arrivals[stop] - killed)
    assert delays[-1] <= 3 * PERIOD


@pytest.mark.parametrize('number', [signal.SIGTERM, signal.SIGINT])
def test_ends_with_the_stop_and_exit_code_zero(rig, gate, number):
    rig.move()
    gate.send_signal(number)
    rig.wait(lambda: gate.poll() is not None, 'end of the gate')
    assert gate.returncode == 0, gate.stderr.read()
    rig.wait(lambda: is_stop(rig.commands[-1]), 'stop')
    assert sum(map(is_stop, rig.commands[-3:])) >= 1


def test_killed_gate_starts_again_with_a_stop_and_disarmed(rig, gate):
    rig.move()
    end(gate, signal.SIGKILL)
    before = len(rig.commands)
    assert not is_stop(rig.commands[-1])
    restarted = start_gate()
    try:
        rig.wait(lambda: len(rig.commands) > before, 'command of the restarted gate')
        answers = len(rig.executed)
        # It commands before it hears actions.
        rig.wait(lambda: rig.act(1.0, 0.0, 0.0) and len(rig.executed) > answers, 'execution')
        assert list(rig.executed[-1].action) == [0.0, 0.0, 0.0]
        assert all(map(is_stop, rig.commands[before:]))
    finally:
        end(restarted, signal.SIGTERM)


def test_a_killed_gate_stops_the_robot_all_the_same_and_as_if_it_had_itself(domain_id):
    delays = []
    with initialised():
        rig = Rig()
        while not delays or (delays[-1] > 3 * PERIOD and len(delays) < TRIES):
            gate = start_gate(remap=('twist_commands:=elsewhere',))
            rig.listen('elsewhere')
            rig.move()
            begin, killed = len(rig.commands), monotonic()
            gate.kill()
            delays.append(rig.arrivals[next_command(rig, begin, stop=True)] - killed)
            assert rig.commands[-1].header.frame_id == 'base_link'
            assert stamp_seconds(rig.commands[-1].header.stamp) > 0.0
            _, said = end(gate, signal.SIGTERM)  # when the guard has ended, too
            assert 'its guard has sent the stop' in said
    assert delays[-1] <= 3 * PERIOD


def test_a_guard_that_is_killed_is_replaced_and_that_is_told(rig, gate):
    rig.enable_when_ready()
    os.kill(guard_of(gate), signal.SIGKILL)
    level, message, values = status_of(rig)
    assert level == DiagnosticStatus.WARN and values['guard_deaths'] == '1'
    assert 'the guard of the stop has died (exit code -9); another is started' in message
    rig.wait(lambda: 'guard' not in status_of(rig)[1], 'next guard')
    rig.wait(lambda: not any('UNKNOWN' in each.node_name for each in
                             rig.get_publishers_info_by_topic('twist_commands')), 'its name')
    rig.spin(0.2)  # DDS tells who publishes before it tells the name, and the gate as it tells us
    rig.move()
    begin = len(rig.commands)
    _, said = end(gate, signal.SIGKILL)
    rig.wait(lambda: len(rig.commands) > begin and is_stop(rig.commands[-1]), 'stop')
    assert 'publishes commands, too' not in said


def test_a_second_gate_is_refused_and_leaves_no_guard_that_stops_the_robot(rig, gate):
    rig.move()
    second = start_gate()
    _, said = second.communicate(timeout=TIMEOUT)  # when its guard has ended, too
    assert second.returncode == 1 and f'process {gate.pid} is its /safety_gate' in said
    assert 'its guard' not in said


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
def test_a_guard_ends_with_its_gate_and_not_before(rig, gate, number):
    rig.enable_when_ready()
    guard = guard_of(gate)
    os.kill(guard, number)
    for _ in range(2):  # the first diagnostics may come before the gate has looked
        assert status_of(rig)[2]['guard_deaths'] == '0'
    assert guard_of(gate) == guard
    code, said = end(gate, number)
    assert code == 0 and 'its guard' not in said
    assert not Path('/proc', str(guard)).exists()


def guard_of(gate):
    """Return the process id of the guard."""
    return int(Path(f'/proc/{gate.pid}/task/{gate.pid}/children').read_text())


def test_diagnostics_tell_the_latency(rig, gate):
    rig.enable_when_ready()
    for _ in range(20):
        rig.act_and_wait(0.1, 0.0, 0.0)
    rig.spin(1.1)
    _, _, values = status_of(rig)
    assert values['actions'] == '20'
    assert 0.0 < float(values['latency_median [ms]']) <= float(values['latency_max [ms]'])


def test_watchdog_follows_a_faster_simulation(domain_id):
    with initialised():
        rig = Rig(sim_time=10.0)
        gate = start_gate('rate_factor:=2.0', 'use_sim_time:=true')
        try:
            delays = delays_of_the_stop(rig, 1.5 * PERIOD)
            assert delays and delays[-1] <= 1.5 * PERIOD
        finally:
            end(gate, signal.SIGTERM)


@pytest.mark.parametrize(('parameters', 'words'), [
    (['watchdog_timeout:=0.2'], ['watchdog_timeout']),
    (['watchdog_timeout:=0.0'], ['watchdog_timeout']),
    (['rate_factor:=0.0'], ['rate_factor']),
    (['robot:=simulated_arn'], ["did you mean 'simulated_arm'"]),
    (["robot:=''"], ["'robot'", 'must be set']),
])
def test_wrong_parameter_is_refused_at_the_start(domain_id, parameters, words):
    gate = start_gate(*parameters)
    _, said = gate.communicate(timeout=TIMEOUT)
    assert gate.returncode != 0
    for word in words:
        assert word in said


def test_a_measurement_of_the_future_does_not_become_the_truth_when_its_time_has_come(rig, gate):
    rig.enable_when_ready()
    later = rig.get_clock().now() + Duration(seconds=0.5)
    rig._tf.sendTransform(transform('base_link', 'peg_tip', rig.tool, later.to_msg()))
    rig.wait(lambda: not rig.enable()[0], 'word of the future at the gate')
    rig.tool = np.array([0.7, 0.0, 0.25])  # at the face of the workspace
    rig.commands.clear()
    end = monotonic() + 1.5
    while monotonic() < end:
        rig.enable()
        rig.act(1.0, 0.0, 0.0)
        rig.spin(0.5 * PERIOD)
    rig.enable_when_ready()  # it is believed again
    assert len(rig.commands) > 10
    assert all(is_stop(command) for command in rig.commands)
