"""The observation terms of a robot contract, fed from topics and tf."""

from rclpy.qos import HistoryPolicy, QoSProfile, ReliabilityPolicy
from rclpy.time import Time
from rosidl_runtime_py.utilities import get_message
from sgft_ros.nodes.other_joints import OtherJoints
from sgft_ros.nodes.stamped_buffer import StampedBuffer
from sgft_ros.robot import RawObservation
from sgft_ros.robot.messages import make_extractor, stamp_nanoseconds
from sgft_ros.robot.raw_observation import KEPT
from sgft_ros.robot.terms import NEAREST
from tf2_ros import TransformException, TransformListener

# Best effort can hear every driver. Several may share a topic of joint states, and the message of
# the gripper must not replace that of the arm; but of a driver faster than the reader no more may
# wait than is still fresh.
NEWEST, SHARED, SEVERAL = (QoSProfile(
    history=HistoryPolicy.KEEP_LAST, depth=depth, reliability=ReliabilityPolicy.BEST_EFFORT)
    for depth in (1, 8, KEPT))
LATEST = Time()
FUTURE = 10**8  # [ns] that the clock of a sensor may be ahead


class Sensors:
    """Subscribe to everything that a contract observes; keep the raw values that count."""

    def __init__(self, node, contract):
        """Join the topics of the contract on `node`; transforms are looked up by `update`."""
        self._node = node
        self._raw = RawObservation(contract)
        self._warned = set()
        self._buffer = StampedBuffer(node)
        self._listener = TransformListener(self._buffer, node)
        self._transforms = []
        self._of_the_future = {}  # frames -> stamp [ns] that is not believed
        topics, quality = {}, {}
        for term in contract.observation:
            source = term.source
            if source.kind == 'transform':
                self._transforms.append((term, make_extractor(source)))
            elif source.kind in ('topic', 'joint_states'):
                readers = topics.setdefault((source.topic, source.type), [])
                readers.append((term.name, make_extractor(source), OtherJoints(source)))
                if term.alignment == NEAREST:
                    quality[source.topic] = SEVERAL
                elif source.kind == 'joint_states':
                    quality.setdefault(source.topic, SHARED)
        for (topic, type_name), readers in topics.items():
            node.create_subscription(get_message(type_name), topic, self._reader(readers),
                                     quality.get(topic, NEWEST))

    @property
    def values(self):
        """Return the raw numbers by term, as of the last `update`."""
        return self._raw.values

    @property
    def stamps(self):
        """Return when they were measured, by term [ns]."""
        return self._raw.stamps

    def update(self, tick=None):
        """Look at everything as of now, or as of a control tick that was due at `tick` [ns]."""
        tick = self.nanoseconds() if tick is None else tick
        for term, extract in self._transforms:
            try:
                found = self._transform(term, tick)
            except TransformException:
                continue  # `problems` reports the age of the last one
            self._take(term.name, extract(found.transform), stamp_nanoseconds(found.header.stamp))
        self._raw.align(tick)

    def problems(self):
        """Return a sentence for each term that must not be acted upon now."""
        return self._raw.problems(self.nanoseconds())

    def newer_than(self, stamp):
        """Return whether every term was measured after `stamp` [ns]."""
        return self._raw.newer_than(stamp)

    def lookup(self, target_frame, source_frame):
        """
        Return the newest TransformStamped; raise TransformException if there is none.

        One that was of the future when it was first seen stays refused: tf prefers it to all that
        come after it until its time has come, and then it would pass for fresh.
        """
        found = self._buffer.lookup_transform(target_frame, source_frame, LATEST)
        frames, stamp = (target_frame, source_frame), stamp_nanoseconds(found.header.stamp)
        if stamp > self.nanoseconds() + FUTURE:
            self._of_the_future[frames] = stamp
        if stamp == self._of_the_future.get(frames):
            raise TransformException(f'{source_frame} in {target_frame}: stamp of the future')
        return found

    def now(self):
        """Return the time of the node's clock [s]."""
        return self.nanoseconds() * 1e-9

    def nanoseconds(self):
        """Return the same in nanoseconds."""
        return self._node.get_clock().now().nanoseconds

    def _transform(self, term, tick):
        """Return the transform of a term; one that is aligned is interpolated where it can be."""
        source = term.source
        newest = self.lookup(source.target_frame, source.source_frame)
        if term.alignment != NEAREST or stamp_nanoseconds(newest.header.stamp) <= tick:
            return newest
        return self._buffer.lookup_transform(
            source.target_frame, source.source_frame, Time(nanoseconds=tick))

    def _reader(self, readers):
        def read(message):
            header = getattr(message, 'header', None)
            stamp = self.nanoseconds() if header is None else stamp_nanoseconds(header.stamp)
            for name, extract, other_joints in readers:
                if other_joints.are_all(message):
                    continue
                try:
                    self._take(name, extract(message), stamp)
                except ValueError as error:
                    self._node.get_logger().error(
                        f'observation term {name!r}: {error}', throttle_duration_sec=5.0)

        return read

    def _take(self, name, values, stamp):
        taken = self._raw.update(name, values, stamp, self.nanoseconds())
        if not taken and name not in self._warned:
            self._warned.add(name)
            self._node.get_logger().warning(
                f'observation term {name!r}: messages without a stamp are dropped')
