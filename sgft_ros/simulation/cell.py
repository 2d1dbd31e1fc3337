"""The arm in a scene, with sensors that may be wrong: what a robot driver would report."""

import numpy as np
from sgft_ros.simulation.arm import SimulatedArm
from sgft_ros.simulation.physics import Physics
from sgft_ros.simulation.scenes import SCENES


class SimulatedCell:
    """One arm, one scene, one world at a time."""

    def __init__(self, task: str, rng: np.random.Generator):
        if task not in SCENES:
            raise ValueError(
                f'no scene for task {task!r}; choose from: {", ".join(sorted(SCENES))}')
        self.scene = SCENES[task]()
        self.arm = SimulatedArm(self.scene.spec())
        self.rng = rng
        self.physics = Physics()

    def reset(self, physics: Physics, start: np.ndarray) -> None:
        """Put everything at a `start` of the task: the tip (3,) [m] from the origin, and more."""
        self.physics = physics
        self.scene.place(self.arm, physics, np.asarray(start, float))

    @property
    def origin(self) -> np.ndarray:
        """Return where calibration says that the task's origin is, in base_link (3,) [m]."""
        return self.scene.origin(self.physics)

    @property
    def measured_tip(self) -> np.ndarray:
        """Return the tip position that the sensors report, in base_link (3,) [m]."""
        return self.arm.tip_position + self._noise(self.physics.position_noise)

    @property
    def measured_force(self) -> np.ndarray:
        """Return the contact force that the sensors report, base_link axes (3,) [N]."""
        return self.arm.force + self._noise(self.physics.force_noise)

    def measured_body(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """Return position (3,) [m] and quaternion (w, x, y, z) that a tracker reports."""
        position, quaternion = self.arm.body_pose(name)
        return position + self._noise(self.physics.position_noise), quaternion

    def measured_velocity(self, name: str) -> np.ndarray:
        """Return the linear velocity (3,) [m/s] that a tracker reports, base_link axes."""
        return self.arm.body_velocity(name) + self._noise(self.physics.velocity_noise)

    def _noise(self, deviation):
        return self.rng.normal(0.0, deviation, 3)
