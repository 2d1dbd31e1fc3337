"""Push a soft block until its corners are where they belong, with the side of a held peg."""

from collections.abc import Mapping

import numpy as np
from sgft_ros.tasks.outcome import Outcome
from sgft_ros.tasks.push import Push

HALF = 0.03   # half width of the block between its corners [m]
NEAR = 0.02   # of every corner from its goal that counts as there [m]
# Where the tracked corners belong, from the goal of the block's centre [m].
CORNERS = {'corner_1': (-HALF, -HALF), 'corner_2': (-HALF, HALF), 'corner_3': (HALF, -HALF),
           'corner_4': (HALF, HALF)}


class SoftPush:
    """Sparse reward: 1 when every corner is at its goal, and the episode ends; nothing else."""

    name = 'soft_push'
    gamma = 0.97
    max_steps = 80
    value_terms = ('tip_position', *CORNERS)  # what V_sim judges a state by

    # The block lies, and the tip waits, as the box does and its tip.
    start, anywhere = staticmethod(Push.start), staticmethod(Push.anywhere)

    @staticmethod
    def evaluate(raw: Mapping[str, np.ndarray]) -> Outcome:
        """Judge the step that led to these raw positions of the corners [m] in frame goal."""
        there = all(np.hypot(*(raw[name] - goal)) <= NEAR for name, goal in CORNERS.items())
        return Outcome(float(there), there, there)
