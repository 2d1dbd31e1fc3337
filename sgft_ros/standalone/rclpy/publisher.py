"""Publishers."""

from rclpy._rclpy_pybind11 import InvalidHandle, RCLError
from rclpy.duration import Duration
from rmw_standalone import DDSError
from rmw_standalone.library import INFINITY
from rosidl_standalone.typesupport import serialize


class Publisher:
    """Sends messages to a topic; every method may be called from any thread."""

    def __init__(self, writer, msg_type, topic, qos_profile, context, callback_group):
        """Call Node.create_publisher instead."""
        self.msg_type = msg_type
        self.qos_profile = qos_profile
        self.callback_group = callback_group
        self.event_handlers = []
        self.destroyed = False
        self._topic = topic
        self._writer = writer
        self._context = context

    @property
    def topic_name(self):
        """Return the absolute name of the topic."""
        return self._topic

    def publish(self, msg):
        """
        Send a message, or bytes that hold one.

        A reliable publisher waits while readers are far behind.
        """
        if isinstance(msg, self.msg_type):
            data = serialize(msg)
        elif isinstance(msg, bytes):
            data = msg
        else:
            raise TypeError(f'Expected {self.msg_type}, got {type(msg)}')
        self._check()
        try:
            self._writer.write(data)
        except DDSError as error:
            self._check()
            raise RCLError(f'Failed to publish on {self._topic!r}: {error}') from None

    def get_subscription_count(self):
        """Return how many subscriptions receive the messages."""
        self._check()
        return len(self._writer.matched())

    def assert_liveliness(self):
        """Say that the publisher is alive."""
        self._check()
        self._writer.assert_liveliness()

    def wait_for_all_acked(self, timeout=Duration(seconds=-1)):  # noqa: B008  it is immutable
        """Return whether all reliable subscriptions have everything; negative waits for ever."""
        self._check()
        nanoseconds = timeout.nanoseconds
        return self._writer.wait_for_acks(INFINITY if nanoseconds < 0 else nanoseconds)

    def destroy(self):
        """End it; call Node.destroy_publisher instead."""
        if not self.destroyed:
            self.destroyed = True
            for events in self.event_handlers:
                events.destroyed = True
            self._writer.delete()

    def _check(self):
        if not self._context.ok():
            raise RCLError(f"Failed to publish on {self._topic!r}: publisher's context is invalid")
        if self.destroyed:
            raise InvalidHandle(f'the publisher of {self._topic!r} was destroyed')

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.destroy()
