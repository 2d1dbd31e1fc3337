"""What successes say of the calibration: by how much the tool is not where it is seen."""

from collections import deque
from collections.abc import Mapping
import math
from typing import Protocol

import numpy as np
from sgft_ros.learning.inference import GaussianPolicy

CALIBRATION_ERROR = 0.01  # [m] by how much the place of a tool may be wrong, where nobody says
LEAST_STD = 5e-4          # [m] of a place at a success: what sensors can tell
LEAST_SUCCESSES = 50      # in the simulator, for a covariance that can be trusted
CLIPPED = 0.01            # share of them in which a number at its clip tells nothing any more
IMPLAUSIBLE = 5.0         # standard deviations from where successes may be
SIGNIFICANT = 3.0         # standard deviations of what is believed, at least
BY_CHANCE = 0.005         # share of the simulator's own successes that may say as much
KEPT = 100                # successes


class Uninformative(ValueError):
    """Successes that cannot tell where the tool is; says why."""


class Effect(Protocol):
    """What a displacement of the tool does, see :class:`sgft_ros.robot.ToolEffect`."""

    slope: np.ndarray
    places: np.ndarray
    low: np.ndarray
    high: np.ndarray


class Calibration:
    """
    The displacement e (3,) [m] of the tool, constant throughout a run, as a Gaussian.

    Where the tool is not exactly where the calibration has it, pi_sim misses by that much, every
    time. Once it succeeds all the same, by its noise, by what others learned or by a human's hand,
    the place seen at that moment tells: in the simulator successes happen at o ~ N(mu, Sigma), so
    here at o + M e, and before the first one e ~ N(0, s^2). What varies from success to success
    in reality has the same cause each time, another policy or contact, so that all together count
    as one, their median: a verdict given far from the goal does little.
    """

    def __init__(self, successes: np.ndarray, tool: Effect, std: float):
        """
        Learn from the simulator where successes happen.

        :param successes: observations there (n, observation), see :func:`simulated_successes`
        :param tool: M, as `sgft_ros.robot.effect_of_tool` returns it
        :param std: s [m]
        :raises ValueError: if they do not fit each other
        :raises Uninformative: if nothing says where the tool is, or there are too few
        """
        if successes.shape[1:] != tool.slope.shape[:1]:
            raise ValueError(f'successes in the simulator: expected observations of '
                             f'{len(tool.slope)} numbers, got shape {successes.shape}')
        if len(successes) < LEAST_SUCCESSES:
            raise Uninformative(f'expected at least {LEAST_SUCCESSES} successes in the simulator, '
                                f'got {len(successes)}')
        clipped = ((successes <= tool.low) | (successes >= tool.high)).mean(0) > CLIPPED
        self._places = tool.places[~clipped[tool.places]]
        count = len(self._places)
        if not count:
            raise Uninformative('expected an observation of where the tool is, got none')
        self._tool, self._slope = tool, tool.slope
        seen, slope = np.asarray(successes, float)[:, self._places], tool.slope[self._places]
        self._mean = seen.mean(0)
        covariance = np.cov(seen.T).reshape(count, count)
        covariance += np.diag((LEAST_STD * np.abs(slope).sum(1)) ** 2)
        gain = slope.T @ np.linalg.inv(covariance)
        self._posterior = np.eye(3) * std ** -2 + gain @ slope
        self._to_displacement = gain.T @ np.linalg.inv(self._posterior)
        self._plausible = np.linalg.inv(covariance + std ** 2 * slope @ slope.T)
        # Of Gaussians 3 % would be enough to make one that lies farther than SIGNIFICANT; the
        # simulator's successes have longer tails.
        self._by_chance = max(SIGNIFICANT ** 2, np.quantile(
            _squared(self._believed(seen), self._posterior), 1.0 - BY_CHANCE))
        self.forget()

    def forget(self) -> None:
        """Believe in the calibration again."""
        self._seen = deque(maxlen=KEPT)
        self.passed_over = 0  # successes that are implausible
        self.update()

    def record(self, observation: np.ndarray) -> None:
        """
        Take the observation (observation,) at a success; it counts from `update` on.

        One that no displacement explains is none of the task's, and passed over.
        """
        seen = np.asarray(observation, float)[self._places]
        if _squared(self._mean - seen, self._plausible) <= IMPLAUSIBLE ** 2:
            self._seen.append(seen.tolist())
        else:
            self.passed_over += 1

    def update(self) -> None:
        """Believe what the successes so far say."""
        self.displacement = np.zeros(3)  # e [m]
        if self._seen:
            self.displacement = self._believed(np.median(self._seen, 0))
        self.turn(self._slope)

    def turn(self, slope: np.ndarray) -> None:
        """
        Let the displacement change observations by `slope` (observation, 3) [1/m] from here on.

        Where the tool is seen along axes that turn, as its own do.
        """
        self._slope = slope
        self._correction = (slope @ self.displacement).astype(np.float32)

    @property
    def significant(self) -> bool:
        """Return whether chance would hardly make the displacement that large."""
        return bool(_squared(self.displacement, self._posterior) > self._by_chance)

    def correct(self, observation: np.ndarray) -> np.ndarray:
        """Return what the simulator would see instead of an observation (observation,)."""
        return np.clip(observation + self._correction, self._tool.low, self._tool.high)

    def _believed(self, seen):
        """Return the mean of e (..., 3) given where successes are seen (..., places)."""
        return (self._mean - seen) @ self._to_displacement

    def state(self) -> list[list[float]]:
        """Return what was seen at successes, as JSON types."""
        return list(self._seen)

    def load_state(self, state: list[list[float]]) -> None:
        """
        Go on from what :meth:`state` returned.

        :raises ValueError: if it is of another observation
        """
        count = len(self._places)
        for seen in state:
            if len(seen) != count:
                raise ValueError(f'calibration: expected places of {count} numbers, got {seen}')
        self._seen = deque(state, KEPT)
        self.update()


class CalibratedPolicy(GaussianPolicy):
    """A policy of the simulator that sees what it would see there."""

    def __init__(self, tensors: Mapping[str, np.ndarray], calibration: Calibration):
        """`tensors` as for any policy; the calibration may learn meanwhile."""
        super().__init__(tensors)
        self._calibration = calibration

    def distribution(self, observation: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return mean and standard deviation before the squashing, each (action,)."""
        return super().distribution(self._calibration.correct(observation))

    def act(
        self, observation: np.ndarray, noise: np.ndarray | None = None, least_std: float = 0.0,
        budget: float = math.inf,
    ) -> np.ndarray:
        """
        Return the action (action,) in -1...1, see :meth:`GaussianPolicy.act`.

        Noise stays that of the simulator: what `least_std` is to find has been found.
        """
        return super().act(observation, noise)


def simulated_successes(columns: Mapping[str, np.ndarray]) -> np.ndarray:
    """
    Return what was seen at successes (n, observation), of the simulator's transitions by column.

    That is at ends of the task with a reward above 0.
    """
    succeeded = (columns['terminated'] > 0) & (columns['reward'] > 0)
    return columns['next_observation'][succeeded]


def _squared(x, precision):
    """Return the squared Mahalanobis distance (...) of x (..., n) from 0."""
    return ((x @ precision) * x).sum(-1)
