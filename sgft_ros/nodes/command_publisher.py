"""Commands of the safety gate as the messages that a driver takes."""

from array import array

from builtin_interfaces.msg import Duration
import numpy as np
from rosidl_runtime_py.utilities import get_message
from sgft_ros.nodes import qos
from sgft_ros.nodes.names import guard_name
from sgft_ros.robot import RobotContract
from trajectory_msgs.msg import JointTrajectoryPoint


class CommandPublisher:
    """Publish commands of one contract on its topic."""

    def __init__(self, node, contract: RobotContract):
        """Join the topic, reliable and of depth 1: only the newest command counts."""
        command = contract.command
        kind = get_message(command.type)
        self._node, self._clock = node, node.get_clock()
        self._message = kind()
        self._fill = _filler(contract, self._message)
        # A trajectory begins at its stamp, and a controller drops the points that have passed.
        self._stamped = hasattr(self._message, 'header') and command.kind != 'joint_trajectory'
        self._publisher = node.create_publisher(kind, command.topic, qos.ACTION)

    @property
    def rivals(self) -> list[str]:
        """Return the nodes that publish commands, too; they may have died some seconds ago."""
        node = self._node
        names = [f'{each.node_namespace.rstrip("/")}/{each.node_name}'
                 for each in node.get_publishers_info_by_topic(self.topic)]
        own = node.get_fully_qualified_name()
        if own in names:
            names.remove(own)
        return [name for name in names if name != guard_name(own)]

    @property
    def topic(self) -> str:
        """Return the full name of the topic."""
        return self._publisher.topic_name

    @property
    def listeners(self) -> int:
        """Return how many subscribe to the commands."""
        return self._publisher.get_subscription_count()

    def publish(self, command: np.ndarray) -> None:
        """Publish a command of the gate."""
        self._fill(command)
        if self._stamped:
            self._message.header.stamp = self._clock.now().to_msg()
        self._publisher.publish(self._message)

    def wait_for_all_acked(self, timeout) -> bool:
        """Wait until every listener has received what was published, or the timeout."""
        return self._publisher.wait_for_all_acked(timeout)


def _filler(contract, message):
    """Return the function that writes a command into the message."""
    command = contract.command
    if command.commands_tool and hasattr(message, 'header'):
        message.header.frame_id = command.frame_id
    if command.kind == 'twist':
        return _twist_filler(command.axes, getattr(message, 'twist', message))
    if command.kind == 'pose':
        return lambda target: fill_pose(message.pose, target)
    if command.kind == 'joint_trajectory':
        return _trajectory_filler(contract, message)

    def fill(values):
        message.data = array('d', values.tobytes())

    return fill


def _twist_filler(axes, twist):
    paths = [axis.split('.') for axis in axes]

    def fill(velocity):
        for (part, axis), value in zip(paths, velocity.tolist(), strict=True):
            setattr(getattr(twist, part), axis, value)

    return fill


def fill_pose(pose: object, target: np.ndarray) -> None:
    """Write position and quaternion (w, x, y, z) (7,) into a geometry_msgs Pose."""
    position, orientation = pose.position, pose.orientation
    position.x, position.y, position.z = target[:3].tolist()
    orientation.w, orientation.x, orientation.y, orientation.z = target[3:].tolist()


def _trajectory_filler(contract, message):
    message.joint_names = list(contract.command.joints)
    seconds = contract.command.duration * contract.control_period
    nanoseconds = round(seconds * 1e9)
    point = JointTrajectoryPoint(time_from_start=Duration(
        sec=nanoseconds // 10**9, nanosec=nanoseconds % 10**9))
    message.points = [point]

    def fill(positions):
        point.positions = array('d', positions.tobytes())

    return fill
