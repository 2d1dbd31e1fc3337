"""Which run a learner is of: that of its checkpoint, which must be that of the replay buffer."""

from pathlib import Path

from sgft_ros.nodes.sample_credits import SampleCredits


class OtherRun(Exception):
    """The checkpoint and the replay buffer are not of the same run."""


class LearnerRun:
    """
    Compare the run of the checkpoint with what the replay buffer says of its own.

    A run is known by the session of its first transition; 0 stands for one that has none yet.
    """

    def __init__(self, resumed: int, credits: SampleCredits, folder: Path):
        """Begin with the run that the learner `resumed` from the checkpoints of a folder."""
        self._resumed, self._joined = resumed, 0
        self._credits, self._folder = credits, folder

    @property
    def number(self) -> int:
        """Return the run, as a checkpoint keeps it."""
        return self._joined or self._resumed

    @property
    def uncertain(self) -> bool:
        """Return whether the checkpoint may be of another run than the replay buffer."""
        return bool(self._resumed) and not self._joined

    @property
    def outlived(self) -> bool:
        """Return whether the replay buffer has become that of another run."""
        return bool(self._joined) and self._credits.run != self._joined

    def join(self) -> None:
        """
        Take the run of the replay buffer for the own, as soon as it is known.

        :raises OtherRun: if the checkpoint is of another one
        """
        if self._joined or not self._credits.run:
            return
        if self._resumed not in (0, self._credits.run):
            raise OtherRun(
                f'{self._folder}: the run began with the session {self._resumed}, the replay '
                f'buffer holds one that began with {self._credits.run}; nothing was published; '
                'choose another run_folder')
        self._joined = self._credits.run
