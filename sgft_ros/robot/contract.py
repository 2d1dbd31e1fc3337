"""The robot contract: everything that the other parts have to know of one robot, from one file."""

from dataclasses import dataclass
import math
from pathlib import Path

import numpy as np
from sgft_ros.robot.command import CommandContract, read_command
from sgft_ros.robot.human import HumanContract, read_human
from sgft_ros.robot.interlocks import Interlock, read_interlocks
from sgft_ros.robot.limits import Limits, OVERDUE, read_limits
from sgft_ros.robot.reset import read_reset, Reset
from sgft_ros.robot.terms import ObservationTerm, read_terms
from sgft_ros.robot.yaml_section import ContractError, load_yaml, Section, suggest

CONTRACT_KEYS = (
    'name', 'control_rate', 'frames', 'observation', 'command', 'limits', 'interlocks', 'human',
    'reset')


@dataclass(frozen=True)
class Frames:
    """Names of tf frames, REP 105."""

    base: str    # frame of the commands and of the workspace box
    tool: str    # frame whose position the workspace box limits
    object: str  # frame of the thing that the task is about


@dataclass(frozen=True)
class RobotContract:
    """One robot; made by :func:`load_robot_contract`, never changed."""

    name: str
    control_rate: float  # [Hz]
    frames: Frames
    observation: tuple[ObservationTerm, ...]
    command: CommandContract
    limits: Limits
    interlocks: tuple[Interlock, ...]
    human: HumanContract | None
    reset: Reset

    @property
    def control_period(self) -> float:
        """Return the time between two actions [s]."""
        return 1.0 / self.control_rate

    @property
    def watchdog_timeout(self) -> float:
        """Return the silence after which the robot is stopped [s]."""
        return self.limits.watchdog * self.control_period

    @property
    def observation_names(self) -> tuple[str, ...]:
        """Return one name with unit per number of the observation, as in `force.x [N]`."""
        return tuple(f'{name} [{term.unit}]' for term in self.observation for name in term.names)

    @property
    def observation_size(self) -> int:
        """Return how many numbers an observation has."""
        return sum(term.size for term in self.observation)

    @property
    def observation_scale(self) -> tuple[float, ...]:
        """Return the factor of each number of the observation [1/unit]."""
        return tuple(factor for term in self.observation for factor in term.scale)

    @property
    def observation_clip(self) -> tuple[tuple[float, float], ...]:
        """Return lowest and highest value of each scaled number; infinite where none is set."""
        return tuple(term.clip or (-math.inf, math.inf)
                     for term in self.observation for _ in term.names)

    @property
    def last_action_terms(self) -> tuple[str, ...]:
        """Return the names of the terms that are the action executed last."""
        return tuple(term.name for term in self.observation if term.source.kind == 'last_action')

    @property
    def constants(self) -> dict[str, np.ndarray]:
        """Return the raw values of the terms that nobody measures and no action changes."""
        return {term.name: np.array(term.source.values) for term in self.observation
                if term.source.kind == 'constant'}

    @property
    def action_names(self) -> tuple[str, ...]:
        """Return one name with unit per number of the action, as in `linear.x [m/s]`."""
        return tuple(f'{axis} [{unit}]' for axis, unit in zip(
            self.command.axes, self.command.units, strict=True))

    @property
    def action_size(self) -> int:
        """Return how many numbers an action has."""
        return self.command.size

    @property
    def look_ahead(self) -> float:
        """Return how long a command moves the robot before the safety gate looks again [s]."""
        return self.control_period * (1.0 if self.command.is_target else OVERDUE)

    @property
    def topics(self) -> frozenset[str]:
        """Return every topic that it names, as it names them; those of tf are not among them."""
        topics = {self.command.topic, *(lock.topic for lock in self.interlocks)}
        topics |= {term.source.topic for term in self.observation
                   if term.source.kind in ('topic', 'joint_states')}
        if self.human is not None:
            topics.add(self.human.topic)
        if not self.command.commands_tool:
            topics.add(self.limits.topic)
        return frozenset(topics)


def load_robot_contract(path_or_name: str | Path) -> RobotContract:
    """
    Load a contract from a path, or by name from the package's config/robots.

    :raises ContractError: naming file, key, what was expected and what came
    """
    section = load_yaml(_find(path_or_name), CONTRACT_KEYS)
    frames = _read_frames(section)
    rate = section.number('control_rate', above=0.0, maximum=1000.0)
    command = read_command(section, (frames.base, frames.tool), rate)
    if command.commands_tool and command.frame_id != frames.base:
        raise ContractError(
            f'{section.file}: command.frame_id: expected frames.base ({frames.base!r}), in whose '
            f'axes the workspace box limits velocities, got {command.frame_id!r}')
    return RobotContract(
        name=section.text('name'),
        control_rate=rate,
        frames=frames,
        observation=read_terms(section, command.axes),
        command=command,
        limits=read_limits(section, command),
        interlocks=read_interlocks(section),
        human=read_human(section, command),
        reset=read_reset(section, command),
    )


def _find(path_or_name: str | Path) -> Path:
    path = Path(path_or_name)
    if path.suffix in ('.yaml', '.yml') or len(path.parts) > 1:
        return path
    from ament_index_python.packages import get_package_share_directory

    robots = Path(get_package_share_directory('sgft_ros')) / 'config' / 'robots'
    file = robots / f'{path_or_name}.yaml'
    if not file.is_file():
        names = [known.stem for known in robots.glob('*.yaml')]
        raise ContractError(
            f'unknown robot {str(path_or_name)!r}{suggest(path_or_name, names)}, '
            'or the path of a .yaml file')
    return file


def _read_frames(contract: Section) -> Frames:
    section = contract.section('frames', ('base', 'tool', 'object'))
    return Frames(section.text('base'), section.text('tool'), section.text('object'))

