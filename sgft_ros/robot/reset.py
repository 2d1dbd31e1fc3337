"""Reset of a robot contract: how the robot gets to the start of an episode."""

from dataclasses import dataclass

from sgft_ros.robot.command import CommandContract
from sgft_ros.robot.yaml_section import Section

KINDS = ('service', 'home', 'operator')
_KEYS = {
    'service': ('kind', 'service', 'confirm'),
    'home': ('kind', 'position', 'tolerance', 'speed', 'timeout', 'confirm'),
    'operator': ('kind',),
}


@dataclass(frozen=True)
class Reset:
    """How the robot gets to the start of an episode."""

    kind: str
    service: str = ''                   # std_srvs/srv/Trigger
    position: tuple[float, ...] = ()    # per axis or joint of the command [m, rad]
    tolerance: float = 0.0              # of each of them [m, rad]
    speed: float = 0.0                  # of the way there: share of the largest action
    timeout: float = 0.0                # of the way there [s]
    confirm: bool = False               # then wait for the operator


def read_reset(contract: Section, command: CommandContract) -> Reset:
    """Read the section `reset` of a contract."""
    every_key = {key for keys in _KEYS.values() for key in keys}
    kind = contract.section('reset', every_key).choice('kind', KINDS)
    section = contract.section('reset', _KEYS[kind])
    if kind == 'operator':
        return Reset(kind, confirm=True)
    confirm = section.get('confirm', 'true or false', False)
    if not isinstance(confirm, bool):
        section.fail('confirm', 'true or false', confirm)
    if kind == 'service':
        return Reset(kind, service=section.name('service'), confirm=confirm)
    if any(axis.startswith('angular.') for axis in command.axes):
        section.fail('kind', "another kind: 'home' moves joints, or a tool along its axes, and "
                             'does not turn it', kind)
    return Reset(
        kind, position=section.numbers('position', command.size),
        tolerance=section.number('tolerance', above=0.0),
        speed=section.number('speed', above=0.0, maximum=1.0, default=0.3),
        timeout=section.number('timeout', above=0.0, default=30.0), confirm=confirm)
