"""The weights that act, and those that will from a later tick on."""

import numpy as np
from sgft_ros.nodes.weights import Weights, WeightsJudge, WeightsRefused


class ActingWeights:
    """Take good weights between two ticks; keep what acts when bad ones come."""

    def __init__(self, judge: WeightsJudge, first: Weights):
        """Act with the `first` weights until newer ones are accepted."""
        self._judge = judge
        self._next = None
        # The last observation is where a forward pass has to be finite.
        self.observation = np.zeros(first.policy.observation_size, np.float32)
        self.now = first
        self.swaps = self.refused = 0
        self.refusal = ''

    @property
    def newest(self) -> Weights:
        """Return the newest weights that were accepted, whether they act already or not."""
        return self.now if self._next is None else self._next

    def offer(self, message) -> bool:
        """Judge a PolicyWeights message; return whether it will act."""
        newest = self.newest.version
        if message.version == newest:
            return False  # latched weights that came once more
        try:
            self._next = self._judge.accept(message, newest, self.observation)
        except WeightsRefused as error:
            self.refused += 1
            self.refusal = f'version {message.version}: {error}'
            return False
        return True

    def follow(self, weights: Weights) -> None:
        """Let good weights act from the next swap on."""
        self._next = weights

    def swap(self) -> bool:
        """Let the newest weights act from now on; return whether they are others."""
        if self._next is None:
            return False
        self.now, self._next = self._next, None
        self.swaps += 1
        return True
