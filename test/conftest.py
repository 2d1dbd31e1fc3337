"""What all tests share: a DDS domain for each, so that none hears another."""

from contextlib import contextmanager, suppress
import fcntl
import os
from pathlib import Path
import random
import signal
import tempfile

# Before torch and NumPy are imported: tests run side by side, and their processes inherit it.
os.environ.setdefault('OMP_NUM_THREADS', '1')

from hypothesis import HealthCheck, settings  # noqa: E402
import pytest  # noqa: E402
import sgft_ros  # noqa: E402, F401  it puts the stand-in for ROS 2 on the path where ROS 2 is missing

# The same examples in every run, and no failure because the machine is busy.
settings.register_profile('suite', derandomize=True, deadline=None, database=None,
                          suppress_health_check=[HealthCheck.too_slow])
settings.load_profile('suite')

# A few, so that people who try things meanwhile have the others to themselves.
DOMAINS = range(1, 20)
LOCKS = Path(tempfile.gettempdir()) / f'ros_test_domains.{os.getuid()}'


@contextmanager
def reserved_domain():
    """Give the number of a domain that no other test on this machine uses meanwhile."""
    LOCKS.mkdir(exist_ok=True)
    for number in random.sample(DOMAINS, len(DOMAINS)):
        with open(LOCKS / str(number), 'w') as lock:
            with suppress(BlockingIOError):
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                yield number
                return
    raise RuntimeError(f'all DDS domains from {DOMAINS[0]} to {DOMAINS[-1]} are in use by tests')


@pytest.fixture
def domain_id(monkeypatch):
    """Give the test a DDS domain of its own, which its child processes inherit."""
    with reserved_domain() as number:
        monkeypatch.setenv('ROS_DOMAIN_ID', str(number))
        monkeypatch.setenv('ROS_AUTOMATIC_DISCOVERY_RANGE', 'LOCALHOST')
        monkeypatch.delenv('CYCLONEDDS_URI', raising=False)
        monkeypatch.delenv('ROS_STATIC_PEERS', raising=False)
        yield number


@pytest.fixture(autouse=True)
def signals_as_before():
    """Undo what a node that ran in this process did with SIGINT: it ignores it at its end."""
    before = signal.getsignal(signal.SIGINT)
    yield
    if signal.getsignal(signal.SIGINT) is not before:
        signal.signal(signal.SIGINT, before)


@pytest.hookimpl(wrapper=True)
def pytest_pycollect_makemodule(module_path, parent):
    """Skip a module that asks for it, and not its whole folder as launch_testing of ROS 2 does."""
    try:
        return (yield)
    except pytest.skip.Exception:  # its plugin imports every module to look for launch tests
        return pytest.Module.from_parent(parent, path=module_path)
