"""
Drivers of robots that are right but for one thing each, as one process for tests of the check.

Every driver is a node in a namespace of its own, with a tf of its own: the names of FAULTS.
"""

import sys
import threading

from geometry_msgs.msg import TransformStamped, TwistStamped, WrenchStamped
import rclpy
from rclpy.executors import ExternalShutdownException, SingleThreadedExecutor
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy
from rclpy.time import Time
from sensor_msgs.msg import Joy
from std_msgs.msg import Bool, Int32
from std_srvs.srv import SetBool, Trigger
from tf2_ros import StaticTransformBroadcaster, TransformBroadcaster

PERIOD = 0.04  # [s] of all sensors
BEST_EFFORT = QoSProfile(depth=10, reliability=ReliabilityPolicy.BEST_EFFORT)
LATCHED = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
RUNNING = Bool(data=True)
FAULTS = {
    'none': {},
    'best_effort_sensor': {'wrench_qos': BEST_EFFORT},  # no fault: every driver is heard
    'clock_ahead': {'clock_offset': 5.0},
    'clock_behind': {'clock_offset': -5.0},
    'simulated_clock': {'clock_offset': -1.7e9},
    'clock_a_little_ahead': {'clock_offset': 0.1},
    'slow_sensor': {'every': 15},
    'silent_sensor': {'every': 0},
    'no_stamps': {'stamped': False},
    'not_a_number': {'force': float('nan')},
    'far_off_force': {'force': 3000.0},
    'tf_best_effort': {'tf_qos': BEST_EFFORT},
    'tf_static_volatile': {'static_qos': QoSProfile(depth=1)},
    'static_tool': {'static_tool': True},
    'no_hole': {'hole': False},
    'second_commander': {'commander': 'teleop'},
    'guard_of_a_gate': {'commander': 'safety_gate_guard'},  # no fault
    'two_sensors': {'second_sensor': True},
    'latched_listener': {'command_qos': LATCHED},
    'no_listener': {'command_qos': None},
    'recorder_alone': {'command_qos': None, 'recorder': 'rosbag2_recorder'},
    'other_reset': {'reset': SetBool},
    'program_stopped': {'program': Bool(data=False)},
    'program_volatile': {'program_qos': 10},
    'program_of_numbers': {'program': Int32(data=1)},
    'no_program': {'program': None},
    'no_heartbeat': {'every_beat': 0},
    'slow_heartbeat': {'every_beat': 10},
    'noisy_tool': {'tool_noise': 0.01},
    'no_joystick': {'sticks': None},
    'few_axes': {'sticks': [0.0]},
    'trigger_at_rest': {'sticks': [0.0, 0.0, 1.0]},
    'button_held': {'pressed': 1},
    'joystick_of_events': {'every_beat': 0},
}


class Driver(Node):
    """Measure at 25 Hz with the tool in the middle of the box; listen to commands; offer reset."""

    def __init__(self, namespace, *, wrench_qos=10, clock_offset=0.0, every=1, stamped=True,
                 force=0.0, tf_qos=100, static_qos=LATCHED, static_tool=False, hole=True,
                 commander=None, recorder=None, second_sensor=False, command_qos=10,
                 reset=Trigger, program=RUNNING, program_qos=LATCHED, every_beat=1,
                 tool_noise=0.0, sticks=(0.0, 0.0, 0.0), pressed=0):
        """Join the topics; `every` so many periods something is published, 0 for never."""
        super().__init__('driver', namespace=namespace, start_parameter_services=False, cli_args=[
            '--ros-args', '-r', '/tf:=tf', '-r', '/tf_static:=tf_static'])
        self._offset, self._every, self._stamped = clock_offset, every, stamped
        self._static_tool, self._ticks = static_tool, 0
        self._every_beat, self._noise = every_beat, tool_noise
        self._wrench = WrenchStamped()
        self._wrench.wrench.force.x = force
        self._wrenches = self.create_publisher(WrenchStamped, 'wrench', wrench_qos)
        if second_sensor:
            self.create_publisher(WrenchStamped, 'wrench', 10)
        if commander:
            self._commander = rclpy.create_node(commander, namespace=namespace)
            self._commander.create_publisher(TwistStamped, 'twist_commands', 1)
        if recorder:
            self._recorder = rclpy.create_node(recorder, namespace=namespace)
            self._recorder.create_subscription(
                TwistStamped, 'twist_commands', lambda _: None, 10)
        if command_qos is not None:
            self.create_subscription(
                TwistStamped, 'twist_commands', lambda _: None, command_qos)
        self._program = self.create_publisher(type(program or RUNNING), 'program', program_qos)
        if program is not None:
            self._program.publish(program)
        self._beats = self.create_publisher(Bool, 'heartbeat', 10)
        self._sticks = None
        if sticks is not None:
            self._sticks = self.create_publisher(Joy, 'joy', LATCHED)
            self._joy = Joy(axes=sticks, buttons=[pressed, 0])
            self._sticks.publish(self._joy)
        self.create_service(reset, 'simulated_robot/reset', lambda _, response: response)
        self._tf = TransformBroadcaster(self, qos=tf_qos)
        static = StaticTransformBroadcaster(self, qos=static_qos)
        self._static = static
        parent = 'base_link' if hole else 'map'
        fixed = [transform(parent, 'hole', (0.5, 0.0, 0.1))]
        static.sendTransform(fixed + [self._tool()] * static_tool)
        self.create_timer(PERIOD, self._measure)

    def _measure(self):
        self._ticks += 1
        if not self._static_tool:
            tool = self._tool()
            tool.header.stamp = self._stamp()
            self._tf.sendTransform(tool)
        if self._every and self._ticks % self._every == 0:
            if self._stamped:
                self._wrench.header.stamp = self._stamp()
            self._wrenches.publish(self._wrench)
        if self._every_beat and self._ticks % self._every_beat == 0:
            self._beats.publish(RUNNING)
            if self._sticks is not None:
                self._sticks.publish(self._joy)

    def _tool(self):
        # In turn, so that any ten measurements vary alike: random ones often looked like less.
        along_x, along_y = ((0.0, 0.5), (1.0, -0.5), (-1.0, 0.0))[self._ticks % 3]
        position = (0.5 + self._noise * along_x, self._noise * along_y, 0.14)
        return transform('base_link', 'peg_tip', position)

    def _stamp(self):
        now = self.get_clock().now().nanoseconds + int(self._offset * 1e9)
        return Time(nanoseconds=now).to_msg()


def transform(parent, child, position):
    message = TransformStamped(child_frame_id=child)
    message.header.frame_id = parent
    translation = message.transform.translation
    translation.x, translation.y, translation.z = position
    message.transform.rotation.w = 1.0
    return message


def main():
    """Run all drivers until the end of the input."""
    rclpy.init()
    executor = SingleThreadedExecutor()
    for name, fault in FAULTS.items():
        executor.add_node(Driver(name, **fault))
    threading.Thread(target=lambda: (sys.stdin.read(), rclpy.try_shutdown()), daemon=True).start()
    print('READY', flush=True)
    try:
        executor.spin()
    except (KeyboardInterrupt, ExternalShutdownException):
        pass
