"""The lock of a safety gate, which a gate that dies leaves to the one that is started again."""

from pathlib import Path

LOCKED = 'locked by the service safety_gate/lock'


class GateLock:
    """A file in the run folder, there while the gate is locked."""

    def __init__(self, folder: str, robot: str):
        """Begin as the gate before left it; without a folder, not locked."""
        self._path = None
        if folder:
            self._path = Path(folder) / f'safety_gate_{robot.replace("/", "_")}.locked'
        self.locked = self._path is not None and self._path.exists()

    @property
    def problems(self) -> tuple[str, ...]:
        """Return why the gate must not be armed, if it must not."""
        return (LOCKED,) if self.locked else ()

    def lock(self) -> None:
        """
        Lock the gate, whatever the disk says.

        :raises OSError: if a gate that is started again will not know of it
        """
        self.locked = True
        if self._path is not None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._path.touch()

    def unlock(self) -> None:
        """
        Let the gate be armed again.

        :raises OSError: if it stays locked, as one that is started again would be
        """
        if self._path is not None:
            self._path.unlink(missing_ok=True)
        self.locked = False
