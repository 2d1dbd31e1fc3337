"""No process outlives a launch that was killed."""

from functools import lru_cache
import shutil
import subprocess

DEATH_SIGNAL = ('--pdeathsig', 'TERM')


@lru_cache(maxsize=1)
def orphan_guard() -> tuple[str, ...]:
    """
    Return a command prefix that makes Linux send SIGTERM when the launch dies; () without it.

    The prefix sets the death signal of its process, then becomes the command: the process id
    stays, and nothing of it remains. A function that Python runs between fork and exec could do
    the same, but may lock up where threads are running.
    """
    program = shutil.which('setpriv')
    if program is None:
        return ()
    prefix = (program, *DEATH_SIGNAL, '--')
    try:
        tried = subprocess.run(
            [*prefix, program, '--version'], stdin=subprocess.DEVNULL, timeout=5.0,
            capture_output=True)
    except (OSError, subprocess.TimeoutExpired):
        return ()
    return prefix if tried.returncode == 0 else ()
