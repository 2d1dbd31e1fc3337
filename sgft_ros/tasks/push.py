"""Push a box to a place, with the side of a held peg."""

from collections.abc import Mapping

import numpy as np
from sgft_ros.tasks.outcome import Outcome

NEAR = 0.015     # of the box from its goal that counts as there [m]


class Push:
    """Sparse reward: 1 when the box is there, and the episode ends; nothing else."""

    name = 'push'
    gamma = 0.97
    max_steps = 80
    value_terms = ('tip_in_box', 'box_position', 'box_yaw')  # what V_sim judges a state by

    @staticmethod
    def start(rng: np.random.Generator) -> np.ndarray:
        """
        Draw where tip and box start (6,), from the goal.

        Tip x, y, z [m], box x, y [m] and yaw [rad]; the tip is behind the box, more or less.
        """
        return _start_around(rng, distance=(0.06, 0.11), direction=0.6, yaw=0.3, behind=0.5)

    @staticmethod
    def anywhere(rng: np.random.Generator) -> np.ndarray:
        """Draw a start (6,) that V_sim should know, the tip on any side of the box."""
        return _start_around(rng, distance=(0.0, 0.14), direction=1.0, yaw=0.8, behind=np.pi)

    @staticmethod
    def evaluate(raw: Mapping[str, np.ndarray]) -> Outcome:
        """Judge the step that led to these raw observations (`box_position` [m] in frame goal)."""
        there = bool(np.hypot(*raw['box_position']) <= NEAR)
        return Outcome(float(there), there, there)


def _start_around(
    rng: np.random.Generator, distance: tuple[float, float], direction: float, yaw: float,
    behind: float,
) -> np.ndarray:
    """
    Draw where the tip starts, and what it pushes (6,), from the goal.

    :param distance: of the object from the goal, least and most [m]
    :param direction: in which the object lies may differ from -x by this [rad]
    :param yaw: of the object, either way [rad]
    :param behind: of the place behind the object, as seen from the goal, to either side [rad]
    """
    away, angle = rng.uniform(*distance), rng.uniform(-direction, direction)
    centre = -away * np.array([np.cos(angle), np.sin(angle)])
    side = np.pi + angle + rng.uniform(-behind, behind)
    tip = centre + rng.uniform(0.055, 0.08) * np.array([np.cos(side), np.sin(side)])
    return np.array([*tip, 0.015, *centre, rng.uniform(-yaw, yaw)])
