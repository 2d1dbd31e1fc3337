"""Replay of shaped transitions: a growing ring of float32 columns, mixed with prior data."""

from collections.abc import Hashable, Mapping
from pathlib import Path

import numpy as np
from sgft_ros.learning.checkpoint import (
    Checkpoint,
    CheckpointError,
    load_checkpoint,
    save_checkpoint,
)
from sgft_ros.learning.potential import Potential, shaped_reward

KIND = 'replay'
VECTORS = ('observation', 'action', 'next_observation')
LABELS = ('value', 'next_value', 'value_std', 'shaped_reward')
FLAGS = ('terminated', 'truncated')
SCALARS = ('reward', *FLAGS, *LABELS)
SAMPLED = (
    'observation', 'action', 'next_observation', 'reward', 'shaped_reward', 'next_value',
    'terminated',
)
FIRST_CHUNK = 1024
LABEL_CHUNK = 4096


class ReplayBuffer:
    """
    Keep the last `capacity` transitions and draw minibatches from them, uniformly.

    `terminated` is the true end of the task and the only thing that masks a value; `truncated` is
    kept beside it for whoever cuts sequences, and never masks anything.
    """

    def __init__(
        self, observation_size: int, action_size: int, capacity: int,
        prior: Mapping[str, np.ndarray] | None = None,
    ):
        """
        Create an empty buffer; storage grows up to `capacity` as transitions come.

        `prior` holds arrays with one row per transition under the names of `SAMPLED`; they are
        copied, drawn by `prior_ratio` and never overwritten.
        """
        if capacity < 1:
            raise ValueError(f'capacity: expected at least 1 transition, got {capacity}')
        self.observation_size = int(observation_size)
        self.action_size = int(action_size)
        self.capacity = int(capacity)
        self._widths = {
            'observation': self.observation_size,
            'action': self.action_size,
            'next_observation': self.observation_size,
        }
        self._columns = self._allocate(min(FIRST_CHUNK, self.capacity))
        self._following = np.zeros(len(self._columns['reward']), np.int64)
        self._newest = {}  # by source, as a number of those written
        self._written = 0  # those replaced meanwhile included
        self._rewarded = 0
        self._prior = None if prior is None else self._checked(prior, SAMPLED)

    def __len__(self):
        """Return the number of stored transitions, prior data not counted."""
        return min(self._written, self.capacity)

    @property
    def rewarded(self):
        """Return the number of stored transitions whose raw reward is above 0."""
        return self._rewarded

    @property
    def prior_size(self):
        """Return the number of prior transitions."""
        return 0 if self._prior is None else len(self._prior['reward'])

    def add(
        self, *, observation, action, next_observation, reward, terminated, truncated,
        value, next_value, shaped_reward, value_std=0.0, source: Hashable = None,
    ):
        """
        Store one transition, in place of the oldest one when the buffer is full.

        `source` tells whose it is: those of several robots come between each other.

        :raises ValueError: if a size is wrong or a number is not finite; nothing is stored then
        """
        row = {
            'observation': observation, 'action': action, 'next_observation': next_observation,
            'reward': reward, 'terminated': terminated, 'truncated': truncated,
            'value': value, 'next_value': next_value, 'value_std': value_std,
            'shaped_reward': shaped_reward,
        }
        row = {name: np.asarray(entry, np.float32)[None] for name, entry in row.items()}
        self.extend(row, source)

    def extend(self, arrays: Mapping[str, np.ndarray], source: Hashable = None) -> None:
        """
        Store many transitions of a source, oldest first.

        `arrays` has every column, one row each.
        """
        arrays = self._checked(arrays, VECTORS + SCALARS)
        if len(arrays['reward']) > self.capacity:
            arrays = {name: column[-self.capacity:] for name, column in arrays.items()}
        count = len(arrays['reward'])
        self._reserve(self._written + count)
        rows = (self._written + np.arange(count)) % self.capacity
        # Rows that nothing was stored in yet hold 0.
        replaced = np.count_nonzero(self._columns['reward'][rows] > 0.0)
        self._rewarded += int(np.count_nonzero(arrays['reward'] > 0.0) - replaced)
        for name, column in arrays.items():
            self._columns[name][rows] = column
        # What follows nothing yet is the newest of its source; any row may come after it.
        self._following[rows] = (rows + 1) % self.capacity
        before = self._newest.get(source, -self.capacity)
        if self._written - before < self.capacity:  # not replaced meanwhile
            self._following[before % self.capacity] = rows[0]
        self._written += count
        self._newest[source] = self._written - 1

    def sample(
        self, batches: int, batch_size: int, prior_ratio: float, generator: np.random.Generator,
        successive: int = 1,
    ) -> dict[str, np.ndarray]:
        """
        Draw minibatches with replacement; return the columns of `SAMPLED`.

        Shapes are (batches, batch_size, size) and (batches, batch_size). In every minibatch
        the last `round(prior_ratio * batch_size)` rows come from the prior data. Of the others
        every `successive` came one after another from one source; where one does not begin with
        the observation that the one before ended with, it belongs to another episode.
        """
        if batches < 1 or batch_size < 1:
            raise ValueError(f'expected at least 1 minibatch of 1, got {batches} of {batch_size}')
        if successive < 1:
            raise ValueError(f'successive: expected at least 1 transition, got {successive}')
        if not 0.0 <= prior_ratio <= 1.0:
            raise ValueError(f'prior_ratio: expected 0 to 1, got {prior_ratio}')
        from_prior = round(prior_ratio * batch_size)
        if from_prior and not self.prior_size:
            raise ValueError(f'prior_ratio is {prior_ratio:g}, but there is no prior data')
        if from_prior < batch_size and not len(self):
            raise ValueError('the replay buffer is empty')
        parts = []
        if from_prior < batch_size:
            size = batch_size - from_prior
            rows = self._draw(generator, batches, size, successive)
            parts.append((self._columns, rows))
        if from_prior:
            rows = generator.integers(self.prior_size, size=(batches, from_prior))
            parts.append((self._prior, rows))
        return {name: _gather(parts, name) for name in SAMPLED}

    def arrays(self) -> dict[str, np.ndarray]:
        """Return copies of all columns, oldest transition first."""
        rows = np.arange(self._written - len(self), self._written) % self.capacity
        return {name: column[rows] for name, column in self._columns.items()}

    def save(self, path: Path, metadata: Mapping[str, object] | None = None) -> None:
        """Write the stored transitions (not the prior data) to a checkpoint of kind 'replay'."""
        save_checkpoint(path, KIND, self.arrays(), metadata or {})

    def _draw(self, generator, batches, size, successive):
        """Return row numbers (batches, size), each `successive` of which follow each other."""
        rows = [generator.integers(len(self), size=(batches, -(-size // successive)))]
        while len(rows) < successive:
            rows.append(self._following[rows[-1]] % len(self))
        return np.stack(rows, -1).reshape(batches, -1)[:, :size]

    def _allocate(self, rows):
        columns = {name: np.zeros((rows, self._widths[name]), np.float32) for name in VECTORS}
        return columns | {name: np.zeros(rows, np.float32) for name in SCALARS}

    def _reserve(self, rows):
        """Double the storage until it holds `rows`; a large capacity costs nothing until used."""
        size = len(self._columns['reward'])
        if size >= min(rows, self.capacity):
            return
        while size < rows:
            size *= 2
        grown = self._allocate(min(size, self.capacity))
        for name, column in self._columns.items():
            grown[name][:len(column)] = column
        self._columns = grown
        self._following = np.resize(self._following, len(grown['reward']))

    def _checked(self, arrays, names):
        """Return float32 copies of the named columns; refuse wrong sizes and bad numbers."""
        missing = sorted(set(names) - set(arrays))
        if missing:
            raise ValueError(f'transitions lack {missing}; expected {sorted(names)}')
        count = len(arrays['reward'])
        checked = {}
        for name in names:
            column = np.array(arrays[name], np.float32)
            expected = (count, self._widths[name]) if name in VECTORS else (count,)
            if column.shape != expected:
                raise ValueError(f'{name}: expected shape {expected}, got {column.shape}')
            if not np.isfinite(column).all():
                raise ValueError(f'{name}: expected finite numbers, got {column.tolist()}'
                                 if column.size <= 64 else f'{name}: not all numbers are finite')
            if name in FLAGS and not ((column == 0.0) | (column == 1.0)).all():
                raise ValueError(f'{name}: expected 0 or 1 only')
            checked[name] = column
        return checked


def _gather(parts, name):
    drawn = [columns[name][rows] for columns, rows in parts]
    return drawn[0] if len(drawn) == 1 else np.concatenate(drawn, axis=1)


def label(arrays: Mapping[str, np.ndarray], potential: Potential) -> dict[str, np.ndarray]:
    """
    Let a potential shape raw transitions: return the columns of `LABELS`, each (n,) float32.

    `arrays` needs observation, next_observation, reward and terminated.
    """
    count = len(arrays['reward'])
    labels = {name: np.zeros(count, np.float32) for name in LABELS}
    for start in range(0, count, LABEL_CHUNK):
        rows = slice(start, start + LABEL_CHUNK)
        value, std = potential.value(np.asarray(arrays['observation'][rows], np.float32))
        next_value, _ = potential.value(np.asarray(arrays['next_observation'][rows], np.float32))
        labels['value'][rows] = value
        labels['value_std'][rows] = std
        labels['next_value'][rows] = next_value
        labels['shaped_reward'][rows] = shaped_reward(
            arrays['reward'][rows], arrays['terminated'][rows], value, next_value,
            potential.gamma)
    return labels


def load_transitions(path: Path) -> tuple[dict[str, np.ndarray], Mapping[str, object]]:
    """
    Return the columns and the metadata of a checkpoint of kind 'replay'.

    :raises CheckpointError: if the file cannot be used
    """
    checkpoint = load_checkpoint(path, KIND)
    return columns_of(checkpoint), checkpoint.metadata


def columns_of(checkpoint: Checkpoint) -> dict[str, np.ndarray]:
    """
    Return the columns of a checkpoint of kind 'replay'.

    :raises CheckpointError: if they are not of one length
    """
    lengths = {name: len(column) for name, column in checkpoint.tensors.items()}
    if len(set(lengths.values())) != 1:
        raise CheckpointError(f'{checkpoint.path}: expected columns of one length, got {lengths}')
    return dict(checkpoint.tensors)
