"""What stands around the arm, per task."""

from pathlib import Path

import mujoco
import numpy as np
from sgft_ros.simulation.arm import build_spec

HOLE = np.array([0.5, 0.0, 0.10])  # centre of the hole at the plate's surface, base_link [m]
CLEARANCE = 0.001                  # between peg (radius 6 mm) and the hole's walls [m]
_HALF = 0.006 + CLEARANCE
_PLATE = 0.25                      # half size of the plate [m]
_THICKNESS = 0.015                 # half thickness of the plate [m]


def urdf_path() -> Path:
    """Return the path of the arm's URDF in the installed package or the source tree."""
    from ament_index_python.packages import get_package_share_directory

    return Path(get_package_share_directory('sgft_ros')) / 'resource/urdf/simulated_arm.urdf'


def peg_insert() -> mujoco.MjSpec:
    """Build the arm above a plate with a square hole."""
    spec = build_spec(urdf_path())
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
    return spec


SCENES = {'peg_insert': peg_insert}
