"""Records at the end of a file, each whole or not at all."""

import errno
import os


def write_whole(file: int, record: bytes, end: int) -> int:
    """
    Write a record where a file ends, and return where it ends now [bytes].

    :param file: descriptor
    :raises OSError: if the disk does not take all of it; nothing of it is left in the file then
    """
    try:
        if os.pwrite(file, record, end) < len(record):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    except OSError:
        os.ftruncate(file, end)
        raise
    return end + len(record)
