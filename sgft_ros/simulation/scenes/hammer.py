"""A nail in a board, to be driven in by blows of the held peg."""

import mujoco
import numpy as np
from sgft_ros.simulation.arm import JOINTS, SimulatedArm
from sgft_ros.simulation.physics import Physics
from sgft_ros.simulation.scenes.scene import Scene

HEAD = np.array([0.5, 0.0, 0.10])  # top of the nail before the first blow, base_link [m]
RADIUS = 0.007                     # of the nail's head [m]
_LENGTH = 0.08                     # of the nail [m]
_BOARD = [0.2, 0.2, 0.01]          # half sizes [m]
_BOARD_DEPTH = 0.045               # of the board's surface below HEAD [m]
NAIL = 'nail'
# The drive gives in at these torques of its joints [N m]. So it pushes with some 60 N, and only a
# blow, with the momentum of the arm behind it, overcomes what holds the nail.
TORQUES = (30.0, 30.0, 30.0, 10.0, 10.0, 10.0)


class HammerScene(Scene):
    """The nail moves along its axis alone, against dry friction; calibration may be beside it."""

    bodies = (NAIL,)

    def build(self, spec: mujoco.MjSpec) -> None:
        """Add board and nail, and limit what the drive can push."""
        for name, torque in zip(JOINTS, TORQUES, strict=True):
            spec.joint(name).actfrcrange = [-torque, torque]
        board = spec.worldbody.add_body(
            name='board', pos=HEAD - [0, 0, _BOARD_DEPTH + _BOARD[2]])
        board.add_geom(
            type=mujoco.mjtGeom.mjGEOM_BOX, size=_BOARD, contype=1, conaffinity=1, condim=3,
            rgba=[0.72, 0.56, 0.38, 1])
        nail = spec.worldbody.add_body(name=NAIL, pos=HEAD, gravcomp=1.0)
        # Stiff, as the default dry friction of a light body creeps under a steady load.
        nail.add_joint(
            name=NAIL, type=mujoco.mjtJoint.mjJNT_SLIDE, axis=[0, 0, -1],
            frictionloss=Physics().resistance, limited=True, range=[0.0, 0.04],
            solref_friction=[0.004, 1.0], solimp_friction=[0.9999, 0.9999, 0.001, 0.5, 2.0])
        nail.add_geom(
            name=NAIL, type=mujoco.mjtGeom.mjGEOM_CYLINDER, pos=[0, 0, -_LENGTH / 2],
            size=[RADIUS, _LENGTH / 2, 0], contype=1, conaffinity=1, condim=3, priority=1,
            mass=0.2, solref=[0.004, 1.0], rgba=[0.35, 0.36, 0.40, 1])
        spec.add_exclude(bodyname1='board', bodyname2=NAIL)

    def origin(self, physics: Physics) -> np.ndarray:
        """Return where calibration says that the nail's head was, in base_link (3,) [m]."""
        return HEAD + physics.bias

    def place(self, arm: SimulatedArm, physics: Physics, start: np.ndarray) -> None:
        """Put the tip at start[:3] [m] from the believed head, the nail in by start[3] [m]."""
        super().place(arm, physics, start)
        arm.place_joint(NAIL, start[3], physics.resistance)
