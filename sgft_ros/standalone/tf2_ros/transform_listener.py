"""What fills a buffer from the topics of tf."""

from threading import Thread

from rclpy.callback_groups import ReentrantCallbackGroup
from rclpy.executors import ExternalShutdownException, SingleThreadedExecutor
from rclpy.qos import DurabilityPolicy, HistoryPolicy, QoSProfile
from tf2_msgs.msg import TFMessage
from tf2_ros.buffer import Buffer

AUTHORITY = 'default_authority'  # DDS does not tell who published


class TransformListener:
    """Put everything that is published on /tf and /tf_static into a buffer."""

    def __init__(self, buffer: Buffer, node, *, spin_thread: bool = False,
                 qos: QoSProfile | None = None, static_qos: QoSProfile | None = None,
                 tf_topic: str = '/tf', tf_static_topic: str = '/tf_static',
                 static_only: bool = False):
        """
        Subscribe on `node`.

        :param spin_thread: spin the node in a thread of its own
        :param static_only: do not listen to `tf_topic`
        """
        if qos is None:
            qos = QoSProfile(depth=100, history=HistoryPolicy.KEEP_LAST,
                             durability=DurabilityPolicy.VOLATILE)
        if static_qos is None:
            static_qos = QoSProfile(depth=100, history=HistoryPolicy.KEEP_LAST,
                                    durability=DurabilityPolicy.TRANSIENT_LOCAL)
        self.buffer = buffer
        self.node = node
        self.group = ReentrantCallbackGroup()
        self.tf_sub = None
        if not static_only:
            self.tf_sub = node.create_subscription(
                TFMessage, tf_topic, self.callback, qos, callback_group=self.group)
        self.tf_static_sub = node.create_subscription(
            TFMessage, tf_static_topic, self.static_callback, static_qos,
            callback_group=self.group)
        self.executor = None
        if spin_thread:
            self.executor = SingleThreadedExecutor(context=node.context)
            self.executor.add_node(node)
            self.dedicated_listener_thread = Thread(target=self._spin, daemon=True)
            self.dedicated_listener_thread.start()

    def callback(self, data: TFMessage):
        """Take transforms that hold at their stamps."""
        for transform in data.transforms:
            self.buffer.set_transform(transform, AUTHORITY)

    def static_callback(self, data: TFMessage):
        """Take transforms that hold at all times."""
        for transform in data.transforms:
            self.buffer.set_transform_static(transform, AUTHORITY)

    def unregister(self):
        """Stop listening."""
        if self.executor is not None:
            self.executor.shutdown()
            self.executor = None
        for subscription in (self.tf_sub, self.tf_static_sub):
            if subscription is not None:
                self.node.destroy_subscription(subscription)
        self.tf_sub = self.tf_static_sub = None

    def _spin(self):
        try:
            self.executor.spin()
        except ExternalShutdownException:
            pass
