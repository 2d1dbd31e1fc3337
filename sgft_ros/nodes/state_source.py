"""The measured state that commands are limited against: the tool from tf, or joint positions."""

from collections.abc import Callable

import numpy as np
from rosidl_runtime_py.utilities import get_message
from sgft_ros.nodes.other_joints import OtherJoints
from sgft_ros.nodes.sensors import Sensors, SHARED
from sgft_ros.robot import MeasuredState, RobotContract
from sgft_ros.robot.age import believed_age
from sgft_ros.robot.messages import make_extractor, stamp_seconds
from sgft_ros.robot.terms import JointStatesSource
from tf2_ros import TransformException


def make_state_source(
    node, contract: RobotContract, sensors: Sensors,
) -> Callable[[], MeasuredState | None]:
    """Return a function that tells the newest measured state, None if nobody knows it."""
    if contract.command.commands_tool:
        return _tool(contract, sensors)
    return _joints(node, contract, sensors)


def _tool(contract, sensors):
    frames = contract.frames

    def measure():
        try:
            found = sensors.lookup(frames.base, frames.tool)
        except TransformException:
            return None
        stamp = stamp_seconds(found.header.stamp)
        if stamp == 0.0:
            return None
        position, q = found.transform.translation, found.transform.rotation
        return MeasuredState(
            np.array([position.x, position.y, position.z]), sensors.now() - stamp,
            np.array([q.w, q.x, q.y, q.z]))

    return measure


def _joints(node, contract, sensors):
    limits = contract.limits
    source = JointStatesSource(limits.topic, contract.command.joints, 'position')
    extract, other_joints = make_extractor(source), OtherJoints(source)
    newest = [None]

    def take(message):
        stamp = stamp_seconds(message.header.stamp)
        if stamp == 0.0 or other_joints.are_all(message):
            return
        try:
            newest[0] = extract(message), stamp, sensors.now()
        except ValueError as error:
            node.get_logger().error(str(error), throttle_duration_sec=5.0)

    node.create_subscription(get_message(source.type), source.topic, take, SHARED)

    def measure():
        if newest[0] is None:
            return None
        positions, stamp, arrival = newest[0]
        return MeasuredState(positions, believed_age(stamp, arrival, sensors.now()))

    return measure
