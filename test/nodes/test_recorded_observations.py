"""Observations from bags with gaps, several robots, other calibrations and clocks."""

import sgft_ros  # noqa: F401  it puts the stand-in for ROS 2 on the path

# isort: split
from array import array
import os
from pathlib import Path
import shutil

from geometry_msgs.msg import TransformStamped, WrenchStamped
import numpy as np
import pytest
from rclpy.serialization import serialize_message
from rclpy.time import Time
from robots import GOAL, write_contract
from rosbags.rosbag2 import StoragePlugin, Writer
from sgft_ros.check import bag
from sgft_ros.msg import Transition
from sgft_ros.nodes import demonstrations
from sgft_ros.nodes.recorded_observations import read_observed
from sgft_ros.robot import load_robot_contract
from std_msgs.msg import Float64
from tf2_msgs.msg import TFMessage

BEGIN, MS = 1_700_000_000 * 10**9, 10**6  # [ns]
PERIOD, SENSOR = 50 * MS, 10 * MS
STEPS = 10
FORCE, TIP = 0.05, 20.0  # scales of the shipped contract
LOAD = {'name': 'load', 'unit': '1', 'max_age': 0.2, 'source': {
    'kind': 'topic', 'topic': 'load', 'type': 'std_msgs/msg/Float64', 'fields': ['data']}}


class Recording:
    """Messages by the time of their recording; the n-th wrench says n/2 N in x, up to a sign."""

    def __init__(self, sensors_of='', hole=0.0, sign=1.0):
        self.messages = []
        self.put(f'{sensors_of}/tf_static', BEGIN - 1, transform('base_link', 'hole', 0, hole))
        for number in range(STEPS * 5 + 10):
            time = BEGIN + number * SENSOR
            self.put(f'{sensors_of}/tf', time + 1, transform('base_link', 'peg_tip', time, 0.5))
            self.put(f'{sensors_of}/wrench', time + 1, wrench(time, 0.5 * sign * number))

    def put(self, topic, time, message):
        self.messages.append((time, len(self.messages), topic, message))

    def put_steps(self, robot='arm', numbers=range(STEPS)):
        for number in numbers:
            tick = BEGIN + number * PERIOD
            self.put('/transitions', tick + PERIOD + 2 * MS, Transition(
                robot=robot, session=7, sequence=number, step=number, source=Transition.HUMAN,
                action=array('f', [0.1] * 3), terms=['tip_position', 'force'],
                stamps=[stamp(tick)] * 2, next_stamps=[stamp(tick + PERIOD)] * 2))
            self.messages[-1][3].header.stamp = stamp(tick)

    def lose(self, topic, time):
        self.messages = [each for each in self.messages if each[::2] != (time, topic)]

    def write(self, path):
        shutil.rmtree(path, ignore_errors=True)
        with Writer(path, version=9, storage_plugin=StoragePlugin.MCAP) as writer:
            connections = {}
            for time, _, topic, message in sorted(self.messages, key=lambda each: each[:2]):
                if topic not in connections:
                    # Who reads it goes by the type's name alone.
                    connections[topic] = writer.add_connection(
                        topic, type_name(type(message)), msgdef='unknown', rihs01='unknown')
                writer.write(connections[topic], time, serialize_message(message))
        return path


def type_name(kind):
    return f'{kind.__module__.partition(".")[0]}/msg/{kind.__name__}'


def stamp(time):
    return Time(nanoseconds=time).to_msg()


def transform(parent, child, time, x):
    message = TransformStamped(child_frame_id=child)
    message.header.frame_id, message.header.stamp = parent, stamp(time)
    message.transform.translation.x, message.transform.rotation.w = x, 1.0
    return TFMessage(transforms=[message])


def wrench(time, force):
    message = WrenchStamped()
    message.header.stamp = stamp(time)
    message.wrench.force.x = force
    return message


@pytest.fixture
def observed(tmp_path):
    """Return a function from a recording to its transitions as a contract sees them."""
    def read(recording, changes=(), namespace=''):
        contract = load_robot_contract(write_contract(tmp_path, changes))
        return list(read_observed(recording.write(tmp_path / 'bag'), contract, namespace))

    return read


def forces(found):
    return [round(2.0 * transition.observation[3] / FORCE) for transition, problem in found
            if not problem]


def test_each_step_is_seen_as_it_was(observed):
    recording = Recording()
    recording.put_steps()
    found = observed(recording)
    assert forces(found) == [5 * step for step in range(STEPS)]
    assert [transition.next_observation[3] for transition, _ in found[:-1]] == [
        transition.observation[3] for transition, _ in found[1:]]
    assert [transition.observation[6] for transition, _ in found] == [
        0.0] + [np.float32(0.1)] * (STEPS - 1)


def test_a_constant_is_what_the_contract_says(observed):
    recording = Recording()
    recording.put_steps()
    found = observed(recording, {'observation.2': GOAL})
    assert len(found) == STEPS and not any(problem for _, problem in found)
    for transition, _ in found:
        np.testing.assert_allclose(transition.observation[6:], [3.0, -1.0], rtol=1e-6)


