"""What the safety gate did, for /diagnostics."""

from collections import deque
from statistics import median

from sgft_ros.nodes import diagnostics

COUNTED = ('actions', 'human_actions', 'clipped', 'refused', 'cut_while_late', 'watchdog_stops',
           'interlock_stops')
KEPT = 1000  # latencies behind median and maximum


class GateRecord:
    """Count actions, clips and stops since the node started."""

    def __init__(self):
        """Begin with nothing."""
        self._counts = dict.fromkeys(COUNTED, 0)
        self._latencies = deque(maxlen=KEPT)  # [s]
        self._last_cut = ''
        self._state = 'disarmed since the start'
        self._fault = False

    def action(self, decision, latency, of_human):
        """Count an action and its decision; `latency` [s] from arrival to command."""
        self._counts['actions'] += 1
        self._counts['human_actions'] += of_human
        self._latencies.append(latency)
        if decision.clipped:
            self._counts['refused' if decision.stopped else 'clipped'] += 1
            self._last_cut = decision.reason

    def held(self, decision):
        """Count a command that was cut after it had been sent, as the next action was late."""
        self._counts['cut_while_late'] += 1
        self._last_cut = decision.reason

    def watchdog(self, decision):
        """Count a stop because of silence."""
        self._stopped('watchdog_stops', decision.reason)

    def interlock(self, reason):
        """Count a stop because the robot must not be moved."""
        self._stopped('interlock_stops', reason)

    def _stopped(self, count, reason):
        self._counts[count] += 1
        self._last_cut = reason
        self._state, self._fault = f'stopped: {reason}', True

    def enable(self, answer, fault):
        """Keep how the last call of a service ended, and whether that keeps the gate disarmed."""
        self._state, self._fault = answer, fault

    def report(self, armed, guard):
        """Return level, message and values for /diagnostics."""
        level = diagnostics.WARN if self._fault or guard.fault else diagnostics.OK
        values = {'armed': armed, **self._counts, 'guard_deaths': guard.deaths,
                  'last_reason': self._last_cut}
        if self._latencies:
            values['latency_median [ms]'] = 1e3 * median(self._latencies)
            values['latency_max [ms]'] = 1e3 * max(self._latencies)
        return level, '; '.join(filter(None, (self._state, guard.fault))), values
