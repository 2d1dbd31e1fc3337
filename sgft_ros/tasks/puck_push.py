"""Strike a puck so that it stops at a place which the tip itself may not reach."""

from collections.abc import Mapping

import numpy as np
from sgft_ros.tasks.outcome import Outcome

NEAR = 0.04     # of the puck from its goal that counts as there [m]
AT_REST = 0.02  # speed below which the puck counts as stopped [m/s]
_REACH = -0.15  # of the tip, from the goal along x: the contract's workspace ends there [m]


class PuckPush:
    """Sparse reward: 1 when the puck has stopped at its goal, and the episode ends."""

    name = 'puck_push'
    gamma = 0.97
    max_steps = 50
    value_terms = ('tip_position', 'puck_position', 'puck_in_tip', 'puck_velocity')  # of V_sim

    @staticmethod
    def start(rng: np.random.Generator) -> np.ndarray:
        """
        Draw where tip and puck start (7,), from the goal.

        Tip x, y, z [m], puck x, y [m] and its velocity x, y [m/s], which is 0; the tip is behind
        the puck, more or less.
        """
        puck = rng.uniform([-0.24, -0.03], [-0.20, 0.03])
        tip = puck + rng.uniform([-0.07, -0.02], [-0.05, 0.02])
        return np.array([*tip, 0.015, *puck, 0.0, 0.0])

    @staticmethod
    def anywhere(rng: np.random.Generator) -> np.ndarray:
        """Draw a start (7,) that V_sim should know: the puck as at a start, or on its way."""
        tip = rng.uniform([-0.34, -0.08], [_REACH, 0.08])
        if rng.random() < 0.5:
            puck, velocity = rng.uniform([-0.26, -0.05], [-0.12, 0.05]), np.zeros(2)
        else:
            puck = rng.uniform([-0.2, -0.05], [0.02, 0.05])
            velocity = rng.uniform([0.0, -0.06], [0.5, 0.06])
        gap = puck - tip
        if np.hypot(*gap) < 0.04:
            tip = puck - [0.04, 0.0]
        return np.array([*tip, 0.015, *puck, *velocity])

    @staticmethod
    def evaluate(raw: Mapping[str, np.ndarray]) -> Outcome:
        """Judge the step that led to these raw `puck_position` [m] and `puck_velocity` [m/s]."""
        there = bool(np.hypot(*raw['puck_position']) <= NEAR
                     and np.hypot(*raw['puck_velocity']) <= AT_REST)
        return Outcome(float(there), there, there)
