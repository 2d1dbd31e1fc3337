"""The topic of the commands: who publishes, and who listens."""

from collections.abc import Iterator

from rclpy.qos import qos_check_compatible, QoSCompatibility, QoSProfile
from sgft_ros.check.facts import Endpoint, Facts, Topic
from sgft_ros.check.findings import Finding, green, listed, near, red, yellow
from sgft_ros.nodes import qos
from sgft_ros.nodes.names import GATE, guard_name
from sgft_ros.robot import RobotContract

ONLOOKERS = ('_ros2cli', 'rosbag2_recorder', 'rviz')  # how nodes are called that drive nothing


def publishers(facts: Facts, contract: RobotContract) -> Iterator[Finding]:
    """Judge who publishes commands: the safety gate, and nobody else."""
    found = [each for each in facts.topic(contract.command.topic).publishers
             if each.node.rpartition('/')[2] != guard_name(GATE)]
    subject = f'publishers of {facts.names[contract.command.topic]}'
    expected = f'{GATE} alone, or nobody yet'
    others = [each.node or 'unknown' for each in found
              if each.node.rpartition('/')[2] != GATE]
    if facts.live and others:
        yield red(subject, expected, f'{", ".join(others)} publishes commands too',
                  'end it, or let it publish under another name: it would move the robot past the '
                  'safety gate')
    elif len(found) > _most(facts, contract):
        yield red(subject, expected, f'{len(found)} publishers',
                  'end all but one: two of them would contradict each other')
    else:
        yield green(subject, expected, 'nobody yet' if not found else found[0].node or 'one')


def _most(facts, contract):
    """Return how many may publish: a bag does not tell the guard of the gate from others."""
    return 1 if facts.live or contract.command.is_target else 2


def listeners(facts: Facts, contract: RobotContract) -> Iterator[Finding]:
    """Judge whether the driver hears the commands; a bag does not tell."""
    if not facts.live:
        return
    command = contract.command
    found = _drivers(facts.topic(command.topic))
    subject = f'listeners of {facts.names[command.topic]}'
    expected = f'a driver that takes {command.type}'
    if not found:
        elsewhere = [name for name, topic in facts.topics.items() if any(
            each.type == command.type for each in _drivers(topic))]
        hint = near(facts.names[command.topic], elsewhere)
        yield red(subject, expected, f'nobody listens{hint}',
                  'start the controller that takes the commands, or write the topic that it '
                  'listens to under command.topic in the contract; listened to with this type: '
                  f'{listed(elsewhere)}')
    for each in found:
        # No deadline is infinite in the graph and 0 in a profile, which rmw holds to differ.
        compatible, reason = qos_check_compatible(qos.ACTION, QoSProfile(
            depth=1, reliability=each.qos.reliability, durability=each.qos.durability))
        if each.type != command.type:
            yield red(subject, expected, f'{each.node} expects {each.type}',
                      'write that type under command.type in the contract (with the kind of '
                      'command that it belongs to), or start another controller')
        elif compatible == QoSCompatibility.ERROR:
            reason = reason.removeprefix('ERROR: ').rstrip(';')
            yield red(subject, expected,
                      f'quality of service of {each.node} does not fit: {reason}',
                      'let that subscription ask for no more than reliable and volatile, which is '
                      'what the safety gate offers: the driver would hear no command')
        else:
            yield green(subject, expected, each.node)


def _drivers(topic: Topic) -> list[Endpoint]:
    return [each for each in topic.subscriptions
            if not each.node.rpartition('/')[2].startswith(ONLOOKERS)]


def recorded_type(facts: Facts, contract: RobotContract) -> Iterator[Finding]:
    """Judge the commands of a bag; a live graph has listeners that say more."""
    if facts.live:
        return
    command = contract.command
    types = {each.type for each in facts.topic(command.topic).publishers}
    subject, expected = f'commands in the bag, {facts.names[command.topic]}', command.type
    if types - {command.type}:
        yield red(subject, expected, f'messages of type {", ".join(sorted(types))}',
                  'write the type that the driver takes under command.type in the contract')
    yield yellow('driver and services', 'a driver that hears commands, and a service that resets',
                 'a bag does not tell', 'run this check without bag:= while the driver runs')
