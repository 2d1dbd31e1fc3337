"""A puck on a slippery table, to be struck by the held peg and left to slide."""

import mujoco
import numpy as np
from sgft_ros.simulation.arm import SimulatedArm
from sgft_ros.simulation.physics import Physics
from sgft_ros.simulation.scenes.scene import Scene

GOAL = np.array([0.6, 0.0, 0.10])  # at the table's surface, base_link [m]
RADIUS = 0.025                     # of the puck [m]
HALF_HEIGHT = 0.02                 # of the puck [m]
TIP_HEIGHT = 0.015                 # of the tip above the table, held by the drive [m]
PUCK = 'puck'


class PuckPushScene(Scene):
    """The puck slides as far as friction lets it; how far that is the simulator does not know."""

    bodies = (PUCK,)
    velocities = (PUCK,)

    def build(self, spec: mujoco.MjSpec) -> None:
        """Add table and puck."""
        table = spec.worldbody.add_body(name='table', pos=GOAL)
        # A plane, as the puck may slide far, and has exact contacts with it all around its rim.
        table.add_geom(
            type=mujoco.mjtGeom.mjGEOM_PLANE, size=[0.6, 0.6, 0.01], contype=1, conaffinity=1,
            condim=3, rgba=[0.55, 0.57, 0.60, 1])
        puck = spec.worldbody.add_body(name=PUCK, pos=GOAL + [-0.2, 0, HALF_HEIGHT])
        puck.add_freejoint(name=PUCK)
        puck.add_geom(
            name=PUCK, type=mujoco.mjtGeom.mjGEOM_CYLINDER, size=[RADIUS, HALF_HEIGHT, 0],
            contype=1, conaffinity=1, condim=3, mass=Physics().mass, rgba=[0.15, 0.15, 0.18, 1])

    def origin(self, physics: Physics) -> np.ndarray:
        """Return where the puck shall stop, in base_link (3,) [m]."""
        return GOAL

    def place(self, arm: SimulatedArm, physics: Physics, start: np.ndarray) -> None:
        """Put the tip at start[:3] [m] from the goal, the puck at start[3:5], start[5:7] [m/s]."""
        super().place(arm, physics, start)
        position, velocity = start[3:5], start[5:7]
        arm.place_body(PUCK, GOAL + [*position, HALF_HEIGHT], np.array([1.0, 0.0, 0.0, 0.0]),
                       physics.mass, np.array([*velocity, 0.0]))
        arm.hold_height(GOAL[2] + TIP_HEIGHT)
