"""What was measured, of a live graph and of a bag alike; the rules judge nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from rclpy.qos import QoSProfile
from sgft_ros.check.interlock_recorder import InterlockSignal
from sgft_ros.check.joystick_recorder import JoystickSignal
from sgft_ros.nodes.names import TF, TF_STATIC
from sgft_ros.robot import RobotContract
from sgft_ros.robot.terms import JointStatesSource, Source, TransformSource

JOY = 'sensor_msgs/msg/Joy'
TOOL_POSITION, JOINT_POSITIONS, TOOL_POSE = 'tool position', 'joint positions', 'tool pose'
READY = 'policy/ready'  # the service by which an operator lets an episode begin


@dataclass(frozen=True)
class Endpoint:
    """A publisher or a subscription."""

    node: str  # full name; empty where a bag does not tell
    type: str
    qos: QoSProfile


@dataclass(frozen=True)
class Topic:
    """Who is at a topic."""

    publishers: tuple[Endpoint, ...] = ()
    subscriptions: tuple[Endpoint, ...] = ()


@dataclass(frozen=True)
class Measurement:
    """Something that the nodes need to be measured: an observation term, or a robot's state."""

    name: str
    source: Source
    max_age: float  # [s]
    key: str        # of the contract, under which `max_age` and what else there is stand


@dataclass
class Signal:
    """What came of one measurement; times [s] are those of the clock that nodes have."""

    arrivals: list[float] = field(default_factory=list)  # of messages, or of newer transforms
    values: list[np.ndarray] = field(default_factory=list)  # newest at each control tick, raw
    ages: list[float] = field(default_factory=list)  # of these
    unstamped: int = 0      # messages without a stamp
    problem: str = ''       # why the last message or transform could not be read
    joints: tuple[str, ...] = ()  # names in all JointStates


@dataclass(frozen=True)
class Facts:
    """Everything that a check looks at. Topics and services are under their full names."""

    live: bool              # else from a bag
    simulated_time: bool    # whether somebody publishes /clock
    duration: float         # of the measurements [s]
    names: Mapping[str, str]  # full name of each topic and service that the contract names
    topics: Mapping[str, Topic]
    services: Mapping[str, tuple[str, ...]]  # types; a bag does not tell
    frames: Mapping[str, str]  # of tf: parent by child
    signals: Mapping[str, Signal]  # by the name of the measurement
    interlocks: Mapping[str, InterlockSignal]  # by name
    joystick: JoystickSignal  # of the human, if the contract has one

    def last(self, name: str) -> np.ndarray | None:
        """Return the newest finite values of a measurement, None if there are none."""
        finite = (each for each in reversed(self.signals[name].values) if np.isfinite(each).all())
        return next(finite, None)

    def topic(self, name: str) -> Topic:
        """Return who is at a topic that the contract names."""
        return self.topics.get(self.names[name], Topic())


def measurements(contract: RobotContract) -> tuple[Measurement, ...]:
    """Return what has to be measured for the policy and for the safety gate."""
    found = [Measurement(term.name, term.source, term.max_age, f'observation ({term.name})')
             for term in contract.observation if term.max_age is not None]
    limits, frames, command = contract.limits, contract.frames, contract.command
    pose = TransformSource(frames.base, frames.tool, ('x', 'y', 'z'))
    if command.commands_tool:
        return *found, Measurement(TOOL_POSITION, pose, limits.max_age, 'limits.workspace')
    positions = JointStatesSource(limits.topic, command.joints, 'position')
    found.append(Measurement(JOINT_POSITIONS, positions, limits.max_age, 'limits.joints'))
    if command.kinematics is not None:  # to compare it with
        pose = TransformSource(
            frames.base, frames.tool, ('x', 'y', 'z', 'qw', 'qx', 'qy', 'qz'))
        found.append(Measurement(TOOL_POSE, pose, limits.max_age, 'limits.joints'))
    return tuple(found)


def contract_names(contract: RobotContract) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the topics and the services that a contract names, tf's included."""
    services = (contract.reset.service,) if contract.reset.kind == 'service' else ()
    return ((*sorted(contract.topics), TF, TF_STATIC),
            (*services, READY) if contract.reset.confirm else services)
