"""The value of a launch argument or configuration."""

from collections.abc import Iterable
from difflib import get_close_matches

from launch.substitution import Substitution
from launch.substitutions.substitution_failure import SubstitutionFailure
from launch.utilities.normalize import normalize_to_list_of_substitutions
from launch.utilities.perform import perform_substitutions


class LaunchConfiguration(Substitution):
    """Stand for the value of a launch configuration, or a default if there is none."""

    def __init__(self, variable_name, *, default=None):
        """
        Create a substitution of a launch configuration.

        :param variable_name: its name
        :param default: a text, substitutions, or any other value, which is taken as its text
        """
        self.variable_name = normalize_to_list_of_substitutions(variable_name)
        if default is not None and not isinstance(default, str | Substitution | Iterable):
            default = str(default)
        self.default = None if default is None else normalize_to_list_of_substitutions(default)

    def describe(self) -> str:
        """Return the name of the configuration."""
        name = ' + '.join(sub.describe() for sub in self.variable_name)
        return f'LaunchConfig({name})'

    def perform(self, context) -> str:
        """
        Return the value in the scope being visited.

        :raises SubstitutionFailure: if the configuration is not set and has no default
        """
        name = perform_substitutions(context, self.variable_name)
        if name in context.launch_configurations:
            return context.launch_configurations[name]
        if self.default is not None:
            return perform_substitutions(context, self.default)
        near = get_close_matches(name, context.launch_configurations)
        hint = f'; did you mean: {", ".join(near)}?' if near else ''
        raise SubstitutionFailure(f"launch configuration '{name}' does not exist{hint}")
