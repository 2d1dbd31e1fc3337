"""Topics that the nodes listen to: published, of the right type, in a way that can be heard."""

from collections.abc import Iterator, Sequence

from rclpy.qos import DurabilityPolicy, qos_check_compatible, QoSCompatibility, QoSProfile
from sgft_ros.check.facts import Endpoint, Facts, measurements
from sgft_ros.check.findings import Finding, green, listed, near, red, yellow
from sgft_ros.nodes import qos
from sgft_ros.nodes.names import TF, TF_STATIC
from sgft_ros.nodes.sensors import NEWEST
from sgft_ros.robot import RobotContract

# As TransformListener asks for them.
TF_QOS = {TF: QoSProfile(depth=100), TF_STATIC: QoSProfile(
    depth=100, durability=DurabilityPolicy.TRANSIENT_LOCAL)}
HEARD = {'best effort publisher and reliable subscription': 'reliable',
         'volatile publisher and transient local subscription': 'transient_local (latched)'}


def sensor_topics(facts: Facts, contract: RobotContract) -> Iterator[Finding]:
    """Judge each topic that an observation term or the measured state comes from."""
    users = {}
    for each in measurements(contract):
        if each.source.kind != 'transform':
            users.setdefault((each.source.topic, each.source.type), []).append(each)
    for (name, type_name), using in users.items():
        subject = f'topic {facts.names[name]}'
        expected = f'{type_name}, for {", ".join(each.name for each in using)}'
        yield _judge(facts, name, subject, expected, type_name, using[0].key, NEWEST)


def interlock_topics(facts: Facts, contract: RobotContract) -> Iterator[Finding]:
    """Judge each topic that an interlock comes from."""
    for lock in contract.interlocks:
        kept = ', kept for those who come later (latched)' if lock.latched else ''
        yield _judge(
            facts, lock.topic, f'topic {facts.names[lock.topic]}',
            f'{lock.type}, for interlock {lock.name}{kept}', lock.type,
            f'interlocks ({lock.name})', qos.LATEST if lock.latched else NEWEST)


def transform_topics(facts: Facts, contract: RobotContract) -> Iterator[Finding]:
    """Judge /tf and /tf_static, if the contract needs transforms."""
    if all(each.source.kind != 'transform' for each in measurements(contract)):
        return
    for name, requested in TF_QOS.items():
        publishers = facts.topic(name).publishers
        subject = f'topic {facts.names[name]}'
        expected = 'positions of frames that somebody publishes'
        problem = _unheard(publishers, requested)
        if problem:
            yield red(subject, expected, *problem)
        elif name == TF and not publishers:
            yield red(subject, expected, 'nobody publishes it',
                      'start what publishes the transforms of the robot: its driver together with '
                      'robot_state_publisher, and the tracker of the object')
        elif publishers:
            yield green(subject, expected, f'published by {_who(publishers)}')


def _judge(facts, name, subject, expected, type_name, key, requested) -> Finding:
    topic = facts.topic(name)
    if not topic.publishers:
        return _missing(facts, name, subject, expected, type_name, key)
    types = {publisher.type for publisher in topic.publishers}
    if type_name not in types:
        return red(subject, expected, f'messages of type {", ".join(sorted(types))}',
                   f'write the type that is published, and its fields, under {key} in the '
                   'contract, or name another topic there')
    problem = _unheard(topic.publishers, requested)
    if problem:
        return red(subject, expected, *problem)
    if len(topic.publishers) > 1:
        return yellow(
            subject, expected, f'{len(topic.publishers)} publishers: {_who(topic.publishers)}',
            'values of both would alternate: let one of them publish under another name, unless '
            'they are known to publish the same, or joints of their own')
    return green(subject, expected, f'published by {_who(topic.publishers)}')


def _missing(facts, name, subject, expected, type_name, key) -> Finding:
    full = facts.names[name]
    published = {other: topic for other, topic in facts.topics.items() if topic.publishers}
    same = [other for other, topic in published.items()
            if any(publisher.type == type_name for publisher in topic.publishers)]
    hint = near(full, published)
    return red(
        subject, expected, f'nobody publishes it{hint}',
        f'start the driver that publishes it, or write the right name under {key} in the '
        f'contract; topics of this type: {listed(same)}')


def _unheard(publishers: Sequence[Endpoint], requested: QoSProfile) -> tuple[str, str] | None:
    """Return what is found and what to do if a publisher cannot be heard."""
    for publisher in publishers:
        compatible, reason = qos_check_compatible(publisher.qos, requested)
        if compatible == QoSCompatibility.ERROR:
            reason = reason.removeprefix('ERROR: ').rstrip(';')
            remedy = HEARD.get(reason.lower(), 'compatible')
            return (f'quality of service of {publisher.node or "a publisher"} does not fit: '
                    f'{reason}',
                    f'set the QoS of that publisher to {remedy}: the nodes cannot hear it')
    return None


def _who(publishers: Sequence[Endpoint]) -> str:
    names = sorted(filter(None, (publisher.node for publisher in publishers)))
    return ', '.join(names) or f'{len(publishers)} publisher(s), whose names a bag does not tell'
