"""Weights on their way from the topic to a policy."""

from collections import deque

from sgft_ros.msg import PolicyWeights
from sgft_ros.nodes import qos
from sgft_ros.nodes.actors import Actors
from std_msgs.msg import UInt64


class WeightsInput:
    """
    Subscribe to `policy_weights`; have what comes judged, and taken between two callbacks.

    Only weights of the own run are: a learner that has outlived another one keeps its own latched.
    Which run this is, the replay buffer tells; others wait, as its word may come after theirs.
    """

    def __init__(self, node, actors: Actors):
        """Join the topics on `node`, which tells of weights that are refused."""
        self._node, self._actors = node, actors
        self._run = None  # 0: that of the first transition, which is still to come
        self._waiting = deque(maxlen=qos.WEIGHTS.depth)
        self._judged = node.create_guard_condition(self._take)
        node.create_subscription(UInt64, 'replay_buffer/run', self._on_run, qos.LATEST)
        node.create_subscription(PolicyWeights, 'policy_weights', self._offer, qos.WEIGHTS)

    @property
    def problem(self) -> str:
        """Return why the newest weights are left out; empty if they are not."""
        if not self._waiting:
            return ''
        own = ('the replay buffer has not told which one this is' if self._run is None else
               f'this is the run {self._run}' if self._run else 'this one has just begun')
        return f'weights of the run {self._waiting[-1].run} are left out: {own}'

    def _on_run(self, message):
        self._run = message.data
        waiting = list(self._waiting)
        self._waiting.clear()
        for weights in waiting:
            self._offer(weights)

    def _offer(self, message):
        if self._run is None or message.run not in (0, self._run):
            self._waiting.append(message)
            if self._run:
                self._node.get_logger().warning(self.problem, throttle_duration_sec=60.0)
            return
        self._waiting.clear()
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
