"""A soft block on a table, to be pushed by the peg's side; its upper corners are tracked."""

import mujoco
import numpy as np
from sgft_ros.simulation.arm import SimulatedArm
from sgft_ros.simulation.physics import Physics
from sgft_ros.simulation.scenes.scene import Scene
from sgft_ros.tasks.soft_push import CORNERS, HALF

GOAL = np.array([0.5, 0.0, 0.10])  # at the table's surface, base_link [m]
HALF_HEIGHT = 0.02                 # of the block [m]
SKIN = 0.002                       # around the outermost vertices [m]
TIP_HEIGHT = 0.015                 # of the tip above the table, held by the drive [m]
_COUNT = np.array([3, 3, 2])       # vertices along x, y and z
_POISSON = 0.2                     # of a foam: pressed, it hardly bulges
_DAMPING = 0.002                   # time constant of its inner friction [s]
# With these and steps of 2 ms the block is stable up to a Young's modulus of 120 kPa per kg of it.
# Below 45 kPa per kg, elements fold over where it rubs on the table.


class SoftPushScene(Scene):
    """The block is of finite elements; how stiff it is, and the drive, are not what they seem."""

    bodies = tuple(CORNERS)

    def build(self, spec: mujoco.MjSpec) -> None:
        """Add table and block, and a body without mass on each vertex that is tracked."""
        # MuJoCo refuses the integrator of the other scenes where bodies are soft.
        spec.option.integrator = mujoco.mjtIntegrator.mjINT_EULER
        table = spec.worldbody.add_body(name='table', pos=GOAL)
        # A plane, as vertices have exact contacts with it.
        table.add_geom(
            type=mujoco.mjtGeom.mjGEOM_PLANE, size=[0.6, 0.6, 0.01], contype=1, conaffinity=1,
            condim=3, rgba=[0.55, 0.57, 0.60, 1])
        half = np.array([HALF, HALF, HALF_HEIGHT - SKIN])
        block = spec.worldbody.make_flex(
            'block', type='grid', dof='full', count=_COUNT, spacing=2 * half / (_COUNT - 1),
            radius=SKIN, mass=Physics().mass, pos=GOAL + [0, 0, HALF_HEIGHT])
        block.young, block.poisson, block.damping = 1.0, _POISSON, _DAMPING  # a world scales it
        block.contype = block.conaffinity = 1
        block.condim, block.selfcollide = 3, mujoco.mjtFlexSelf.mjFLEXSELF_NONE
        block.rgba = [0.90, 0.75, 0.30, 1]
        for name, (x, y) in CORNERS.items():
            index = np.ravel_multi_index((2 * (x > 0), 2 * (y > 0), 1), _COUNT)
            spec.body(f'block_{index}').add_body(name=name)

    def origin(self, physics: Physics) -> np.ndarray:
        """Return where the block's centre shall go, in base_link (3,) [m]."""
        return GOAL

    def place(self, arm: SimulatedArm, physics: Physics, start: np.ndarray) -> None:
        """Put the tip at start[:3] [m] from the goal, the block at start[3:5], at yaw start[5]."""
        super().place(arm, physics, start)
        x, y, yaw = start[3:]
        arm.place_soft_body(GOAL + [x, y, HALF_HEIGHT], yaw, physics.mass, physics.stiffness)
        arm.hold_height(GOAL[2] + TIP_HEIGHT)
