"""A node of a benchmark that hears the graph and notes when."""

import contextlib
import time

import sgft_ros  # noqa: F401  it puts the stand-in for ROS 2 on the path

# isort: split
from diagnostic_msgs.msg import DiagnosticArray
import rclpy
from sgft_ros.nodes.ending import initialised


class Probe:
    """Collect messages with the time of their arrival [s of the steady clock]."""

    def __init__(self):
        """Join the graph; keep the diagnostics of every second by the name of the status."""
        self._node = rclpy.create_node('probe')
        self.diagnostics = {}
        self._node.create_subscription(DiagnosticArray, '/diagnostics', self._on_diagnostics, 100)

    def collect(self, message_type, topic, qos):
        """Subscribe; return the list that fills with (time, message)."""
        arrived = []
        self._node.create_subscription(
            message_type, topic, lambda message: arrived.append((time.monotonic(), message)), qos)
        return arrived

    def spin(self, seconds, ended=lambda: False):
        """Listen for a while, or until `ended` holds."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0.0 and not ended():
            rclpy.spin_once(self._node, timeout_sec=min(left, 0.5))

    def until(self, condition, timeout, what):
        """Listen until the condition holds; raise TimeoutError, naming what did not happen."""
        self.spin(timeout, condition)
        if not condition():
            raise TimeoutError(f'{what} did not happen in {timeout:g} s')

    def _on_diagnostics(self, array):
        for status in array.status:
            values = {pair.key: pair.value for pair in status.values}
            self.diagnostics.setdefault(status.name, []).append(values)


@contextlib.contextmanager
def running_probe():
    """Give a probe in an initialised context."""
    with initialised():
        yield Probe()


if __name__ == '__main__':
    raise SystemExit('probe.py is a part of control_loop.py, kill_nodes.py and learner_wait.py')
