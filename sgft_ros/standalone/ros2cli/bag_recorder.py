"""The node that records topics."""

import os
from time import time_ns

from rclpy.clock import Clock, ClockType
from rclpy.qos import QoSProfile
from ros2cli.bag_definitions import definition_text
from ros2cli.bag_file import BagWriter
from ros2cli.bag_qos import recorded_qos
from ros2cli.qos_arguments import matching_qos
from ros2cli.verbs import CommandError
from rosidl_runtime_py.utilities import get_message
from rosidl_standalone.typesupport import type_hash

FLUSH_PERIOD = 1.0  # [s] whose messages a kill of the recorder may cost
CHECK_PERIOD = 1.0  # [s] between two looks at what publishers offer


class Recorder:
    """Subscribe to topics as they appear and write their messages as they come."""

    def __init__(self, node, writer: BagWriter, wanted, polling_period: float,
                 use_sim_time: bool = False):
        """
        Begin to look for topics.

        :param writer: open; `close` closes it
        :param wanted: function that says of a topic's name whether to record it
        :param polling_period: time between two looks for topics [s]
        :param use_sim_time: stamp messages with the time of /clock, once that has come
        """
        self.failure = None  # why recording has ended
        self.count = 0       # of messages
        self._node = node
        self._writer = writer
        self._wanted = wanted
        self._now = self._clock_now if use_sim_time else time_ns
        self._needs_clock = use_sim_time
        self._recorded = {}  # topic: (subscription, connection, message class, QoS)
        self._refused = set()
        steady = Clock(clock_type=ClockType.STEADY_TIME)  # a simulation may be paused
        self._timers = [node.create_timer(period, callback, clock=steady) for period, callback in (
            (polling_period, self._find), (CHECK_PERIOD, self._check),
            (FLUSH_PERIOD, self._flush))]
        self._find()

    def close(self):
        """End recording and close the bag."""
        self.stop_timers()
        for subscription, *_ in self._recorded.values():
            self._node.destroy_subscription(subscription)
        try:
            self._writer.close()
        except OSError as error:
            self._fail(error)

    def stop_timers(self):
        """Look for no more topics."""
        for timer in self._timers:
            timer.cancel()

    @property
    def topics(self) -> list[str]:
        """Return the topics that are being recorded."""
        return list(self._recorded)

    def _find(self):
        if self._needs_clock and not self._clock_now():
            return  # messages would be stamped 0; latched ones are still there later
        self._needs_clock = False
        for topic, types in self._node.get_topic_names_and_types():
            if topic in self._recorded or topic in self._refused or not self._wanted(topic):
                continue
            publishers = self._node.get_publishers_info_by_topic(topic)
            if publishers:
                self._add(topic, types, publishers)

    def _add(self, topic, types, publishers):
        if len(types) > 1:
            self._refuse(topic, f'it has several types: {", ".join(types)}')
            return
        try:
            cls = get_message(types[0])
        except (AttributeError, ImportError, LookupError, ValueError) as error:
            self._refuse(topic, f'its type {types[0]} is not known here: {error}')
            return
        offered = [recorded_qos(each.qos_profile) for each in publishers]
        connection = self._writer.add_connection(
            topic, types[0], msgdef=definition_text(cls), rihs01=type_hash(cls),
            offered_qos_profiles=offered)
        self._subscribe(topic, cls, connection, matching_qos(publishers))
        self._node.get_logger().info(f"Subscribed to topic '{topic}'")

    def _subscribe(self, topic, cls, connection, qos):
        subscription = self._node.create_subscription(
            cls, topic, self._taker(connection), qos, raw=True)
        self._recorded[topic] = (subscription, connection, cls, qos)

    def _taker(self, connection):
        write, now = self._writer.write, self._now

        def take(data):
            if self.failure is None:
                try:
                    write(connection, now(), data)
                    self.count += 1
                except OSError as error:
                    self._fail(error)

        return take

    def _check(self):
        """Ask for less where a publisher has come that offers less than those before."""
        for topic, (subscription, connection, cls, qos) in list(self._recorded.items()):
            publishers = self._node.get_publishers_info_by_topic(topic)
            if not publishers:
                continue
            heard = matching_qos(publishers)
            # What promises less has the higher value.
            reliability = max(qos.reliability, heard.reliability)
            durability = max(qos.durability, heard.durability)
            if (reliability, durability) == (qos.reliability, qos.durability):
                continue
            self._node.get_logger().warning(
                f"a new publisher of '{topic}' offers {heard.reliability.name}, "
                f'{heard.durability.name}; recording with that from now on')
            self._node.destroy_subscription(subscription)
            self._subscribe(topic, cls, connection, QoSProfile(
                history=qos.history, depth=qos.depth, reliability=reliability,
                durability=durability))

    def _flush(self):
        if self.failure is None:
            try:
                self._writer.flush()
            except OSError as error:
                self._fail(error)

    def _fail(self, error):
        self.failure = os.strerror(error.errno) if error.errno else str(error)
        self._node.get_logger().error(
            f"cannot write to '{self._writer.path}': {self.failure}; the bag ends here")

    def _refuse(self, topic, reason):
        self._refused.add(topic)
        self._node.get_logger().warning(f"topic '{topic}' is not recorded: {reason}")

    def _clock_now(self):
        return self._node.get_clock().now().nanoseconds


def open_writer(path) -> BagWriter:
    """
    Return a writer for a new bag.

    :raises CommandError: if the folder exists or cannot be made
    """
    if os.path.exists(path):
        raise CommandError(
            f"output folder '{path}' exists already; name another one with --output, or remove it")
    writer = BagWriter(path)
    try:
        writer.open()
    except OSError as error:
        raise CommandError(f"cannot make the bag '{path}': {error.strerror}") from None
    return writer
