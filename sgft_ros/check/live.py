"""Facts of the live graph. The node that listens has nothing that could move a robot."""

from collections.abc import Sequence
from functools import partial
from time import monotonic

import rclpy
from rclpy.exceptions import NameValidationException
from rclpy.node import Node
from rclpy.parameter import Parameter
from rclpy.qos import HistoryPolicy, QoSProfile, ReliabilityPolicy
from rclpy.signals import SignalHandlerOptions
from rclpy.task import Future
from sensor_msgs.msg import Joy
from sgft_ros.check.facts import contract_names, Endpoint, Facts, Topic
from sgft_ros.check.interlock_recorder import InterlockRecorder
from sgft_ros.check.joystick_recorder import JoystickSignal
from sgft_ros.check.recorder import Recorder
from sgft_ros.nodes import qos
from sgft_ros.nodes.names import CLOCK
from sgft_ros.robot import RobotContract
from tf2_ros import TransformListener

DISCOVERY = 1.5  # [s] in which a publisher of /clock has been found
SETTLING = 0.5   # [s] until subscriptions are heard of, and the time is known
# As the nodes ask for it, but none is left out: the rate is measured.
EVERY = QoSProfile(
    history=HistoryPolicy.KEEP_LAST, depth=100, reliability=ReliabilityPolicy.BEST_EFFORT)


def listen(contract: RobotContract, namespace: str, duration: float,
           ros_arguments: Sequence[str] = ()) -> Facts:
    """
    Listen to the graph for `duration` [s] and ask who is in it.

    :param ros_arguments: `--ros-args` and what follows, with remappings as for the nodes
    :raises ValueError: if these or the namespace cannot be
    """
    try:
        # Without handlers an interrupt is a KeyboardInterrupt, as in any command.
        rclpy.init(args=list(ros_arguments), signal_handler_options=SignalHandlerOptions.NO)
    except RuntimeError as error:
        raise ValueError(f'{" ".join(ros_arguments)}: {error}') from None
    try:
        node = Node('check', namespace=namespace.strip('/') or None, enable_rosout=False,
                    start_parameter_services=False)
        return _listen(node, contract, duration)
    except NameValidationException as error:
        raise ValueError(f'namespace: {error}') from None
    finally:
        rclpy.try_shutdown()


def _listen(node, contract, duration):
    _spin(node, DISCOVERY)
    simulated_time = node.count_publishers(CLOCK) > 0
    if simulated_time:
        node.set_parameters([Parameter('use_sim_time', value=True)])
    recorder = Recorder(contract)
    listener = TransformListener(recorder.buffer, node)
    for topic, message_class in recorder.classes.items():
        node.create_subscription(
            message_class, topic, partial(_take, node, recorder, topic), EVERY)
    interlocks = InterlockRecorder(contract)
    for lock in contract.interlocks:
        if lock.name in interlocks.classes:
            node.create_subscription(
                interlocks.classes[lock.name], lock.topic,
                partial(_note, interlocks, lock.name), qos.LATEST if lock.latched else EVERY)
    joystick = JoystickSignal(begin=monotonic() + SETTLING)
    if contract.human is not None:
        node.create_subscription(
            Joy, contract.human.topic, lambda message: joystick.take(message, monotonic()), EVERY)
    _spin(node, SETTLING)
    timer = node.create_timer(recorder.period, lambda: recorder.tick(_now(node)))
    _spin(node, duration)
    interlocks.close(monotonic())
    joystick.end = monotonic()
    node.destroy_timer(timer)
    listener.unregister()
    topics, services = contract_names(contract)
    names = {topic: node.resolve_topic_name(topic) for topic in topics}
    names |= {service: node.resolve_service_name(service) for service in services}
    return Facts(
        live=True, simulated_time=simulated_time, duration=duration, names=names,
        topics={name: _topic(node, name) for name, _ in node.get_topic_names_and_types()},
        services={name: tuple(types) for name, types in node.get_service_names_and_types()},
        frames=recorder.frames(), signals=recorder.signals, interlocks=interlocks.signals,
        joystick=joystick)


def _take(node, recorder, topic, message):
    recorder.take(topic, message, _now(node))


def _note(interlocks, name, message):
    interlocks.take(name, message, monotonic())


def _spin(node, duration):
    rclpy.spin_until_future_complete(node, Future(), timeout_sec=duration)


def _now(node):
    return node.get_clock().now().nanoseconds * 1e-9


def _topic(node, name):
    own = node.get_fully_qualified_name()
    return Topic(*(tuple(each for each in map(_endpoint, infos) if each.node != own) for infos in (
        node.get_publishers_info_by_topic(name), node.get_subscriptions_info_by_topic(name))))


def _endpoint(info):
    return Endpoint(f'{info.node_namespace.rstrip("/")}/{info.node_name}', info.topic_type,
                    info.qos_profile)
