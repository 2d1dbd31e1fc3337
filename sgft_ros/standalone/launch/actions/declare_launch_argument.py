"""An argument of a launch file."""

from launch.action import Action
from launch.substitution import Substitution
from launch.utilities import normalize_to_list_of_substitutions, perform_substitutions


class DeclareLaunchArgument(Action):
    """Declare an argument; its value is the launch configuration of the same name."""

    def __init__(self, name: str, *, default_value=None, description: str | None = None,
                 choices: list[str] | None = None, **kwargs):
        """
        Declare an argument.

        :param name: its name
        :param default_value: a text or substitutions; None makes the argument required
        :param description: what `--show-args` says of it
        :param choices: the only values allowed
        :raises RuntimeError: if there are no choices, or the default is not one of them
        """
        super().__init__(**kwargs)
        if choices is not None and len(choices) == 0:
            raise RuntimeError(f'choices of launch argument {name!r} are empty; leave them out')
        if choices is not None and isinstance(default_value, str) and default_value not in choices:
            raise RuntimeError(
                f'default value {default_value!r} of launch argument {name!r} is not one of the '
                f'choices: {", ".join(choices)}')
        self.name = name
        self.choices = choices
        self.default_value: list[Substitution] | None = (
            None if default_value is None else normalize_to_list_of_substitutions(default_value))
        self.description = _describe(description, choices)
        self._conditionally_included = False

    def describe(self) -> str:
        """Return the name."""
        return f"DeclareLaunchArgument('{self.name}')"

    def execute(self, context):
        """
        Give the launch configuration its default, if it has no value yet.

        :raises RuntimeError: if there is neither value nor default, or the value is no choice
        """
        configurations = context.launch_configurations
        if self.name not in configurations:
            if self.default_value is None:
                raise RuntimeError(
                    f"required launch argument '{self.name}' was not provided "
                    f'(description: {self.description!r})')
            configurations[self.name] = perform_substitutions(context, self.default_value)
        value = configurations[self.name]
        if self.choices is not None and value not in self.choices:
            raise RuntimeError(
                f"launch argument '{self.name}': '{value}' is not valid; choose from: "
                f'{", ".join(self.choices)}')


def _describe(description, choices):
    if choices is None:
        return 'no description given' if description is None else description
    if description is None:
        return f'One of: {choices}'
    return f'{description.rstrip(".")}. Valid choices are: {choices}'
