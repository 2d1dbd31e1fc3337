"""Joints by name: the order does not matter, the spelling does."""

from collections.abc import Iterator

from sgft_ros.check.facts import Facts, JOINT_POSITIONS, measurements
from sgft_ros.check.findings import Finding, green, listed, near, red
from sgft_ros.robot import RobotContract


def joint_names(facts: Facts, contract: RobotContract) -> Iterator[Finding]:
    """Judge the joints of each measurement that comes from a JointState."""
    for each in measurements(contract):
        came = facts.signals[each.name].joints
        if each.source.kind != 'joint_states' or not came:
            continue
        wanted = each.source.joints
        subject, expected = f'joints of {each.name}', ', '.join(wanted)
        missing = [joint for joint in wanted if joint not in came]
        if missing:
            hints = ''.join(near(joint, came) for joint in missing)
            yield red(subject, expected,
                      f'{facts.names[each.source.topic]} lacks {", ".join(missing)}{hints}',
                      'write the names of the driver into the contract '
                      f'({_key(each)}); it has: {listed(came, len(came))}')
        elif facts.signals[each.name].problem and not facts.signals[each.name].values:
            yield red(subject, expected, facts.signals[each.name].problem,
                      f'no message fills {each.source.field!r} of all of them: choose another '
                      'field or topic in the contract, or let one driver publish them together')
        else:
            same = tuple(joint for joint in came if joint in wanted) == wanted
            yield green(subject, expected, 'all there' if same else
                        'all there, in another order, which is fine: they are found by name')


def _key(each):
    return 'command.joints' if each.name == JOINT_POSITIONS else each.key
