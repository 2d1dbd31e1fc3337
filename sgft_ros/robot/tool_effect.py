"""How an observation changes with the place of the tool."""

from typing import NamedTuple

import numpy as np
from sgft_ros.robot.contract import RobotContract

AXES = ('x', 'y', 'z')


class ToolEffect(NamedTuple):
    """What a displacement of the tool does to the scaled numbers of an observation."""

    slope: np.ndarray   # (observation, 3) [1/m]
    places: np.ndarray  # indices of the numbers that say where the tool is in one other frame
    low: np.ndarray     # (observation,) where the contract clips
    high: np.ndarray    # (observation,)


def effect_of_tool(contract: RobotContract) -> ToolEffect:
    """
    Return how transforms from and to the frame of the tool change with its displacement.

    Along the axes of the frames that they are seen in, as long as these are parallel. Of several
    frames that of the first such term counts for `places`: others may turn, as that of a box does.
    """
    slope = np.zeros((contract.observation_size, 3))
    places, begin = [], 0
    for term in contract.observation:
        toward = _direction(term.source, contract.frames.tool)
        seen = [(number, AXES.index(label)) for number, label in enumerate(
            term.source.labels, begin) if toward and label in AXES]
        for number, axis in seen:
            slope[number, axis] = toward * term.scale[number - begin]
        if toward > 0 and not places:
            places = [number for number, _ in seen]
        begin += term.size
    low, high = np.array(contract.observation_clip, np.float32).T
    return ToolEffect(slope, np.array(places, int), low, high)


def _direction(source, tool):
    """Return 1 for the tool in another frame, -1 for another frame in the tool's, 0 else."""
    if source.kind != 'transform':
        return 0
    return (source.source_frame == tool) - (source.target_frame == tool)
