"""The lock of a safety gate, which a gate that dies leaves to the one that is started again."""

import os
from pathlib import Path

FILE = 'safety_gate.locked'  # in the run folder, which one launch with one gate uses or acts from
LOCKED = 'locked by the service safety_gate/lock; call it with false to unlock'


class GateLock:
    """A file in the run folder, there while the gate is locked, whatever its namespace is."""

    def __init__(self, folder: str):
        """
        Begin as the gate before left it; without a folder, not locked.

        Where nobody can tell how that was, the gate is locked.
        """
        self._path = Path(folder) / FILE if folder else None
        self.problems: tuple[str, ...] = ()  # why the gate must not be armed, if it must not
        try:
            if self._is_written():
                self.problems = (LOCKED,)
        except OSError as error:
            self.problems = (f'locked, as nobody can tell whether it was: {error}',)

    @property
    def locked(self) -> bool:
        """Return whether the gate must not be armed."""
        return bool(self.problems)

    def lock(self) -> str:
        """Lock the gate, whatever the disk says; return why the next one will not know, if so."""
        self.problems = (LOCKED,)
        if self._path is None:
            return 'no run_folder'
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            _sync(self._path, os.O_WRONLY | os.O_CREAT)
            _sync(self._path.parent)
        except OSError as error:
            return str(error)
        return ''

    def unlock(self) -> None:
        """
        Let the gate be armed again.

        :raises OSError: if it stays locked, as one that is started again would be
        """
        # A read-only disk refuses to remove even what is not there.
        if self._is_written():
            self._path.unlink()
            _sync(self._path.parent)
        self.problems = ()

    def _is_written(self):
        if self._path is None:
            return False
        try:
            os.stat(self._path)
        except (FileNotFoundError, NotADirectoryError):
            return False
        return True


def _sync(path, flags=os.O_RDONLY):
    """Bring a file or folder to the disk, so that it survives a power cut."""
    descriptor = os.open(path, flags | os.O_CLOEXEC, 0o644)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
