"""How the MuJoCo model of a world differs from that of the simulator: factors on what it holds."""

from dataclasses import dataclass, fields

import mujoco
import numpy as np
from sgft_ros.simulation.number_checks import check_number

LEAST = 0.05  # of a factor, however wide the gap


@dataclass(frozen=True)
class ModelChange:
    """Factors of one world; 1 is the simulator's own model."""

    body_mass: float = 1.0  # and the inertia with it, as of a denser body
    friction: float = 1.0   # sliding, of every geom
    gear: float = 1.0       # of every actuator: force over command
    damping: float = 1.0    # of every joint


@dataclass(frozen=True)
class ModelRange:
    """Uniform ranges (low, high) of the factors."""

    body_mass: tuple[float, float] = (1.0, 1.0)
    friction: tuple[float, float] = (1.0, 1.0)
    gear: tuple[float, float] = (1.0, 1.0)
    damping: tuple[float, float] = (1.0, 1.0)

    def __post_init__(self):
        for field in fields(self):
            limits = getattr(self, field.name)
            if not isinstance(limits, (tuple, list)) or len(limits) != 2:
                raise ValueError(f'{field.name}: expected two factors (low, high), got {limits!r}')
            low, high = limits
            bound = {'above': 0} if field.name == 'body_mass' else {'least': 0}
            check_number(f'{field.name}, low', low, **bound)
            check_number(f'{field.name}, high', high, least=low)

    def draw(self, rng: np.random.Generator) -> ModelChange:
        """Draw one world."""
        return ModelChange(**{
            field.name: rng.uniform(*getattr(self, field.name)) for field in fields(self)})


def draw_real_model(real: ModelRange, seed: int, scale: float = 1.0) -> ModelChange:
    """
    Draw the real world that belongs to `seed`; it stays the same for a whole run.

    `scale` moves along the line from the simulator's model (0) through the default gap (1) and
    beyond.

    :raises ValueError: if the scale is negative
    """
    if scale < 0:
        raise ValueError(f'gap scale must be >= 0, got {scale}')
    drawn = real.draw(np.random.default_rng([seed, 0x5EA1]))
    return ModelChange(**{
        field.name: max(LEAST, 1.0 + scale * (getattr(drawn, field.name) - 1.0))
        for field in fields(drawn)})


class ChangeableModel:
    """A compiled model that can be changed again and again, each time from what it was."""

    def __init__(self, model: mujoco.MjModel):
        self._model = model
        self._change = ModelChange()
        self._body_mass = model.body_mass.copy()
        self._body_inertia = model.body_inertia.copy()
        self._friction = model.geom_friction[:, 0].copy()
        self._gear = model.actuator_gear.copy()
        self._damping = model.dof_damping.copy()

    def apply(self, change: ModelChange) -> None:
        """Make the model that of a world."""
        if change == self._change:
            return
        self._change, model = change, self._model
        model.body_mass[:] = change.body_mass * self._body_mass
        model.body_inertia[:] = change.body_mass * self._body_inertia
        model.geom_friction[:, 0] = change.friction * self._friction
        model.actuator_gear[:] = change.gear * self._gear
        model.dof_damping[:] = change.damping * self._damping
        # What the solver holds ready of masses and inertias.
        mujoco.mj_setConst(model, mujoco.MjData(model))