def test_a_lost_message_costs_its_step_alone_even_if_calibration_changes_soon(observed):
    recording = Recording()
    recording.put_steps()
    recording.lose('/wrench', BEGIN + 7 * PERIOD + 1)  # of the steps 6 and 7
    after = BEGIN + (STEPS + 1) * PERIOD
    recording.put('/tf_static', after, transform('base_link', 'hole', 0, 0.3))
    found = observed(recording)
    assert [bool(problem) for _, problem in found] == [
        step in (6, 7) for step in range(STEPS)]
    assert 'force: the message of wrench that the policy used is not in the bag' in found[6][1]
    tips = [transition.observation[0] / TIP for transition, problem in found if not problem]
    np.testing.assert_allclose(tips, 0.5)


def test_transforms_without_stamps_are_passed_over_in_silence(observed, capfd):
    recording = Recording()
    recording.put_steps()
    for number in range(STEPS):
        unstamped = transform('base_link', 'peg_tip', 0, 9.0)
        recording.put('/tf', BEGIN + number * PERIOD + 2, unstamped)
    found = observed(recording)
    assert not any(problem for _, problem in found)
    np.testing.assert_allclose([each.observation[0] / TIP for each, _ in found], 0.5)
    assert not capfd.readouterr().err


def test_of_several_robots_each_has_its_own_sensors_and_tf(observed):
    recording = Recording('/left', hole=0.1)
    other = Recording('/right', hole=0.2)
    recording.messages += [(time, 10_000 + order, *rest)
                           for time, order, *rest in other.messages]
    recording.put_steps('left')
    recording.put_steps('right')
    for namespace, tip in (('left', 0.4), ('/right', 0.3)):
        found = observed(recording, namespace=namespace)
        assert {transition.robot for transition, _ in found} == {namespace.strip('/')}
        assert forces(found) == [5 * step for step in range(STEPS)]
        np.testing.assert_allclose(
            [transition.observation[0] / TIP for transition, _ in found], tip, atol=1e-6)


def test_a_step_behind_one_that_was_not_recorded_does_not_know_the_last_action(observed):
    recording = Recording()
    recording.put_steps(numbers=(0, 1, 3, 4))
    found = observed(recording)
    assert [problem for _, problem in found] == [
        '', '', 'the step before it was not recorded', '']


def test_messages_without_header_are_the_newest_before_the_tick_if_they_are_young(observed):
    recording = Recording()
    recording.put_steps()
    for number in range(4):  # falls silent after 150 ms
        recording.put('/load', BEGIN - MS + number * PERIOD, Float64(data=float(number)))
    found = observed(recording, {'observation.1': LOAD})
    assert [(transition.observation[3], problem) for transition, problem in found[:6]] == [
        (0.0, ''), (1.0, ''), (2.0, ''), (3.0, ''), (3.0, ''), (3.0, '')]
    assert found[8][1] == 'load: no message of load in the 0.2 s before'


def test_a_clock_that_begins_anew_does_not_mix_two_lives(observed):
    recording = Recording()
    recording.put_steps()
    recording.messages += [(time + 10**12, *rest)
                           for time, *rest in Recording(sign=-1.0).messages]
    for number in range(STEPS):
        tick = BEGIN + number * PERIOD
        recording.put('/transitions', tick + PERIOD + 2 * MS + 10**12, Transition(
            robot='arm', session=8, sequence=number, step=number, action=array('f', [0.1] * 3),
            terms=['tip_position', 'force'], stamps=[stamp(tick)] * 2,
            next_stamps=[stamp(tick + PERIOD)] * 2))
    found = observed(recording)
    assert forces(found) == [5 * step for step in range(STEPS)] + [
        -5 * step for step in range(STEPS)]


def test_demonstrations_tell_what_is_left_out_and_count_nothing_twice(tmp_path, capsys):
    contract, run = write_contract(tmp_path), tmp_path / 'run'
    first, second = Recording(), Recording()
    first.put_steps()
    first.lose('/wrench', BEGIN + 9 * PERIOD + 1)  # of the steps 8 and 9
    second.put_steps(numbers=range(5))             # latched: a new recorder gets them again,
    second.messages = [each for each in second.messages  # without what the sensors said before
                       if each[2] in ('/transitions', '/tf_static')]
    run.mkdir()
    for name, recording in (('bag', first), ('bag_2', second)):
        recording.write(run / name)
    arguments = [str(run), '--robot', str(contract), '--output', str(tmp_path / 'shown')]
    assert demonstrations.main(arguments) == 0
    told = capsys.readouterr()
    assert '8 transitions of 1 episodes' in told.out
    assert told.err.strip() == ('left out: 2 transitions of a human: force: the message of wrench '
                                'that the policy used is not in the bag')
    fewer = write_contract(tmp_path, {
        'command.axes': ['linear.x', 'linear.y'], 'command.scale': 0.06,
        'limits.action_step': 2.0})
    assert demonstrations.main(arguments[:2] + [str(fewer), *arguments[3:]]) == 1
    assert Path(tmp_path / 'shown').is_file()


def test_a_bag_without_its_end_is_refused_with_how_to_close_it(tmp_path):
    recording, contract = Recording(), load_robot_contract(write_contract(tmp_path))
    recording.put_steps()
    path = recording.write(tmp_path / 'bag')
    (file,) = path.glob('*.mcap')
    os.truncate(file, file.stat().st_size - 20)  # what `ros2 bag reindex` makes of a killed one
    for read in (lambda: demonstrations.demonstrations([path]),
                 lambda: demonstrations.demonstrations([path], contract),
                 lambda: bag.read(path, contract, '', None)):
        with pytest.raises(ValueError, match='end magic.*`ros2 bag reindex`.*`ros2 bag convert`'):
            read()
