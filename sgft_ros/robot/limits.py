"""Safety limits of a robot contract. A limit of 0.0 is a limit."""

from dataclasses import dataclass

from sgft_ros.robot.yaml_section import Section

MAX_WATCHDOG = 3.0  # control periods


@dataclass(frozen=True)
class Workspace:
    """Box that the tool frame has to stay in, in the base frame."""

    minimum: tuple[float, float, float]  # [m]
    maximum: tuple[float, float, float]  # [m]
    max_age: float                       # of the measured tool position [s]


@dataclass(frozen=True)
class Limits:
    """What no command exceeds."""

    action_step: tuple[float, ...]  # change of each number of the action between two commands
    linear_speed: float             # norm [m/s]
    angular_speed: float            # norm [rad/s]
    workspace: Workspace
    watchdog: float                 # control periods without an action until the stop


LIMIT_KEYS = ('action_step', 'linear_speed', 'angular_speed', 'workspace', 'watchdog')


def read_limits(contract: Section, action_size: int) -> Limits:
    """Read the section `limits` of a contract."""
    section = contract.section('limits', LIMIT_KEYS)
    step = section.numbers('action_step', action_size, spread=True)
    if min(step) < 0.0:
        section.fail('action_step', 'numbers >= 0', list(step))
    box = section.section('workspace', ('min', 'max', 'max_age'))
    minimum, maximum = box.numbers('min', 3), box.numbers('max', 3)
    if any(low > high for low, high in zip(minimum, maximum, strict=True)):
        box.fail('min', f'no more than max {list(maximum)} on each axis', list(minimum))
    return Limits(
        action_step=step,
        linear_speed=section.number('linear_speed', minimum=0.0),
        angular_speed=section.number('angular_speed', minimum=0.0),
        workspace=Workspace(minimum, maximum, box.number('max_age', above=0.0)),
        watchdog=section.number('watchdog', minimum=1.0, maximum=MAX_WATCHDOG),
    )
