"""What the driver of a robot publishes, filled from the simulated cell."""

from array import array
from xml.etree import ElementTree

from geometry_msgs.msg import PoseStamped, TransformStamped, TwistStamped, WrenchStamped
import numpy as np
from rclpy.duration import Duration
from rclpy.qos import QoSProfile, ReliabilityPolicy
from rclpy.time import Time
from sensor_msgs.msg import JointState
from sgft_ros.nodes import qos
from sgft_ros.robot.contract import Frames
from sgft_ros.simulation.arm import JOINTS, TIMESTEP
from sgft_ros.simulation.cell import SimulatedCell
from sgft_ros.simulation.faults import Faults
from sgft_ros.simulation.scenes.scene import urdf_path
from std_msgs.msg import String
from tf2_ros import StaticTransformBroadcaster, TransformBroadcaster

SHOW_EVERY = 10  # steps of simulated time between two pictures for people
DRIVER = QoSProfile(depth=10)
BEST_EFFORT = QoSProfile(depth=10, reliability=ReliabilityPolicy.BEST_EFFORT)
JITTER = 5  # of so many measurements one is published
NO_NEWS = ('dropped_sensors', 'frozen_sensors', 'jitter')  # faults that keep measurements back
ROUNDING = 1e-6


class RobotTopics:
    """Publish joint states, wrench, measured tip, objects and their velocities; links for RViz."""

    def __init__(
        self, node, cell: SimulatedCell, frames: Frames, faults: Faults, best_effort: bool,
        joint_state_rate: float,
    ):
        """Join the topics and publish the robot's description; the rate is in [Hz]."""
        self._cell, self._faults = cell, faults
        self._joints_per_look = joint_state_rate * TIMESTEP
        self._joints_due = 0.0
        sensor = BEST_EFFORT if best_effort else DRIVER
        self._joints = node.create_publisher(JointState, 'joint_states', sensor)
        self._wrench = node.create_publisher(WrenchStamped, 'wrench', sensor)
        self._object = node.create_publisher(PoseStamped, 'object_pose', DRIVER)
        self._description = node.create_publisher(String, 'robot_description', qos.LATEST)
        urdf = urdf_path().read_text()
        self._description.publish(String(data=urdf))
        self._tf, self._static = TransformBroadcaster(node), StaticTransformBroadcaster(node)

        self._joint_state = JointState(name=list(JOINTS))
        self._force = WrenchStamped()
        self._force.header.frame_id = frames.base
        self._tip = _transform(frames.base, frames.tool)
        self._origin = _transform(frames.base, frames.object)
        self._bodies = [(name, _transform(frames.base, name)) for name in cell.scene.bodies]
        self._velocities = [
            (name, node.create_publisher(TwistStamped, f'{name}_velocity', sensor),
             _velocity(frames.base))
            for name in cell.scene.velocities]
        self._pose = PoseStamped()
        self._pose.header.frame_id = frames.base
        self._links = [(name, _transform(frames.base, name)) for name in _link_names(urdf)
                       if name not in (frames.base, frames.tool)]
        self._count = 0

    def publish_origin(self, stamp):
        """Publish where calibration believes the origin of the task to be."""
        position = self._cell.origin
        _place(self._origin, stamp, position)
        self._static.sendTransform(self._origin)
        self._publish_object(stamp, position)

    def _publish_object(self, stamp, position, quaternion=(1.0, 0.0, 0.0, 0.0)):
        self._pose.header.stamp = stamp
        pose = self._pose.pose
        pose.position.x, pose.position.y, pose.position.z = position.tolist()
        orientation = pose.orientation
        orientation.w, orientation.x, orientation.y, orientation.z = map(float, quaternion)
        self._object.publish(self._pose)

    def publish_sensors(self, stamp, steps):
        """
        Publish one measurement of everything, with a builtin_interfaces Time.

        The joint states have a rate of their own; `steps` of the simulation have passed since they
        were looked at.
        """
        fault = self._faults.active
        self._count += 1
        due = self._joints_are_due(steps)
        if fault == 'dropped_sensors' or (fault == 'jitter' and self._count % JITTER):
            return
        if fault == 'frozen_sensors':
            self._repeat(due)
            return
        stamp = self._clock(stamp)
        self._publish_transforms(stamp)
        self._publish_velocities(stamp)
        force = self._force.wrench.force
        force.x, force.y, force.z = self._sound(self._cell.measured_force).tolist()
        self._force.header.stamp = stamp
        self._wrench.publish(self._force)
        if due:
            self._publish_joints(stamp)

    def publish_joints(self, stamp):
        """Publish the joint states alone, if it is time, a step after they were looked at."""
        if self._joints_are_due(1) and self._faults.active not in NO_NEWS:
            self._publish_joints(self._clock(stamp))

    def _joints_are_due(self, steps):
        self._joints_due += steps * self._joints_per_look
        due = self._joints_due >= 1.0 - ROUNDING
        self._joints_due -= due
        return due

    def _clock(self, stamp):
        """Return the stamp, or what a wrong clock makes of it."""
        fault = self._faults.active
        if fault == 'clock_offset':
            offset = Duration(seconds=1.0 if self._faults.strength > 0.0 else -1.0)
            return (Time.from_msg(stamp) + offset).to_msg()
        return Time().to_msg() if fault == 'zero_stamps' else stamp

    def _publish_joints(self, stamp):
        arm, state = self._cell.arm, self._joint_state
        state.header.stamp = stamp
        order = slice(None, None, -1 if self._faults.active == 'joint_order' else 1)
        state.name = list(JOINTS[order])
        for field, values in (
            ('position', arm.joint_positions), ('velocity', arm.joint_velocities),
            ('effort', arm.joint_efforts),
        ):
            setattr(state, field, array('d', self._sound(values)[order].tobytes()))
        self._joints.publish(state)

    def _publish_velocities(self, stamp):
        for name, publisher, message in self._velocities:
            message.header.stamp, linear = stamp, message.twist.linear
            linear.x, linear.y, linear.z = self._sound(self._cell.measured_velocity(name)).tolist()
            publisher.publish(message)

    def _sound(self, values):
        """Return the values, or what a broken sensor makes of them."""
        return np.full_like(values, np.nan) if self._faults.active == 'nan_sensors' else values

    def _repeat(self, joints):
        """Publish the last measurement again, that of the joints if it is time."""
        self._tf.sendTransform([self._tip, *(message for _, message in self._bodies)])
        for _, publisher, message in self._velocities:
            publisher.publish(message)
        self._wrench.publish(self._force)
        if joints:
            self._joints.publish(self._joint_state)

    def _publish_transforms(self, stamp):
        """Publish what is tracked, now and then with all links, in one message."""
        _place(self._tip, stamp, self._cell.measured_tip)
        _turn(self._tip, self._cell.arm.tip_orientation)
        transforms = [self._tip]
        tracked = (self._cell.origin, (1.0, 0.0, 0.0, 0.0))
        for name, message in self._bodies:
            tracked = self._cell.measured_body(name)
            _place(message, stamp, tracked[0])
            _turn(message, tracked[1])
            transforms.append(message)
        if self._count % SHOW_EVERY == 0:
            for name, message in self._links:
                position, orientation = self._cell.arm.body_pose(name)
                _place(message, stamp, position)
                _turn(message, orientation)
                transforms.append(message)
            self._publish_object(stamp, *tracked)
        self._tf.sendTransform(transforms)


def _link_names(urdf):
    return [link.get('name') for link in ElementTree.fromstring(urdf).iter('link')]


def _transform(parent, child):
    message = TransformStamped(child_frame_id=child)
    message.header.frame_id = parent
    message.transform.rotation.w = 1.0
    return message


def _velocity(frame):
    message = TwistStamped()
    message.header.frame_id = frame
    return message


def _place(message, stamp, position):
    message.header.stamp = stamp
    translation = message.transform.translation
    translation.x, translation.y, translation.z = position.tolist()


def _turn(message, quaternion):
    rotation = message.transform.rotation
    rotation.w, rotation.x, rotation.y, rotation.z = quaternion.tolist()
