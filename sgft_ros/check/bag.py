"""Facts of a recorded bag."""

from pathlib import Path

from rclpy.duration import Duration
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy
from rclpy.serialization import deserialize_message
from rosbags.rosbag2 import Reader, ReaderError
from rosidl_runtime_py.utilities import get_message
from sgft_ros.check.facts import contract_names, Endpoint, Facts, JOY, Topic
from sgft_ros.check.interlock_recorder import InterlockRecorder
from sgft_ros.check.joystick_recorder import JoystickSignal
from sgft_ros.check.recorder import Recorder
from sgft_ros.nodes.names import CLOCK, full_name, TF, TF_STATIC
from sgft_ros.nodes.recorded_observations import take_transforms, UNCLOSED
from sgft_ros.robot import RobotContract
from sgft_ros.robot.messages import stamp_seconds

JUMP = 1000.0  # periods by which time may jump when a robot is started again


def read(path: Path, contract: RobotContract, namespace: str, duration: float | None) -> Facts:
    """
    Read a bag, or the first `duration` [s] of it.

    Time is that of the recorded /clock, or else when each message was recorded.

    :raises ValueError: if there is no bag that can be read
    """
    try:
        with Reader(path) as reader:
            if not reader.message_count:
                raise ValueError(f'bag: {path} holds no message')
            return _read(reader, contract, namespace, duration)
    except (OSError, ReaderError) as error:
        raise ValueError(
            f'bag: {path} cannot be read: {error}; expected a folder as `bag record` writes it; '
            f'{UNCLOSED}') from None


def _read(reader, contract, namespace, duration):
    recorder = Recorder(contract)
    topics, services = contract_names(contract)
    names = {name: full_name(name, namespace) for name in (*topics, *services)}
    listening = {names[topic]: topic for topic in recorder.classes}
    found = {connection.topic for connection in reader.connections}
    wanted = {names[TF]: 'tf2_msgs/msg/TFMessage', names[TF_STATIC]: 'tf2_msgs/msg/TFMessage',
              CLOCK: 'rosgraph_msgs/msg/Clock',
              **{name: recorder.types[topic] for name, topic in listening.items()}}
    locks = InterlockRecorder(contract)
    locked = {}
    joystick = JoystickSignal(begin=reader.start_time * 1e-9)
    stick = None if contract.human is None else (names[contract.human.topic], JOY)
    for lock in contract.interlocks:
        if lock.name in locks.classes:
            locked.setdefault((names[lock.topic], lock.type), []).append(lock.name)
    connections = [each for each in reader.connections if wanted.get(each.topic) == each.msgtype
                   or (each.topic, each.msgtype) in locked or (each.topic, each.msgtype) == stick]
    stop = None if duration is None else reader.start_time + round(duration * 1e9)
    ticks = _Ticks(recorder)
    clock = 0.0
    # Without connections the reader would give every message.
    messages = reader.messages(connections, stop=stop) if connections else ()
    for connection, received, data in messages:
        message = deserialize_message(data, get_message(connection.msgtype))
        if connection.topic == CLOCK:
            clock = stamp_seconds(message.clock)
        now = clock if CLOCK in found else received * 1e-9
        if now > 0.0:
            ticks.until(now)
        for lock in locked.get((connection.topic, connection.msgtype), ()):
            locks.take(lock, message, received * 1e-9)
        if (connection.topic, connection.msgtype) == stick:
            joystick.take(message, received * 1e-9)
        if wanted.get(connection.topic) != connection.msgtype:
            continue
        if connection.topic in listening:
            recorder.take(listening[connection.topic], message, now)
        elif connection.topic in (names[TF], names[TF_STATIC]):
            take_transforms(recorder.buffer, message, connection.topic == names[TF_STATIC])
    end = (reader.end_time if stop is None else min(stop, reader.end_time)) * 1e-9
    locks.close(end)
    joystick.end = end
    whole = reader.duration * 1e-9
    return Facts(
        live=False, simulated_time=CLOCK in found,
        duration=whole if duration is None else min(duration, whole), names=names,
        topics={name: _topic(reader, name) for name in found}, services={},
        frames=recorder.frames(), signals=recorder.signals, interlocks=locks.signals,
        joystick=joystick)


class _Ticks:
    """Let the recorder look once per period of the bag's time."""

    def __init__(self, recorder):
        self._recorder, self._next = recorder, None

    def until(self, now):
        period = self._recorder.period
        if self._next is None or abs(now - self._next) > JUMP * period:
            self._next = now + period
        while self._next <= now:
            self._recorder.tick(self._next)
            self._next += period


def _topic(reader, name):
    return Topic(tuple(
        Endpoint('', connection.msgtype, _profile(qos))
        for connection in reader.connections if connection.topic == name
        # An old bag does not tell; somebody has published all the same.
        for qos in connection.ext.offered_qos_profiles or [None]))


def _profile(qos):
    if qos is None:
        return QoSProfile(depth=1)
    return QoSProfile(
        depth=1, reliability=ReliabilityPolicy[qos.reliability.name],
        durability=DurabilityPolicy[qos.durability.name],
        deadline=Duration(seconds=qos.deadline.sec, nanoseconds=qos.deadline.nsec))
