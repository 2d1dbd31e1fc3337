"""Whether the learner keeps up with what the robot does."""

import math
from time import monotonic

from sgft_ros.msg import LearnerStatus
from sgft_ros.nodes import qos

PAUSED, TRAINING = 'paused', 'training'  # phases in LearnerStatus
STALE = 3.0  # [s] without a status, after which nobody waits for the learner any more
HEARD = 0.3  # [s] after which the learner has heard of the last transition


class LearnerWatch:
    """
    Say between two episodes whether the next one has to wait for the learner.

    Transitions are dear and seconds are not: a robot that goes on while the learner is far behind
    spends them on a policy that has not learned from the last ones, and an evaluation would judge
    one. Times are those of a clock that never jumps.
    """

    def __init__(self, node, most_behind: int):
        """Listen on `node`; `most_behind` updates are let pass."""
        self._most_behind = most_behind
        self._status, self._arrival = None, -math.inf
        self.paused = False  # whoever has paused it
        node.create_subscription(LearnerStatus, 'learner_status', self._on_status, qos.LATEST)

    def problem(self, evaluation: bool, ended: float) -> str:
        """
        Return what the next episode waits for; empty for nothing.

        An `evaluation` waits until the learner knows all that was done until `ended` [s]. Nobody
        waits for a learner that makes no updates: it may be waiting for the robot's data.
        """
        status, silence = self._status, monotonic() - self._arrival
        if silence > STALE or status.phase != TRAINING:
            return ''
        if evaluation and self._arrival < ended + HEARD:
            return 'its next status'
        lags = status.behind > self._most_behind and status.updates_per_second > 0.0
        return f'{status.behind} updates behind' if lags else ''

    def _on_status(self, status):
        self._status, self._arrival = status, monotonic()
        # Others may pause it too.
        self.paused = status.phase == PAUSED
