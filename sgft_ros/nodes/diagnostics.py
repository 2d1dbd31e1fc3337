"""The state of a node on /diagnostics, once a second."""

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from rclpy.clock import Clock, ClockType

OK = DiagnosticStatus.OK
WARN = DiagnosticStatus.WARN
ERROR = DiagnosticStatus.ERROR
PERIOD = 1.0  # [s]


class Diagnostics:
    """Publish what `report` returns: a level, a message and a dict of values."""

    def __init__(self, node, part, report, stamp=None):
        """
        Begin to publish `<node>: <part>` every second, also while the node's clock stands.

        :param stamp: returns the time as a message; by default that of the node's clock
        """
        self._stamp = stamp or (lambda: node.get_clock().now().to_msg())
        self._name = f'{node.get_fully_qualified_name().lstrip("/")}: {part}'
        self._report = report
        self._publisher = node.create_publisher(DiagnosticArray, '/diagnostics', 10)
        self._timer = node.create_timer(
            PERIOD, self.publish, clock=Clock(clock_type=ClockType.STEADY_TIME))

    def publish(self):
        """Publish the state now."""
        level, message, values = self._report()
        status = DiagnosticStatus(
            level=level, name=self._name, message=message,
            values=[KeyValue(key=key, value=_text(value)) for key, value in values.items()])
        array = DiagnosticArray(status=[status])
        array.header.stamp = self._stamp()
        self._publisher.publish(array)


def _text(value):
    return f'{value:.6g}' if isinstance(value, float) else str(value)
