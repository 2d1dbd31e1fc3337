"""Clients of services."""

import itertools
import threading
import time

from rclpy import _service_header
from rclpy._rclpy_pybind11 import InvalidHandle, RCLError
from rclpy._service_end import ServiceEnd
from rclpy.task import Future
from rmw_standalone import DDSError, library
from rmw_standalone.graph import matched_publication, matched_subscription
from rosidl_standalone.typesupport import deserialize, serialize

POLL_PERIOD = 0.01  # [s] between two looks at who is there


class Client(ServiceEnd):
    """Asks a service."""

    def __init__(self, writer, reader, srv_type, name, qos_profile, callback_group, node):
        """Call Node.create_client instead."""
        self.srv_type = srv_type
        self.srv_name = name
        self.qos_profile = qos_profile
        self.callback_group = callback_group
        self.context = node.context
        super().__init__(reader, writer)
        self._node = node
        self._identity = library.instance_handle(writer.entity)
        self._sequences = itertools.count(1)
        self._lock = threading.Lock()
        self._pending = {}  # sequence -> Future

    @property
    def service_name(self):
        """Return the absolute name of the service."""
        return self.srv_name

    def call(self, request, timeout_sec=None):
        """
        Ask and wait for the answer, which another thread has to receive by spinning.

        :return: the response, or None if it did not come in time
        :raises RuntimeError: if this thread is the one that would have to receive it
        """
        executor = self._node.executor
        if executor is not None and executor._in_callback():
            raise RuntimeError(f'service {self.srv_name!r}: a call within a callback would wait '
                               'for ever for the executor; use call_async')
        answered = threading.Event()
        future = self.call_async(request)
        future._on_done(answered.set)
        if not answered.wait(timeout_sec):
            self.remove_pending_request(future)
            return None
        return future.result()

    def call_async(self, request):
        """Ask; return a Future of the response."""
        if not isinstance(request, self.srv_type.Request):
            raise TypeError(f'Expected {self.srv_type.Request}, got {type(request)}')
        self._check()
        data = serialize(request)
        future = Future()
        with self._lock:
            sequence = next(self._sequences)
            self._pending[sequence] = future
        future._set_executor(self._node.executor)
        future._on_done(lambda: self.remove_pending_request(future))
        try:
            self._writer.write(_service_header.join(data, self._identity, sequence))
        except DDSError as error:
            self.remove_pending_request(future)
            raise RCLError(f'service {self.srv_name!r}: {error}') from None
        return future

    def get_pending_request(self, sequence_number):
        """Return the Future of a request; raise KeyError if it is not waited for."""
        with self._lock:
            return self._pending[sequence_number]

    def remove_pending_request(self, future):
        """Wait no more for an answer; its Future stays undone."""
        with self._lock:
            for sequence, pending in list(self._pending.items()):
                if pending is future:
                    del self._pending[sequence]

    def service_is_ready(self):
        """Return whether a server hears requests and can answer them."""
        self._check()
        readers, writers = self._writer.matched(), self._reader.matched()
        if not readers or not writers:
            return False
        ids = {_service_id(matched_subscription(self._writer, handle)) for handle in readers}
        named = ids - {None}
        if not named:
            return True  # of an implementation that does not say which belong together
        return any(_service_id(matched_publication(self._reader, handle)) in named
                   for handle in writers)

    def wait_for_service(self, timeout_sec=None):
        """Wait until a server is there; return whether it is."""
        end = None if timeout_sec is None else time.monotonic() + timeout_sec
        while self.context.ok():
            if self.service_is_ready():
                return True
            if end is not None and time.monotonic() >= end:
                return False
            time.sleep(POLL_PERIOD)
        return False

    def _work(self):
        while not self.destroyed and (sample := self._reader.take()) is not None:
            try:
                data, client, sequence = _service_header.split(sample[0])
            except ValueError:
                continue
            with self._lock:
                future = self._pending.get(sequence) if client == self._identity else None
            if future is None:
                continue  # an answer for somebody else, or one that is waited for no more
            try:
                return future.set_result, (deserialize(data, self.srv_type.Response),)
            except ValueError as error:
                self._node.get_logger().error(
                    f'service {self.srv_name!r}: a response is dropped: {error}')
        return None

    def _check(self):
        if not self.context.ok():
            raise RCLError(f"service {self.srv_name!r}: the client's context is invalid")
        if self.destroyed:
            raise InvalidHandle(f'the client of {self.srv_name!r} was destroyed')

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.destroy()


def _service_id(endpoint):
    return None if endpoint is None else endpoint.user_data.get('serviceid')
