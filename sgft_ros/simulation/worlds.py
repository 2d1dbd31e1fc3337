"""Per task: the simulator's randomisation, which the policy trained in, and where reality lies."""

from typing import NamedTuple

from sgft_ros.simulation.physics import PhysicsRange


class Worlds(NamedTuple):
    """What pi_sim and V_sim saw, and the cell that they are deployed to."""

    sim: PhysicsRange
    real: PhysicsRange


WORLDS = {
    'peg_insert': Worlds(
        sim=PhysicsRange(
            bias_radius=(0.0, 0.002), bias_height=(-0.001, 0.001),
            friction=(0.15, 0.45), gain=(0.9, 1.1), delay=(0.0, 0.03),
        ),
        real=PhysicsRange(
            bias_radius=(0.0075, 0.0085), bias_height=(-0.002, 0.002),
            friction=(0.5, 0.6), gain=(0.75, 0.85), delay=(0.05, 0.06),
        ),
    ),
}
