"""A node ends the same way wherever the signal that shuts its context down comes."""

import pytest
import rclpy
from rclpy.executors import ExternalShutdownException
from rclpy.node import Node
from rclpy.task import Future
from sgft_ros.nodes.ending import begin, initialised, spin_until


class Failing(Node):
    """Fails while it is made or in its first callback, with the context shut down or not."""

    def __init__(self, in_callback, shutdown):
        super().__init__('failing')
        self._shutdown = shutdown
        if in_callback:
            self.create_timer(0.001, self._fail)
        else:
            self._fail()

    def _fail(self):
        if self._shutdown:
            rclpy.shutdown()
        raise ValueError('too early')


@pytest.mark.parametrize('in_callback', [False, True])
@pytest.mark.parametrize('shutdown, error', [
    (True, ExternalShutdownException),
    (False, ValueError),
])
def test_what_fails_after_the_shutdown_is_the_shutdown(domain_id, in_callback, shutdown, error):
    with initialised(), pytest.raises(error):
        spin_until(begin(lambda: Failing(in_callback, shutdown)), Future())


def test_spins_until_the_future_is_done(domain_id):
    with initialised():
        node, future = Node('counting'), Future()
        node.create_timer(0.001, lambda: future.set_result(1))
        spin_until(node, future)
        assert future.result() == 1
