"""Bags that were not closed, because their recorder was killed."""

import fcntl
import os
from pathlib import Path
import shutil
import struct

from ros2cli.bag_file import BagWriter, RESERVE_NAME
from ros2cli.verbs import CommandError
from rosbags.rosbag2 import Reader, ReaderError
from rosbags.rosbag2.metadata import parse_qos
from rosidl_runtime_py.utilities import get_message
from rosidl_standalone.typesupport import type_hash

METADATA = 'metadata.yaml'
MAGIC = b'\x89MCAP0\r\n'
SCHEMA, CHANNEL, MESSAGE, CHUNK = 3, 4, 5, 6  # records of MCAP (https://mcap.dev/spec)
WORK = '.recovery'  # folder inside of the bag


def open_bag(path: Path | str) -> Reader:
    """
    Return a reader for a bag, not yet opened; one that was not closed is recovered first.

    :raises CommandError: if there is no bag
    """
    path = Path(path)
    if path.is_file():
        path = path.parent
    if not path.is_dir():
        raise CommandError(f"no bag '{path}'; expected a folder with a {METADATA}")
    if not is_closed(path):
        recover(path)
    try:
        return Reader(path)
    except ReaderError as error:
        raise CommandError(f"cannot read bag '{path}': {error}") from None


def is_closed(path: Path) -> bool:
    """Return whether a bag has metadata, and files with an end; the former alone ROS 2 mends."""
    return (path / METADATA).exists() and all(map(_has_end, path.glob('*.mcap')))


def recover(path: Path) -> int:
    """
    Write index and metadata of a bag that was not closed; return the number of its messages.

    :raises CommandError: if there is nothing to recover, or the bag is still being recorded
    """
    files = sorted(path.glob('*.mcap'))
    if not files:
        raise CommandError(f"'{path}' is no bag: it holds neither {METADATA} nor an .mcap file")
    if len(files) > 1:
        raise CommandError(f"'{path}' has {len(files)} .mcap files; this command recovers bags "
                           "of one file only, 'ros2 bag reindex' does the others")
    with files[0].open('rb') as file:
        if not _lock(file) or _is_written(files[0]):
            raise CommandError(f"bag '{path}' is being recorded; stop the recorder first")
        data = file.read()
        work = path / WORK
        shutil.rmtree(work, ignore_errors=True)
        writer = BagWriter(work / path.name)
        writer.open()
        count = _copy(data, writer)
        writer.close()
        os.replace(writer.path / f'{path.name}.mcap', files[0])
        _rename_in_metadata(writer.metapath, f'{path.name}.mcap', files[0].name)
        os.replace(writer.metapath, path / METADATA)
    shutil.rmtree(work)
    (path / RESERVE_NAME).unlink(missing_ok=True)
    return count


def _lock(file):
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_written(path):
    """Return whether a process of this user may write to a file; rosbag2 locks none."""
    for link in Path('/proc').glob('[0-9]*/fd/*'):
        try:
            flags = int((link.parents[1] / 'fdinfo' / link.name).read_text().split()[3], 8)
            if flags & os.O_ACCMODE != os.O_RDONLY and link.samefile(path):
                return True
        except OSError:
            continue  # it has ended, or is somebody else's
    return False


def _has_end(path):
    with path.open('rb') as file:
        file.seek(max(0, path.stat().st_size - len(MAGIC)))
        return file.read() == MAGIC


def _copy(data, writer):
    schemas, connections = {}, {}
    count = 0
    for kind, record in _records(data):
        if kind == SCHEMA:
            identifier, = struct.unpack_from('<H', record)
            name, encoding, text = _strings(record[2:], 3)
            schemas[identifier] = (name, encoding, text)
        elif kind == CHANNEL:
            identifier, schema = struct.unpack_from('<HH', record)
            if identifier not in connections:
                connections[identifier] = _add(writer, record[4:], schemas[schema])
        elif kind == MESSAGE:
            identifier, _, stamp = struct.unpack_from('<HIQ', record)
            writer.write(connections[identifier], stamp, record[22:])
            count += 1
    return count


def _records(data):
    """Yield kind and content of the whole records; a kill may have cut the last one."""
    view = memoryview(data)
    position = len(MAGIC)
    while position + 9 <= len(view):
        kind, size = struct.unpack_from('<BQ', view, position)
        position += 9
        record = view[position:position + size]
        if len(record) < size:
            return
        position += size
        if kind == CHUNK:  # of this recorder, hence not compressed
            compression, = struct.unpack_from('<I', record, 28)
            start = 28 + 4 + compression + 8
            yield from _records(bytes(len(MAGIC)) + record[start:])
        else:
            yield kind, record


def _strings(record, number):
    found, position = [], 0
    for _ in range(number):
        size, = struct.unpack_from('<I', record, position)
        position += 4
        found.append(str(record[position:position + size], 'utf8'))
        position += size
    return found


def _add(writer, record, schema):
    name, _, text = schema
    topic, encoding = _strings(record, 2)
    start = 8 + len(topic.encode()) + len(encoding.encode()) + 4
    _, qos = _strings(record[start:], 2)
    return writer.add_connection(
        topic, name, msgdef=text, rihs01=type_hash(get_message(name)),
        serialization_format=encoding, offered_qos_profiles=parse_qos(qos))


def _rename_in_metadata(path, old, new):
    if old != new:
        path.write_text(path.read_text().replace(old, new))
