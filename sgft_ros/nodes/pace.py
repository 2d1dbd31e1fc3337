"""How fast simulated time has to run, and how well it keeps up."""

from collections import deque

KEPT = 2000           # steps behind the statistics
MOST_AT_ONCE = 2      # steps between two looks at the commands
LARGEST_DEBT = 10     # steps that may be made up for; older debt is dropped


class Pace:
    """
    Say how many steps are due by the wall clock.

    Simulated time never runs ahead of `rate_factor` x wall time, so that a restarted simulator can
    go on from the wall clock without a jump back. Times `now` are seconds of the steady clock.
    """

    def __init__(self, step: float, rate_factor: float, now: float):
        """`step` [s] of simulated time."""
        self._wall_step = step / rate_factor
        self._due_at = now + self._wall_step
        self._lateness = deque(maxlen=KEPT)  # [s] of wall time
        self._measured_at, self._measured_steps = now, 0
        self.steps = 0
        self.dropped = 0  # steps that the simulator was too slow for

    @property
    def wall_step(self) -> float:
        """Return the wall time between two steps [s]."""
        return self._wall_step

    def due(self, now: float) -> int:
        """Return how many steps have to be made now; they count as made."""
        debt = int((now - self._due_at) / self._wall_step + 1.0) if now >= self._due_at else 0
        if debt > LARGEST_DEBT:
            self.dropped += debt - LARGEST_DEBT
            self._due_at += (debt - LARGEST_DEBT) * self._wall_step
        steps = min(debt, MOST_AT_ONCE)
        for _ in range(steps):
            self._lateness.append(now - self._due_at)
            self._due_at += self._wall_step
        self.steps += steps
        return steps

    def lateness(self, now: float, following: int) -> float:
        """Return how late the step is that comes before `following` others that `due` told [s]."""
        return now - self._due_at + (following + 1) * self._wall_step

    def report(self, now: float) -> dict:
        """Return the figures for /diagnostics; the rate is the one since the last report."""
        lateness = sorted(self._lateness) or [0.0]
        wall = max(now - self._measured_at, 1e-9)
        achieved = (self.steps - self._measured_steps) * self._wall_step / wall
        self._measured_at, self._measured_steps = now, self.steps
        return {
            'achieved': achieved,  # share of the wanted rate
            'lateness_median_ms': 1e3 * lateness[len(lateness) // 2],
            'lateness_p99_ms': 1e3 * lateness[int(0.99 * (len(lateness) - 1))],
            'dropped_steps': self.dropped,
        }
