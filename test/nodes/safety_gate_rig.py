"""What stands around a safety gate: a robot that measures and listens, and a policy that acts."""

from array import array
import subprocess
import sys
from time import monotonic

from data_path import TIMEOUT
from geometry_msgs.msg import TransformStamped, TwistStamped, WrenchStamped
import numpy as np
import rclpy
from rclpy.node import Node
from rclpy.parameter import Parameter
from rclpy.qos import qos_profile_sensor_data
from rosgraph_msgs.msg import Clock
from sgft_ros.msg import Action
from sgft_ros.nodes import qos
from std_srvs.srv import SetBool
from tf2_ros import StaticTransformBroadcaster, TransformBroadcaster

PERIOD = 0.05  # of the simulated arm's control loop [s]
SPEED = 0.06   # of the simulated arm per 1.0 of the action [m/s]


class Rig(Node):
    """Robot and policy in one node; time is its own when `sim_time` is given."""

    def __init__(self, sim_time=None):
        """Measure at 100 Hz from now on, with the tool in the middle of the box."""
        super().__init__('rig', parameter_overrides=[
            Parameter('use_sim_time', value=sim_time is not None)])
        self.sim_time = sim_time
        self.tool = np.array([0.5, 0.0, 0.25])
        self.force = 0.0
        self.measuring = True
        self.sequence, self.acted, self.period = 0, 0.0, PERIOD
        self.commands, self.arrivals, self.executed = [], [], []
        self._tf, static = TransformBroadcaster(self), StaticTransformBroadcaster(self)
        static.sendTransform(transform('base_link', 'hole', [0.5, 0.0, 0.1], self.stamp()))
        self._static = static
        self._clock_publisher = self.create_publisher(Clock, '/clock', 10)
        self._wrench = self.create_publisher(WrenchStamped, 'wrench', qos_profile_sensor_data)
        self._actions = self.create_publisher(Action, 'action', qos.ACTION)
        self.listen('twist_commands')
        self.create_subscription(Action, 'executed_action', self.executed.append, 10)
        self.enable_client = self.create_client(SetBool, 'safety_gate/enable')
        self.lock_client = self.create_client(SetBool, 'safety_gate/lock')
        self.create_timer(0.01, self.measure, clock=rclpy.clock.Clock(
            clock_type=rclpy.clock.ClockType.STEADY_TIME))

    def listen(self, topic):
        """Take commands of this topic, too."""
        self.create_subscription(TwistStamped, topic, self._on_command, 10)

    def stamp(self):
        """Return the time of the rig as a message."""
        now = self.sim_time
        return self.get_clock().now().to_msg() if now is None else (
            rclpy.time.Time(nanoseconds=int(now * 1e9)).to_msg())

    def measure(self):
        """Publish the robot's sensors once."""
        if self.sim_time is not None:
            self._clock_publisher.publish(Clock(clock=self.stamp()))
        if self.measuring:
            self._tf.sendTransform(transform('base_link', 'peg_tip', self.tool, self.stamp()))
            wrench = WrenchStamped()
            wrench.header.stamp = self.stamp()
            wrench.wrench.force.x = self.force
            self._wrench.publish(wrench)

    def act(self, *action):
        """Publish an action now; return its sequence."""
        self.sequence += 1
        self.acted = monotonic()
        message = Action(sequence=self.sequence, action=array('f', action), policy_version=7)
        message.header.stamp = self.stamp()
        self._actions.publish(message)
        return self.sequence

    def act_and_wait(self, *action):
        """Publish an action, at the control rate; return what the gate says that it executed."""
        self.wait(self._actions.get_subscription_count, 'gate that hears actions')
        self.spin(self.acted + self.period - monotonic())
        sequence = self.act(*action)
        self.wait(lambda: self.executed and self.executed[-1].sequence == sequence, 'execution')
        return self.executed[-1]

    def enable(self, wanted=True):
        """Call the service; return success and message."""
        return self.call(self.enable_client, wanted)

    def lock(self, wanted):
        """Call the service; return success and message."""
        return self.call(self.lock_client, wanted)

    def call(self, client, wanted):
        """
        Call a service of the gate until it answers; return success and message.

        A gate that has just come may miss a call, and one that was killed is known for a while.
        """
        end, futures = monotonic() + TIMEOUT, []
        while not (answers := [future.result() for future in futures if future.done()]):
            assert monotonic() < end, f'no answer of {client.srv_name}'
            assert client.wait_for_service(timeout_sec=TIMEOUT)
            futures.append(client.call_async(SetBool.Request(data=wanted)))
            patience = monotonic() + 1.0
            while not futures[-1].done() and monotonic() < patience:
                rclpy.spin_once(self, timeout_sec=0.01)
        return answers[0].success, answers[0].message

    def enable_when_ready(self):
        """Call the service until the first measurements have reached the gate."""
        end = monotonic() + TIMEOUT
        while not (answer := self.enable())[0]:
            assert monotonic() < end, answer[1]
            self.spin(0.02)

    def move(self):
        """Arm the gate and send one action; return when its command has arrived."""
        self.enable_when_ready()
        self.act_and_wait(1.0, 0.0, 0.0)
        self.wait(lambda: self.commands and self.commands[-1].twist.linear.x == SPEED, 'motion')

    def wait(self, condition, what, timeout=TIMEOUT):
        """Spin until the condition holds."""
        end = monotonic() + timeout
        while not condition():
            assert monotonic() < end, f'no {what} within {timeout} s'
            rclpy.spin_once(self, timeout_sec=0.01)

    def spin(self, seconds):
        """Let the rig work for a while."""
        end = monotonic() + seconds
        while monotonic() < end:
            rclpy.spin_once(self, timeout_sec=0.005)

    def _on_command(self, message):
        self.commands.append(message)
        self.arrivals.append(monotonic())


def linear(command):
    """Return the linear velocity of a TwistStamped (3,) [m/s]."""
    velocity = command.twist.linear
    return np.array([velocity.x, velocity.y, velocity.z])


def is_stop(command):
    """Return whether a TwistStamped commands nothing at all."""
    angular = command.twist.angular
    return not linear(command).any() and not any((angular.x, angular.y, angular.z))


def transform(parent, child, position, stamp):
    """Return a TransformStamped without rotation."""
    message = TransformStamped(child_frame_id=child)
    message.header.frame_id, message.header.stamp = parent, stamp
    translation = message.transform.translation
    translation.x, translation.y, translation.z = map(float, position)
    return message


def start_gate(*parameters, robot='simulated_arm', remap=()):
    """Start the node as a process."""
    arguments = [word for value in (f'robot:={robot}', *parameters) for word in ('-p', value)]
    arguments += [word for rule in remap for word in ('-r', rule)]
    return subprocess.Popen(
        [sys.executable, '-m', 'sgft_ros.nodes.safety_gate', '--ros-args', *arguments],
        stderr=subprocess.PIPE, text=True)
