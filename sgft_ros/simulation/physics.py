"""What the simulator believes about the world, and what the world is really like."""

from dataclasses import dataclass, replace

import numpy as np

TIMESTEP = 0.002  # of what happens in a world [s]


@dataclass(frozen=True)
class Physics:
    """Parameters of one world that the policy cannot see."""

    bias: tuple[float, float, float] = (0.0, 0.0, 0.0)  # believed minus true object position [m]
    friction: float = 0.3         # sliding friction coefficient
    gain: float = 1.0             # executed over commanded velocity
    rotation: float = 0.0         # of executed from commanded velocity, about base z [rad]
    mass: float = 0.2             # of the object that is moved [kg]
    resistance: float = 120.0     # dry friction that holds a nail [N]
    stiffness: float = 9e3        # Young's modulus of a soft object [Pa]
    delay: float = 0.0            # from command to motion [s]
    force_noise: float = 0.3      # standard deviation of the force reading [N]
    position_noise: float = 1e-4  # standard deviation of the tip position reading [m]
    velocity_noise: float = 2e-3  # standard deviation of a tracked body's velocity [m/s]


@dataclass(frozen=True)
class PhysicsRange:
    """Uniform ranges (low, high) of the hidden parameters; the bias points anywhere."""

    friction: tuple[float, float]
    gain: tuple[float, float]
    delay: tuple[float, float]                     # [s]
    bias_radius: tuple[float, float] = (0.0, 0.0)  # horizontal calibration error [m]
    bias_height: tuple[float, float] = (0.0, 0.0)  # vertical calibration error [m]
    rotation: tuple[float, float] = (0.0, 0.0)     # either way [rad]
    mass: tuple[float, float] = (0.2, 0.2)         # [kg]
    resistance: tuple[float, float] = (120.0, 120.0)  # [N]
    stiffness: tuple[float, float] = (9e3, 9e3)    # [Pa]
    nominal: Physics = Physics()                   # the world without any gap

    def draw(self, rng: np.random.Generator) -> Physics:
        """Draw one world."""
        # Uniform over the area of the ring, not over its radius.
        low, high = self.bias_radius
        radius = np.sqrt(rng.uniform(low**2, high**2))
        angle = rng.uniform(-np.pi, np.pi)
        return Physics(
            bias=(radius * np.cos(angle), radius * np.sin(angle), rng.uniform(*self.bias_height)),
            friction=rng.uniform(*self.friction),
            gain=rng.uniform(*self.gain),
            delay=rng.uniform(*self.delay),
            rotation=rng.uniform(*self.rotation) * rng.choice((-1.0, 1.0)),
            mass=rng.uniform(*self.mass),
            resistance=_draw(rng, self.resistance),
            stiffness=_draw(rng, self.stiffness),
        )


def _draw(rng, limits):
    """Draw between limits; a number that is fixed costs no draw, so that others stay as drawn."""
    low, high = limits
    return rng.uniform(low, high) if low < high else low


def draw_real(real: PhysicsRange, seed: int, scale: float = 1.0) -> Physics:
    """
    Draw the real world that belongs to `seed`; it stays the same for a whole run.

    `scale` moves along the line from the nominal world (0) through the default gap (1) and beyond.

    :raises ValueError: if the scale is negative
    """
    if scale < 0:
        raise ValueError(f'gap scale must be >= 0, got {scale}')
    drawn, nominal = real.draw(np.random.default_rng([seed, 0x5EA1])), real.nominal

    def between(start: float, end: float) -> float:
        return start + scale * (end - start)

    return replace(
        nominal,
        bias=tuple(between(0.0, component) for component in drawn.bias),
        friction=max(0.0, between(nominal.friction, drawn.friction)),
        gain=max(0.05, between(nominal.gain, drawn.gain)),
        delay=max(0.0, between(nominal.delay, drawn.delay)),
        rotation=between(nominal.rotation, drawn.rotation),
        mass=max(0.01, between(nominal.mass, drawn.mass)),
        resistance=max(0.0, between(nominal.resistance, drawn.resistance)),
        stiffness=max(1e3, between(nominal.stiffness, drawn.stiffness)),
    )
