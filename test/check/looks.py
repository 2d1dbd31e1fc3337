"""What the tests of the check share: processes to look at, and a word with its findings."""

from contextlib import contextmanager
import os
import signal
import subprocess
import sys

from conftest import reserved_domain
from sgft_ros.check.findings import Level

TIMEOUT = 60.0  # [s]


@contextmanager
def own_domain():
    """Give everything in the block, child processes included, a DDS domain of its own."""
    before = dict(os.environ)
    with reserved_domain() as number:
        os.environ |= {'ROS_DOMAIN_ID': str(number), 'ROS_AUTOMATIC_DISCOVERY_RANGE': 'LOCALHOST'}
        os.environ.pop('CYCLONEDDS_URI', None)
        os.environ.pop('ROS_STATIC_PEERS', None)
        try:
            yield
        finally:
            os.environ.clear()
            os.environ.update(before)


def sgft(*arguments):
    """Run the command; return exit code, output and errors."""
    done = subprocess.run([sys.executable, '-m', 'sgft_ros.cli', *map(str, arguments)],
                          capture_output=True, text=True, timeout=TIMEOUT)
    assert 'Traceback' not in done.stderr, done.stderr
    return done.returncode, done.stdout, done.stderr


def record(path, *options):
    """Start to record all topics to a bag; SIGINT ends it."""
    return subprocess.Popen(
        [sys.executable, '-m', 'sgft_ros.cli', 'bag', 'record', '-a', '-o', str(path), *options],
        stderr=subprocess.DEVNULL)


def end(recorder):
    """Close the bag."""
    recorder.send_signal(signal.SIGINT)
    recorder.wait(timeout=TIMEOUT)


def calm(look, below=Level.YELLOW):
    """Return findings below a level, or after five looks those of the last one."""
    for _ in range(5):  # on a busy machine a driver stalls now and then
        findings = look()
        if max(each.level for each in findings) < below:
            break
    return findings


def bad(findings):
    """Return the findings that are not green, as lines for people."""
    return [f'{each.level.name} {each.subject}: {each.found}; to do: {each.advice}'
            for each in findings if each.level != Level.GREEN]


def assert_named(findings, level, *words):
    """Assert that a finding of the level names all the words, and says what to do."""
    for each in findings:
        text = f'{each.subject}: expected {each.expected}, found {each.found}; {each.advice}'
        if each.level == level and all(word in text for word in words):
            assert len(each.advice.split()) >= 5
            return
    raise AssertionError(f'no {level.name} finding with {words}:\n' + '\n'.join(bad(findings)))
