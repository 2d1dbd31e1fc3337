"""The observations of recorded transitions, computed anew from what the sensors said."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rclpy.serialization import deserialize_message
from rclpy.time import Time
from rosbags.rosbag2 import Reader
from rosidl_runtime_py.utilities import get_message
from sgft_ros.msg import Transition
from sgft_ros.nodes.arrays import float_sequence
from sgft_ros.nodes.names import CLOCK, full_name, TF, TF_STATIC
from sgft_ros.nodes.stamped_buffer import StampedBuffer
from sgft_ros.robot import ObservationAssembler, RobotContract
from sgft_ros.robot.messages import make_extractor, stamp_nanoseconds
from tf2_ros import TransformException

TRANSITIONS, TRANSITION = '/transitions', 'sgft_ros/msg/Transition'
WINDOW = 10 * 10**9  # [ns] of measurements that are kept, as many as tf keeps
GRACE = 10**9        # [ns] of the bag for a message that was recorded after what came of it
# `ros2 bag reindex` writes the metadata alone; the file has no index and no end even then.
UNCLOSED = ('a bag whose recorder was killed has to be closed: `sgft bag reindex`, or with ROS 2 '
            '`ros2 bag reindex` and then `ros2 bag convert`')


def read_observed(
    path: Path, contract: RobotContract, namespace: str,
) -> Iterator[tuple[Transition, str]]:
    """
    Yield a bag's transitions with the observations that a contract makes of its sensor messages.

    A term is known by its name. One that the policy had is read from the very message that it
    used, so that the contract of the run gives the observations of the run, bit for bit. One that
    it had not, or of messages without header, is read from the newest message before the tick;
    transforms are interpolated at the tick.

    With each comes a sentence why it could not be done, empty if it was done. With a namespace,
    transitions of other robots are left out.

    :raises rosbags.rosbag2.ReaderError: if the bag cannot be read
    """
    sensors = _Measurements(contract, namespace)
    wanted = sensors.types | {TRANSITIONS: TRANSITION}
    pending, previous = deque(), {}
    with Reader(path) as reader:
        connections = [
            each for each in reader.connections if wanted.get(each.topic) == each.msgtype]
        for connection, received, data in reader.messages(connections) if connections else ():
            message = deserialize_message(bytes(data), get_message(connection.msgtype))
            if connection.topic != TRANSITIONS:
                sensors.take(connection.topic, message, received)
            elif not namespace or message.robot == namespace.strip('/'):
                whose = message.robot, message.session
                pending.append(_Pending(
                    message, _action_before(message, previous.get(whose)), received + GRACE))
                previous[whose] = message
            # Each at once: what static transforms say may change, as with a new calibration.
            for each in pending:
                if each.problem:
                    each.problem = sensors.observe(each.transition, each.action_before)
            while pending and (not pending[0].problem or received >= pending[0].until):
                first = pending.popleft()
                yield first.transition, first.problem
        for each in pending:
            yield each.transition, each.problem


def take_transforms(buffer: StampedBuffer, message: object, static: bool) -> None:
    """Give the transforms of a recorded TFMessage to a buffer."""
    take = buffer.set_transform_static if static else buffer.set_transform
    for transform in message.transforms:
        take(transform, 'bag')


@dataclass
class _Pending:
    """A transition that waits for its turn, or for what its observations are made of."""

    transition: Transition
    action_before: np.ndarray | None  # (action,), None if nobody knows it
    until: int                        # [ns] of the bag
    problem: str = 'not looked at'


class _Measurements:
    """The last seconds of what the terms of a contract are made of."""

    def __init__(self, contract, namespace):
        self._terms = [term for term in contract.observation if term.max_age is not None]
        self._acted = contract.last_action_terms
        self._constants = contract.constants
        self._period = round(1e9 * contract.control_period)
        self._assembler = ObservationAssembler(contract)
        self._buffer = StampedBuffer()
        self._clock = 0
        self._extract = {term.name: make_extractor(term.source) for term in self._terms}
        self._kept = {}      # by term: by stamp [ns], when it was recorded and what it said
        self._readers = {}   # by topic
        self._unstamped = set()
        # A simulated robot in a namespace has a tf of its own.
        self._static = {TF_STATIC, full_name('tf_static', namespace)}
        self._tf = {TF, full_name('tf', namespace), *self._static}
        self.types = dict.fromkeys(self._tf, 'tf2_msgs/msg/TFMessage') | {
            CLOCK: 'rosgraph_msgs/msg/Clock'}
        for term in self._terms:
            if term.source.kind != 'transform':
                topic = full_name(term.source.topic, namespace)
                self.types[topic] = term.source.type
                self._readers.setdefault(topic, []).append(term.name)
                self._kept[term.name] = {}

    def take(self, topic, message, received):
        """Take a message that was recorded at `received` [ns]."""
        if topic == CLOCK:
            self._clock = stamp_nanoseconds(message.clock)
        elif topic in self._tf:
            take_transforms(self._buffer, message, topic in self._static)
        header = getattr(message, 'header', None)
        stamp = (self._clock or received) if header is None else stamp_nanoseconds(header.stamp)
        for term in self._readers.get(topic, ()):
            if header is None:
                self._unstamped.add(term)
            kept = self._kept[term]
            try:
                values = self._extract[term](message)
            except ValueError:
                continue  # as the policy did, which said so
            kept.pop(stamp, None)
            kept[stamp] = received, values
            # By the time of recording: clocks may begin anew.
            while kept[oldest := next(iter(kept))][0] < received - WINDOW:
                del kept[oldest]

    def observe(self, transition, action_before) -> str:
        """Write both observations into the transition; or return why that cannot be done."""
        if action_before is None and self._acted:
            return 'the step before it was not recorded'
        tick = stamp_nanoseconds(transition.header.stamp)
        try:
            first = self._observation(transition.terms, transition.stamps, tick, action_before)
            second = self._observation(transition.terms, transition.next_stamps,
                                       tick + self._period, transition.action)
        except (LookupError, TransformException, ValueError) as error:
            return str(error.args[0])
        transition.observation = float_sequence(first)
        transition.next_observation = float_sequence(second)
        return ''

    def _observation(self, terms, stamps, tick, action):
        used = dict(zip(terms, map(stamp_nanoseconds, stamps), strict=True))
        raw = self._constants | dict.fromkeys(self._acted, np.asarray(action, np.float32))
        for term in self._terms:
            if term.source.kind == 'transform':
                found = self._buffer.lookup_transform(
                    term.source.target_frame, term.source.source_frame,
                    Time(nanoseconds=used.get(term.name, tick)))
                raw[term.name] = self._extract[term.name](found.transform)
            else:
                raw[term.name] = self._measured(term, used, tick)
        return self._assembler.assemble(raw)

    def _measured(self, term, used, tick):
        """Return what a term's topic said at one time."""
        kept = self._kept[term.name]
        if term.name in used and term.name not in self._unstamped:
            if used[term.name] not in kept:
                raise LookupError(f'{term.name}: the message of {term.source.topic} that the '
                                  'policy used is not in the bag')
            return kept[used[term.name]][1]
        newest = max((stamp for stamp in kept if stamp <= tick), default=None)
        if newest is None or tick - newest > 1e9 * term.max_age:
            raise LookupError(f'{term.name}: no message of {term.source.topic} in the '
                              f'{term.max_age:g} s before')
        return kept[newest][1]


def _action_before(transition: Transition, previous: Transition | None):
    """Return what was executed before a transition, None if nobody knows it."""
    if transition.step == 0:
        return np.zeros(len(transition.action), np.float32)
    follows = previous is not None and (previous.episode, previous.step + 1) == (
        transition.episode, transition.step)
    return previous.action if follows else None
