"""What the simulated driver publishes for the interlocks of a contract."""

from rosidl_runtime_py.utilities import get_message
from sgft_ros.nodes import qos
from sgft_ros.robot import RobotContract

BOOL = 'std_msgs/msg/Bool'


class Permissions:
    """Tell on every topic of an interlock whether the simulated arm may be moved."""

    def __init__(self, node, contract: RobotContract):
        """
        Join the topics and give the permission.

        :raises ValueError: for an interlock that is no std_msgs/Bool, which this arm cannot play
        """
        self._publishers = []
        for lock in contract.interlocks:
            if lock.type != BOOL:
                raise ValueError(f'interlock {lock.name!r}: the simulated arm publishes {BOOL} '
                                 f'alone, got {lock.type}')
            message = get_message(BOOL)
            self._publishers.append(
                (node.create_publisher(message, lock.topic, qos.LATEST), message, lock.allowed[0]))
        self.publish(True)

    def publish(self, allowed: bool) -> None:
        """Give or withdraw the permission."""
        for publisher, message, value in self._publishers:
            publisher.publish(message(data=value if allowed else not value))
