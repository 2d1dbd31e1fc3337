"""A box on a table, to be pushed by the peg's side."""

import mujoco
import numpy as np
from sgft_ros.simulation.arm import SimulatedArm
from sgft_ros.simulation.physics import Physics
from sgft_ros.simulation.scenes.scene import Scene

GOAL = np.array([0.5, 0.0, 0.10])  # at the table's surface, base_link [m]
HALF = 0.03                        # half width of the box [m]
HALF_HEIGHT = 0.02                 # [m]
TIP_HEIGHT = 0.015                 # of the tip above the table, held by the drive [m]
_TABLE = [0.3, 0.3, 0.015]         # half sizes [m]
BOX = 'box'


class PushScene(Scene):
    """The box lies where it was put; friction, mass and the drive are not what they seem."""

    bodies = (BOX,)

    def build(self, spec: mujoco.MjSpec) -> None:
        """Add table and box."""
        table = spec.worldbody.add_body(name='table', pos=GOAL - [0, 0, _TABLE[2]])
        table.add_geom(
            type=mujoco.mjtGeom.mjGEOM_BOX, size=_TABLE, contype=1, conaffinity=1, condim=3,
            rgba=[0.55, 0.57, 0.60, 1])
        box = spec.worldbody.add_body(name=BOX, pos=GOAL + [0.1, 0, HALF_HEIGHT])
        box.add_freejoint(name=BOX)
        box.add_geom(
            name=BOX, type=mujoco.mjtGeom.mjGEOM_BOX, size=[HALF, HALF, HALF_HEIGHT], contype=1,
            conaffinity=1, condim=4, mass=Physics().mass, rgba=[0.85, 0.45, 0.20, 1])

    def origin(self, physics: Physics) -> np.ndarray:
        """Return where the box shall go, in base_link (3,) [m]."""
        return GOAL

    def place(self, arm: SimulatedArm, physics: Physics, start: np.ndarray) -> None:
        """Put the tip at start[:3] [m] from the goal, the box at start[3:5], at yaw start[5]."""
        super().place(arm, physics, start)
        x, y, yaw = start[3:]
        arm.place_body(BOX, GOAL + [x, y, HALF_HEIGHT],
                       np.array([np.cos(yaw / 2), 0.0, 0.0, np.sin(yaw / 2)]), physics.mass)
        arm.hold_height(GOAL[2] + TIP_HEIGHT)
