"""Where packages are searched: ROS 2 prefixes, source checkouts, prefixes that pip installs to."""

import os
from pathlib import Path
import site
import sys
import sysconfig

AMENT_PREFIX_PATH = 'AMENT_PREFIX_PATH'
PACKAGE_MARKERS = Path('share', 'ament_index', 'resource_index', 'packages')


def get_search_paths() -> list[str]:
    """Return the existing directories named by AMENT_PREFIX_PATH, in order."""
    prefixes = os.environ.get(AMENT_PREFIX_PATH, '').split(os.pathsep)
    return [prefix for prefix in prefixes if prefix and os.path.isdir(prefix)]


def python_prefixes() -> list[str]:
    """Return the directories below which pip puts the `share` of a package, without doubles."""
    candidates = [sys.prefix, sysconfig.get_path('data')]
    if site.ENABLE_USER_SITE:
        candidates.append(site.getuserbase())
    return list(dict.fromkeys(candidates))
