"""Weights on their way from the topic to a policy."""

from sgft_ros.msg import PolicyWeights
from sgft_ros.nodes import qos
from sgft_ros.nodes.actors import Actors


class WeightsInput:
    """Subscribe to `policy_weights`; have what comes judged, and taken between two callbacks."""

    def __init__(self, node, actors: Actors):
        """Join the topic on `node`, which tells of weights that are refused."""
        self._node, self._actors = node, actors
        self._judged = node.create_guard_condition(self._take)
        node.create_subscription(PolicyWeights, 'policy_weights', self._offer, qos.WEIGHTS)

    def _offer(self, message):
        self._actors.offer(message).add_done_callback(self._wake)

    def _wake(self, _):
        """Have the node take what was judged, from the thread that judged it."""
        try:
            self._judged.trigger()
        except Exception:  # after the shutdown of ROS nobody takes anything
            if self._node.context.ok():
                raise

    def _take(self):
        if refusal := self._actors.take():
            self._node.get_logger().error(
                f'refused weights, {refusal}', throttle_duration_sec=5.0)
