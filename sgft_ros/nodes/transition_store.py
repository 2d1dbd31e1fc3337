"""The replay buffer on a disk: what was inserted once is neither lost nor doubled by any crash."""

from pathlib import Path

from rclpy.serialization import deserialize_message, serialize_message
from sgft_ros.learning.checkpoint import CheckpointError, remove_torn
from sgft_ros.learning.replay import load_transitions, ReplayBuffer
from sgft_ros.msg import ShapedTransition
from sgft_ros.nodes.deduplicate import key_of, SeenTransitions
from sgft_ros.nodes.journal import Journal

JOURNAL = 'replay.journal'
ARCHIVES = 'replay_*.safetensors'
ARCHIVED_JOURNALS = 'replay_*.journal'


class TransitionStore:
    """
    Keep every ShapedTransition once: in memory for the learner, in a journal for a restart.

    An archive that `clear` wrote names all keys seen until then. It appears in one rename, and a
    journal that still holds some of these keys adds nothing, so that a crash at any moment leaves
    the transitions either stored or archived. Their journal stays beside it, as it alone tells
    whose each one was, and when.
    """

    def __init__(self, capacity, run_folder='', prior=None):
        """
        Restore what the run folder holds; without one, keep transitions in memory only.

        Raises RuntimeError where another process uses the folder, ValueError for foreign files.
        """
        self._capacity = capacity
        self._prior = prior
        self._folder = Path(run_folder) if run_folder else None
        self._seen = SeenTransitions()
        self._buffer = None
        self._value_id = ''
        self._journal = None
        self.repeated = 0
        if self._folder is not None:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._journal = Journal(self._folder / JOURNAL)
            remove_torn(self._folder, 'replay_*')  # by one that was killed in `clear`
            self._restore()

    def __len__(self):
        """Return the number of stored transitions."""
        return 0 if self._buffer is None else len(self._buffer)

    @property
    def inserted(self):
        """Return the number of transitions ever inserted, over restarts and clearings."""
        return len(self._seen)

    @property
    def run(self):
        """Return what tells the run of these transitions from every other, 0 before the first."""
        return self._seen.first_session

    @property
    def rewarded(self):
        """Return the number of stored transitions whose raw reward is above 0."""
        return 0 if self._buffer is None else self._buffer.rewarded

    @property
    def prior_size(self):
        """Return the number of prior transitions."""
        return 0 if self._prior is None else len(self._prior['reward'])

    @property
    def row_size(self):
        """Return the number of float32 that one sampled transition takes."""
        if self._buffer is None:
            return 0
        return 2 * self._buffer.observation_size + self._buffer.action_size + 4

    @property
    def damage(self):
        """Return how many bytes of the journal were unreadable [B]."""
        return 0 if self._journal is None else self._journal.dropped_bytes

    @property
    def disk_error(self):
        """Return why the disk does not take the transitions, or an empty string."""
        return '' if self._journal is None else self._journal.error

    @property
    def unsaved(self):
        """Return the number of transitions that wait in memory for the disk."""
        return 0 if self._journal is None else self._journal.waiting

    def insert(self, shaped):
        """
        Store a ShapedTransition unless it was seen before; return whether it is new.

        Raises ValueError, and stores nothing, where it cannot enter this replay.
        """
        if not self._take(shaped):
            self.repeated += 1
            return False
        if self._journal is not None:
            self._journal.append(serialize_message(shaped))
        return True

    def sample(self, batches, batch_size, prior_ratio, generator, successive):
        """Draw minibatches as `ReplayBuffer.sample` does."""
        return self._buffer.sample(batches, batch_size, prior_ratio, generator, successive)

    def sync(self):
        """Bring what was inserted to the disk; call about once a second."""
        if self._journal is not None:
            self._journal.sync()

    def clear(self):
        """
        Archive the stored transitions and start empty; return the path of the archive.

        Raises ValueError without a run folder, OSError where the disk refuses; both keep all.
        """
        if self._folder is None:
            raise ValueError('run_folder is not set: there is no place for an archive')
        if not len(self):
            raise ValueError('the replay buffer is empty: there is nothing to archive')
        path = self._next_archive()
        self._buffer.save(path, {'seen': self._seen.to_json(), 'value_id': self._value_id})
        try:
            self._journal.set_aside(path.with_suffix('.journal'))
        except OSError:
            path.unlink()
            raise
        self._buffer = None
        self._value_id = ''
        return path

    def close(self):
        """Write everything that the disk takes, and let go of the files."""
        if self._journal is not None:
            self._journal.close()

    def _take(self, shaped):
        """Bring a transition to memory if it is new."""
        transition = shaped.transition
        key = key_of(transition)
        if key in self._seen:
            return False
        if transition.evaluation:
            raise ValueError('evaluation transitions never enter the replay')
        if self._value_id and shaped.value_id != self._value_id:
            raise ValueError(f'shaped by V_sim {shaped.value_id}, the stored ones by '
                             f'{self._value_id}; clear the buffer to change V_sim')
        if self._buffer is None:
            self._buffer = ReplayBuffer(
                len(transition.observation), len(transition.action), self._capacity, self._prior)
        self._buffer.add(
            observation=transition.observation, action=transition.action,
            next_observation=transition.next_observation, reward=transition.reward,
            terminated=transition.terminated, truncated=transition.truncated,
            value=shaped.value, next_value=shaped.next_value, value_std=shaped.value_std,
            shaped_reward=shaped.shaped_reward, source=(transition.robot, transition.session))
        self._value_id = shaped.value_id
        self._seen.add(key)
        return True

    def _restore(self):
        for path in sorted(self._folder.glob(ARCHIVES)):
            _, metadata = load_transitions(path)
            if 'seen' not in metadata:
                raise CheckpointError(
                    f'{path}: expected an archive of replay_buffer/clear, which names the '
                    'transitions that were seen, got other data; move it to another folder')
            self._seen.update_from_json(metadata['seen'])
        for payload in self._journal.read():
            self._take(deserialize_message(payload, ShapedTransition))

    def _next_archive(self):
        number = 1
        while any(self._folder.glob(f'replay_{number:04d}.*')):
            number += 1
        return self._folder / f'replay_{number:04d}.safetensors'
