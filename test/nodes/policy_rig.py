"""What stands around a policy: a robot that measures, and a gate that executes every action."""

from contextlib import contextmanager
from time import monotonic
from types import MappingProxyType

from data_path import node_process, Probe
from geometry_msgs.msg import WrenchStamped
from policies import save_policy
from rclpy.clock import Clock, ClockType
from rclpy.qos import qos_profile_sensor_data
from rclpy.time import Time
from rosgraph_msgs.msg import Clock as ClockMessage
from safety_gate_rig import PERIOD, transform
from sgft_ros.msg import Action, EpisodeResult, Transition
from sgft_ros.nodes import qos
from sgft_ros.nodes.ending import initialised
from std_srvs.srv import SetBool, Trigger
from tf2_ros import StaticTransformBroadcaster, TransformBroadcaster

STATUS = 'policy: control loop'
ABOVE, INSIDE = [0.5, 0.0, 0.14], [0.5, 0.0, 0.07]  # where the tip may be, of the hole [m]
PERIOD_NS = round(1e9 * PERIOD)
# [s] of the wall clock for an answer to a tick; between episodes nobody answers, but within one
# somebody does, however busy the machine is: two periods at once would cost a transition.
PATIENCE, ANSWER = 0.02, 1.0


class PolicyRig(Probe):
    """
    The clock is the rig's, and goes from tick to tick as soon as the policy has acted.

    It can be held in the midst of an episode, so that the test says when the next tick comes.
    """

    def __init__(self, resets=True):
        super().__init__()
        node = self.node
        self.time = 10**13  # [ns]
        self.tip, self.measuring = ABOVE, True
        self.tool_points_down = False
        self.actions = []
        self._hold, self._held = False, False
        self._answered, self._acting, self._told = True, False, monotonic()
        self.transitions = self.collect(Transition, 'transitions', qos.TRANSITIONS)
        self.results = []
        node.create_subscription(
            EpisodeResult, 'episode_results', self._end_episode, qos.EPISODE_RESULTS)
        self._clock = node.create_publisher(ClockMessage, '/clock', 10)
        self._wrench = node.create_publisher(WrenchStamped, 'wrench', qos_profile_sensor_data)
        self._tf, self._static = TransformBroadcaster(node), StaticTransformBroadcaster(node)
        self._static.sendTransform(
            transform('base_link', 'hole', [0.5, 0.0, 0.1], self._stamp()))
        self._executed = node.create_publisher(Action, 'executed_action', qos.ACTION)
        node.create_subscription(Action, 'action', self._execute, qos.ACTION)
        node.create_service(SetBool, 'safety_gate/enable', self._allow)
        if resets:
            node.create_service(Trigger, 'simulated_robot/reset', self._allow)
        node.create_timer(0.001, self._run, clock=Clock(clock_type=ClockType.STEADY_TIME))

    def report(self, key):
        """Return a value of the policy's diagnostics as text, empty before the first."""
        return self.diagnostics.get(STATUS, (0, '', {}))[2].get(key, '')

    @property
    def problem(self):
        """Return the message of the policy's diagnostics, empty before the first."""
        return self.diagnostics.get(STATUS, (0, ''))[1]

    def hold(self):
        """Hold the clock when an action has come, and none but this can come."""
        self._hold = True
        self.until(lambda: self._held, what='an action')

    def go_on(self):
        """Let the clock go on by itself."""
        self._hold = self._held = False

    def step(self, periods):
        """Let the next tick come after so many control periods; wait for what comes of it."""
        actions, results = len(self.actions), len(self.results)
        self._advance(round(periods * PERIOD_NS))
        self.until(lambda: len(self.actions) > actions or len(self.results) > results,
                   what='an action, or the end of the episode')

    def _run(self):
        late = monotonic() - self._told > (ANSWER if self._acting else PATIENCE)
        if not self._held and (self._answered or late):
            self._acting = self._answered
            self._advance(PERIOD_NS)

    def _advance(self, nanoseconds):
        """Publish what is measured now, and then another time."""
        if self.measuring:
            tip = transform('base_link', 'peg_tip', self.tip, self._stamp())
            if self.tool_points_down:
                tip.transform.rotation.w, tip.transform.rotation.x = 0.0, 1.0
            self._tf.sendTransform(tip)
            wrench = WrenchStamped()
            wrench.header.stamp = self._stamp()
            self._wrench.publish(wrench)
        self.time += nanoseconds
        self._answered, self._told = False, monotonic()
        self._clock.publish(ClockMessage(clock=self._stamp()))

    def _stamp(self):
        return Time(nanoseconds=self.time).to_msg()

    def _execute(self, action):
        self.actions.append(action)
        self._executed.publish(action)
        self._answered = True
        self._held = self._hold and action.header.stamp == self._stamp()

    def _end_episode(self, result):
        self.results.append(result)
        self._acting = False

    def _allow(self, _, response):
        response.success = True
        return response


@contextmanager
def running_policy(folder, tensors, robot='simulated_arm', trained=MappingProxyType({}),
                   resets=True, task='peg_insert', **parameters):
    """Give a rig, which `resets` the robot or not, with a policy that follows its clock."""
    checkpoint = save_policy(folder / 'policy.safetensors', tensors, **trained)
    with initialised():
        rig = PolicyRig(resets)
        with node_process('policy', robot=robot, task=task, use_sim_time='true',
                          checkpoint=checkpoint, **parameters) as rig.process:
            yield rig
        rig.node.destroy_node()
