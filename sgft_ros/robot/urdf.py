"""What a contract has to know of an arm's URDF: the file, and the joints from base to tool."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

from ament_index_python.packages import get_package_share_directory, PackageNotFoundError
from sgft_ros.robot.yaml_section import Section, suggest

PACKAGE = 'package://'
MOVABLE = ('revolute', 'continuous', 'prismatic')
MAX_HOLD = 0.25  # per control period; with more, an arm that follows some periods late would swing
DEFAULTS = {'origin': {'xyz': '0 0 0', 'rpy': '0 0 0'}, 'axis': {'xyz': '1 0 0'}}  # of a joint


@dataclass(frozen=True)
class Kinematics:
    """Whose geometry turns velocities of the tool into velocities of the joints."""

    urdf: Path
    slides: tuple[bool, ...]  # whether it is a prismatic one, for each joint of the command
    hold: float  # how fast what no action moves returns to where it was armed [1/s]


class ChainJoint(NamedTuple):
    """A joint of the way from base to tool."""

    name: str
    type: str
    child: str               # link
    origin: dict[str, str]   # xyz [m] and rpy [rad], in the link before
    axis: str                # xyz


def read_kinematics(
    command: Section, joints: tuple[str, ...], frames: tuple[str, str], rate: float,
) -> Kinematics:
    """
    Read `urdf` and `hold` of the section `command`, for the control rate [Hz].

    :param joints: all the movable ones between the two links, in any order
    :param frames: links of the URDF, base and tool
    """
    file = _find(command)
    try:
        chain = chain_of(file, *frames)
    except ValueError as error:
        command.fail('urdf', str(error), str(file))
    movable = {joint.name: joint.type for joint in chain if joint.type in MOVABLE}
    between = f'of {file.name} between {frames[0]} and {frames[1]}'
    for name in joints:
        if name not in movable:
            command.fail('joints', f'movable joints {between}{suggest(name, movable)}', name)
    if len(joints) != len(movable):
        command.fail('joints', f'all movable joints {between}: {", ".join(movable)}', list(joints))
    slides = tuple(movable[name] == 'prismatic' for name in joints)
    return Kinematics(file, slides, command.number(
        'hold', minimum=0.0, maximum=MAX_HOLD * rate, default=min(5.0, MAX_HOLD * rate)))


def chain_of(urdf: Path, base: str, tool: str) -> Sequence[ChainJoint]:
    """
    Return the joints between two links of a URDF, from base to tool.

    :raises ValueError: if there is no such way; the message says what was expected
    """
    try:
        root = ElementTree.parse(urdf).getroot()
    except (OSError, LookupError, ElementTree.ParseError) as error:
        raise ValueError(f'a URDF ({error})') from None
    links = [link.get('name', '') for link in root.findall('link')]
    if root.tag != 'robot' or not links:
        raise ValueError(
            'a URDF with links and joints (xacro has to be expanded first: xacro a.urdf.xacro)')
    for key, link in (('frames.base', base), ('frames.tool', tool)):
        if link not in links:
            raise ValueError(f'a URDF in which {key}, {link!r}, is a link{suggest(link, links)}')
    above = {joint.find('child').get('link'): joint for joint in root.findall('joint')
             if joint.find('child') is not None and joint.find('parent') is not None}
    chain, link = [], tool
    while link != base and link in above and len(chain) < len(above):
        joint = above[link]
        if joint.find('mimic') is not None:
            raise ValueError(f'a URDF without joints that mimic others between {base!r} and '
                             f'{tool!r}, as {joint.get("name")!r} does')
        chain.append(ChainJoint(
            joint.get('name', ''), joint.get('type', ''), link, _attributes(joint, 'origin'),
            _attributes(joint, 'axis')['xyz']))
        link = joint.find('parent').get('link')
    if link != base or base == tool:
        raise ValueError(f'a URDF in which joints lead from {base!r} to {tool!r}')
    return chain[::-1]


def _attributes(joint, name):
    element = joint.find(name)
    return DEFAULTS[name] | ({} if element is None else element.attrib)


def _find(command: Section) -> Path:
    """Return the file: of a package, or relative to the contract's folder."""
    text = command.text('urdf')
    if not text.startswith(PACKAGE):
        return Path(command.file).parent / text
    package, _, path = text.removeprefix(PACKAGE).partition('/')
    try:
        return Path(get_package_share_directory(package), path)
    except (PackageNotFoundError, ValueError):
        command.fail('urdf', f'a file of an installed package, {PACKAGE}<package>/<path>', text)
