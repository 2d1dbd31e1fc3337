"""Parameters of the node safety_gate."""

from dataclasses import dataclass

from sgft_ros.nodes.parameters import parameter


@dataclass(frozen=True)
class SafetyGateParameters:
    """Parameters of the node safety_gate."""

    robot: str = parameter('', 'robot contract: name, or path of a .yaml file', required=True)
    rate_factor: float = parameter(
        1.0, 'how much faster than the wall clock the time of a simulated robot runs',
        minimum=0.01, maximum=1000.0)
    run_folder: str = parameter(
        '', 'folder where a restarted gate finds whether it is locked; empty: nowhere')
