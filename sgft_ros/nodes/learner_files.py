"""The learner's files: checkpoints, versions of the weights, and who may write them."""

from collections.abc import Mapping, Sequence
import json
import os
from pathlib import Path

import numpy as np
from sgft_ros.learning.checkpoint import (
    Checkpoint,
    CheckpointError,
    load_checkpoint,
    remove_torn,
    save_checkpoint,
    write_atomically,
)
from sgft_ros.learning.controllers import GAUSSIAN
from sgft_ros.learning.finetuner import Candidate
from sgft_ros.nodes.folder_lock import hold

KIND = 'learner'
KEPT = 3             # checkpoints; one may be torn by the disk, two never were
VERSION_BLOCK = 100  # versions that are reserved with one write
# What a checkpoint must have in common with the learner that resumes from it.
IDENTITY = ('algorithm', 'horizon', 'task', 'architecture', 'policy')


class LearnerFiles:
    """Write and find the checkpoints of one run; number its weights without ever repeating."""

    def __init__(self, run_folder: str | Path, identity: Mapping[str, object]):
        """
        Take the run folder over.

        :param identity: JSON values under the names of IDENTITY
        :raises RuntimeError: if another learner uses the folder
        """
        self.folder = Path(run_folder) / 'checkpoints'
        self.folder.mkdir(parents=True, exist_ok=True)
        self._identity = {name: identity[name] for name in IDENTITY}
        self._lock = hold(self.folder, 'learner')
        remove_torn(self.folder, '*')
        self._version_file = self.folder / 'version.json'
        self.version = self._reserved = self._read_version()
        self.damaged: list[str] = []
        self._unreadable: set[Path] = set()

    @property
    def policy_path(self) -> Path:
        """Return where the newest policy is, a checkpoint that the node policy can start from."""
        return self.folder / 'policy.safetensors'

    def newest(self) -> Checkpoint | None:
        """
        Return the newest readable checkpoint; the others are named in `damaged`.

        :raises CheckpointError: if it is one of another algorithm, of another pi_sim or its task
        """
        for path in sorted(self.folder.glob('learner_*.safetensors'), reverse=True):
            try:
                checkpoint = load_checkpoint(path, KIND)
            except CheckpointError as error:
                self.damaged.append(str(error))
                self._unreadable.add(path)
                continue
            self._check_identity(checkpoint)
            return checkpoint
        return None

    def save(
        self, updates: int, tensors: Mapping[str, np.ndarray], metadata: Mapping[str, object],
    ) -> Path:
        """
        Write a checkpoint, whole or not at all, and drop all but the last few.

        Those that `newest` could not read do not count: with more updates than any that comes
        after them, they would take the places of the readable ones.

        :raises OSError: as the operating system says; what was there stays
        """
        # Names sort by updates, so that nobody has to take them apart.
        path = self.folder / f'learner_{updates:010d}.safetensors'
        save_checkpoint(path, KIND, tensors, {
            **self._identity, 'updates': updates, 'version': self.version, **metadata})
        self._unreadable.discard(path)
        readable = set(self.folder.glob('learner_*.safetensors')) - self._unreadable
        for old in sorted(readable - {path})[:-(KEPT - 1)]:
            old.unlink(missing_ok=True)
        return path

    def export_policies(
        self, candidates: Sequence[Candidate], metadata: Mapping[str, object],
    ) -> None:
        """
        Write those candidates that are policies; a planner is none.

        One alone goes to `policy_path`, several beside it, as policy_<candidate>.safetensors.

        :raises OSError: as the operating system says
        """
        policies = [candidate for candidate in candidates
                    if candidate.controller['kind'] == GAUSSIAN]
        for candidate in policies:
            path = self.policy_path
            if len(policies) > 1:
                path = path.with_stem(f'{path.stem}_{candidate.name}')
            save_checkpoint(path, 'policy', candidate.tensors, {
                **metadata, 'version': self.version, 'candidate': candidate.name})

    def next_version(self) -> int:
        """
        Return a version that no learner of this run has used, nor will after any crash.

        :raises OSError: where the disk refuses; `version` is the new one all the same, and no
            other one will be newer until the learner is started again
        """
        self.version += 1
        if self.version > self._reserved:
            self._write_version(self.version + VERSION_BLOCK - 1)
        return self.version

    def close(self) -> None:
        """Give back the versions that were not used, and the folder."""
        try:
            self._write_version(self.version)
        except OSError:
            pass  # the reservation on the disk stays: a gap in the numbers, no repetition
        os.close(self._lock)

    def _check_identity(self, checkpoint):
        for name, expected in self._identity.items():
            came = checkpoint.metadata.get(name)
            if came != expected:
                raise CheckpointError(
                    f'{checkpoint.path}, {name}: the run began with {came!r}, now it is to go on '
                    f'with {expected!r}; choose another run_folder')

    def _read_version(self):
        try:
            text = self._version_file.read_text()
        except FileNotFoundError:
            return 0
        try:
            return int(json.loads(text)['reserved'])
        except (ValueError, KeyError, TypeError):
            raise CheckpointError(f'{self._version_file}: expected {{"reserved": <version>}}, '
                                  f'got {text!r}') from None

    def _write_version(self, reserved):
        write_atomically(self._version_file, json.dumps({'reserved': reserved}).encode())
        self._reserved = reserved
