"""The verbs `bag info` and `bag reindex`."""

from datetime import datetime
from pathlib import Path

from ros2cli.bag_recovery import is_closed, METADATA, open_bag, recover
from ros2cli.verbs import CommandError
import yaml


def add_arguments(parser):
    parser.add_argument('bag_path', help='folder of the bag')


def info(arguments):
    """Print what a bag holds."""
    path = Path(arguments.bag_path)
    with open_bag(path) as reader:
        folder = path.parent if path.is_file() else path
        metadata = yaml.safe_load((folder / METADATA).read_text())['rosbag2_bagfile_information']
        files = [folder / name for name in metadata['relative_file_paths']]
        start, end = reader.start_time, reader.end_time
        if not reader.message_count:
            start = end = 0
        print()
        print(f'Files:             {", ".join(file.name for file in files)}')
        print(f'Bag size:          {_size(sum(file.stat().st_size for file in files))}')
        print(f'Storage id:        {metadata["storage_identifier"]}')
        print(f'ROS Distro:        {metadata.get("ros_distro") or "unknown"}')
        print(f'Duration:          {(end - start) * 1e-9:.9f}s')
        print(f'Start:             {_date(start)}')
        print(f'End:               {_date(end)}')
        print(f'Messages:          {reader.message_count}')
        title = 'Topic information: '
        for connection in sorted(reader.connections, key=lambda each: each.topic):
            print(f'{title}Topic: {connection.topic} | Type: {connection.msgtype} | '
                  f'Count: {connection.msgcount} | Serialization Format: '
                  f'{connection.ext.serialization_format}')
            title = ' ' * len(title)
        print()


def reindex(arguments):
    """Make a bag readable again that was not closed."""
    path = Path(arguments.bag_path)
    if not path.is_dir():
        raise CommandError(f"no bag '{path}'")
    if is_closed(path):
        raise CommandError(f"bag '{path}' has a {METADATA} and an end: nothing to do")
    print(f"recovered {recover(path)} messages of bag '{path}'")


def _size(count):
    for unit, size in (('GiB', 2**30), ('MiB', 2**20), ('KiB', 2**10)):
        if count >= size:
            return f'{count / size:.1f} {unit}'
    return f'{count} B'


def _date(stamp):
    seconds, nanoseconds = divmod(stamp, 10**9)
    date = datetime.fromtimestamp(seconds).strftime('%b %e %Y %H:%M:%S')
    return f'{date}.{nanoseconds:09d} ({seconds}.{nanoseconds:09d})'
