"""What the journal accepted comes back after any end of its process, and the disk may be full."""

import os
import resource
import signal
import subprocess
import sys

import pytest
from sgft_ros.nodes.journal import Journal, PREFIX

PAYLOADS = [bytes([number]) * (number + 1) for number in range(50)]


@pytest.fixture
def path(tmp_path):
    return tmp_path / 'replay.journal'


def write(path, payloads):
    journal = Journal(path)
    journal.read()
    for payload in payloads:
        journal.append(payload)
    journal.close()


def read(path):
    journal = Journal(path)
    payloads = journal.read()
    journal.close()
    return payloads


def test_payloads_come_back_in_order(path):
    write(path, PAYLOADS[:20])
    write(path, PAYLOADS[20:])
    assert read(path) == PAYLOADS


@pytest.mark.parametrize('torn_bytes', [1, 5, PREFIX.size, PREFIX.size + 1, PREFIX.size + 49])
def test_a_torn_last_record_is_cut_off_and_the_next_one_is_whole(path, torn_bytes):
    write(path, PAYLOADS)
    os.truncate(path, path.stat().st_size - torn_bytes)
    write(path, [b'next'])
    assert read(path) == PAYLOADS[:-1] + [b'next']


def test_zeros_at_the_end_are_not_records(path):
    write(path, PAYLOADS)
    os.truncate(path, path.stat().st_size + 4096)
    assert read(path) == PAYLOADS


def test_a_damaged_record_costs_only_itself(path):
    write(path, PAYLOADS)
    content = bytearray(path.read_bytes())
    content[content.index(PAYLOADS[30]) + 3] ^= 0xFF
    path.write_bytes(content)
    journal = Journal(path)
    assert journal.read() == PAYLOADS[:30] + PAYLOADS[31:]
    assert journal.dropped_bytes == PREFIX.size + len(PAYLOADS[30])
    journal.close()


def test_clear_leaves_nothing(path):
    write(path, PAYLOADS)
    journal = Journal(path)
    journal.read()
    journal.clear()
    journal.append(b'after')
    journal.close()
    assert read(path) == [b'after']


def test_what_is_set_aside_stays_and_the_journal_begins_anew(path):
    aside = path.with_name('replay_0001.journal')
    write(path, PAYLOADS)
    journal = Journal(path)
    journal.read()
    journal.append(b'last')
    journal.set_aside(aside)
    journal.append(b'after')
    with pytest.raises(RuntimeError, match='in use by another process'):
        Journal(path)
    journal.sync()
    journal.close()
    assert read(path) == [b'after']
    assert read(aside) == [*PAYLOADS, b'last']
    assert sorted(path.parent.iterdir()) == [path, aside]


def test_what_a_kill_left_in_the_midst_of_setting_aside_is_removed(path):
    write(path, PAYLOADS)
    os.rename(path, path.with_name('replay_0001.journal'))
    left = path.with_name(f'.{path.name}.following')
    left.touch()
    assert read(path) == []
    assert not left.exists()


def test_a_journal_that_cannot_be_set_aside_goes_on(path):
    write(path, PAYLOADS)
    journal = Journal(path)
    journal.read()
    with pytest.raises(OSError):
        journal.set_aside(path.parent / 'no_folder' / 'replay_0001.journal')
    journal.append(b'after')
    journal.close()
    assert read(path) == [*PAYLOADS, b'after']


def test_a_foreign_file_is_refused_and_untouched(path):
    path.write_bytes(b'something else')
    with pytest.raises(ValueError, match='expected a journal'):
        Journal(path).read()
    assert path.read_bytes() == b'something else'


def test_two_processes_cannot_share_a_journal(path):
    journal = Journal(path)
    with pytest.raises(RuntimeError, match='in use by another process'):
        Journal(path)
    journal.close()


WRITER = """
import sys
from sgft_ros.nodes.journal import Journal
journal = Journal(sys.argv[1])
journal.read()
for number in range(1_000_000):
    journal.append(b'%07d' % number)
    print(number, flush=True)
"""


def test_sigkill_loses_nothing_that_was_appended(path):
    process = subprocess.Popen(
        [sys.executable, '-c', WRITER, str(path)], stdout=subprocess.PIPE, text=True)
    for _ in range(500):
        acknowledged = int(process.stdout.readline())
    process.send_signal(signal.SIGKILL)
    acknowledged = int((process.stdout.read().split() or [acknowledged])[-1])
    process.wait()
    payloads = read(path)
    assert len(payloads) > acknowledged
    assert payloads == [b'%07d' % number for number in range(len(payloads))]


FULL_DISK = """
import resource, signal, sys
from sgft_ros.nodes.journal import Journal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
journal = Journal(sys.argv[1])
journal.read()
soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
for number in range(200):
    journal.append(b'%07d' % number)
assert journal.error and journal.waiting, (journal.error, journal.waiting)
print(journal.error, journal.waiting)
resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
journal.sync()
assert not journal.error and not journal.waiting
journal.close()
"""


def test_records_that_find_no_room_are_written_later(path):
    if resource.getrlimit(resource.RLIMIT_FSIZE)[1] != resource.RLIM_INFINITY:
        pytest.skip('the file size is limited already')
    done = subprocess.run(
        [sys.executable, '-c', FULL_DISK, str(path)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert str(path) in done.stdout
    assert read(path) == [b'%07d' % number for number in range(200)]
