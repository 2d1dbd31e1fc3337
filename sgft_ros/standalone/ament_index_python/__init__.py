"""Find packages and their files: the part of ament_index_python that nodes use."""

from ament_index_python.packages import (
    get_package_prefix,
    get_package_share_directory,
    get_package_share_path,
    get_packages_with_prefixes,
    PackageNotFoundError,
)
from ament_index_python.search_paths import get_search_paths

__all__ = [
    'PackageNotFoundError',
    'get_package_prefix',
    'get_package_share_directory',
    'get_package_share_path',
    'get_packages_with_prefixes',
    'get_search_paths',
]
