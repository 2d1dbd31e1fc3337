"""Faults of drivers in the live graph are found and named; the check itself touches nothing."""

from dataclasses import replace
from pathlib import Path
import subprocess
import sys

from ament_index_python.packages import get_package_share_directory
from data_path import node_process, running_probe
from drivers import FAULTS
from geometry_msgs.msg import TwistStamped
from looks import assert_named, bad, calm, end, own_domain, record, sgft
import pytest
from robots import write_contract
from sgft_ros.check import bag, live, trained
from sgft_ros.check.findings import Level
from sgft_ros.check.joystick_recorder import JoystickSignal
from sgft_ros.check.judge import judge
from sgft_ros.robot import load_robot_contract
from sgft_ros.tasks import get_task
from std_srvs.srv import SetBool

RED, YELLOW = Level.RED, Level.YELLOW
DISCOVERY, LISTENING = 0.2, 0.6  # [s]
CONTRACT = load_robot_contract('simulated_arm')
TF = ['--ros-args', '-r', '/tf:=tf', '-r', '/tf_static:=tf_static']


@pytest.fixture(scope='module')
def drivers():
    """Run all faulty drivers in one domain, each in its namespace."""
    with own_domain():
        process = subprocess.Popen(
            [sys.executable, '-c', 'import sgft_ros, drivers; drivers.main()'],
            cwd=Path(__file__).parent, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            assert process.stdout.readline() == 'READY\n'
            yield
        finally:
            process.stdin.close()
            process.wait(timeout=30.0)


@pytest.fixture
def listen(drivers, monkeypatch):
    """Return a function from the name of a driver to what is found of it; all runs by now."""
    monkeypatch.setattr(live, 'DISCOVERY', DISCOVERY)
    return lambda driver, contract=CONTRACT, seconds=LISTENING: live.listen(
        contract, driver, seconds, TF)


@pytest.fixture
def look(listen, tmp_path):
    """Return a function from a driver and changes of the contract to all findings."""
    def check(driver, changes, *seconds):
        contract = load_robot_contract(write_contract(tmp_path, changes))
        return judge(listen(driver, contract, *seconds), contract)

    return check


@pytest.mark.parametrize('driver', ['none', 'best_effort_sensor', 'guard_of_a_gate'])
def test_a_right_driver_has_nothing_red(listen, driver):
    findings = calm(lambda: judge(listen(driver), CONTRACT), below=RED)
    assert max(each.level for each in findings) < RED, bad(findings)


MISTAKES = {
    'clock_ahead': (RED, ['age of force', 's in the future', 'chrony']),
    'clock_behind': (RED, ['age of tip_position', 'old when it arrives', 'synchronise']),
    'simulated_clock': (RED, ['age of force', 'simulated time', 'nobody publishes /clock',
                              'use_sim_time:=true']),
    'clock_a_little_ahead': (YELLOW, ['age of force', 'in the future', 'chrony']),
    'slow_sensor': (RED, ['age of force', 'too slow', 'publish faster']),
    'silent_sensor': (RED, ['age of force', 'no message within', '/silent_sensor/wrench']),
    'no_stamps': (RED, ['age of force', 'without a stamp', 'header.stamp']),
    'not_a_number': (RED, ['values of force', 'nan', 'the sensor or its driver has failed']),
    'tf_best_effort': (RED, ['topic /tf_best_effort/tf', 'does not fit', 'to reliable']),
    'tf_static_volatile': (RED, ['/tf_static_volatile/tf_static', 'does not fit', 'latched']),
    'static_tool': (RED, ['age of tool position', 'every frame on the way is static']),
    'no_hole': (RED, ['frames hole and peg_tip', 'hole hangs on map', 'calibration']),
    'second_commander': (RED, ['publishers of', '/second_commander/teleop publishes commands too',
                               'past the safety gate']),
    'two_sensors': (YELLOW, ['topic /two_sensors/wrench', '2 publishers', 'alternate']),
    'latched_listener': (RED, ['listeners of', 'quality of service', 'would hear no command']),
    'no_listener': (RED, ['listeners of /no_listener/twist_commands', 'nobody listens',
                          'start the controller']),
    'recorder_alone': (RED, ['listeners of', 'nobody listens']),
    'other_reset': (RED, ['service /other_reset/simulated_robot/reset', 'std_srvs/srv/SetBool',
                          'std_srvs/srv/Trigger']),
}


@pytest.mark.parametrize('driver', MISTAKES)
def test_a_fault_of_a_driver_is_named(listen, driver):
    level, words = MISTAKES[driver]
    assert_named(judge(listen(driver), CONTRACT), level, *words)


INTERLOCKS = {'interlocks': [
    {'name': 'program_running', 'topic': 'program', 'type': 'std_msgs/msg/Bool', 'field': 'data',
     'allowed': [True], 'latched': True},
    {'name': 'heartbeat', 'topic': 'heartbeat', 'type': 'std_msgs/msg/Bool', 'field': 'data',
     'allowed': [True], 'max_age': 0.3}]}
LOCK_MISTAKES = {  # driver: (changes of the contract, level, words)
    'program_stopped': ({}, YELLOW, ['interlock program_running', 'data of program is True',
                                     'False now', 'play the program', 'stays disarmed']),
    'program_volatile': ({}, RED, ['topic /program_volatile/program', 'does not fit', 'latched']),
    'program_of_numbers': ({}, RED, ['topic /program_of_numbers/program', 'std_msgs/msg/Int32',
                                     'interlocks (program_running)']),
    'no_program': ({}, RED, ['interlock program_running', 'nothing received', 'topic echo']),
    'no_heartbeat': ({}, RED, ['interlock heartbeat', 'nothing received', 'latched: true']),
    'slow_heartbeat': ({}, RED, ['silence of interlock heartbeat', 'at most 0.3 s', 'faster']),
    'none': ({'interlocks.0.latched': False}, RED, ['interlock program_running',
                                                    'nothing received', 'latched: true']),
}


@pytest.mark.parametrize('driver', LOCK_MISTAKES)
def test_a_fault_of_an_interlock_is_named(look, driver):
    changes, level, words = LOCK_MISTAKES[driver]
    assert_named(look(driver, INTERLOCKS | changes), level, *words)


def test_interlocks_that_let_the_robot_be_moved_are_green(look):
    findings = calm(lambda: look('none', INTERLOCKS))
    assert not bad(findings)
    assert {'interlock program_running', 'interlock heartbeat',
            'silence of interlock heartbeat'} <= {each.subject for each in findings}


STICK_MISTAKES = {  # driver: (changes of the human, level, words)
    'no_joystick': ({}, YELLOW, ['topic /no_joystick/joy', 'nobody publishes it', 'joy_node']),
    'program_stopped': ({'human.topic': 'heartbeat'}, RED, [
        'topic /program_stopped/heartbeat', 'std_msgs/msg/Bool', 'human.topic']),
    'few_axes': ({}, RED, ['joystick', 'human.axes.linear.z is axis 2', 'it has 1 axes']),
    'none': ({'human.success': 7}, RED, ['human.success is button 7', '2 buttons']),
    'trigger_at_rest': ({}, YELLOW, ['human.axes.linear.z at 1', 'triggers', 'deadband']),
    'button_held': ({}, YELLOW, ['human.take_over held down', 'let go']),
    'joystick_of_events': ({}, YELLOW, ['no message within', 'autorepeat_rate']),
    'no_hole': ({'human.max_age': 0.01}, YELLOW, [
        'silence of the joystick', 'at most 0.01 s', 'autorepeat_rate']),
}
HUMAN = {'human': {'take_over': 0, 'success': 1, 'max_age': 0.4, 'axes': {
    'linear.x': {'axis': 0}, 'linear.z': {'axis': 2}}}}


@pytest.mark.parametrize('driver', STICK_MISTAKES)
def test_a_fault_of_a_joystick_is_named(look, driver):
    changes, level, words = STICK_MISTAKES[driver]
    assert_named(look(driver, HUMAN | changes), level, *words)


def test_a_joystick_at_rest_is_green(look):
    findings = calm(lambda: look('none', HUMAN))
    assert not bad(findings)
    assert {'joystick', 'silence of the joystick'} <= {each.subject for each in findings}


def test_a_joystick_that_has_only_just_begun_to_speak_was_silent(listen, tmp_path):
    contract = load_robot_contract(write_contract(tmp_path, HUMAN))
    signal = JoystickSignal(10.0, [19.9], (0.0, 0.0, 0.0), (0, 0), 20.0)
    findings = judge(replace(listen('none', contract), joystick=signal), contract)
    assert_named(findings, YELLOW, 'silence of the joystick', 'up to 9.9 s', 'autorepeat_rate')


@pytest.mark.parametrize('tolerance, level', [
    (0.001, RED), (0.006, YELLOW), (0.02, Level.GREEN)])
def test_a_tolerance_below_the_noise_at_rest_is_named(look, tolerance, level):
    findings = look('noisy_tool', {'reset': {
        'kind': 'home', 'position': [0.5, 0.0, 0.2], 'tolerance': tolerance}}, 2.0)
    (found,) = [each for each in findings if each.subject == 'reset.tolerance']
    assert found.level == level, found
    assert 'of a robot at rest' in found.found


def test_values_that_simulation_never_saw_are_named(listen):
    shipped = Path(get_package_share_directory('sgft_ros'), 'resource', 'checkpoints')
    findings = judge(listen('far_off_force'), CONTRACT, get_task('peg_insert'),
                     trained.load(shipped / 'peg_insert'))
    assert_named(findings, RED, 'range of force.x', 'mostly clipped at -2 and 2', 'measures in N')


def test_every_fault_is_looked_for():
    named = MISTAKES.keys() | LOCK_MISTAKES.keys() | STICK_MISTAKES.keys()
    others = {'best_effort_sensor', 'guard_of_a_gate', 'far_off_force', 'noisy_tool'}
    assert named | others == FAULTS.keys()


def test_the_check_neither_commands_nor_arms_and_follows_simulated_time(domain_id, tmp_path):
    with_clock, without_clock = tmp_path / 'with_clock', tmp_path / 'without_clock'
    with running_probe() as probe, \
            node_process('simulated_robot', gap=0.0, rate_factor=2.0), \
            node_process('safety_gate', robot='simulated_arm', rate_factor=2.0,
                         use_sim_time='true'):
        commands = probe.collect(TwistStamped, 'twist_commands', 10)
        enable = probe.node.create_client(SetBool, 'safety_gate/enable')
        probe.until(lambda: commands and enable.service_is_ready(), what='a gate')
        recorders = [record(with_clock), record(without_clock, '--exclude-topics', '/clock')]
        code, output, _ = sgft('check', 'robot:=simulated_arm', 'task:=peg_insert', 'duration:=1')
        for recorder in recorders:
            end(recorder)
        probe.diagnostics.clear()
        probe.until(lambda: 'safety_gate: gate' in probe.diagnostics, what='a report of the gate')
        report = probe.diagnostics['safety_gate: gate']
    assert code == 0, output
    assert 'simulated time, from /clock' in output
    assert 'found /safety_gate\n' in output
    assert report[1] == 'disarmed since the start'
    assert all(is_stop(command) for command in commands)
    findings = judge(bag.read(with_clock, CONTRACT, '', None), CONTRACT)
    # On a busy machine a recorder has gaps, in what is stamped and in /clock.
    assert not [line for line in bad(findings) if not any(
        gap in line for gap in ('driver and services', 'older in', 'in the future'))]
    findings = judge(bag.read(without_clock, CONTRACT, '', None), CONTRACT)
    assert max(each.level for each in findings) == YELLOW
    assert_named(findings, YELLOW, 'age of force', 'another clock', 'record /clock too')


def is_stop(command):
    twist = command.twist
    return not any(getattr(part, axis) for part in (twist.linear, twist.angular) for axis in 'xyz')
