"""What a contract has to know of an arm's URDF: the file, and the names in it."""

from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from ament_index_python.packages import get_package_share_directory, PackageNotFoundError
from sgft_ros.robot.yaml_section import Section, suggest

PACKAGE = 'package://'
MOVABLE = ('revolute', 'continuous', 'prismatic')
MAX_HOLD = 0.5  # per control period: with more, an arm that follows late would swing


@dataclass(frozen=True)
class Kinematics:
    """Whose geometry turns velocities of the tool into velocities of the joints."""

    urdf: Path
    hold: float  # how fast what no action moves returns to where it was armed [1/s]


def read_kinematics(
    command: Section, joints: tuple[str, ...], frames: tuple[str, str], rate: float,
) -> Kinematics:
    """
    Read `urdf` and `hold` of the section `command`, for the control rate [Hz].

    :param joints: that have to be movable ones of the URDF
    :param frames: that have to be links of it: base and tool
    """
    file = _find(command)
    try:
        root = ElementTree.parse(file).getroot()
    except (OSError, ElementTree.ParseError) as error:
        command.fail('urdf', f'a URDF ({error})', str(file))
    movable = [joint.get('name') for joint in root.findall('joint')
               if joint.get('type') in MOVABLE]
    links = [link.get('name') for link in root.findall('link')]
    for key, what, names, known in (('joints', 'movable joints', joints, movable),
                                    ('urdf', 'the frames of frames.base and frames.tool as links',
                                     frames, links)):
        for name in names:
            if name not in known:
                command.fail(key, f'{what} of {file.name}{suggest(name, known)}', name)
    return Kinematics(file, command.number(
        'hold', minimum=0.0, maximum=MAX_HOLD * rate, default=min(5.0, MAX_HOLD * rate)))


def _find(command: Section) -> Path:
    """Return the file: of a package, or relative to the contract's folder."""
    text = command.text('urdf')
    if not text.startswith(PACKAGE):
        return Path(command.file).parent / text
    package, _, path = text.removeprefix(PACKAGE).partition('/')
    try:
        return Path(get_package_share_directory(package), path)
    except PackageNotFoundError:
        command.fail('urdf', f'a file of an installed package, {PACKAGE}<package>/<path>', text)
