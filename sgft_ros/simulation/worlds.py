"""Per task: the arm, the simulator's randomisation and where reality lies."""

from typing import NamedTuple

from sgft_ros.simulation.physics import Physics, PhysicsRange


class Worlds(NamedTuple):
    """What pi_sim and V_sim saw, and the cell that they are deployed to."""

    robot: str             # the simulated arm's contract, in config/robots
    steps: int             # of the policy in simulation, and updates
    diverse_episodes: int  # behind V_sim and the dynamics
    sim: PhysicsRange
    real: PhysicsRange
    demonstrations: int = 100  # of the scripted controller


WORLDS = {
    'hammer': Worlds(
        robot='simulated_hammer', steps=20_000, diverse_episodes=3_000,
        sim=PhysicsRange(
            bias_radius=(0.0, 0.002), friction=(0.2, 0.4), gain=(0.95, 1.05), delay=(0.0, 0.01),
            resistance=(110.0, 130.0),
        ),
        real=PhysicsRange(
            bias_radius=(0.0125, 0.0135), friction=(0.5, 0.6), gain=(0.85, 0.95),
            delay=(0.03, 0.04), resistance=(140.0, 150.0),
        ),
    ),
    'peg_insert': Worlds(
        robot='simulated_arm', steps=30_000, diverse_episodes=1_200,
        sim=PhysicsRange(
            bias_radius=(0.0, 0.002), bias_height=(-0.001, 0.001),
            friction=(0.15, 0.45), gain=(0.9, 1.1), delay=(0.0, 0.03),
        ),
        real=PhysicsRange(
            bias_radius=(0.0075, 0.0085), bias_height=(-0.002, 0.002),
            friction=(0.5, 0.6), gain=(0.75, 0.85), delay=(0.05, 0.06),
        ),
    ),
    'puck_push': Worlds(
        robot='simulated_striker', steps=60_000, diverse_episodes=3_000,
        sim=PhysicsRange(
            friction=(0.047, 0.053), gain=(0.95, 1.05), delay=(0.0, 0.02), mass=(0.15, 0.25),
        ),
        real=PhysicsRange(
            friction=(0.06, 0.068), gain=(0.85, 0.95), delay=(0.03, 0.04), mass=(0.3, 0.4),
            nominal=Physics(friction=0.05),
        ),
        demonstrations=300,
    ),
    'push': Worlds(
        robot='simulated_pusher', steps=80_000, diverse_episodes=3_000,
        sim=PhysicsRange(
            friction=(0.2, 0.4), gain=(0.9, 1.1), delay=(0.0, 0.03), rotation=(0.0, 0.1),
            mass=(0.15, 0.25),
        ),
        real=PhysicsRange(
            friction=(0.5, 0.6), gain=(0.75, 0.85), delay=(0.05, 0.06), rotation=(0.9, 1.0),
            mass=(0.3, 0.4),
        ),
    ),
    'soft_push': Worlds(
        robot='simulated_soft_pusher', steps=60_000, diverse_episodes=1_500,
        sim=PhysicsRange(
            friction=(0.35, 0.55), gain=(0.9, 1.1), delay=(0.0, 0.03), rotation=(0.0, 0.1),
            mass=(0.09, 0.11), stiffness=(8e3, 10e3),
        ),
        real=PhysicsRange(
            friction=(0.5, 0.6), gain=(0.75, 0.85), delay=(0.05, 0.06), rotation=(0.9, 1.0),
            mass=(0.12, 0.14), stiffness=(6.5e3, 7.5e3),
            nominal=Physics(friction=0.45, mass=0.1),
        ),
        demonstrations=200,
    ),
}
