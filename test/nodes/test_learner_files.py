"""Checkpoints of the learner are found again, and no version of weights is ever used twice."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest
from sgft_ros.learning.checkpoint import CheckpointError
from sgft_ros.nodes.learner_files import LearnerFiles

IDENTITY = {'algorithm': 'sgft_sac', 'horizon': 5, 'task': 'peg_insert', 'architecture': {'a': 1},
            'policy': 'abc'}
TENSORS = {'weight': np.arange(4, dtype=np.float32)}


@pytest.fixture
def files(tmp_path):
    files = LearnerFiles(tmp_path, IDENTITY)
    yield files
    files.close()


def test_versions_grow_across_a_crash(tmp_path):
    crash = (
        'import os, sys\n'
        'from sgft_ros.nodes.learner_files import LearnerFiles\n'
        f'files = LearnerFiles({str(tmp_path)!r}, {IDENTITY!r})\n'
        'print([files.next_version() for _ in range(150)], flush=True)\n'
        'os.kill(os.getpid(), 9)\n')
    used = []
    for _ in range(3):
        ended = subprocess.run([sys.executable, '-c', crash], stdout=subprocess.PIPE)
        assert ended.returncode == -9
        used += json.loads(ended.stdout)
    assert len(used) == 450
    assert used == sorted(set(used))


def test_versions_have_no_gap_across_an_orderly_end(tmp_path):
    used = []
    for _ in range(3):
        files = LearnerFiles(tmp_path, IDENTITY)
        used += [files.next_version() for _ in range(5)]
        files.close()
    assert used == list(range(1, 16))


def test_the_newest_readable_checkpoint_is_found(files):
    files.save(9, TENSORS, {})
    files.save(100, TENSORS, {})
    torn = files.save(1000, TENSORS, {})
    torn.write_bytes(torn.read_bytes()[:50])
    assert files.newest().metadata['updates'] == 100
    assert str(torn) in files.damaged[0]


def test_only_the_last_few_checkpoints_stay(files):
    for updates in (5, 50, 500, 5000):
        files.save(updates, TENSORS, {})
    assert len(list(files.folder.glob('*.safetensors'))) == 3
    assert files.newest().metadata['updates'] == 5000


def test_unreadable_checkpoints_do_not_take_the_places_of_new_ones(files):
    torn = [files.save(updates, TENSORS, {}) for updates in (1000, 2000, 3000)]
    for path in torn:
        path.write_bytes(path.read_bytes()[:50])
    assert files.newest() is None
    saved = [files.save(updates, TENSORS, {}) for updates in (5, 50, 500, 600)]
    assert [path.exists() for path in saved] == [False, True, True, True]
    assert all(path.exists() for path in torn)  # whoever can repair them, may
    assert files.newest().path == saved[-1]


def test_what_was_just_written_stays_though_others_have_more_updates(files):
    for updates in (1000, 2000, 3000, 5):
        path = files.save(updates, TENSORS, {})
    assert path.exists()


def test_a_learner_removes_what_one_left_that_was_killed_while_it_wrote(tmp_path):
    left = tmp_path / 'checkpoints' / '.learner_0000000005.safetensors.12.tmp'
    left.parent.mkdir()
    left.write_bytes(b'torn')
    LearnerFiles(tmp_path, IDENTITY).close()
    assert not left.exists()


@pytest.mark.parametrize('name, value', [
    ('algorithm', 'sac'), ('horizon', 10), ('task', 'puck_push'), ('architecture', {'a': 2}),
    ('policy', 'def')])
def test_a_checkpoint_of_another_run_is_refused_by_name(tmp_path, name, value):
    files = LearnerFiles(tmp_path, IDENTITY)
    files.save(5, TENSORS, {})
    files.close()
    other = LearnerFiles(tmp_path, IDENTITY | {name: value})
    with pytest.raises(CheckpointError, match=f'{name}: the run began with .*run_folder'):
        other.newest()


def test_two_learners_in_one_folder_are_refused(tmp_path, files):
    with pytest.raises(RuntimeError, match=f'in use by another learner, process {os.getpid()}'):
        LearnerFiles(tmp_path, IDENTITY)
