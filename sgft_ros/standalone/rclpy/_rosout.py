"""The topic /rosout, on which nodes tell what they log."""

from contextlib import suppress

from rcl_interfaces.msg import Log
from rclpy.impl import rcutils_logger
from rmw_standalone import DDSError

TOPIC = '/rosout'


class Rosout:
    """Publishes what the logger of a node and its children write."""

    def __init__(self, node, qos_profile):
        """Begin to publish."""
        self._node = node
        self._logger = node.get_logger().name
        # The topic has no default callbacks: a warning about it would be logged to it.
        self._publisher = node.create_publisher(Log, TOPIC, qos_profile)
        rcutils_logger.rosout[self._logger] = self._publish

    def close(self):
        """Publish no more."""
        if rcutils_logger.rosout.get(self._logger) == self._publish:
            del rcutils_logger.rosout[self._logger]

    def _publish(self, name, severity, message, stamp, frame):
        if self._publisher.destroyed or not self._node.context.ok():
            return
        record = Log(level=int(severity), name=name, msg=message,
                     file=frame.f_code.co_filename, function=frame.f_code.co_name,
                     line=frame.f_lineno)
        record.stamp.sec, record.stamp.nanosec = divmod(stamp, 1_000_000_000)
        with suppress(DDSError, RuntimeError):  # shut down meanwhile, by another thread
            self._publisher.publish(record)
