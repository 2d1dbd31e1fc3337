"""Prefix and share directory of a package."""

import os
from pathlib import Path
import re

from ament_index_python.checkout import find_checkout, list_checkouts
from ament_index_python.search_paths import get_search_paths, PACKAGE_MARKERS, python_prefixes

PACKAGE_NAME = re.compile(r'[A-Za-z0-9][A-Za-z0-9_.-]*')


class PackageNotFoundError(KeyError):
    """Raised when a package is in none of the places that are searched."""

    def __str__(self):
        """Return the message itself, where KeyError would show it in quotes."""
        return str(self.args[0])


def get_package_prefix(package_name: str) -> str:
    """
    Return the prefix of an installed package, or the folder of its source checkout.

    :raises PackageNotFoundError: if the package is in none of the places searched
    :raises ValueError: if the name is not one that a package can have
    """
    return str(_locate(package_name)[0])


def get_package_share_directory(package_name: str, print_warning: bool = True) -> str:
    """
    Return the directory that holds the package's launch, config, msg and resource files.

    :raises PackageNotFoundError: if the package is in none of the places searched
    :raises ValueError: if the name is not one that a package can have
    """
    return str(_locate(package_name)[1])


def get_package_share_path(package_name: str, print_warning: bool = True) -> Path:
    """Return the share directory of a package as a path."""
    return Path(get_package_share_directory(package_name, print_warning))


def get_packages_with_prefixes() -> dict[str, str]:
    """Return the names of all packages found, each with its prefix."""
    packages = {}
    for prefix in reversed(python_prefixes()):
        for package_xml in Path(prefix, 'share').glob('*/package.xml'):
            packages[package_xml.parent.name] = prefix
    packages.update((name, str(folder)) for name, folder in list_checkouts().items())
    for prefix in reversed(get_search_paths()):
        markers = Path(prefix, PACKAGE_MARKERS)
        if markers.is_dir():
            packages.update((marker.name, prefix) for marker in markers.iterdir())
    return packages


def _locate(package_name: str) -> tuple[Path, Path]:
    """Return prefix and share directory of a package."""
    if not isinstance(package_name, str) or not PACKAGE_NAME.fullmatch(package_name):
        raise ValueError(
            f'invalid package name {package_name!r}: expected letters, digits, _, - and ., '
            'beginning with a letter or digit')
    for prefix in map(Path, get_search_paths()):
        if (prefix / PACKAGE_MARKERS / package_name).exists():
            return prefix, prefix / 'share' / package_name
    checkout = find_checkout(package_name)
    if checkout is not None:
        return checkout, checkout
    for prefix in map(Path, python_prefixes()):
        share = prefix / 'share' / package_name
        if (share / 'package.xml').is_file():
            return prefix, share
    searched = [*get_search_paths(), *python_prefixes()]
    raise PackageNotFoundError(
        f"package '{package_name}' not found, searching: [{os.pathsep.join(searched)}] "
        'and the source checkouts on the Python module search path')
