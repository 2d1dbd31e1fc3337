"""The least that a node between policy and robot can do: an action comes, a command goes."""

import sgft_ros  # noqa: F401  it puts the stand-in for ROS 2 on the path

# isort: split
from geometry_msgs.msg import TwistStamped
import rclpy
from rclpy.node import Node
from sgft_ros.msg import Action
from sgft_ros.nodes import qos
from sgft_ros.nodes.ending import begin, ending_by_signal


class Relay(Node):
    """Publish a command for each action, without a look at it."""

    def __init__(self):
        """Join the topics of the safety gate."""
        super().__init__('relay')
        self._commands = self.create_publisher(TwistStamped, 'twist_commands', qos.ACTION)
        self._executed = self.create_publisher(Action, 'executed_action', qos.ACTION)
        self.create_subscription(Action, 'action', self._on_action, qos.ACTION)

    def _on_action(self, action):
        self._commands.publish(TwistStamped(header=action.header))
        self._executed.publish(action)


if __name__ == '__main__':
    with ending_by_signal() as ended:
        rclpy.spin_until_future_complete(begin(Relay), ended)
