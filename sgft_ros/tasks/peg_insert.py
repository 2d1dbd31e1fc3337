"""Push a held peg into a hole whose calibrated position is wrong."""

from collections.abc import Mapping

import numpy as np
from sgft_ros.tasks.outcome import Outcome

DEPTH = 0.018  # tip below the plate's believed surface that counts as inserted [m]


class PegInsert:
    """Sparse reward: 1 when the peg is in, and the episode ends; nothing else."""

    name = 'peg_insert'
    gamma = 0.97
    max_steps = 60
    value_terms = ('tip_position',)  # what V_sim judges a state by

    @staticmethod
    def start(rng: np.random.Generator) -> np.ndarray:
        """Draw where the tip starts, relative to the believed hole (3,) [m]."""
        return rng.uniform([-0.03, -0.03, 0.025], [0.03, 0.03, 0.045])

    @staticmethod
    def anywhere(rng: np.random.Generator) -> np.ndarray:
        """Draw a tip position that V_sim should know, relative to the believed hole (3,) [m]."""
        return rng.uniform([-0.08, -0.08, 0.004], [0.08, 0.08, 0.06])

    @staticmethod
    def evaluate(raw: Mapping[str, np.ndarray]) -> Outcome:
        """Judge the step that led to these raw observations (`tip_position` [m] in frame hole)."""
        inserted = bool(raw['tip_position'][2] <= -DEPTH)
        return Outcome(float(inserted), inserted, inserted)
