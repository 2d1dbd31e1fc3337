"""Nodes and launches of a benchmark: processes of its own, in a DDS domain of its own."""

import contextlib
import os
from pathlib import Path
import signal
import subprocess
import sys

import sgft_ros  # noqa: F401  it puts the stand-in for ROS 2 on the path

END_TIME = 60.0  # [s] that a launch may take to stop its nodes


def add_domain(parser) -> None:
    """Add the option that names the DDS domain."""
    # Below 102, as domains above share their ports with the outgoing connections of Linux.
    parser.add_argument(
        '--domain', type=int, default=60 + os.getpid() % 40, metavar='N',
        help='ROS_DOMAIN_ID of the benchmark, which stays on loopback (default: one of 60-99)')


def use_domain(number: int) -> None:
    """Keep this process and its children in a domain on loopback."""
    os.environ['ROS_DOMAIN_ID'] = str(number)
    os.environ['ROS_AUTOMATIC_DISCOVERY_RANGE'] = 'LOCALHOST'
    for name in ('CYCLONEDDS_URI', 'ROS_STATIC_PEERS'):
        os.environ.pop(name, None)


@contextlib.contextmanager
def node(program, log, **parameters):
    """Run a node, by the name of its module or the path of a program, until the block ends."""
    words = [str(program)] if Path(program).suffix else ['-m', f'sgft_ros.nodes.{program}']
    command = [sys.executable, *words, '--ros-args']
    for name, value in parameters.items():
        command += ['-p', f'{name}:={value}']
    # One thread each, as the launch file has it.
    threads = {'OMP_NUM_THREADS': '1', 'OPENBLAS_NUM_THREADS': '1'}
    process = subprocess.Popen(
        command, stdout=log, stderr=subprocess.STDOUT, env=os.environ | threads)
    try:
        yield process
    finally:
        _end(process, signal.SIGTERM)


@contextlib.contextmanager
def finetune_launch(log, **arguments):
    """Run finetune.launch.py until the block ends."""
    standalone = 'sgft_ros.standalone' in sys.modules
    command = [sys.executable, '-m', 'sgft_ros.cli'] if standalone else ['ros2']
    process = subprocess.Popen(
        [*command, 'launch', '--noninteractive', 'sgft_ros', 'finetune.launch.py',
         *(f'{name}:={value}' for name, value in arguments.items())],
        stdout=log, stderr=subprocess.STDOUT)
    try:
        yield process
    finally:
        _end(process, signal.SIGINT)


def nodes_of(process) -> dict[str, int]:
    """Return the process ids of the running nodes of a launch by name."""
    found = {}
    for stat in Path('/proc').glob('[0-9]*/stat'):
        try:
            parent = int(stat.read_text().rsplit(')', 1)[1].split()[1])
            words = (stat.parent / 'cmdline').read_bytes().decode().split('\0')
        except (OSError, ValueError):
            continue  # it has ended meanwhile
        name = next((word for word in words if word.startswith('__node:=')), None)
        if parent == process.pid and name:
            found[name.removeprefix('__node:=')] = int(stat.parent.name)
    return found


def tail(path, lines=15) -> str:
    """Return the last lines of a log."""
    return '\n'.join(Path(path).read_text(errors='replace').splitlines()[-lines:])


def _end(process, number):
    if process.poll() is not None:
        return
    process.send_signal(number)
    try:
        process.wait(END_TIME)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
