"""Commands: what a normalised action means in SI units, and which message carries it."""

from dataclasses import dataclass

from sgft_ros.robot.urdf import Kinematics, read_kinematics
from sgft_ros.robot.yaml_section import Section

TWIST_AXES = ('linear.x', 'linear.y', 'linear.z', 'angular.x', 'angular.y', 'angular.z')
ARRAY = 'std_msgs/msg/Float64MultiArray'
TYPES = {  # of the messages that a kind of command can travel in
    'twist': ('geometry_msgs/msg/TwistStamped', 'geometry_msgs/msg/Twist'),
    'pose': ('geometry_msgs/msg/PoseStamped',),
    'joint_velocity': (ARRAY,),
    'joint_position': (ARRAY,),
    'joint_trajectory': ('trajectory_msgs/msg/JointTrajectory',),
}
KINDS = tuple(TYPES)
TOOL_KINDS = ('twist', 'pose')              # the others command joints
TARGET_KINDS = ('pose', 'joint_position', 'joint_trajectory')  # the others command velocities
_EVERY_KEY = (
    'kind', 'topic', 'type', 'frame_id', 'axes', 'joints', 'urdf', 'hold', 'scale', 'lead',
    'duration')


@dataclass(frozen=True)
class CommandContract:
    """
    How an action becomes a message.

    Whatever the kind, each number of an action asks for a velocity. Where the driver wants a
    target instead, the gate moves the target with that velocity.
    """

    kind: str
    topic: str
    type: str
    frame_id: str              # axes of tool commands, REP 105; empty for joints
    joints: tuple[str, ...]    # that the driver is told of, in its order; none for the tool
    axes: tuple[str, ...]      # what each number of an action moves: axes of the tool, or joints
    scale: tuple[float, ...]   # velocity per 1.0 of the action, one per axis [m/s or rad/s]
    lead: tuple[float, ...]    # of a target ahead of what is measured: tool [m, rad], joints [rad]
    duration: float            # of the motion to the target of a trajectory [control periods]
    kinematics: Kinematics | None  # by which joints move the tool along `axes`; else None

    @property
    def size(self) -> int:
        """Return how many numbers an action has."""
        return len(self.axes)

    @property
    def width(self) -> int:
        """Return how many velocities move the robot: of the tool's axes, or of the joints."""
        return len(self.joints or self.axes)

    @property
    def units(self) -> tuple[str, ...]:
        """Return the unit of each number of the velocity."""
        return tuple('m/s' if axis.startswith('linear.') else 'rad/s' for axis in self.axes)

    @property
    def joint_units(self) -> tuple[str, ...]:
        """Return the unit of each joint's position; where no URDF says more, joints turn."""
        if self.kinematics is None:
            return ('rad',) * len(self.joints)
        return tuple('m' if slides else 'rad' for slides in self.kinematics.slides)

    @property
    def commands_tool(self) -> bool:
        """Return whether the driver is told about the tool, and not about joints."""
        return self.kind in TOOL_KINDS

    @property
    def twist_elements(self) -> list[int]:
        """Return the elements of a twist (6,) that the axes of the tool are."""
        return [TWIST_AXES.index(axis) for axis in self.axes]

    @property
    def moves(self) -> tuple[tuple[int, int], ...]:
        """Return pairs: number of a velocity, and the element of the position that it moves."""
        if not self.commands_tool:
            return tuple((index, index) for index in range(self.width))
        return tuple((index, element) for index, element in enumerate(self.twist_elements)
                     if TWIST_AXES[element].startswith('linear.'))

    @property
    def is_target(self) -> bool:
        """Return whether the driver gets targets, and not velocities."""
        return self.kind in TARGET_KINDS


def read_command(contract: Section, frames: tuple[str, str], rate: float) -> CommandContract:
    """
    Read the section `command` of a contract.

    :param frames: base and tool
    :param rate: of control [Hz]
    """
    every = contract.section('command', _EVERY_KEY)
    kind = every.choice('kind', KINDS)
    section = contract.section('command', _keys(kind, 'axes' in every))
    joints = () if kind in TOOL_KINDS else section.texts('joints')
    kinematics, axes = None, joints
    if 'axes' in section or not joints:
        axes = section.texts('axes')
        for axis in axes:
            if axis not in TWIST_AXES:
                section.fail('axes', f'axes out of {", ".join(TWIST_AXES)}', axis)
        if joints:
            kinematics = read_kinematics(section, joints, frames, rate)
    scale = section.numbers('scale', len(axes), spread=True)
    if 0.0 in scale:
        section.fail('scale', 'numbers other than 0' + (
            ' (leave the axis out instead)' if kinematics or not joints else ''), list(scale))
    return CommandContract(
        kind=kind, topic=section.name('topic'), type=section.choice('type', TYPES[kind]),
        frame_id=section.text('frame_id') if kind in TOOL_KINDS else '',
        joints=joints, axes=axes, scale=scale, lead=_read_lead(section, kind, len(joints)),
        duration=section.number('duration', minimum=1.0, default=1.0)
        if kind == 'joint_trajectory' else 1.0, kinematics=kinematics)


def _keys(kind: str, has_axes: bool) -> tuple[str, ...]:
    keys = ('kind', 'topic', 'type', 'axes', 'scale')
    keys += ('frame_id',) if kind in TOOL_KINDS else ('joints',)
    keys += ('urdf', 'hold') if has_axes and kind not in TOOL_KINDS else ()
    keys += ('lead',) if kind in TARGET_KINDS else ()
    return keys + (('duration',) if kind == 'joint_trajectory' else ())


def _read_lead(section: Section, kind: str, size: int) -> tuple[float, ...]:
    if kind not in TARGET_KINDS:
        return ()
    if kind == 'pose':
        lead = section.section('lead', ('linear', 'angular'))
        return lead.number('linear', above=0.0), lead.number('angular', above=0.0)
    lead = section.numbers('lead', size, spread=True)
    if min(lead) <= 0.0:
        section.fail('lead', 'numbers > 0', list(lead))
    return lead
