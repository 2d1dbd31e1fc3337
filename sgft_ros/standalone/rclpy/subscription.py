"""Subscriptions."""

import inspect
import time

from rclpy._rclpy_pybind11 import InvalidHandle
from rosidl_standalone.typesupport import deserialize


class Subscription:
    """Hands the messages of a topic to a callback, with their info if it takes two arguments."""

    def __init__(self, reader, msg_type, topic, callback, callback_group, qos_profile, raw,
                 logger):
        """Call Node.create_subscription instead."""
        self.msg_type = msg_type
        self.topic = topic
        self.qos_profile = qos_profile
        self.raw = raw
        self.callback_group = callback_group
        self.event_handlers = []
        self.destroyed = False
        self._reader = reader
        self._logger = logger
        self.callback = callback

    @property
    def topic_name(self):
        """Return the absolute name of the topic."""
        return self.topic

    @property
    def callback(self):
        """Return the callback."""
        return self._callback

    @callback.setter
    def callback(self, value):
        self._callback = value
        self._wants_info = wants_info(value, self.topic)

    def get_publisher_count(self):
        """Return how many publishers are heard."""
        if self.destroyed:
            raise InvalidHandle(f'the subscription of {self.topic!r} was destroyed')
        return len(self._reader.matched())

    def destroy(self):
        """End it; call Node.destroy_subscription instead."""
        if not self.destroyed:
            self.destroyed = True
            for events in self.event_handlers:
                events.destroyed = True
            self._reader.delete()

    def _waits_for(self):
        return self._reader.condition

    def _work(self):
        sample = None if self.destroyed else self._reader.take()
        if sample is None:
            return None
        data, info = sample
        if self.raw:
            message = data
        else:
            try:
                message = deserialize(data, self.msg_type)
            except ValueError as error:
                self._logger.error(
                    f'topic {self.topic!r}: a message is dropped: {error}',
                    throttle_duration_sec=1.0)
                return None
        if self._wants_info:
            return self._callback, (message, {
                'source_timestamp': info.source_timestamp, 'received_timestamp': time.time_ns(),
                'publication_sequence_number': None, 'reception_sequence_number': None})
        return self._callback, (message,)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.destroy()


def wants_info(callback, topic):
    """Return whether a callback takes the info too; raise RuntimeError if it takes neither."""
    if _takes(callback, 1):
        return False
    if _takes(callback, 2):
        return True
    raise RuntimeError(f'subscription of {topic!r}: expected a callback of one argument, the '
                       f'message, or of two, message and info; got {callback!r}')


def _takes(callback, count):
    try:
        inspect.signature(callback).bind(*range(count))
    except TypeError:
        return False
    except ValueError:  # written in C, without a signature
        return count == 1
    return True
