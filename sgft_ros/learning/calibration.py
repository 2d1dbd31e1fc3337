"""What successes say of the calibration: by how much the tool is not where it is seen."""

from collections.abc import Mapping
import math

import numpy as np
from sgft_ros.learning.inference import GaussianPolicy

LEAST_STD = 5e-4          # [m] of a position at a success: what sensors can tell
SUCCESSES_PER_NUMBER = 5  # in the simulator, at least, for a covariance that can be trusted
SIGNIFICANT = 3.0         # standard deviations of what is believed then


class Uninformative(ValueError):
    """Successes that cannot tell where the tool is; says why."""


class Calibration:
    """
    The displacement e (3,) [m] of the tool, constant throughout a run, as a Gaussian.

    Where tool, camera or object are not exactly where the calibration has them, pi_sim misses by
    that much, every time. Once it succeeds all the same, by its noise, by what others learned or
    by a human's hand, the positions seen at that moment tell: in the simulator successes happen at
    o ~ N(mu, Sigma), so here at o + M e, and before the first one e ~ N(0, s^2). M says how
    an observation changes with the tool. What varies from success to success in reality has the
    same cause each time, another policy or contact, so that the mean of all counts as one.
    """

    def __init__(self, successes: np.ndarray, effect: np.ndarray, std: float):
        """
        Learn from the simulator where successes happen.

        :param successes: observations there (n, observation), see :func:`simulated_successes`
        :param effect: M (observation, 3) [1/m], as `sgft_ros.robot.effect_of_tool` returns it
        :param std: s [m]
        :raises ValueError: if they do not fit each other
        :raises Uninformative: if nothing says where the tool is, or there are too few
        """
        if successes.shape[1:] != effect.shape[:1]:
            raise ValueError(f'successes in the simulator: expected observations of {len(effect)} '
                             f'numbers, got shape {successes.shape}')
        self._elements = np.flatnonzero(effect.any(1))
        count = len(self._elements)
        if not count:
            raise Uninformative('expected an observation of where the tool is, got none')
        if len(successes) < SUCCESSES_PER_NUMBER * count:
            raise Uninformative(f'expected at least {SUCCESSES_PER_NUMBER * count} successes in '
                                f'the simulator, got {len(successes)}')
        self._effect = np.asarray(effect, float)
        seen, own = np.asarray(successes, float)[:, self._elements], self._effect[self._elements]
        self._mean = seen.mean(0)
        covariance = np.cov(seen.T).reshape(count, count)
        covariance += np.diag((LEAST_STD * np.abs(own).sum(1)) ** 2)
        self._gain = own.T @ np.linalg.inv(covariance)
        self._prior = np.eye(3) * std ** -2
        self._posterior = self._prior + self._gain @ own
        self.forget()

    def forget(self) -> None:
        """Believe in the calibration again."""
        self._count, self._sum = 0, np.zeros(len(self._elements))
        self.update()

    def record(self, observation: np.ndarray) -> None:
        """Take the observation (observation,) at a success; it counts from `update` on."""
        self._count += 1
        self._sum += np.asarray(observation, float)[self._elements]

    def update(self) -> None:
        """Believe what the successes so far say."""
        self.displacement = np.zeros(3)  # e [m]
        if self._count:
            missing = self._mean - self._sum / self._count
            self.displacement = np.linalg.solve(self._posterior, self._gain @ missing)
        self.correction = (self._effect @ self.displacement).astype(np.float32)  # M e

    @property
    def significant(self) -> bool:
        """Return whether chance would hardly make the displacement that large."""
        distance = self.displacement @ self._posterior @ self.displacement
        return bool(distance > SIGNIFICANT ** 2)

    def state(self) -> dict[str, object]:
        """Return what the successes were, as JSON types."""
        return {'count': self._count, 'sum': self._sum.tolist()}

    def load_state(self, state: Mapping[str, object]) -> None:
        """
        Go on from what :meth:`state` returned.

        :raises ValueError: if it is of another observation
        """
        total = np.array(state['sum'], float)
        if total.shape != self._sum.shape:
            raise ValueError(f'calibration: expected sums of {len(self._sum)} numbers, got '
                             f'shape {total.shape}')
        self._count, self._sum = int(state['count']), total
        self.update()


class CalibratedPolicy(GaussianPolicy):
    """A policy of the simulator that sees what it would see there."""

    def __init__(self, tensors: Mapping[str, np.ndarray], calibration: Calibration):
        """`tensors` as for any policy; the calibration may learn meanwhile."""
        super().__init__(tensors)
        self._calibration = calibration

    def act(
        self, observation: np.ndarray, noise: np.ndarray | None = None, least_std: float = 0.0,
        budget: float = math.inf,
    ) -> np.ndarray:
        """
        Return the action (action,) in -1...1, see :meth:`GaussianPolicy.act`.

        Noise stays that of the simulator: what `least_std` is to find has been found.
        """
        return super().act(observation + self._calibration.correction, noise)


def simulated_successes(columns: Mapping[str, np.ndarray]) -> np.ndarray:
    """Return what was seen at ends with a reward (n, observation), of transitions by column."""
    succeeded = (columns['terminated'] > 0) & (columns['reward'] > 0)
    return columns['next_observation'][succeeded]
