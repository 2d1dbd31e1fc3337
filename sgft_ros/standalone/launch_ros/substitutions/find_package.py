"""Where a package is."""

from ament_index_python.packages import get_package_prefix, get_package_share_directory
from launch.substitution import Substitution
from launch.utilities import normalize_to_list_of_substitutions, perform_substitutions


class FindPackagePrefix(Substitution):
    """Stand for the prefix of a package, or the folder of its source checkout."""

    find = staticmethod(get_package_prefix)

    def __init__(self, package):
        """Create a substitution from the name of a package."""
        self.package = normalize_to_list_of_substitutions(package)

    def describe(self) -> str:
        """Return the name of the package."""
        return f'{type(self).__name__}({" + ".join(sub.describe() for sub in self.package)})'

    def perform(self, context) -> str:
        """
        Return the directory.

        :raises PackageNotFoundError: if there is no such package
        """
        return self.find(perform_substitutions(context, self.package))


class FindPackageShare(FindPackagePrefix):
    """Stand for the share directory of a package: launch, config and resource files."""

    find = staticmethod(get_package_share_directory)
