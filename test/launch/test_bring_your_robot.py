"""docs/bring-your-robot.md, followed to the letter, but for fewer steps of everything."""

from pathlib import Path
import re
import signal
import subprocess
import sys

import pytest

# Beside the tests, not in the share folder: an installed package has no docs.
DOCUMENT = Path(__file__).parents[2] / 'docs' / 'bring-your-robot.md'
FILE = re.compile(r'`(\w+\.(?:py|yaml))`:\n\n```\w+\n(.*?)```', re.S)
SGFT = [sys.executable, '-m', 'sgft_ros.cli']
TIMEOUT = 300.0  # [s] of any step, on a busy machine


@pytest.fixture
def folder(tmp_path):
    files = dict(FILE.findall(DOCUMENT.read_text(encoding='utf-8')))
    assert files.keys() == {
        'arm7.yaml', 'reach.py', 'run.yaml', 'arm7.py', 'simulator.py', 'driver.py'}
    for name, text in files.items():
        fewer = text.replace('diverse_episodes=300', 'diverse_episodes=300, dynamics_updates=500')
        assert (fewer == text) == (name != 'simulator.py')
        (tmp_path / name).write_text(fewer)
    return tmp_path


@pytest.fixture
def driver(domain_id, folder):
    process = subprocess.Popen([sys.executable, 'driver.py'], cwd=folder)
    yield process
    process.send_signal(signal.SIGKILL)
    process.wait()


def test_no_program_needs_what_init_returns_from_kilted_on_alone(folder):
    for file in folder.glob('*.py'):
        assert 'with rclpy.init(' not in file.read_text()


def sgft(folder, *words):
    """Run a command; return its exit code and all that it said."""
    done = subprocess.run(
        [*SGFT, *words], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        timeout=TIMEOUT)
    return done.returncode, done.stdout


def test_an_arm_of_seven_joints_gets_to_its_first_episodes(folder, driver):
    pytest.importorskip('gymnasium')
    code, said = sgft(
        folder, 'pretrain', '--task', 'simulator.py', '--robot', 'arm7.yaml', '--output',
        'pretrained/reach', '--steps', '700', '--diverse-episodes', '40')
    assert code == 0, said
    for _ in range(5):  # on a busy machine the driver stalls now and then
        code, said = sgft(folder, 'check', 'robot:=arm7.yaml', 'task:=reach.py:Reach',
                          'checkpoint:=pretrained/reach', 'duration:=2.0')
        if 'red    ' not in said:
            break
    assert 'red    ' not in said, said
    code, said = sgft(
        folder, 'launch', '--noninteractive', 'sgft_ros', 'finetune.launch.py',
        'simulated:=false', 'robot:=arm7.yaml', 'task:=reach.py:Reach',
        'task_parameters:=run.yaml', 'checkpoint:=pretrained/reach', 'algorithm:=sac',
        'run_folder:=run', 'transition_limit:=40', 'evaluation_interval:=40',
        'evaluation_episodes:=1', 'goal_success:=1.0')
    assert code == 0, said
    assert 'Run finished' in said and 'evaluation 1: success' in said, said
    assert {'run.yaml', 'summary.json', 'bag'} <= {
        path.name for path in (folder / 'run').iterdir()}
