"""The protocol of a trial in a simulated real world."""

from collections.abc import Mapping
from dataclasses import dataclass, fields

from sgft_ros.robot.yaml_section import suggest
from sgft_ros.simulation.number_checks import check_number


@dataclass(frozen=True)
class Protocol:
    """How a trial acts and is measured; the names are those of the policy node's parameters."""

    transition_limit: int = 3000
    evaluation_interval: int = 500
    evaluation_episodes: int = 20
    exploration_std: float = 0.6
    exploration_correlation: float = 0.9

    def __post_init__(self):
        for name in ('transition_limit', 'evaluation_interval', 'evaluation_episodes'):
            check_number(name, getattr(self, name), whole=True, least=1)
        check_number('exploration_std', self.exploration_std, least=0, most=10)
        check_number(
            'exploration_correlation', self.exploration_correlation, least=0, most=0.99)


PROTOCOL_NAMES = tuple(field.name for field in fields(Protocol))


def check_protocol(values: Mapping[str, object]) -> None:
    """
    Check what a task says of its protocol.

    :raises ValueError: naming what is unknown or cannot be
    """
    if not isinstance(values, Mapping):
        raise ValueError(f'expected a mapping of names to values, got {values!r}')
    for name in values:
        if name not in PROTOCOL_NAMES:
            raise ValueError(f'unknown name {name!r}{suggest(name, PROTOCOL_NAMES)}')
    Protocol(**values)
