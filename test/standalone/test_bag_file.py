"""Files of bags that something cut off."""

import os
import subprocess
import sys

from launch_runs import require_standalone
import pytest
from rosbags.rosbag2 import Reader

require_standalone()

from ros2cli.bag_definitions import definition_text  # noqa: E402
from ros2cli.bag_file import BagWriter  # noqa: E402
from ros2cli.bag_recovery import is_closed, open_bag, recover  # noqa: E402
from ros2cli.verbs import CommandError  # noqa: E402
from rosidl_standalone.typesupport import serialize, type_hash, type_name  # noqa: E402
from std_msgs.msg import String  # noqa: E402

# Fills a bag with messages of 10 kB until its file may not grow: what a full disk does.
FULL_DISK = """
import resource
import sys
import sgft_ros
sys.path.insert(0, sys.argv[2])
from test_bag_file import begin, serialize, String

resource.setrlimit(resource.RLIMIT_FSIZE, (4_000_000, 4_000_000))
writer, connection = begin(sys.argv[1])
data = serialize(String(data='x' * 10_000))
try:
    for index in range(1000):
        writer.write(connection, index, data)
except OSError:
    writer.close()
    print(index)
"""


def begin(path):
    writer = BagWriter(path)
    writer.open()
    return writer, writer.add_connection(
        '/words', type_name(String), msgdef=definition_text(String), rihs01=type_hash(String))


def write(writer, connection, numbers):
    for number in numbers:
        writer.write(connection, number, serialize(String(data=str(number))))


def stamps(path):
    with Reader(path) as reader:
        return [stamp for _, stamp, _ in reader.messages()]


@pytest.mark.parametrize('cut', [0, 1, 40, 200])
def test_flushed_messages_survive_when_the_rest_is_cut_off(tmp_path, cut):
    writer, connection = begin(tmp_path / 'bag')
    write(writer, connection, range(50))
    writer.flush()
    kept = writer.storage.path.stat().st_size
    write(writer, connection, range(50, 100))
    writer.flush()
    writer.abort()  # neither index nor metadata
    file = tmp_path / 'bag' / 'bag.mcap'
    data = file.read_bytes()
    file.write_bytes(data[:kept + cut])
    assert recover(tmp_path / 'bag') >= 50
    assert stamps(tmp_path / 'bag')[:50] == list(range(50))


def test_a_bag_with_metadata_but_no_end_is_recovered(tmp_path):
    """What `ros2 bag reindex` leaves of a bag whose recorder was killed."""
    writer, connection = begin(tmp_path / 'bag')
    write(writer, connection, range(50))
    writer.flush()
    kept = writer.storage.path.stat().st_size
    writer.close()
    os.truncate(tmp_path / 'bag' / 'bag.mcap', kept)
    with open_bag(tmp_path / 'bag') as reader:
        assert [stamp for _, stamp, _ in reader.messages()] == list(range(50))
    assert is_closed(tmp_path / 'bag')


def test_full_disk_leaves_a_bag_that_can_be_read(tmp_path):
    done = subprocess.run(
        [sys.executable, '-c', FULL_DISK, str(tmp_path / 'bag'), str(__file__).rpartition('/')[0]],
        capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stderr
    written = int(done.stdout)
    kept = stamps(tmp_path / 'bag')
    assert kept == list(range(len(kept)))
    assert written - 150 < len(kept) <= written  # a chunk of 1 MB at most is lost
    with Reader(tmp_path / 'bag') as reader:
        assert reader.message_count == len(kept)


def test_bag_is_not_recovered_while_it_is_recorded(tmp_path):
    writer, connection = begin(tmp_path / 'bag')
    write(writer, connection, range(10))
    writer.flush()
    with pytest.raises(CommandError, match='is being recorded'):
        open_bag(tmp_path / 'bag')
    writer.close()
    assert stamps(tmp_path / 'bag') == list(range(10))


def test_bag_is_not_recovered_while_a_recorder_without_lock_writes_to_it(tmp_path):
    """As rosbag2 does: the messages to come would be lost with the file that was replaced."""
    writer, connection = begin(tmp_path / 'bag')
    write(writer, connection, range(10))
    writer.flush()
    writer.abort()
    with open(tmp_path / 'bag' / 'bag.mcap', 'ab') as file:
        recorder = subprocess.Popen(['cat'], stdin=subprocess.PIPE, stdout=file)
    with recorder:
        with pytest.raises(CommandError, match='is being recorded'):
            open_bag(tmp_path / 'bag')
        recorder.stdin.close()
    with open_bag(tmp_path / 'bag') as reader:
        assert reader.message_count == 10


def test_folder_without_a_bag_is_refused(tmp_path):
    with pytest.raises(CommandError, match='is no bag'):
        open_bag(tmp_path)
