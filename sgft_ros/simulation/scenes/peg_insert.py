"""A plate with a square hole below the held peg."""

import mujoco
import numpy as np
from sgft_ros.simulation.physics import Physics
from sgft_ros.simulation.scenes.scene import Scene

HOLE = np.array([0.5, 0.0, 0.10])  # centre of the hole at the plate's surface, base_link [m]
CLEARANCE = 0.001                  # between peg (radius 6 mm) and the hole's walls [m]
_HALF = 0.006 + CLEARANCE
_PLATE = 0.25                      # half size of the plate [m]
_THICKNESS = 0.015                 # half thickness of the plate [m]


class PegInsertScene(Scene):
    """The hole is where it is; calibration believes it elsewhere."""

    def build(self, spec: mujoco.MjSpec) -> None:
        """Add the plate."""
        plate = spec.worldbody.add_body(name='plate', pos=HOLE - [0, 0, _THICKNESS])
        width = (_PLATE - _HALF) / 2
        offset = _HALF + width
        sides = (
            ([offset, 0, 0], [width, _PLATE, _THICKNESS]),
            ([-offset, 0, 0], [width, _PLATE, _THICKNESS]),
            ([0, offset, 0], [_HALF, width, _THICKNESS]),
            ([0, -offset, 0], [_HALF, width, _THICKNESS]),
        )
        for position, size in sides:
            plate.add_geom(
                type=mujoco.mjtGeom.mjGEOM_BOX, pos=position, size=size, contype=1, conaffinity=1,
                condim=3, rgba=[0.55, 0.57, 0.60, 1], solref=[0.004, 1.0],
            )

    def origin(self, physics: Physics) -> np.ndarray:
        """Return where calibration says that the hole is, in base_link (3,) [m]."""
        return HOLE + physics.bias
