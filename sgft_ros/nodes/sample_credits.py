"""Which minibatches the learner asks the replay buffer for, and which it has in hand."""

from collections import deque
from dataclasses import dataclass, field
import time

import numpy as np
from sgft_ros.msg import SampleBatch, SampleRequest
import torch

VECTORS = ('observation', 'action', 'next_observation')
SCALARS = ('reward', 'shaped_reward', 'next_value', 'terminated')


@dataclass
class _Asked:
    request: SampleRequest
    sent: float  # [s]


@dataclass
class _Pack:
    """The minibatches of one answer, of which the first `used` are used up."""

    columns: dict
    batches: int
    used: int = field(default=0)


class SampleCredits:
    """
    Ask for as many minibatches as updates are due, but for few ahead of their use.

    What is asked for and what waits to be used are at most `credits` full requests together: a
    learner that is far behind neither fills the memory nor learns from what was drawn long ago.
    While none is due, every `poll_period` a small request learns how many transitions there are
    by now; its answer replaces what was left in hand, so that no update sees a sample that waited
    through a pause of the robot. What nobody answers is asked again under the same id.
    """

    def __init__(
        self, learner: int, observation_size: int, action_size: int, *, credits: int = 3,
        batches: int = 16, batch_size: int = 128, prior_ratio: float = 0.0, successive: int = 1,
        timeout: float = 0.5, poll_period: float = 0.05, clock=time.monotonic,
    ):
        """
        Begin with nothing asked and nothing in hand.

        :param learner: random number that tells this process from every other learner
        :param credits: requests in flight at most, and full ones in flight and in hand
        :param batches: minibatches in one request at most
        :param successive: transitions in each run of rows that a robot made one after another
        :param timeout: until an unanswered request is sent again [s]
        :param poll_period: between two requests while no update is due [s]
        """
        self._learner = learner
        self._sizes = observation_size, action_size
        self._credits, self._batches = credits, batches
        self._batch_size, self._prior_ratio = batch_size, prior_ratio
        self._successive = successive
        self._timeout, self._poll_period, self._clock = timeout, poll_period, clock
        self._next_id = 0
        self._asked: dict[int, _Asked] = {}
        self._packs: deque[_Pack] = deque()
        self._ahead = 1
        self._last_sent = -float('inf')
        self.run = self.stored = self.inserted = self.rewarded = 0
        self.resent = self.ignored = self.discarded = 0

    @property
    def in_hand(self) -> int:
        """Return the number of minibatches that wait to be used."""
        return sum(pack.batches - pack.used for pack in self._packs)

    def requests(self, due: int) -> list[SampleRequest]:
        """Return the requests to send now, `due` updates being allowed."""
        now = self._clock()
        sending = [asked for asked in self._asked.values() if now - asked.sent >= self._timeout]
        self.resent += len(sending)
        if due > 0:
            self._ahead = min(due, self._batches)
            ahead = self.in_hand + sum(asked.request.batches for asked in self._asked.values())
            while len(self._asked) < self._credits:
                batches = min(due - ahead, self._batches)
                if batches <= 0 or ahead + batches > self._credits * self._batches:
                    break
                sending.append(self._ask(batches))
                ahead += batches
        elif not self._asked and now - self._last_sent >= self._poll_period:
            self.discard()
            sending.append(self._ask(self._ahead))
            self._ahead = 1
        for asked in sending:
            asked.sent = self._last_sent = now
        return [asked.request for asked in sending]

    def until_next(self) -> float:
        """Return the time until `requests` may have something to send again [s]."""
        times = [asked.sent + self._timeout for asked in self._asked.values()]
        times = times or [self._last_sent + self._poll_period]
        return max(0.0, min(times) - self._clock())

    def answer(self, message: SampleBatch) -> bool:
        """
        Take an answer; return False if it was meant for another learner or has come before.

        :raises ValueError: for an answer of a wrong shape or with bad numbers; its request stays
            open and is sent again
        """
        if message.learner != self._learner or message.id not in self._asked:
            self.ignored += 1
            return False
        request = self._asked[message.id].request
        pack = _Pack(self._columns(message, request), request.batches)
        del self._asked[message.id]
        self._packs.append(pack)
        self.stored, self.inserted = int(message.stored), int(message.inserted)
        self.run, self.rewarded = int(message.run), int(message.rewarded)
        return True

    def next(self) -> dict[str, torch.Tensor] | None:
        """Return the next minibatch, columns by name, or None with nothing in hand."""
        while self._packs and self._packs[0].used == self._packs[0].batches:
            self._packs.popleft()
        if not self._packs:
            return None
        pack = self._packs[0]
        pack.used += 1
        return {name: column[pack.used - 1] for name, column in pack.columns.items()}

    def discard(self) -> None:
        """Throw away what is in hand."""
        self.discarded += self.in_hand
        self._packs.clear()

    def _ask(self, batches):
        request = SampleRequest(
            learner=self._learner, id=self._next_id, batches=batches,
            batch_size=self._batch_size, prior_ratio=self._prior_ratio,
            successive=self._successive)
        self._next_id += 1
        self._asked[request.id] = asked = _Asked(request, self._clock())
        return asked

    def _columns(self, message, request):
        expected = (request.batches, request.batch_size, *self._sizes)
        shape = tuple(int(size) for size in message.shape)
        if shape != expected:
            raise ValueError(f'SampleBatch {message.id}: expected shape {expected}, got {shape}')
        batches, batch_size, observation, action = shape
        widths = dict(zip(VECTORS, ((observation,), (action,), (observation,)), strict=True))
        columns = {}
        for name in VECTORS + SCALARS:
            column = np.asarray(getattr(message, name), np.float32)
            wanted = (batches, batch_size, *widths.get(name, ()))
            if column.size != np.prod(wanted):
                raise ValueError(f'SampleBatch {message.id}, {name}: expected '
                                 f'{np.prod(wanted)} numbers, got {column.size}')
            if not np.isfinite(column).all():
                raise ValueError(f'SampleBatch {message.id}, {name}: not all numbers are finite')
            columns[name] = torch.from_numpy(column.reshape(wanted))
        return columns
