"""What publishes transforms that change."""

from geometry_msgs.msg import TransformStamped
from rclpy.qos import QoSProfile
from tf2_msgs.msg import TFMessage


class TransformBroadcaster:
    """Publish transforms on /tf."""

    def __init__(self, node, qos: QoSProfile | int | None = None):
        """Create the publisher on `node`, by default reliable and with a depth of 100."""
        self.pub_tf = node.create_publisher(
            TFMessage, '/tf', QoSProfile(depth=100) if qos is None else qos)

    def sendTransform(self, transform: TransformStamped | list[TransformStamped]):  # noqa: N802
        """Publish one transform or several."""
        transforms = transform if hasattr(transform, '__iter__') else [transform]
        self.pub_tf.publish(TFMessage(transforms=list(transforms)))
