"""The curves of the learner for TensorBoard."""

from collections.abc import Mapping
from pathlib import Path


class LearnerCurves:
    """Append scalars to an event file; a disk that refuses ends the curves, not the learner."""

    def __init__(self, folder: str | Path):
        """Import TensorBoard, which takes about a second, and open a new event file."""
        from torch.utils.tensorboard import SummaryWriter

        self.error = ''
        self._writer = None
        try:
            self._writer = SummaryWriter(str(folder), flush_secs=10)  # writes at once
        except OSError as error:
            self.error = str(error)

    def add(self, step: int, values: Mapping[str, float]) -> None:
        """Add a point to each curve, at a number of updates."""
        if self.error:
            return
        try:
            for name, value in values.items():
                self._writer.add_scalar(name, value, step)
        except OSError as error:
            self.error = str(error)

    def close(self) -> None:
        """Write what waits."""
        if self._writer is None:
            return
        try:
            self._writer.close()
        except OSError as error:
            self.error = str(error)
