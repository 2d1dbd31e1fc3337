"""What publishes transforms that do not change."""

from geometry_msgs.msg import TransformStamped
from rclpy.qos import DurabilityPolicy, HistoryPolicy, QoSProfile
from tf2_msgs.msg import TFMessage


class StaticTransformBroadcaster:
    """Publish transforms on /tf_static, kept for those who come late."""

    def __init__(self, node, qos: QoSProfile | int | None = None):
        """Create the publisher on `node`, by default transient local and with a depth of 1."""
        if qos is None:
            qos = QoSProfile(depth=1, history=HistoryPolicy.KEEP_LAST,
                             durability=DurabilityPolicy.TRANSIENT_LOCAL)
        self.pub_tf = node.create_publisher(TFMessage, '/tf_static', qos)
        self._by_child = {}

    def sendTransform(self, transform: TransformStamped | list[TransformStamped]):  # noqa: N802
        """
        Publish one transform or several, together with all that were sent before.

        Only the last message is kept for late subscribers, so each has to hold everything.
        """
        transforms = transform if hasattr(transform, '__iter__') else [transform]
        self._by_child.update((each.child_frame_id, each) for each in transforms)
        self.pub_tf.publish(TFMessage(transforms=list(self._by_child.values())))
