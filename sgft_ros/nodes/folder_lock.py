"""One user at a time of a folder."""

from contextlib import suppress
import fcntl
import os
from pathlib import Path

LOCK_FILE = '.lock'


def hold(folder: Path, holder: str) -> int:
    """
    Hold a folder until the returned descriptor is closed, at the latest with this process.

    :param holder: what else may hold it, for the message
    :raises RuntimeError: if another process does, naming it
    """
    descriptor = os.open(folder / LOCK_FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        process = os.pread(descriptor, 32, 0).decode().strip() or 'unknown'
        os.close(descriptor)
        raise RuntimeError(f'{folder} is in use by another {holder}, process {process}') from None
    with suppress(OSError):  # a full disk keeps nobody from holding the folder
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f'{os.getpid()}\n'.encode(), 0)
    return descriptor
