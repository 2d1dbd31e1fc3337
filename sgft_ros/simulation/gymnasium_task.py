"""A task that is a Gymnasium environment whose MuJoCo model can be changed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sgft_ros.simulation.model_change import ModelRange
from sgft_ros.simulation.pretraining_config import PretrainingConfig

INSTALL = "pip install -c constraints.txt -e '.[gymnasium]'"


@dataclass(frozen=True)
class GymnasiumTask:
    """
    The environment, how it is used, and where reality lies.

    `make` returns a new environment, with a `spaces.Box` of finite limits as its action space.
    Unwrapped, it offers what Gymnasium's `MujocoEnv` does: `model` (mujoco.MjModel) and `dt`, the
    time that one step takes [s].
    """

    name: str
    make: Callable[[], object]   # -> gymnasium.Env; imports what it needs, and nothing before
    gamma: float
    max_steps: int               # decisions; then the episode is truncated
    best_return: float           # > 0, of an episode, which scores 1; in the environment's rewards
    real: ModelRange
    sim: ModelRange = ModelRange()
    action_repeat: int = 1       # steps of the environment per decision
    # Of the rewards that learners see. The parameters of the algorithms were chosen where V_sim
    # changes by some hundredths from step to step.
    reward_scale: float = 1.0
    pretraining: PretrainingConfig = PretrainingConfig(demonstrations=0)
    protocol: Mapping[str, object] = field(default_factory=dict)  # of the benchmark, what differs

    def __post_init__(self):
        for name, expected, fits in (
            ('gamma', 'above 0 and at most 1', 0.0 < self.gamma <= 1.0),
            ('max_steps', 'at least 1', self.max_steps >= 1),
            ('best_return', 'above 0', self.best_return > 0.0),
            ('action_repeat', 'at least 1', self.action_repeat >= 1),
            ('reward_scale', 'above 0', self.reward_scale > 0.0),
        ):
            if not fits:
                raise ValueError(f'task {self.name!r}, {name}: expected a number {expected}, got '
                                 f'{getattr(self, name)}')

    def score(self, total: float) -> float:
        """Return what an episode was worth, 0 to 1, from its sum of scaled rewards."""
        return min(1.0, max(0.0, total / (self.reward_scale * self.best_return)))


def not_installed(task: str, error: ImportError) -> ImportError:
    """Return the error that says how to install what a task needs."""
    return ImportError(f'task {task!r} needs what is not installed ({error}); install it with: '
                       f'{INSTALL}')
