"""The buffer of tf, without the transforms that nobody stamped."""

from geometry_msgs.msg import TransformStamped
from rclpy.node import Node
from sgft_ros.robot.messages import stamp_nanoseconds
from tf2_ros import Buffer


class StampedBuffer(Buffer):
    """
    Drop what carries no stamp, with one warning for each frame.

    tf2 would refuse each as one of the past and write two lines about it, hundreds per second. The
    first one of a frame that had none before is let in: who looks it up can tell that its stamp is
    missing.
    """

    def __init__(self, node: Node | None = None):
        """Begin empty; `node` warns, where there is one."""
        super().__init__(node=node)
        self._logger_of_node = None if node is None else node.get_logger()
        self._known, self._unstamped = set(), set()

    def set_transform(self, transform: TransformStamped, authority: str) -> None:
        """Take a transform that holds at its stamp."""
        child = transform.child_frame_id
        unstamped = stamp_nanoseconds(transform.header.stamp) == 0
        if unstamped and child not in self._unstamped:
            self._unstamped.add(child)
            if self._logger_of_node is not None:
                self._logger_of_node.warning(
                    f'tf frame {child!r}: transforms without a stamp are dropped')
        if unstamped and child in self._known:
            return
        self._known.add(child)
        super().set_transform(transform, authority)
