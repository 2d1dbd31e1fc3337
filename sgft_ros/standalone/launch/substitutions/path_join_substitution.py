"""Parts of a path."""

from collections.abc import Iterable
import os

from launch.substitution import Substitution
from launch.utilities.normalize import normalize_to_list_of_substitutions
from launch.utilities.perform import perform_substitutions


class PathJoinSubstitution(Substitution):
    """Stand for a path that is joined of parts, each a text or substitutions."""

    def __init__(self, substitutions: Iterable):
        """Create a substitution of a path from its parts."""
        if isinstance(substitutions, str):
            raise TypeError(f'PathJoinSubstitution needs a list of parts, got {substitutions!r}')
        self.substitutions = [normalize_to_list_of_substitutions(sub) for sub in substitutions]

    def describe(self) -> str:
        """Return the parts."""
        parts = (' + '.join(sub.describe() for sub in part) for part in self.substitutions)
        return f'PathJoin({", ".join(parts)})'

    def perform(self, context) -> str:
        """Return the path; an absolute part discards what stands before it."""
        parts = [perform_substitutions(context, part) for part in self.substitutions]
        return os.path.join(*parts) if parts else ''
