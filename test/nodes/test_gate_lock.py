"""The lock of a safety gate on disks that refuse, lose or hide things."""

import os

import pytest
from sgft_ros.nodes.gate_lock import FILE, GateLock


def test_a_lock_outlives_its_gate_until_it_is_unlocked(tmp_path):
    folder = str(tmp_path / 'run')
    first = GateLock(folder)
    assert not first.locked
    assert first.lock() == first.lock() == ''
    second = GateLock(folder)
    assert second.locked
    second.unlock()
    assert not second.locked and not GateLock(folder).locked
    second.unlock()  # once more harms nobody


def test_a_lock_without_folder_says_that_it_ends_with_the_process():
    lock = GateLock('')
    assert 'run_folder' in lock.lock() and lock.locked
    lock.unlock()
    assert not lock.locked


def test_a_lock_survives_a_power_cut(tmp_path, monkeypatch):
    synced, fsync = [], os.fsync

    def seen(descriptor):
        fsync(descriptor)
        synced.append(os.fstat(descriptor).st_ino)

    monkeypatch.setattr(os, 'fsync', seen)
    lock = GateLock(str(tmp_path))
    lock.lock()
    assert synced == [(tmp_path / FILE).stat().st_ino, tmp_path.stat().st_ino]
    lock.unlock()
    assert synced[2:] == [tmp_path.stat().st_ino]


def test_a_lock_that_could_not_be_written_down_can_be_undone(tmp_path):
    (tmp_path / 'run').write_text('')  # where the folder should be
    lock = GateLock(str(tmp_path / 'run'))
    assert not lock.locked
    assert 'File exists' in lock.lock() and lock.locked
    lock.unlock()
    assert not lock.locked


def test_where_nobody_can_tell_whether_it_was_locked_it_is(tmp_path):
    folder = tmp_path / 'run'
    folder.symlink_to(folder)
    lock = GateLock(str(folder))
    assert lock.locked and str(folder) in lock.problems[0]
    with pytest.raises(OSError):
        lock.unlock()
    assert lock.locked
    folder.unlink()
    lock.unlock()
    assert not lock.locked
