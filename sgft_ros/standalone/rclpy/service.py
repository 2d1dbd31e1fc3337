"""Servers of services."""

import time

from rclpy import _service_header
from rclpy._rclpy_pybind11 import InvalidHandle, RCLError
from rclpy.logging import get_logger
from rmw_standalone import DDSError
from rmw_standalone.graph import matched_publication, matched_subscription
from rosidl_standalone.typesupport import deserialize, serialize

ANSWER_WAIT = 0.1  # [s] in which the asker must become reachable
POLL_PERIOD = 0.002  # [s]


class RequestHeader:
    """Where an answer has to go."""

    def __init__(self, client, sequence, publication):
        """Take what came with the request."""
        self.client = client
        self.sequence_number = sequence
        self.publication = publication


class Service:
    """Answers requests with what a callback makes of them."""

    def __init__(self, reader, writer, srv_type, name, callback, callback_group, qos_profile,
                 context, logger_name):
        """Call Node.create_service instead."""
        self.srv_type = srv_type
        self.srv_name = name
        self.callback = callback
        self.callback_group = callback_group
        self.qos_profile = qos_profile
        self.destroyed = False
        self._reader = reader
        self._writer = writer
        self._context = context
        self._logger_name = logger_name
        self._reachable = set()  # publications of clients that hear the answers

    @property
    def service_name(self):
        """Return the absolute name of the service."""
        return self.srv_name

    def send_response(self, response, header):
        """Answer the request that came with a header."""
        if not isinstance(response, self.srv_type.Response):
            raise TypeError(f'service {self.srv_name!r}: expected its callback to return '
                            f'{self.srv_type.Response}, got {type(response)}')
        if self.destroyed:
            raise InvalidHandle(f'the service {self.srv_name!r} was destroyed')
        if not self._context.ok():
            return
        if not self._wait_for_asker(header):
            return
        data = _service_header.join(serialize(response), header.client, header.sequence_number)
        try:
            self._writer.write(data)
        except DDSError as error:
            if self._context.ok():
                raise RCLError(f'service {self.srv_name!r}: {error}') from None

    def configure_introspection(self, clock, service_event_qos_profile, introspection_state):
        """Refuse: service introspection is not supported."""
        raise NotImplementedError('service introspection is not supported without ROS 2')

    def destroy(self):
        """End it; call Node.destroy_service instead."""
        if not self.destroyed:
            self.destroyed = True
            self._reader.delete()
            self._writer.delete()

    def _waits_for(self):
        return self._reader.condition

    def _work(self):
        sample = None if self.destroyed else self._reader.take()
        if sample is None:
            return None
        data, info = sample
        try:
            data, client, sequence = _service_header.split(data)
            request = deserialize(data, self.srv_type.Request)
        except ValueError as error:
            get_logger(self._logger_name).error(
                f'service {self.srv_name!r}: a request is dropped: {error}')
            return None
        header = RequestHeader(client, sequence, info.publication_handle)
        return (self.callback, (request, self.srv_type.Response()),
                lambda response: self.send_response(response, header))

    def _wait_for_asker(self, header):
        """
        Return whether the client can hear the answer.

        Discovery may have found its request writer before its response reader.
        """
        if header.publication in self._reachable:
            return True
        end = time.monotonic() + ANSWER_WAIT
        while True:
            asker = matched_publication(self._reader, header.publication)
            if asker is None:
                return False  # it has gone
            identity = asker.user_data.get('clientid')
            if identity is None or any(
                    reader is not None and reader.user_data.get('clientid') == identity
                    for reader in (matched_subscription(self._writer, handle)
                                   for handle in self._writer.matched())):
                self._reachable.add(header.publication)
                return True
            if time.monotonic() > end:
                get_logger(self._logger_name).warning(
                    f'service {self.srv_name!r}: a client does not hear the response')
                return False
            time.sleep(POLL_PERIOD)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.destroy()
