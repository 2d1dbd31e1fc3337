"""Parameters of the node policy."""

from dataclasses import dataclass

from sgft_ros.learning.calibration import CALIBRATION_ERROR
from sgft_ros.nodes.parameters import parameter


@dataclass(frozen=True)
class PolicyParameters:
    """Parameters of the node policy."""

    robot: str = parameter('', 'robot contract: name, or path of a .yaml file', required=True)
    task: str = parameter('', 'task that rewards and ends episodes', required=True)
    checkpoint: str = parameter('', 'checkpoint of the policy to begin with', required=True)
    run_folder: str = parameter(
        '', 'folder where a restarted policy finds its counts and weights; empty: nowhere')
    robot_name: str = parameter(
        '', "name of the robot in transitions; empty: the node's namespace or the contract's name")
    act_only: bool = parameter(
        False, 'act without end, and without learning, with what did best in the run of '
               '`run_folder`, which stays as it is')
    seed: int = parameter(
        0, 'seed of the exploration, and of what planners draw', minimum=0, maximum=2**31 - 1)
    exploration_std: float = parameter(
        0.6, 'least standard deviation of training actions, before the squashing', minimum=0.0,
        maximum=10.0)
    exploration_correlation: float = parameter(
        0.9, 'correlation of the exploration noise from one step to the next', minimum=0.0,
        maximum=0.99)
    evaluation_interval: int = parameter(
        500, 'training transitions between two evaluation rounds', minimum=1,
        maximum=1_000_000_000)
    evaluation_episodes: int = parameter(
        20, 'episodes of one evaluation round', minimum=1, maximum=100_000)
    transition_limit: int = parameter(
        3000, 'training transitions after which the last evaluation comes', minimum=1,
        maximum=1_000_000_000)
    arbitrate: bool = parameter(
        False, 'whether episodes go to the candidate that its real successes speak for, among '
               'those of the learner and pi_sim; false: the newest weights act')
    simulation_data: str = parameter(
        '', "transitions from the simulator, whose successes tell a robot's calibration by its "
            'own; empty: it is believed')
    calibration_error: float = parameter(
        CALIBRATION_ERROR, 'by how much the place of the tool may be wrong, as a standard '
                           'deviation; 0: it is believed', unit='m', minimum=0.0, maximum=1.0)
    most_behind: int = parameter(
        100, 'updates that the learner may be behind when an episode begins; with more the robot '
             'waits for it', minimum=0, maximum=1_000_000_000)
    rate_factor: float = parameter(
        1.0, 'how much faster than the wall clock the time of the robot runs', minimum=0.01,
        maximum=1000.0)
    key_file: str = parameter(
        '', 'file with the secret that signs weights; empty: signatures are not checked')
