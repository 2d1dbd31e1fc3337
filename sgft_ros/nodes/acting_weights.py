"""The weights that act, and those that will from a later tick on."""

from collections import deque
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
from sgft_ros.nodes import qos
from sgft_ros.nodes.weights import Weights, WeightsJudge, WeightsRefused


class ActingWeights:
    """
    Take good weights between two ticks; keep what acts when bad ones come.

    A thread of its own judges what comes: for a planner that takes as long as to plan, and no tick
    has time for it.

    Where candidates are arbitrated, the newest weights of each are kept, the first ones too, and
    `act_with` says whose act. Elsewhere the newest act, whoever they are of. Accepted weights wait
    for their `release`.
    """

    def __init__(self, judge: WeightsJudge, first: Weights, arbitrated: bool = False):
        """Act with the `first` weights until newer ones are accepted."""
        self._judge, self._arbitrated = judge, arbitrated
        # The last observation is where a forward pass has to be finite.
        self.observation = np.zeros(first.policy.observation_size, np.float32)
        self.now = first
        self._acting = self._slot(first)
        self._newest = {self._acting: first}    # by slot, accepted
        self._released = {self._acting: first}  # likewise, may act
        self._frozen = None
        self._oldest = 0  # version that may act
        self._thread = ThreadPoolExecutor(1, thread_name_prefix='weights_judge')
        self._judged = deque()  # version, slot and future Weights, in the order of coming
        self.swaps = self.refused = 0
        self.refusal = ''
        self._refusals = {}  # by slot, until good weights come

    @property
    def newest(self) -> Weights:
        """Return the newest weights that were accepted, whether they act already or not."""
        return max(self._newest.values(), key=lambda weights: weights.version)

    @property
    def all(self) -> list[Weights]:
        """Return the newest weights of every candidate."""
        return list(self._newest.values())

    @property
    def problem(self) -> str:
        """Return why a candidate has no weights as new as those that came; empty if all have."""
        return next(reversed(self._refusals.values()), '')

    def offer(self, message) -> Future:
        """
        Have a PolicyWeights message judged; once the future is done, `take` what came of it.

        Where more come than can be judged, the oldest are lost, as on the topic.
        """
        judged = self._thread.submit(self._try, message, self.newest.version, self.observation)
        if len(self._judged) == qos.WEIGHTS.depth:
            self._judged.popleft()[-1].cancel()
        self._judged.append((message.version, self._slot(message), judged))
        return judged

    def _try(self, message, newest, observation):
        if message.version <= newest:
            return None  # before the work
        return self._judge.accept(message, observation)

    def take(self) -> bool:
        """Accept or refuse what has been judged; return whether there is something to release."""
        accepted = False
        while self._judged and self._judged[0][-1].done():
            accepted |= self._decide(*self._judged.popleft())
        return accepted

    def _decide(self, version, slot, judged):
        if version <= self.newest.version:
            return False  # latched weights, which come once more to who begins again
        try:
            weights = judged.result()
        except Exception as error:  # whatever weights are made of, the robot is not let go of
            self.refused += 1
            reason = error if isinstance(error, WeightsRefused) else repr(error)
            self.refusal = f'version {version}: {reason}'
            self._refusals[slot] = self.refusal
            return False
        self._newest[slot] = weights
        self._refusals.pop(slot, None)
        return True

    def follow(self, weights: Weights) -> None:
        """Go on with weights of an earlier life, as if they had come and been released."""
        self._newest[self._slot(weights)] = weights
        self.release([weights])

    def release(self, accepted: Iterable[Weights]) -> None:
        """Let accepted weights act from the next swap on, if it is their candidate's turn."""
        self._released |= {
            slot: weights for weights in accepted if weights.version >= self._oldest
            and (slot := self._slot(weights)) in self._newest}  # not dropped since

    def freeze(self, frozen: bool = True) -> None:
        """Let no weights but those of now act from here on; or newer ones again."""
        self._frozen = dict(self._released) if frozen else None

    @property
    def candidates(self) -> tuple[str, ...]:
        """Return the names of the candidates that may act."""
        return tuple(self._free)

    def act_with(self, candidate: str) -> None:
        """Let one of `candidates` act from the next swap on."""
        self._acting = candidate

    def preserve(self, candidate: str, name: str) -> None:
        """Have the weights that a candidate acts with now act on as another, for good."""
        self.add(self._free[candidate]._replace(candidate=name))

    def add(self, weights: Weights) -> None:
        """Let weights that no learner publishes act as a candidate of their own."""
        for kept in filter(None, (self._newest, self._released, self._frozen)):
            kept[weights.candidate] = weights

    def drop(self, candidate: str) -> None:
        """Forget a candidate, if there is one of that name that does not act now."""
        for kept in filter(None, (self._newest, self._released, self._frozen)):
            kept.pop(candidate, None)

    def drop_before(self, version: int) -> None:
        """Forget all weights that are older than a version which one of the candidates has."""
        self._oldest = version
        for kept in filter(None, (self._newest, self._released, self._frozen)):
            for slot in [slot for slot, weights in kept.items() if weights.version < version]:
                del kept[slot]

    def version(self, candidate: str) -> int:
        """Return the version of the weights with which one of `candidates` would act now."""
        return self._free[candidate].version

    def swap(self) -> bool:
        """Let the newest weights act that may; return whether they are others."""
        weights = self._free[self._acting]
        if weights is self.now:
            return False
        if weights.controller == self.now.controller:
            weights.policy.take_over(self.now.policy)  # in the midst of an episode
        self.now = weights
        self.swaps += 1
        return True

    @property
    def _free(self):
        return self._released if self._frozen is None else self._frozen

    def _slot(self, weights):
        return weights.candidate if self._arbitrated else ''
