"""Parameters of the node value_shaping."""

from dataclasses import dataclass

from sgft_ros.nodes.parameters import parameter


@dataclass(frozen=True)
class ViewParameters:
    """Parameters of the markers."""

    marker_frame: str = parameter('hole', 'frame in which the tip position is observed')
    position_elements: tuple[int, ...] = parameter(
        (0, 1, 2), 'elements of the observation that are x, y, and z if there is one, of what '
        'the path shows', minimum=0, maximum=10_000)
    position_scale: float = parameter(
        20.0, 'observed tip position per metre', unit='1/m', minimum=1e-6, maximum=1e6)
    field_extent: float = parameter(
        0.03, 'half-width of the value field', unit='m', minimum=1e-3, maximum=10.0)
    field_resolution: int = parameter(
        25, 'tiles of the value field along one side', minimum=2, maximum=200)


@dataclass(frozen=True)
class ValueShapingParameters(ViewParameters):
    """Parameters of the node value_shaping."""

    value_checkpoint: str = parameter('', 'checkpoint of the frozen V_sim', required=True)
    policy_checkpoint: str = parameter(
        '', 'checkpoint of the policy that V_sim has to belong to; empty: not compared')
