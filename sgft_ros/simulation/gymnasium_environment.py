"""A Gymnasium environment with the face of :mod:`sgft_ros.simulation.environment`."""

from collections.abc import Callable
import math

import numpy as np
from sgft_ros.simulation.gymnasium_task import GymnasiumTask, not_installed
from sgft_ros.simulation.model_change import ChangeableModel, ModelChange
from sgft_ros.tasks.outcome import Outcome

LARGEST_SEED = 2**31 - 1
SUCCESS = 'is_success'  # of `info`, as Gymnasium-Robotics and Stable-Baselines3 have it


class GymnasiumEnvironment:
    """Normalises actions, flattens observations, repeats actions, and changes the model."""

    def __init__(
        self, task: GymnasiumTask, rng: np.random.Generator,
        draw: Callable[[np.random.Generator], ModelChange],
    ):
        """
        Make the environment; `draw(rng)` is called at each reset.

        :raises ImportError: if Gymnasium, or what the environment is made of, is not installed
        :raises ValueError: if the environment does not offer what :class:`GymnasiumTask` says
        """
        try:
            from gymnasium import spaces
            self._environment = task.make()
        except ImportError as error:
            raise not_installed(task.name, error) from error
        self.task, self.rng = task, rng
        self._flatten, self._draw = spaces.flatten, draw
        action = self._environment.action_space
        if not isinstance(action, spaces.Box) or not action.is_bounded():
            raise ValueError(f'task {task.name!r}: expected a Box of finite limits as its action '
                             f'space, got {action}')
        own = self._environment.unwrapped
        lacking = [name for name, needed in (
            ('model', task.changes_model), ('dt', task.dt is None),
        ) if needed and not hasattr(own, name)]
        if lacking:
            raise ValueError(
                f'task {task.name!r}: {type(own).__name__} lacks {" and ".join(lacking)}; '
                'expected a MuJoCo environment that offers model and dt, or a task that says dt '
                'itself and neither sim nor real')
        self._model = ChangeableModel(own.model) if task.changes_model else None
        self._low, self._high = action.low, action.high
        self.action_size = spaces.flatdim(action)
        self.observation_size = spaces.flatdim(self._environment.observation_space)
        step = own.dt if task.dt is None else task.dt
        self.control_rate = 1.0 / (step * task.action_repeat)  # [Hz]

    def reset(self) -> np.ndarray:
        """Draw a world and a start; return the first observation (observation,) float32."""
        if self._model is not None:
            self._model.apply(self._draw(self.rng))
        observation, _ = self._environment.reset(seed=int(self.rng.integers(LARGEST_SEED)))
        self.steps, self.exhausted = 0, False
        return self._observe(observation)

    def reset_anywhere(self) -> np.ndarray:
        """Do as :meth:`reset`: the environment alone knows where it may start."""
        return self.reset()

    def step(self, action: np.ndarray) -> tuple[np.ndarray, Outcome, bool]:
        """
        Execute a normalised action (action,) for the task's number of steps.

        What was executed, within -1...1, is `executed_action` then.

        :return: next observation, outcome with the scaled sum of the rewards, and whether a time
            limit cut the episode off, the task's or one of the environment's own
        """
        self.executed_action = np.clip(np.asarray(action, np.float32), -1.0, 1.0)
        share = (self.executed_action.astype(float).reshape(self._low.shape) + 1.0) / 2.0
        applied = (self._low + share * (self._high - self._low)).astype(self._low.dtype)
        applied = np.clip(applied, self._low, self._high)  # which rounding may have left
        self.steps += 1
        total = 0.0
        for _ in range(self.task.action_repeat):
            observation, reward, terminated, limited, info = self._environment.step(applied)
            total += float(reward)
            if terminated:
                break
            self.exhausted |= limited  # says nothing of the state: the decision is executed
        truncated = not terminated and (
            self.exhausted or self.steps >= self.task.max_steps)
        success = bool(info.get(SUCCESS, False)) if self.task.tells_success else None
        outcome = Outcome(self.task.reward_scale * total, bool(terminated), success)
        return self._observe(observation), outcome, bool(truncated)

    def taught(self) -> np.ndarray:
        """
        Return what the task's own policy does where the environment is, -1...1 (action,) float32.

        :raises ValueError: if that is no action of the environment
        """
        came = self.task.policy(self._seen)
        try:
            action = np.asarray(came, float)
        except (TypeError, ValueError, RuntimeError):  # the last from tensors with a gradient
            action = np.array(math.nan)
        if action.shape != self._low.shape or not np.isfinite(action).all():
            raise ValueError(
                f'task {self.task.name!r}, policy: expected a finite action of shape '
                f'{self._low.shape}, got {came!r}')
        share = (action - self._low) / (self._high - self._low)
        return np.clip(2.0 * share - 1.0, -1.0, 1.0).astype(np.float32).ravel()

    def score(self, success: bool | None, total: float) -> float:
        """Return what an episode was worth, 0 to 1: its success, or return over the best one."""
        return self.task.score(total) if success is None else float(success)

    def _observe(self, observation) -> np.ndarray:
        self._seen = observation
        space = self._environment.observation_space
        self.observation = self._flatten(space, observation).astype(np.float32)  # the last one
        return self.observation
