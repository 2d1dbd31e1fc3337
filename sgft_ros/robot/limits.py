"""Safety limits of a robot contract. A limit of 0.0 is a limit."""

from dataclasses import dataclass

from sgft_ros.robot.command import CommandContract
from sgft_ros.robot.yaml_section import Section

MAX_WATCHDOG = 3.0  # control periods
MAX_LATENCY = 1.0   # [s]
OVERDUE = 1.25      # control periods after which the next action is late


@dataclass(frozen=True)
class Workspace:
    """Box that the tool frame has to stay in, in the base frame."""

    minimum: tuple[float, float, float]  # [m]
    maximum: tuple[float, float, float]  # [m]
    max_age: float                       # of what is measured of its position [s]


@dataclass(frozen=True)
class ToolLimits:
    """What no command of a tool exceeds."""

    action_step: tuple[float, ...]  # change of each number of the action between two commands
    linear_speed: float             # norm [m/s]
    angular_speed: float            # norm [rad/s]
    workspace: Workspace
    watchdog: float                 # control periods without an action until the stop
    latency: float = 0.0            # from a command to the motion that it asks for [s]

    @property
    def max_age(self) -> float:
        """Return how old the measured tool may be [s]."""
        return self.workspace.max_age


@dataclass(frozen=True)
class JointLimits:
    """What no command of joints exceeds; one number per joint of the command."""

    action_step: tuple[float, ...]  # as for a tool
    minimum: tuple[float, ...]      # position [rad, m]
    maximum: tuple[float, ...]      # [rad, m]
    speed: tuple[float, ...]        # [rad/s, m/s]
    topic: str                      # sensor_msgs/JointState that measures the positions
    max_age: float                  # of the measured positions [s]
    watchdog: float                 # as for a tool
    latency: float = 0.0            # as for a tool
    workspace: Workspace | None = None  # of the tool, where actions move it through the joints


Limits = ToolLimits | JointLimits


def read_limits(contract: Section, command: CommandContract) -> Limits:
    """Read the section `limits` of a contract, which depends on what is commanded."""
    read = _read_tool if command.commands_tool else _read_joints
    return read(contract, command)


def _read_tool(contract: Section, command: CommandContract) -> ToolLimits:
    section = contract.section('limits', (
        'action_step', 'linear_speed', 'angular_speed', 'workspace', 'watchdog',
        *_latency(command)))
    box = section.section('workspace', ('min', 'max', 'max_age'))
    max_age = box.number('max_age', above=0.0)
    return ToolLimits(
        action_step=_read_each(section, 'action_step', command.size),
        linear_speed=section.number('linear_speed', minimum=0.0),
        angular_speed=section.number('angular_speed', minimum=0.0),
        workspace=Workspace(*_read_box(box, 3), max_age),
        watchdog=_read_watchdog(section), latency=_read_latency(section))


def _read_joints(contract: Section, command: CommandContract) -> JointLimits:
    through_joints = command.kinematics is not None
    section = contract.section('limits', (
        'action_step', 'joints', 'watchdog', *_latency(command),
        *(('workspace',) if through_joints else ())))
    joints = section.section('joints', ('min', 'max', 'speed', 'topic', 'max_age'))
    minimum, maximum = _read_box(joints, command.width)
    max_age, workspace = joints.number('max_age', above=0.0), None
    if through_joints:
        workspace = Workspace(
            *_read_box(section.section('workspace', ('min', 'max')), 3), max_age)
    return JointLimits(
        action_step=_read_each(section, 'action_step', command.size),
        minimum=minimum, maximum=maximum, speed=_read_each(joints, 'speed', command.width),
        topic=joints.name('topic', 'joint_states'), max_age=max_age,
        watchdog=_read_watchdog(section), latency=_read_latency(section),
        workspace=workspace)


def _read_box(section: Section, size: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
    minimum, maximum = section.numbers('min', size), section.numbers('max', size)
    if any(low > high for low, high in zip(minimum, maximum, strict=True)):
        section.fail('min', f'no more than max {list(maximum)}, number by number', list(minimum))
    return minimum, maximum


def _read_each(section: Section, key: str, size: int) -> tuple[float, ...]:
    values = section.numbers(key, size, spread=True)
    if min(values) < 0.0:
        section.fail(key, 'numbers >= 0', list(values))
    return values


def _read_watchdog(section: Section) -> float:
    return section.number('watchdog', minimum=1.0, maximum=MAX_WATCHDOG)


def _latency(command: CommandContract) -> tuple[str, ...]:
    """Return the key of the latency: a target stays where it is, however late it is reached."""
    return () if command.is_target else ('latency',)


def _read_latency(section: Section) -> float:
    return section.number('latency', minimum=0.0, maximum=MAX_LATENCY, default=0.0)
