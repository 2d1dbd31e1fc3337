"""
A bag that survives: a kill costs at most what came since the last flush.

The writer of `rosbags` keeps messages in memory until a chunk is full, and a file that was not
closed has neither an index nor metadata. Here chunks are closed in time, and what a full disk cut
off is taken back, so that the bag can still be closed. `bag_recovery` reads what a kill left.
"""

import fcntl
import os
from pathlib import Path

from rosbags.rosbag2.enums import CompressionMode, StoragePlugin
from rosbags.rosbag2.storage_mcap import McapWriter
from rosbags.rosbag2.writer import Writer

VERSION = 9           # of the bag format, as ROS 2 Jazzy writes it
RESERVE = 2**20       # [bytes] kept for the index, for when the disk is full
RESERVE_NAME = '.reserve'


class _File:
    """Write all or raise; nothing lies in a buffer, from where it would be written later."""

    def __init__(self, raw):
        self._raw = raw

    def write(self, data):
        view = memoryview(data).cast('B')
        while view:
            view = view[self._raw.write(view):]

    def __getattr__(self, name):
        return getattr(self._raw, name)


class _Storage(McapWriter):
    """The MCAP writer of rosbags, with chunks that can be closed early or taken back."""

    def __init__(self, path: Path, compression: CompressionMode):
        super().__init__(path, compression)
        self.bio.flush()
        self.bio = _File(self.bio.detach())
        # Whoever recovers a bag can tell by the lock that it is still being recorded.
        fcntl.flock(self.bio.fileno(), fcntl.LOCK_EX)
        self._reserve = path / RESERVE_NAME
        with self._reserve.open('wb') as file:
            os.posix_fallocate(file.fileno(), 0, RESERVE)

    def flush(self):
        if self.chunk.msgs:
            self.close_chunk()

    def close_chunk(self):
        start = self.bio.tell()
        try:
            super().close_chunk()
        except OSError:
            for channel, messages in self.chunk.msgs.items():
                self.channel_stats[channel] -= len(messages)
            self.chunk.msgs.clear()
            self.chunk.bio.seek(0)
            self.chunk.bio.truncate()
            self.bio.seek(start)
            self.bio.truncate()
            raise

    def release_reserve(self):
        self._reserve.unlink(missing_ok=True)


class BagWriter(Writer):
    """Write a bag with one MCAP file."""

    STORAGE_PLUGINS = {StoragePlugin.MCAP: _Storage}

    def __init__(self, path: Path | str):
        """
        Not yet create anything: `open` does.

        :raises rosbags.rosbag2.WriterError: if the folder exists
        """
        super().__init__(path, version=VERSION, storage_plugin=StoragePlugin.MCAP)

    def flush(self):
        """
        Hand everything written so far to the operating system.

        :raises OSError: if the disk is full; the bag then ends with what was flushed before
        """
        self.storage.flush()

    def close(self):
        """Write index and metadata, without what a full disk cut off."""
        try:
            self.storage.flush()
        except OSError:
            pass  # said when it first happened; the storage has forgotten the chunk
        self.storage.release_reserve()
        self.counts.update(self.storage.channel_stats)
        super().close()
