"""Drive a nail in with the tip of a held peg, which takes several blows."""

from collections.abc import Mapping

import numpy as np
from sgft_ros.tasks.outcome import Outcome

DEPTH = 0.025  # of the nail's head below where it was that counts as driven in [m]


class Hammer:
    """Sparse reward: 1 when the nail is in, and the episode ends; nothing else."""

    name = 'hammer'
    gamma = 0.97
    max_steps = 60
    value_terms = ('tip_position', 'nail_height')  # what V_sim judges a state by

    @staticmethod
    def start(rng: np.random.Generator) -> np.ndarray:
        """Draw where the tip starts, relative to the nail's head, and its depth, 0 (4,) [m]."""
        return np.append(rng.uniform([-0.02, -0.02, 0.03], [0.02, 0.02, 0.06]), 0.0)

    @staticmethod
    def anywhere(rng: np.random.Generator) -> np.ndarray:
        """Draw a start (4,) [m] that V_sim should know, the nail driven in to some depth."""
        depth = rng.uniform(0.0, DEPTH)
        tip = rng.uniform([-0.04, -0.04, 0.005], [0.04, 0.04, 0.09])
        return np.array([*tip[:2], tip[2] - depth, depth])

    @staticmethod
    def evaluate(raw: Mapping[str, np.ndarray]) -> Outcome:
        """Judge the step that led to this raw `nail_height` [m] in frame nail_start."""
        driven = bool(raw['nail_height'][0] <= -DEPTH)
        return Outcome(float(driven), driven, driven)
