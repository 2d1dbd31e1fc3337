"""Parameters of the node monitor."""

from dataclasses import dataclass

from sgft_ros.nodes.parameters import parameter


@dataclass(frozen=True)
class MonitorParameters:
    """Parameters of the node monitor."""

    run_folder: str = parameter(
        '', 'folder for episodes.jsonl, summary.json and report.png', required=True)
    robot: str = parameter(
        '', 'name of the robot whose episodes make the run; empty: those of all')
    title: str = parameter('', 'what the report calls the run')
    goal_success: float = parameter(
        0.9, 'the run ends when two successive evaluations of a robot reach this share of '
        'successes',
        minimum=0.0, maximum=1.0)
    transition_limit: int = parameter(
        3000, 'the run ends with the first evaluation after so many real transitions', minimum=1,
        maximum=1_000_000_000)
    act_only: bool = parameter(False, 'the policy learns nothing, and the run has no end')
    final_evaluation_timeout: float = parameter(
        180.0, 'longest wait for that last evaluation, and for each next episode of it',
        unit='s', minimum=0.0, maximum=86_400.0)
    print_period: float = parameter(
        2.0, 'time between two lines of state', unit='s', minimum=0.1, maximum=3600.0)
