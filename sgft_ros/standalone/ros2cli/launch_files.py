"""Launch files of packages."""

import os
from pathlib import Path

from ament_index_python.packages import get_package_share_path


class LaunchFileNotFoundError(Exception):
    """Raised when a package has no launch file of a name, or several."""


def find_launch_file(package: str, file_name: str) -> str:
    """
    Return the path of a launch file: in the folder `launch` of a package, or else anywhere in it.

    :raises PackageNotFoundError: if there is no such package
    :raises LaunchFileNotFoundError: if there is no such file, with the choices, or several
    """
    share = get_package_share_path(package)
    found = (_files(share / 'launch', file_name) or _files(share, file_name))
    if len(found) > 1:
        raise LaunchFileNotFoundError(
            f"file '{file_name}' was found more than once in the share directory of package "
            f"'{package}': {', '.join(map(str, found))}")
    if not found:
        choices = sorted(path.name for path in _files(share / 'launch', None))
        raise LaunchFileNotFoundError(
            f"file '{file_name}' was not found in the share directory of package '{package}' "
            f"which is at '{share}'; choose from: {', '.join(choices) or 'none'}")
    return str(found[0])


def _files(directory: Path, name: str | None) -> list[Path]:
    """Return the files of a name (None: launch files), not looking into hidden directories."""
    found = []
    for root, directories, files in os.walk(directory):
        directories[:] = [entry for entry in directories if not entry.startswith('.')]
        found += [Path(root, file) for file in files
                  if file == name or (name is None and file.endswith('.launch.py'))]
    return found
