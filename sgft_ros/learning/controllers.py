"""What acts on the robot: a policy, or a planner; made of tensors and a few words."""

from collections.abc import Mapping, Sequence
from dataclasses import fields

import numpy as np
from sgft_ros.learning.inference import GaussianPolicy
from sgft_ros.learning.latent_planner import LatentPlanner
from sgft_ros.learning.planner import Planner, PlannerConfig

GAUSSIAN = 'gaussian_mlp'
PLANNER, LATENT_PLANNER = PLANNERS = 'planner', 'latent_planner'
Controller = GaussianPolicy | Planner | LatentPlanner


def make_controller(
    description: Mapping[str, object], tensors: Mapping[str, np.ndarray],
    seed: int | Sequence[int] = 0,
) -> Controller:
    """
    Return a controller: `act`, `reset`, `take_over`, `observation_size` and `action_size`.

    :param description: {'kind': 'gaussian_mlp'}, {'kind': 'planner', 'gamma': ...} and what else
        PlannerConfig has, if other than its defaults, or {'kind': 'latent_planner', 'gamma': ...,
        'horizon': ..., 'samples': ...}
    :param seed: of what a planner draws
    :raises ValueError: for another kind, and for tensors that do not fit
    :raises KeyError: for a missing tensor
    """
    kind = description.get('kind')
    if kind == GAUSSIAN:
        return GaussianPolicy(tensors)
    if kind == PLANNER:
        known = {field.name for field in fields(PlannerConfig)}
        config = PlannerConfig(**{name: description[name] for name in known & set(description)})
        return Planner(tensors, float(description['gamma']), config, seed)
    if kind == LATENT_PLANNER:
        return LatentPlanner(tensors, float(description['gamma']), description['horizon'],
                             description['samples'], seed)
    raise ValueError(f'unknown kind of controller {kind!r}; choose from: '
                     f'{", ".join([GAUSSIAN, *PLANNERS])}')
