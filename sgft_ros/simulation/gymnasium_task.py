"""A task that is a Gymnasium environment, of MuJoCo where its model is to change."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sgft_ros.simulation.model_change import ModelRange
from sgft_ros.simulation.number_checks import check_number
from sgft_ros.simulation.pretraining_config import PretrainingConfig
from sgft_ros.simulation.protocol import check_protocol

INSTALL = "pip install -c constraints.txt -e '.[gymnasium]'"
INSTALLED = ('gymnasium', 'mujoco')  # by that


@dataclass(frozen=True)
class GymnasiumTask:
    """
    The environment, how it is used, and where reality lies.

    `make` returns a new environment, with a `spaces.Box` of finite limits as its action space.
    Unwrapped, it offers what Gymnasium's `MujocoEnv` does: `model` (mujoco.MjModel) and `dt`, the
    time that one step takes [s]. Of another physics engine, or a remote one, it need not: then
    the task says `dt`, and neither `sim` nor `real`, which change the model.
    """

    name: str
    make: Callable[[], object]   # -> gymnasium.Env; imports what it needs, and nothing before
    gamma: float
    max_steps: int               # decisions; then the episode is truncated
    best_return: float           # > 0, of an episode, which scores 1; in the environment's rewards
    real: ModelRange = ModelRange()
    sim: ModelRange = ModelRange()
    dt: float | None = None      # [s] that one step takes; None: the environment's own
    # A policy from elsewhere, for pretraining to imitate instead of learning one: from what the
    # environment observes, as it comes from its step(), to an action as step() takes it.
    policy: Callable[[object], object] | None = None
    # Whether `info` has 'is_success', as of Gymnasium-Robotics: then success is what counts. Where
    # a step lacks it, it is none.
    tells_success: bool = False
    action_repeat: int = 1       # steps of the environment per decision
    # Of the rewards that learners see. The parameters of the algorithms were chosen where V_sim
    # changes by some hundredths from step to step.
    reward_scale: float = 1.0
    pretraining: PretrainingConfig = PretrainingConfig(demonstrations=0)
    protocol: Mapping[str, object] = field(default_factory=dict)  # of the benchmark, what differs

    def __post_init__(self):
        try:
            self._check()
        except ValueError as error:
            raise ValueError(f'task {self.name!r}, {error}') from None

    def _check(self):
        check_number('gamma', self.gamma, above=0, most=1)
        check_number('max_steps', self.max_steps, whole=True, least=1)
        check_number('best_return', self.best_return, above=0)
        check_number('action_repeat', self.action_repeat, whole=True, least=1)
        check_number('reward_scale', self.reward_scale, above=0)
        if self.dt is not None:
            check_number('dt', self.dt, above=0)
        if self.policy is not None and not callable(self.policy):
            raise ValueError(f'policy: expected a function of an observation, got {self.policy!r}')
        for name, kind in (
            ('real', ModelRange), ('sim', ModelRange), ('pretraining', PretrainingConfig),
        ):
            if not isinstance(getattr(self, name), kind):
                raise ValueError(
                    f'{name}: expected a {kind.__name__}, got {getattr(self, name)!r}')
        # Else V_sim would have no data, after all of the training.
        check_number('pretraining.unfinished, of max_steps', self.pretraining.unfinished,
                     below=self.max_steps)
        try:
            check_protocol(self.protocol)
        except ValueError as error:
            raise ValueError(f'protocol: {error}') from None

    @property
    def changes_model(self) -> bool:
        """Return whether worlds differ in the model of the environment."""
        return (self.sim, self.real) != (ModelRange(), ModelRange())

    def score(self, total: float) -> float:
        """Return what an episode was worth, 0 to 1, from its sum of scaled rewards."""
        return min(1.0, max(0.0, total / (self.reward_scale * self.best_return)))


def not_installed(task: str, error: ImportError) -> ImportError:
    """Return the error that says how to install what a task needs, where that is known."""
    if (error.name or '').partition('.')[0] not in INSTALLED:
        return ImportError(f'task {task!r} cannot be imported: {error}', name=error.name)
    return ImportError(f'task {task!r} needs what is not installed ({error}); install it with: '
                       f'{INSTALL}')
