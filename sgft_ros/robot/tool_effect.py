"""How an observation changes with the place of the tool."""

import numpy as np
from sgft_ros.robot.contract import RobotContract

AXES = ('x', 'y', 'z')


def effect_of_tool(contract: RobotContract) -> np.ndarray:
    """
    Return by how much the scaled observation changes per displacement of the tool.

    That is (observation, 3) [1/m], for transforms from or to the frame of the tool: a step of the
    tool along an axis of the base, as long as the axes of the frames are parallel to those.
    """
    effect = np.zeros((contract.observation_size, 3))
    rows = iter(effect)
    for term in contract.observation:
        sign = 0
        if term.source.kind == 'transform':
            tool = contract.frames.tool
            sign = (term.source.source_frame == tool) - (term.source.target_frame == tool)
        for label, scale in zip(term.source.labels, term.scale, strict=True):
            row = next(rows)
            if label in AXES:
                row[AXES.index(label)] = sign * scale
    return effect
