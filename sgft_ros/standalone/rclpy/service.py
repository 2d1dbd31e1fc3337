"""Servers of services."""

import time

from rclpy import _service_header
from rclpy._rclpy_pybind11 import InvalidHandle, RCLError
from rclpy._service_end import ServiceEnd
from rclpy.callback_groups import ReentrantCallbackGroup
from rclpy.clock import Clock, ClockType
from rmw_standalone import DDSError
from rmw_standalone.graph import matched_publication, matched_subscription
from rosidl_standalone.typesupport import deserialize, serialize

ANSWER_WAIT = 5.0  # [s] in which a client must become reachable
POLL_PERIOD = 0.005  # [s]


class RequestHeader:
    """Where an answer has to go."""

    def __init__(self, client, sequence, publication):
        """Take what came with the request."""
        self.client = client
        self.sequence_number = sequence
        self.publication = publication


class Service(ServiceEnd):
    """Answers requests with what a callback makes of them."""

    def __init__(self, reader, writer, srv_type, name, callback, callback_group, qos_profile,
                 node):
        """Call Node.create_service instead."""
        self.srv_type = srv_type
        self.srv_name = name
        self.callback = callback
        self.callback_group = callback_group
        self.qos_profile = qos_profile
        super().__init__(reader, writer)
        self._node = node
        self._reachable = set()  # publications of clients that hear the answers
        self._waiting = []  # answers, their headers, and when to give up
        self._timer = None

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
        if not self._node.context.ok():
            return
        try:
            if self._asker_hears(header):
                self._send(response, header)
                return
        except LookupError:
            return
        # Discovery found the request writer of the client before its response reader.
        self._waiting.append((response, header, time.monotonic() + ANSWER_WAIT))
        if self._timer is None:
            self._timer = self._node.create_timer(
                POLL_PERIOD, self._send_waiting, ReentrantCallbackGroup(),
                Clock(clock_type=ClockType.STEADY_TIME))

    def _work(self):
        sample = None if self.destroyed else self._reader.take()
        if sample is None:
            return None
        data, info = sample
        try:
            data, client, sequence = _service_header.split(data)
            request = deserialize(data, self.srv_type.Request)
        except ValueError as error:
            self._node.get_logger().error(
                f'service {self.srv_name!r}: a request is dropped: {error}')
            return None
        header = RequestHeader(client, sequence, info.publication_handle)
        return (self.callback, (request, self.srv_type.Response()),
                lambda response: self.send_response(response, header))

    def _asker_hears(self, header):
        """Return whether a client hears answers yet; raise LookupError if it has gone."""
        if header.publication in self._reachable:
            return True
        asker = matched_publication(self._reader, header.publication)
        if asker is None:
            raise LookupError('the client has gone')
        identity = asker.user_data.get('clientid')
        if identity is not None and not any(
                reader is not None and reader.user_data.get('clientid') == identity
                for reader in (matched_subscription(self._writer, handle)
                               for handle in self._writer.matched())):
            return False
        self._reachable.add(header.publication)
        return True

    def _send_waiting(self):
        """Answer the clients whose response readers discovery has found meanwhile."""
        now, waiting, self._waiting = time.monotonic(), self._waiting, []
        for response, header, end in waiting:
            try:
                if self._asker_hears(header):
                    self._send(response, header)
                elif now < end:
                    self._waiting.append((response, header, end))
                else:
                    self._node.get_logger().warning(
                        f'service {self.srv_name!r}: a client does not hear the response')
            except LookupError:
                continue
        if not self._waiting:
            self._node.destroy_timer(self._timer)
            self._timer = None

    def _send(self, response, header):
        data = _service_header.join(serialize(response), header.client, header.sequence_number)
        try:
            self._writer.write(data)
        except DDSError as error:
            if self._node.context.ok():
                raise RCLError(f'service {self.srv_name!r}: {error}') from None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.destroy()
