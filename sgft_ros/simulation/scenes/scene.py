"""What every scene around the arm offers."""

from pathlib import Path

from ament_index_python.packages import get_package_share_directory
import mujoco
import numpy as np
from sgft_ros.simulation.arm import build_spec, SimulatedArm
from sgft_ros.simulation.physics import Physics


def urdf_path() -> Path:
    """Return the path of the arm's URDF in the installed package or the source tree."""
    return Path(get_package_share_directory('sgft_ros')) / 'resource/urdf/simulated_arm.urdf'


class Scene:
    """
    One task's surroundings: bodies, starts, and what is measured of them.

    A subclass adds its bodies in `build`, and says where calibration believes the origin of the
    task to be (`origin`, the frame `frames.object` of the robot contract).
    """

    bodies: tuple[str, ...] = ()  # that move and are tracked; each is a tf frame of its name
    velocities: tuple[str, ...] = ()  # those of them whose velocity is tracked too

    def spec(self) -> mujoco.MjSpec:
        """Return arm and surroundings."""
        spec = build_spec(urdf_path())
        self.build(spec)
        return spec

    def build(self, spec: mujoco.MjSpec) -> None:
        """Add the surroundings to the arm."""
        raise NotImplementedError

    def origin(self, physics: Physics) -> np.ndarray:
        """Return where calibration says that the task's origin is, in base_link (3,) [m]."""
        raise NotImplementedError

    def place(self, arm: SimulatedArm, physics: Physics, start: np.ndarray) -> None:
        """Put everything where an episode starts; `start` begins with the tip (3,) [m]."""
        arm.reset(arm.solve(self.origin(physics) + start[:3]), physics)
