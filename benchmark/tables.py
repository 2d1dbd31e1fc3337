"""What a benchmark prints of the machine, and quantiles."""

import os
from pathlib import Path
import platform

LOAD_WARNING = 0.5  # load per core before a benchmark above which its figures mean little


def machine() -> str:
    """Return one line about the machine and how busy it is now."""
    cores = len(os.sched_getaffinity(0))
    load = os.getloadavg()[0]
    busy = ' (busy: figures are worse than the machine)' if load > LOAD_WARNING * cores else ''
    return (f'{_processor()}, {cores} cores, {_memory()}, {platform.system()} '
            f'{platform.release()}, Python {platform.python_version()}, '
            f'{os.environ.get("ROS_DISTRO") or "standalone"}, load before: {load:.1f}{busy}')


def quantile(values, share: float) -> float:
    """Return the value below which `share` of them lie; nan of none."""
    ordered = sorted(values)
    return ordered[round(share * (len(ordered) - 1))] if ordered else float('nan')


def _processor():
    for line in Path('/proc/cpuinfo').read_text().splitlines():
        if line.startswith('model name'):
            return line.split(':', 1)[1].strip()
    return platform.machine()


def _memory():
    size = os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES')
    return f'{size / 2**30:.0f} GiB'
