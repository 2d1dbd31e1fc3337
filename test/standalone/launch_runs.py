"""Run launch files in processes of their own, the way a user does."""

import os
from pathlib import Path
import re
import signal
import subprocess
import sys
import threading
import time

import launch
import pytest

STANDALONE = Path(__file__).resolve().parents[2] / 'sgft_ros' / 'standalone'
TIMEOUT = 90.0  # [s] that anything in these tests may take

# Prints READY, then one line for every signal, and ends by the one named in its argument.
LISTENER = """
import os, signal, sys
last = sys.argv[1]
def handle(number, frame):
    name = signal.Signals(number).name
    os.write(1, f'got {name}\\n'.encode())  # print may be interrupted by the signal
    if name == last:
        sys.exit(0)
for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, handle)
os.write(1, f'READY {os.getpid()}\\n'.encode())
while True:
    signal.pause()
"""


def require_standalone():
    """Skip a module that looks into standalone's own launch where ROS 2 has its own."""
    if STANDALONE not in Path(launch.__file__).resolve().parents:
        pytest.skip('ROS 2 is installed', allow_module_level=True)


class LaunchRun:
    """A running `launch`, with its output so far."""

    def __init__(self, process):
        self.process = process
        self.lines: list[str] = []
        self._changed = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        for line in self.process.stdout or ():
            with self._changed:
                self.lines.append(line.rstrip('\n'))
                self._changed.notify_all()

    @property
    def output(self) -> str:
        return '\n'.join(self.lines)

    def wait_for(self, pattern: str) -> re.Match:
        """Wait for a line that matches, and return the match."""
        deadline = time.monotonic() + TIMEOUT
        with self._changed:
            while True:
                for line in self.lines:
                    if match := re.search(pattern, line):
                        return match
                left = deadline - time.monotonic()
                assert left > 0 and self._changed.wait(left), f'no {pattern!r} in:\n{self.output}'

    def finish(self) -> int:
        """Wait for the end and return the exit code."""
        code = self.process.wait(TIMEOUT)
        self._reader.join(TIMEOUT)
        return code


class Launcher:
    """Start launch files, and end what a failed test has left behind."""

    def __init__(self, directory: Path):
        self.directory = directory
        self.log = directory / 'log'
        self._runs: list[LaunchRun] = []

    def write(self, body: str, name: str = 'test.launch.py') -> Path:
        """Write a launch file whose description holds the given entities."""
        path = self.directory / name
        path.write_text(
            'from launch import *\nfrom launch.actions import *\nfrom launch.conditions import *\n'
            'from launch.event_handlers import *\nfrom launch.events import matches_action\n'
            'from launch.events.process import *\n'
            'from launch.launch_description_sources import *\nfrom launch.substitutions import *\n'
            'from launch_ros.actions import Node\nimport os, signal, sys\n'
            f'LISTENER = {LISTENER!r}\n'
            'def listener(last, **kwargs):\n'
            '    return ExecuteProcess(cmd=[sys.executable, "-c", LISTENER, last],\n'
            '                          output="screen", **kwargs)\n'
            'def python(code, **kwargs):\n'
            '    return ExecuteProcess(cmd=[sys.executable, "-u", "-c", code],\n'
            '                          output="screen", **kwargs)\n'
            f'def generate_launch_description():\n    return LaunchDescription([{body}])\n')
        return path

    def start(self, body: str | Path, *arguments: str, **popen) -> LaunchRun:
        path = body if isinstance(body, Path) else self.write(body)
        environment = {
            **os.environ, 'PYTHONPATH': f'{STANDALONE}{os.pathsep}{self.directory}',
            'ROS_LOG_DIR': str(self.log), **popen.pop('env', {})}
        options = {'stdin': subprocess.DEVNULL, 'stdout': subprocess.PIPE,
                   'start_new_session': True, **popen}
        process = subprocess.Popen(
            [sys.executable, '-m', 'ros2cli.launch', str(path), *arguments], env=environment,
            stderr=subprocess.STDOUT, text=True, **options)
        run = LaunchRun(process)
        self._runs.append(run)
        return run

    def run(self, body: str | Path, *arguments: str, **popen) -> LaunchRun:
        """Run a launch file to its end; the exit code is `run.process.returncode`."""
        run = self.start(body, *arguments, **popen)
        run.finish()
        return run

    def close(self):
        for run in self._runs:
            if run.process.poll() is None:
                os.killpg(run.process.pid, signal.SIGKILL)
                run.process.wait()


def alive(pid: int) -> bool:
    """Return whether a process runs (one that waits to be reaped does not)."""
    try:
        return Path(f'/proc/{pid}/stat').read_text().rpartition(')')[2].split()[0] != 'Z'
    except FileNotFoundError:
        return False


def wait_until_gone(pid: int):
    deadline = time.monotonic() + TIMEOUT
    while alive(pid):
        assert time.monotonic() < deadline, f'process {pid} is still there'
        time.sleep(0.01)
