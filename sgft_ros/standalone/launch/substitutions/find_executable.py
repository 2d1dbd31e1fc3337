"""The path of a program."""

import shutil

from launch.substitution import Substitution
from launch.substitutions.substitution_failure import SubstitutionFailure
from launch.utilities.normalize import normalize_to_list_of_substitutions
from launch.utilities.perform import perform_substitutions


class FindExecutable(Substitution):
    """Stand for the path of a program that is on PATH."""

    def __init__(self, *, name):
        """Create a substitution of a program."""
        self.name = normalize_to_list_of_substitutions(name)

    def describe(self) -> str:
        """Return the name of the program."""
        return f'FindExec({" + ".join(sub.describe() for sub in self.name)})'

    def perform(self, context) -> str:
        """
        Return the path of the program.

        :raises SubstitutionFailure: if the program is not on PATH
        """
        name = perform_substitutions(context, self.name)
        path = shutil.which(name, path=context.environment.get('PATH'))
        if path is None:
            raise SubstitutionFailure(f"executable '{name}' not found on the PATH")
        return path
