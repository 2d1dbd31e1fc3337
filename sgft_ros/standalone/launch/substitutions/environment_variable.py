"""The value of an environment variable."""

from launch.substitution import Substitution
from launch.substitutions.substitution_failure import SubstitutionFailure
from launch.utilities.normalize import normalize_to_list_of_substitutions
from launch.utilities.perform import perform_substitutions


class EnvironmentVariable(Substitution):
    """Stand for the value of an environment variable, or a default if it is not set."""

    def __init__(self, name, *, default_value=None):
        """Create a substitution of an environment variable."""
        self.name = normalize_to_list_of_substitutions(name)
        self.default_value = (
            None if default_value is None else normalize_to_list_of_substitutions(default_value))

    def describe(self) -> str:
        """Return the name of the variable."""
        return f'EnvVar({" + ".join(sub.describe() for sub in self.name)})'

    def perform(self, context) -> str:
        """
        Return the value in the environment that processes inherit.

        :raises SubstitutionFailure: if the variable is not set and has no default
        """
        name = perform_substitutions(context, self.name)
        if name in context.environment:
            return context.environment[name]
        if self.default_value is None:
            raise SubstitutionFailure(f"environment variable '{name}' does not exist")
        return perform_substitutions(context, self.default_value)
