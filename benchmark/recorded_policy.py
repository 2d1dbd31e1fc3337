"""The policy node with every tick kept: duration and lateness [s] go to a file at the end."""

import os
from pathlib import Path

import numpy as np
from sgft_ros.nodes import policy
from sgft_ros.nodes.tick_record import TickRecord

TICKS = 'SGFT_BENCHMARK_TICKS'  # environment variable: path of a .npz


class EveryTick(TickRecord):
    """A TickRecord without an end."""

    def __init__(self):
        """Begin with nothing."""
        super().__init__()
        self.every = []
        records.append(self)

    def add(self, lateness, duration):
        """Count a tick that ended with an action."""
        super().add(lateness, duration)
        self.every.append((lateness, duration))


records = []

if __name__ == '__main__':
    if TICKS not in os.environ:
        raise SystemExit('recorded_policy.py is a node that control_loop.py starts')
    policy.TickRecord = EveryTick
    policy.main()
    lateness, duration = np.array(records[0].every).reshape(-1, 2).T
    np.savez(Path(os.environ[TICKS]), lateness=lateness, duration=duration,
             missed=records[0].missed)
