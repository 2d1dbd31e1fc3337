"""How well a control loop keeps its time, for /diagnostics."""

from collections import deque

KEPT = 2000  # ticks behind the statistics


class TickRecord:
    """Lateness and duration of the last ticks; ticks that never were."""

    def __init__(self):
        """Begin with nothing."""
        self._durations = deque(maxlen=KEPT)  # [s], from observation to action
        self._lateness = deque(maxlen=KEPT)   # [s], of the node's clock
        self.missed = 0

    def add(self, lateness: float, duration: float) -> None:
        """Count a tick that ended with an action."""
        self._lateness.append(lateness)
        self._durations.append(duration)

    def report(self) -> dict:
        """Return the figures for /diagnostics."""
        if not self._durations:
            return {'missed_ticks': self.missed}
        return {
            'missed_ticks': self.missed,
            'tick_median_ms': 1e3 * quantile(self._durations, 0.5),
            'tick_p99_ms': 1e3 * quantile(self._durations, 0.99),
            'tick_max_ms': 1e3 * max(self._durations),
            'lateness_median_ms': 1e3 * quantile(self._lateness, 0.5),
            'lateness_p99_ms': 1e3 * quantile(self._lateness, 0.99),
        }


def quantile(values, share: float) -> float:
    """Return the value below which `share` of them lie."""
    ordered = sorted(values)
    return ordered[round(share * (len(ordered) - 1))]
