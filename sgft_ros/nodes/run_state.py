"""What a policy node leaves behind for its next life: counts, and the weights that acted."""

from dataclasses import asdict
from pathlib import Path

from sgft_ros.learning.checkpoint import load_checkpoint, save_checkpoint
from sgft_ros.nodes.schedule import Counts
from sgft_ros.nodes.weights import Weights

KIND = 'policy_state'


class RunState:
    """
    One file in the run folder, written whole or not at all.

    The weights are in it because a restarted policy must never drive with older ones than before,
    even where the learner is gone too.
    """

    def __init__(self, folder: str, robot: str, checkpoint_id: str):
        """Keep nothing without a folder; `checkpoint_id` is of the policy that began the run."""
        name = f'policy_{robot.replace("/", "_")}.safetensors'
        self._path = Path(folder) / name if folder else None
        self._checkpoint_id = checkpoint_id

    def load(self):
        """
        Return counts, tensors, version and candidate of the earlier life, or None.

        :raises CheckpointError: if the file cannot be read
        :raises ValueError: if the run began with another checkpoint
        """
        if self._path is None or not self._path.exists():
            return None
        kept = load_checkpoint(self._path, KIND)
        metadata, counts = kept.metadata, Counts(**kept.metadata['counts'])
        if metadata['checkpoint'] != self._checkpoint_id:
            raise ValueError(
                f'{self._path}: the run began with the checkpoint {metadata["checkpoint"]}, '
                f'got {self._checkpoint_id}; choose another run_folder')
        return counts, kept.tensors, metadata['version'], metadata['candidate']

    def save(self, counts: Counts, weights: Weights) -> None:
        """
        Replace the file.

        :raises OSError: as the operating system says; the old file is then untouched
        """
        if self._path is None:
            return
        save_checkpoint(self._path, KIND, weights.tensors, {
            'checkpoint': self._checkpoint_id, 'counts': asdict(counts),
            'version': weights.version, 'candidate': weights.candidate})
