"""What a thread spends its time on."""

import threading
import time


class TimeShares:
    """One thread says what it begins to do; any thread asks for the shares of the last period."""

    def __init__(self, state: str, clock=time.monotonic):
        """Begin in a state."""
        self._clock = clock
        self._lock = threading.Lock()
        self._state = state
        self._since = self._start = clock()
        self._spent: dict[str, float] = {}

    def enter(self, state: str) -> None:
        """Begin to do something; what was done before ends."""
        with self._lock:
            self._settle()
            self._state = state

    def take(self) -> dict[str, float]:
        """Return the share 0...1 of each state since the last call, and begin a new period."""
        with self._lock:
            self._settle()
            elapsed = self._since - self._start
            spent, self._spent, self._start = self._spent, {}, self._since
        return {state: seconds / elapsed for state, seconds in spent.items()} if elapsed else {}

    def _settle(self):
        now = self._clock()
        self._spent[self._state] = self._spent.get(self._state, 0.0) + now - self._since
        self._since = now
