"""The picture is drawn for every run, however short."""

from dataclasses import replace
import subprocess
import sys

import pytest
from sgft_ros.report.episodes import EpisodeLog
from sgft_ros.report.picture import headline
from sgft_ros.report.summary import write_summary
from test_run_record import add_round, EPISODE, record


def save(folder, run, duration=252.4):
    log = EpisodeLog(folder)
    for episode in run.episodes:
        log.append(episode)
    summary = {'title': 'peg_insert', 'duration': duration, **run.summary()}
    write_summary(folder, summary)
    return summary


def empty(run):
    pass


def zero_shot_only(run):
    add_round(run, 0, 1, 0)


def one_training_episode(run):
    run.add(replace(EPISODE, shaped_return=0.5, swaps=((3, 1),)))


def whole_run(run):
    add_round(run, 0, 0, 0)
    run.add(replace(EPISODE, episode=50, shaped_return=None))
    one_training_episode(run)
    add_round(run, 1, 4, 10)


def two_robots(run):
    for robot in ('left', 'right'):
        add_round(run, 0, 1, 0, robot=robot)
    run.add(replace(
        EPISODE, robot='right', episode=77, shaped_return=0.5, swaps=((3, 1),)))


@pytest.mark.parametrize(
    'story', [empty, zero_shot_only, one_training_episode, whole_run, two_robots])
def test_the_command_draws_the_picture(tmp_path, story):
    run = record()
    story(run)
    save(tmp_path, run)
    done = subprocess.run(
        [sys.executable, '-m', 'sgft_ros.report', str(tmp_path)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / 'report.png').read_bytes().startswith(b'\x89PNG')


def test_a_folder_without_a_run_is_named(tmp_path):
    done = subprocess.run(
        [sys.executable, '-m', 'sgft_ros.report', str(tmp_path)], capture_output=True, text=True)
    assert done.returncode == 1
    assert str(tmp_path) in done.stderr and 'Traceback' not in done.stderr


def test_a_torn_summary_is_named(tmp_path):
    save(tmp_path, record())
    (tmp_path / 'summary.json').write_bytes(bytes(300))
    done = subprocess.run(
        [sys.executable, '-m', 'sgft_ros.report', str(tmp_path)], capture_output=True, text=True)
    assert done.returncode == 1
    assert 'summary.json: expected JSON' in done.stderr and 'Traceback' not in done.stderr


def test_the_headline_tells_the_change(tmp_path):
    run = record()
    whole_run(run)
    assert headline(save(tmp_path, run)).startswith('peg_insert')
    assert 'success 0% \u2192 100%' in headline(save(tmp_path, run))
    assert '4 min 12 s' in headline(save(tmp_path, run))


def test_the_headline_mixes_no_robots(tmp_path):
    run = record()
    two_robots(run)
    line = headline(save(tmp_path, run))
    assert '2 robots' in line and 'success' not in line
