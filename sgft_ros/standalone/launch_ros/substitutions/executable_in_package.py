"""Where an executable of a package is."""

from launch.substitution import Substitution
from launch.substitutions import SubstitutionFailure
from launch.utilities import normalize_to_list_of_substitutions, perform_substitutions
from launch_ros.utilities.executables import executable_command


class ExecutableInPackage(Substitution):
    """Stand for the path of an executable."""

    def __init__(self, executable, package):
        """Create a substitution from executable and package."""
        self.executable = normalize_to_list_of_substitutions(executable)
        self.package = normalize_to_list_of_substitutions(package)

    def describe(self) -> str:
        """Return executable and package."""
        executable, package = (
            ' + '.join(sub.describe() for sub in part) for part in (self.executable, self.package))
        return f'ExecInPkg(pkg={package}, exec={executable})'

    def command(self, context) -> tuple[str, str, list[str]]:
        """Return package, executable, and the command that runs it."""
        package = perform_substitutions(context, self.package)
        executable = perform_substitutions(context, self.executable)
        return package, executable, executable_command(package, executable)

    def perform(self, context) -> str:
        """
        Return the path.

        :raises SubstitutionFailure: if the executable is a Python module, which has none
        """
        package, executable, command = self.command(context)
        if len(command) > 1:
            raise SubstitutionFailure(
                f"executable '{executable}' of package '{package}' is run by "
                f"'{' '.join(command)}' and has no path; use launch_ros.actions.Node")
        return command[0]
