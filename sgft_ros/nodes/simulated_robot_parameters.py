"""Parameters of the node simulated_robot."""

from dataclasses import dataclass

from sgft_ros.nodes.parameters import parameter
from sgft_ros.simulation.faults import FAULTS
from sgft_ros.simulation.physics import TIMESTEP


@dataclass(frozen=True)
class SimulatedRobotParameters:
    """Parameters of the node simulated_robot."""

    robot: str = parameter('simulated_arm', 'robot contract: name, or path of a .yaml file')
    task: str = parameter('peg_insert', 'task whose scene surrounds the arm')
    world: str = parameter(
        'real', "'real': the one world of the seed, outside of what the simulator knew; "
                "'sim': the simulator's randomisation, drawn at each reset")
    seed: int = parameter(0, 'seed of the world and of the starts', minimum=0, maximum=2**31 - 1)
    run_folder: str = parameter(
        '', 'folder of the run, whose episodes tell a restarted node to draw other starts; empty: '
            'the same again')
    gap: float = parameter(
        1.0, "size of the gap between simulator and 'real', 0 for none", minimum=0.0, maximum=10.0)
    rate_factor: float = parameter(
        1.0, 'how much faster than the wall clock simulated time runs; other than 1 the node '
             'publishes /clock', minimum=0.01, maximum=1000.0)
    command_timeout: float = parameter(
        0.1, 'simulated time without a twist after which the arm stops; other kinds of command '
             'stay in force', unit='s',
        minimum=0.01, maximum=10.0)
    best_effort: bool = parameter(False, 'sensors are published best effort, as many drivers do')
    joint_state_rate: float = parameter(
        100.0, 'of joint_states, in simulated time', unit='Hz', minimum=1.0,
        maximum=round(1.0 / TIMESTEP))
    faults: str = parameter(
        '', "what goes wrong now and then: 'all', or names with commas between them, out of "
            + ', '.join(FAULTS))
    fault_interval: float = parameter(
        5.0, 'simulated time between two faults, in the mean', unit='s', minimum=0.01,
        maximum=1e6)
    fault_duration: float = parameter(
        1.0, 'longest simulated time of a fault', unit='s', minimum=0.01, maximum=1e3)
