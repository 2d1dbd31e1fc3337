"""The observation terms of a robot contract, fed from topics and tf."""

from rclpy.qos import HistoryPolicy, QoSProfile, ReliabilityPolicy
from rclpy.time import Time
from rosidl_runtime_py.utilities import get_message
from sgft_ros.robot import RawObservation
from sgft_ros.robot.messages import make_extractor, stamp_seconds
from tf2_ros import Buffer, TransformException, TransformListener

# Only the newest measurement counts, and best effort can hear every driver.
NEWEST = QoSProfile(
    history=HistoryPolicy.KEEP_LAST, depth=1, reliability=ReliabilityPolicy.BEST_EFFORT)
LATEST = Time()
FUTURE = 0.1  # [s] that the clock of a sensor may be ahead


class Sensors:
    """Subscribe to everything that a contract observes; keep the newest raw value of each term."""

    def __init__(self, node, contract):
        """Join the topics of the contract on `node`; transforms are looked up by `update`."""
        self._node = node
        self._raw = RawObservation(contract)
        self._warned = set()
        self._buffer = Buffer(node=node)
        self._listener = TransformListener(self._buffer, node)
        self._transforms = []
        self._of_the_future = {}  # frames -> stamp [s] that is not believed
        topics = {}
        for term in contract.observation:
            source = term.source
            if source.kind == 'transform':
                self._transforms.append((term.name, source, make_extractor(source)))
            elif source.kind in ('topic', 'joint_states'):
                readers = topics.setdefault((source.topic, source.type), [])
                readers.append((term.name, make_extractor(source)))
        for (topic, type_name), readers in topics.items():
            node.create_subscription(get_message(type_name), topic, self._reader(readers), NEWEST)

    @property
    def values(self):
        """Return the newest raw numbers by term, transforms as of the last `update`."""
        return self._raw.values

    def update(self):
        """Look up the transforms of the contract."""
        for name, source, extract in self._transforms:
            try:
                found = self.lookup(source.target_frame, source.source_frame)
            except TransformException:
                continue  # `problems` reports the age of the last one
            self._take(name, extract(found.transform), stamp_seconds(found.header.stamp))

    def problems(self):
        """Return a sentence for each term that must not be acted upon now."""
        return self._raw.problems(self.now())

    def newer_than(self, stamp):
        """Return whether every term was measured after `stamp` [s]."""
        return self._raw.newer_than(stamp)

    def lookup(self, target_frame, source_frame):
        """
        Return the newest TransformStamped; raise TransformException if there is none.

        One that was of the future when it was first seen stays refused: tf prefers it to all that
        come after it until its time has come, and then it would pass for fresh.
        """
        found = self._buffer.lookup_transform(target_frame, source_frame, LATEST)
        frames, stamp = (target_frame, source_frame), stamp_seconds(found.header.stamp)
        if stamp > self.now() + FUTURE:
            self._of_the_future[frames] = stamp
        if stamp == self._of_the_future.get(frames):
            raise TransformException(f'{source_frame} in {target_frame}: stamp of the future')
        return found

    def now(self):
        """Return the time of the node's clock [s]."""
        return self._node.get_clock().now().nanoseconds * 1e-9

    def _reader(self, readers):
        def read(message):
            header = getattr(message, 'header', None)
            stamp = self.now() if header is None else stamp_seconds(header.stamp)
            for name, extract in readers:
                try:
                    self._take(name, extract(message), stamp)
                except ValueError as error:
                    self._node.get_logger().error(
                        f'observation term {name!r}: {error}', throttle_duration_sec=5.0)

        return read

    def _take(self, name, values, stamp):
        if not self._raw.update(name, values, stamp) and name not in self._warned:
            self._warned.add(name)
            self._node.get_logger().warning(
                f'observation term {name!r}: messages without a stamp are dropped')
