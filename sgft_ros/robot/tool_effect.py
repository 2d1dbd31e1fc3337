"""How an observation changes with the place of the tool, or of another frame."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from sgft_ros.robot.contract import RobotContract

AXES = ('x', 'y', 'z')
PARALLEL = MappingProxyType({})


class ToolEffect(NamedTuple):
    """What a displacement of the tool does to the scaled numbers of an observation."""

    slope: np.ndarray   # (observation, 3) [1/m]
    places: np.ndarray  # indices of the numbers that say where the tool is in one other frame
    low: np.ndarray     # (observation,) where the contract clips
    high: np.ndarray    # (observation,)


def effect_of_tool(contract: RobotContract) -> ToolEffect:
    """
    Return how transforms from and to the frame of the tool change with its displacement.

    The axes of all frames are taken for parallel, see :func:`slope_of_frame` for others.
    Of several frames that of the first such term counts for `places`: others may turn, as that of
    a box does.
    """
    tool = contract.frames.tool
    places = next((numbers for numbers, _, toward, _ in _seen(contract, tool) if toward > 0), [])
    low, high = np.array(contract.observation_clip, np.float32).T
    return ToolEffect(slope_of_frame(contract, tool), np.array(places, int), low, high)


def axes_of_tool(contract: RobotContract) -> tuple[str, tuple[str, ...]]:
    """
    Return the frame along whose axes the tool is displaced, that of `places`; '' if there is none.

    With it come the other frames along whose axes terms see the tool, or others in its frame.
    """
    terms = [(toward, frame) for *_, toward, frame in _seen(contract, contract.frames.tool)]
    own = next((frame for toward, frame in terms if toward > 0), '')
    return own, tuple(dict.fromkeys(frame for _, frame in terms if frame != own))


def slope_of_frame(
    contract: RobotContract, frame: str, rotations: Mapping[str, np.ndarray] = PARALLEL,
) -> np.ndarray:
    """
    Return how the scaled numbers change with the displacement of a frame (observation, 3) [1/m].

    :param rotations: matrices (3, 3) from the axes of the displacement to those of the frames
        that terms are seen in, by name; one that is not among them is parallel
    """
    slope, scale = np.zeros((contract.observation_size, 3)), contract.observation_scale
    for numbers, axes, toward, along in _seen(contract, frame):
        rows = rotations.get(along, np.eye(3))[axes]
        slope[numbers] = toward * np.take(scale, numbers)[:, None] * rows
    return slope


def _seen(contract, frame) -> Iterator[tuple[list[int], list[int], int, str]]:
    """
    Find the places of and in a frame, term by term: the numbers' indices, and their axes.

    With them comes 1 for the frame in another one, -1 for another one in it; and whose axes these
    are.
    """
    begin = 0
    for term in contract.observation:
        source = term.source
        if source.kind == 'transform':
            toward = (source.source_frame == frame) - (source.target_frame == frame)
            seen = [(number, AXES.index(label)) for number, label in enumerate(
                source.labels, begin) if label in AXES]
            if toward and seen:
                yield *map(list, zip(*seen)), toward, source.target_frame
        begin += term.size
