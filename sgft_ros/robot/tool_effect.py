"""How an observation changes with the place of the tool, or of another frame."""

from collections.abc import Iterator
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

    Of several frames that of the first such term counts for `places`: others may turn, as that of
    a box does.
    """
    tool = contract.frames.tool
    places = next((numbers for numbers, _, toward in _seen(contract, tool) if toward > 0), [])
    low, high = np.array(contract.observation_clip, np.float32).T
    return ToolEffect(slope_of_frame(contract, tool), np.array(places, int), low, high)


def slope_of_frame(contract: RobotContract, frame: str) -> np.ndarray:
    """
    Return how the scaled numbers change with the displacement of a frame (observation, 3) [1/m].

    Along the axes of the frames that it is seen in, or that are seen in it, as long as these are
    parallel.
    """
    slope, scale = np.zeros((contract.observation_size, 3)), contract.observation_scale
    for numbers, axes, toward in _seen(contract, frame):
        slope[numbers, axes] = toward * np.take(scale, numbers)
    return slope


def _seen(contract, frame) -> Iterator[tuple[list[int], list[int], int]]:
    """
    Find the places of and in a frame, term by term: the numbers' indices, and their axes.

    With them comes 1 for the frame in another one, -1 for another one in it.
    """
    begin = 0
    for term in contract.observation:
        source = term.source
        if source.kind == 'transform':
            toward = (source.source_frame == frame) - (source.target_frame == frame)
            seen = [(number, AXES.index(label)) for number, label in enumerate(
                source.labels, begin) if label in AXES]
            if toward and seen:
                yield *map(list, zip(*seen)), toward
        begin += term.size
