"""`sgft pretrain` writes whole results or nothing."""

import signal
import subprocess
import sys

import pytest
from sgft_ros.simulation.pretrain import main

TIMEOUT = 60.0  # [s]


def test_an_interrupt_leaves_nothing(tmp_path):
    output = tmp_path / 'pretrained' / 'mine'
    process = subprocess.Popen(
        [sys.executable, '-m', 'sgft_ros.cli', 'pretrain', '--output', str(output)],
        stderr=subprocess.PIPE, text=True)
    while 'policy in simulation' not in (line := process.stderr.readline()):
        assert line
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=TIMEOUT)
    assert process.returncode == 130 and 'nothing was written' in said
    assert list(tmp_path.iterdir()) == []


def test_too_few_diverse_episodes_are_refused_before_training(tmp_path, capsys):
    output = tmp_path / 'mine'
    assert main(['--output', str(output), '--diverse-episodes', '1']) == 1
    said = capsys.readouterr().err
    assert 'diverse episodes: expected at least 5' in said and 'policy in simulation' not in said


def test_a_folder_that_cannot_be_made_is_refused_before_training(tmp_path, capsys):
    (tmp_path / 'file').touch()
    assert main(['--output', str(tmp_path / 'file' / 'mine')]) == 1
    assert f'--output: {tmp_path / "file"} is no folder in which' in capsys.readouterr().err


def test_a_seed_below_0_is_refused(capsys):
    with pytest.raises(SystemExit):
        main(['--seed', '-1'])
    assert 'argument --seed: expected a whole number >= 0, got ' in capsys.readouterr().err
