"""The arm in a scene, with sensors that may be wrong: what a robot driver would report."""

import numpy as np
from sgft_ros.simulation.arm import SimulatedArm
from sgft_ros.simulation.physics import Physics
from sgft_ros.simulation.scenes import HOLE, SCENES


class SimulatedCell:
    """One arm, one scene, one world at a time."""

    def __init__(self, task: str, rng: np.random.Generator):
        if task not in SCENES:
            raise ValueError(
                f'no scene for task {task!r}; choose from: {", ".join(sorted(SCENES))}')
        self.arm = SimulatedArm(SCENES[task]())
        self.rng = rng
        self.physics = Physics()

    def reset(self, physics: Physics, start: np.ndarray) -> None:
        """Put the tip at `start` (3,) [m] relative to where the hole is believed to be."""
        self.physics = physics
        self.arm.reset(self.arm.solve(self.believed_hole + start), physics)

    @property
    def believed_hole(self) -> np.ndarray:
        """Return where calibration says that the hole is, in base_link (3,) [m]."""
        return HOLE + self.physics.bias

    @property
    def measured_tip(self) -> np.ndarray:
        """Return the tip position that the sensors report, in base_link (3,) [m]."""
        return self.arm.tip_position + self.rng.normal(0.0, self.physics.position_noise, 3)

    @property
    def measured_force(self) -> np.ndarray:
        """Return the contact force that the sensors report, base_link axes (3,) [N]."""
        return self.arm.force + self.rng.normal(0.0, self.physics.force_noise, 3)

    def measure(self) -> dict[str, np.ndarray]:
        """Return the raw observation terms by name, in SI units."""
        return {
            'tip_position': self.measured_tip - self.believed_hole,
            'force': self.measured_force,
        }
