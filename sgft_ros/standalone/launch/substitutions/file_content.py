"""What a file holds."""

from pathlib import Path

from launch.substitution import Substitution
from launch.substitutions.substitution_failure import SubstitutionFailure
from launch.utilities.normalize import normalize_to_list_of_substitutions
from launch.utilities.perform import perform_substitutions


class FileContent(Substitution):
    """Stand for the text in a file."""

    def __init__(self, path):
        """Create a substitution of a file."""
        self.path = normalize_to_list_of_substitutions(path)

    def describe(self) -> str:
        """Return the path."""
        return f'FileContent({" + ".join(sub.describe() for sub in self.path)})'

    def perform(self, context) -> str:
        """
        Read the file.

        :raises SubstitutionFailure: if it cannot be read
        """
        path = perform_substitutions(context, self.path)
        try:
            return Path(path).read_text()
        except OSError as error:
            raise SubstitutionFailure(f'cannot read {path!r}: {error}') from error
