"""What a policy node leaves behind for its next life: counts, and the weights that acted."""

from collections import deque
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict
from glob import escape
from pathlib import Path
from typing import NamedTuple

from sgft_ros.learning.checkpoint import load_checkpoint, remove_torn, save_checkpoint
from sgft_ros.learning.schedule import Counts
from sgft_ros.learning.tensors import part_of
from sgft_ros.nodes.weights import Weights

KIND = 'policy_state'


def state_file(folder: str, robot: str) -> Path:
    """Return the file of a robot's policy in a run folder."""
    return Path(folder) / f'policy_{robot.replace("/", "_")}.safetensors'


class Kept(NamedTuple):
    """What an earlier life left."""

    counts: Counts
    candidates: Sequence[tuple] = ()  # (tensors, version, name, controller)
    arbiter: Mapping | None = None
    calibration: Sequence | None = None
    begun: int = 0                    # version of pi_sim that these began with


class RunState:
    """
    One file in the run folder, written whole or not at all, by a thread of its own.

    The weights are in it because a restarted policy must never drive with older ones than before,
    even where the learner is gone too. States that come while the disk is busy replace each other.
    """

    def __init__(self, folder: str, robot: str, checkpoint_id: str):
        """Keep nothing without a folder; `checkpoint_id` is of the policy that began the run."""
        self._path = state_file(folder, robot) if folder else None
        if self._path is not None:
            remove_torn(self._path.parent, escape(self._path.name))
        self._checkpoint_id = checkpoint_id
        self._writer = ThreadPoolExecutor(1, thread_name_prefix='run_state')
        self._waiting = deque(maxlen=1)
        self.written: Sequence[Weights] = ()  # newest that are on the disk, or that it refused
        self.error = ''

    def load(self) -> Kept:
        """
        Return what the earlier life left, which may be nothing.

        :raises CheckpointError: if the file cannot be read
        :raises ValueError: if the run began with another checkpoint
        """
        if self._path is None or not self._path.exists():
            return Kept(Counts())
        kept = load_checkpoint(self._path, KIND)
        metadata, counts = kept.metadata, Counts(**kept.metadata['counts'])
        if metadata['checkpoint'] != self._checkpoint_id:
            raise ValueError(
                f'{self._path}: the run began with the checkpoint {metadata["checkpoint"]}, '
                f'got {self._checkpoint_id}; choose another run_folder')
        candidates = [
            (part_of(kept.tensors, f'{index}/'), each['version'], each['candidate'],
             each['controller']) for index, each in enumerate(metadata['candidates'])]
        return Kept(counts, candidates, metadata['arbiter'], metadata.get('calibration'),
                    metadata.get('begun', 0))

    def keep(
        self, counts: Counts, candidates: Sequence[Weights], arbiter: Mapping | None = None,
        calibration: Sequence | None = None, begun: int = 0,
    ) -> Future:
        """
        Replace the file soon; a full disk is no reason to stop, `error` tells of it.

        The future is done as soon as that was tried with this state, or with a newer one.
        """
        self._waiting.append((list(candidates), {
            'checkpoint': self._checkpoint_id, 'counts': asdict(counts), 'arbiter': arbiter,
            'calibration': calibration, 'begun': begun, 'candidates': [{
                'version': weights.version, 'candidate': weights.candidate,
                'controller': dict(weights.controller)} for weights in candidates]}))
        return self._writer.submit(self._write)

    def _write(self):
        if not self._waiting:
            return  # a newer state took the place of this one, and is written
        candidates, metadata = self._waiting.pop()
        if self._path is not None:
            self._save(candidates, metadata)
        self.written = candidates

    def _save(self, candidates, metadata):
        tensors = {f'{index}/{name}': value for index, weights in enumerate(candidates)
                   for name, value in weights.tensors.items()}
        try:
            save_checkpoint(self._path, KIND, tensors, metadata)
            self.error = ''
        except OSError as error:
            self.error = str(error)
