"""An append-only file of records that survives SIGKILL, torn writes and a full disk."""

from collections import deque
from concurrent.futures import ThreadPoolExecutor
import fcntl
import os
from pathlib import Path
import struct
import zlib

from sgft_ros.whole_writes import write_whole

MAGIC = b'SGFTJNL2'
PREFIX = struct.Struct('<II')  # length of the payload, its CRC-32


def whole_payloads(content: bytes, path: Path) -> tuple[list[bytes], int, int]:
    """
    Return the payloads of a journal's content, where they end, and the bytes of damaged ones.

    :raises ValueError: if it is no journal; the message names `path`
    """
    if not MAGIC.startswith(content[:len(MAGIC)]):
        raise ValueError(f'{path}: expected a journal beginning with {MAGIC}, '
                         f'got {content[:len(MAGIC)]}')
    payloads, end, damaged = [], len(MAGIC), 0
    while end + PREFIX.size <= len(content):
        length, checksum = PREFIX.unpack_from(content, end)
        start, stop = end + PREFIX.size, end + PREFIX.size + length
        # A length of zero is what a file system leaves behind when it lost the data.
        if length == 0 or stop > len(content):
            break
        payload = content[start:stop]
        if zlib.crc32(payload) == checksum:
            payloads.append(payload)
        else:
            damaged += stop - end
        end = stop
    return payloads, end, damaged


class Journal:
    """
    Append payloads to a file and give them back after a restart.

    A record is handed to the kernel before `append` returns, so that it outlives the process;
    `sync` brings it to the disk in a thread of its own, so that a slow disk holds up nobody.
    Records that find the disk full wait in memory and are written as soon as there is room.
    """

    def __init__(self, path):
        """Open or create the file and lock it; raise RuntimeError if another process has it."""
        self.path = Path(path)
        self.error = ''
        self.dropped_bytes = 0
        self._waiting = deque()
        self._dirty = False
        self._file = _open_locked(self.path)
        self._following.unlink(missing_ok=True)  # by one that was killed in `set_aside`
        self._syncer = ThreadPoolExecutor(1, thread_name_prefix='journal')
        self._sync = None
        self._end = 0

    @property
    def waiting(self):
        """Return the number of records that are in memory only."""
        return len(self._waiting)

    def read(self):
        """
        Return all whole payloads, oldest first; cut off what a crash left half-written at the end.

        A damaged record in the middle is left out; `dropped_bytes` says how much was unreadable.
        To be called once, before anything is appended.
        """
        content = self._read_all()
        payloads, end, damaged = whole_payloads(content, self.path)
        if len(content) < len(MAGIC):
            self.clear()
            return []
        self.dropped_bytes += damaged + len(content) - end
        os.ftruncate(self._file, end)
        self._end = end
        return payloads

    def append(self, payload):
        """Write one record; where the disk refuses, keep it in memory and set `error`."""
        self._waiting.append(PREFIX.pack(len(payload), zlib.crc32(payload)) + payload)
        self._write_waiting()

    def sync(self):
        """Write what waits and begin to bring it to the disk; call about once a second."""
        if self._waiting:
            self._write_waiting()
        if self._sync is not None:
            if not self._sync.done():
                return
            failure = self._sync.exception()
            self._sync = None
            if failure is not None:
                self.error = f'{self.path}: {failure.strerror}'
                self._dirty = True
        if self._dirty:
            self._dirty = False
            self._sync = self._syncer.submit(os.fsync, self._file)

    def clear(self):
        """Drop all records, those that wait included."""
        self._waiting.clear()
        os.ftruncate(self._file, 0)
        self._end = 0
        self._write_waiting()

    def set_aside(self, path):
        """
        Leave the records to a file of that name and go on with none, those that wait included.

        Raises OSError, and goes on as before, where the disk refuses.
        """
        self._write_waiting()
        file = _open_locked(self._following)  # before the other is gone
        try:
            os.ftruncate(file, 0)
            os.rename(self.path, path)
        except OSError:
            os.close(file)
            raise
        os.rename(self._following, self.path)
        for finish in (os.fsync, os.close):
            self._syncer.submit(finish, self._file)
        self._file, self._sync, self._dirty = file, None, False
        self._waiting.clear()
        self._end = 0
        self._write_waiting()

    def close(self):
        """Write and sync everything that the disk takes, and let go of the file."""
        self._syncer.shutdown(wait=True)
        if self._waiting:
            self._write_waiting()
        try:
            os.fsync(self._file)
        except OSError as error:
            self.error = f'{self.path}: {error.strerror}'
        os.close(self._file)

    @property
    def _following(self):
        return self.path.with_name(f'.{self.path.name}.following')

    def _read_all(self):
        size = os.fstat(self._file).st_size
        parts = []
        while size > (offset := sum(map(len, parts))):
            parts.append(os.pread(self._file, size - offset, offset))
        return b''.join(parts)

    def _write_waiting(self):
        """Write records at the end of the file; a record is there whole or not at all."""
        try:
            if self._end == 0:
                self._write(MAGIC)
            while self._waiting:
                self._write(self._waiting[0])
                self._waiting.popleft()
            self.error = ''
        except OSError as error:
            self.error = f'{self.path}: {error.strerror}'

    def _write(self, record):
        self._end = write_whole(self._file, record, self._end)
        self._dirty = True


def _open_locked(path):
    """Open or create a file and lock it; raise RuntimeError if another process has it."""
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(file)
        raise RuntimeError(f'{path} is in use by another process') from None
    return file
