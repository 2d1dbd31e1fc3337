"""The launch file being visited."""

from launch.substitution import Substitution
from launch.substitutions.substitution_failure import SubstitutionFailure


class ThisLaunchFile(Substitution):
    """Stand for the path of the launch file being visited."""

    local = 'current_launch_file_path'

    def perform(self, context) -> str:
        """
        Return the path.

        :raises SubstitutionFailure: outside of a launch file
        """
        value = context.get_locals_as_dict().get(self.local)
        if value is None:
            raise SubstitutionFailure(
                f'{type(self).__name__} used outside of a launch file (in a script)')
        return value


class ThisLaunchFileDir(ThisLaunchFile):
    """Stand for the directory of the launch file being visited."""

    local = 'current_launch_file_directory'
