"""value_shaping publishes each training transition that V_sim can judge, with the exact parts."""

from array import array
import math

from data_path import kill, node_process, OBSERVATION, running_probe, SESSION, TIMEOUT, transition
from potentials import save_untrained_potential
import pytest
from sgft_ros.learning.potential import Potential
from sgft_ros.msg import ShapedTransition, Transition
from sgft_ros.nodes import qos
from visualization_msgs.msg import MarkerArray

STATUS = 'value_shaping: shaping'


@pytest.fixture
def checkpoint(tmp_path):
    return save_untrained_potential(tmp_path / 'value.safetensors', OBSERVATION)


@pytest.fixture
def probe(domain_id):
    with running_probe() as probe:
        yield probe


@pytest.fixture
def transitions(probe):
    return probe.node.create_publisher(Transition, 'transitions', qos.TRANSITIONS)


@pytest.fixture
def shaped(probe):
    return probe.collect(ShapedTransition, 'shaped_transitions', qos.TRANSITIONS)


def test_parts_are_those_of_the_checkpoint(probe, transitions, shaped, checkpoint):
    potential = Potential.load(checkpoint)
    sent = [
        transition(0),
        transition(1, terminated=True),
        transition(2, truncated=True),
        transition(3, terminated=True, truncated=True),
    ]
    with node_process('value_shaping', value_checkpoint=checkpoint):
        for message in sent:
            transitions.publish(message)
        probe.until(lambda: len(shaped) == len(sent))
    for message, original in zip(shaped, sent):
        (value, next_value), (std, _) = potential.value(
            [original.observation, original.next_observation])
        mask = 0.0 if original.terminated else 1.0
        expected = original.reward + potential.gamma * mask * next_value - value
        assert message.transition == original
        assert message.value_id == potential.value_id
        assert message.value == pytest.approx(value, abs=1e-5)
        assert message.next_value == pytest.approx(next_value, abs=1e-5)
        assert message.value_std == pytest.approx(std, abs=1e-5)
        assert message.shaped_reward == pytest.approx(expected, abs=1e-4)


def test_evaluation_transitions_are_counted_and_kept_from_the_replay(
        probe, transitions, shaped, checkpoint):
    with node_process('value_shaping', value_checkpoint=checkpoint):
        for number in range(20):
            transitions.publish(transition(number, evaluation=number < 10))
        probe.until_diagnostics(STATUS, shaped=10, evaluation=10)
        probe.until(lambda: len(shaped) == 10)
    assert [m.transition.sequence for m in shaped] == list(range(10, 20))


@pytest.mark.parametrize('fault, message', [
    ({'observation': array('f', [math.nan] * OBSERVATION)}, 'observation: expected finite'),
    ({'next_observation': array('f', [math.inf] * OBSERVATION)},
     'next_observation: expected finite'),
    ({'observation': array('f', [0.0] * 4)}, 'observation: expected 5 numbers, got 4'),
    ({'reward': math.nan}, 'reward: expected a finite number'),
])
def test_what_cannot_be_judged_is_refused_with_a_diagnostic(
        probe, transitions, shaped, checkpoint, fault, message):
    with node_process('value_shaping', value_checkpoint=checkpoint):
        transitions.publish(transition(0, **fault))
        transitions.publish(transition(1))
        probe.until_diagnostics(STATUS, refused=1, shaped=1)
        probe.until(lambda: len(shaped) == 1)
    level, text, _ = probe.diagnostics[STATUS]
    assert level == b'\x02'
    assert message in text and str(SESSION) in text
    assert shaped[0].transition.sequence == 1


def test_a_repeated_transition_is_shaped_once(probe, transitions, shaped, checkpoint):
    with node_process('value_shaping', value_checkpoint=checkpoint):
        for number in (0, 1, 0, 1, 2):
            transitions.publish(transition(number))
        probe.until_diagnostics(STATUS, shaped=3, repeated=2)
        probe.until(lambda: len(shaped) == 3)
    assert [m.transition.sequence for m in shaped] == [0, 1, 2]


def rewards(message):
    return message.value, message.next_value, message.shaped_reward, message.value_std


def test_kills_in_the_stream_lose_nothing(probe, transitions, shaped, checkpoint):
    count = 1200
    sent = 0
    for stop in (300, 700, count):
        with node_process('value_shaping', value_checkpoint=checkpoint) as process:
            before = len(shaped)
            if sent:
                probe.until(
                    lambda before=before: len(shaped) > before, what='the restarted shaper')
            while sent < stop:
                transitions.publish(transition(sent))
                sent += 1
            if stop < count:
                kill(process)
            else:
                probe.until(
                    lambda: len({m.transition.sequence for m in shaped}) == count)
    by_sequence = {}
    for message in shaped:
        # What a restarted shaper says again must be what its predecessor said.
        # Up to rounding, which depends on how many it judged in one pass.
        first = by_sequence.setdefault(message.transition.sequence, message)
        assert first.transition == message.transition and first.value_id == message.value_id
        assert rewards(first) == pytest.approx(rewards(message), rel=1e-4, abs=1e-4)
    assert sorted(by_sequence) == list(range(count))


def test_the_path_and_the_field_of_an_episode_are_shown(probe, transitions, checkpoint):
    paths = probe.collect(MarkerArray, 'trajectory', qos.MARKERS)
    fields = probe.collect(MarkerArray, 'value_field', qos.MARKERS)
    with node_process('value_shaping', value_checkpoint=checkpoint, field_resolution=10,
                      marker_frame='socket'):
        probe.until(lambda: probe.node.count_publishers('value_field') == 1)
        for number in range(3):
            transitions.publish(transition(number))
        probe.until(lambda: fields and paths and len(paths[-1].markers[0].points) == 3)
    path, field = paths[-1].markers[0], fields[-1].markers[0]
    assert path.header.frame_id == field.header.frame_id == 'socket'
    assert len(path.colors) == 3
    assert len(field.points) == len(field.colors) == 100
    # Observed elements are 20 per metre.
    assert path.points[0].y == pytest.approx(1.0 / 20.0)


def test_a_checkpoint_is_required(domain_id):
    with node_process('value_shaping') as process:
        assert process.wait(timeout=TIMEOUT) == 1
