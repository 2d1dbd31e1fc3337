"""What it takes to learn a robot's calibration from its successes."""

from collections.abc import Callable, Mapping

import numpy as np
from sgft_ros.learning.calibration import Calibration, simulated_successes, Uninformative
from sgft_ros.robot import effect_of_tool, RobotContract

LEAST = 1e-6  # [m] that a tool may be displaced by


def make_calibration(
    simulated: Mapping[str, np.ndarray], contract: RobotContract, std: float,
    tell: Callable[[str], None] = lambda reason: None,
) -> Calibration | None:
    """
    Return the calibration that the successes of a run correct.

    None where successes say nothing of the tool, or the simulator had too few; `tell` hears why.

    :param simulated: transitions by column
    :param std: by how much the place of the tool may be wrong [m]; None is returned for 0
    :raises ValueError: if the transitions are of another observation than the contract's
    """
    if std < LEAST:
        return None
    try:
        return Calibration(simulated_successes(simulated), effect_of_tool(contract), std)
    except Uninformative as error:
        tell(f'the calibration of the robot is believed: {error}')
        return None
