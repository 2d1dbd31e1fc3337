"""Scripted controllers that know what the policy cannot see; they find the reward."""

import numpy as np
from sgft_ros.simulation.environment import Environment


def peg_insert(environment: Environment) -> np.ndarray:
    """Return the action (3,) that moves above the true hole, then in."""
    cell = environment.cell
    position = cell.arm.tip_position - cell.believed_hole
    error = -np.asarray(cell.physics.bias[:2]) - position[:2]
    above = np.linalg.norm(error) < 0.002 or position[2] < -0.001
    down = -0.05 if above else np.clip((0.004 - position[2]) * 6.0, -0.06, 0.06)
    velocity = np.append(np.clip(8.0 * error, -0.06, 0.06), down)
    return np.clip(velocity / environment.action_scale, -1.0, 1.0).astype(np.float32)


EXPERTS = {'peg_insert': peg_insert}
