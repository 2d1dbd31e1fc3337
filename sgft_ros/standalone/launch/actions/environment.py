"""Actions on the environment variables that processes inherit."""

import os

from launch.action import Action
from launch.utilities import normalize_to_list_of_substitutions, perform_substitutions


class SetEnvironmentVariable(Action):
    """Set an environment variable."""

    def __init__(self, name, value, **kwargs):
        """Create an action from name and value, texts or substitutions."""
        super().__init__(**kwargs)
        self.name = normalize_to_list_of_substitutions(name)
        self.value = normalize_to_list_of_substitutions(value)

    def describe(self) -> str:
        """Return name and value."""
        name, value = (
            ' + '.join(sub.describe() for sub in part) for part in (self.name, self.value))
        return f'{type(self).__name__}({name}, {value})'

    def execute(self, context):
        """Set the variable."""
        name = perform_substitutions(context, self.name)
        context.environment[name] = perform_substitutions(context, self.value)


class AppendEnvironmentVariable(SetEnvironmentVariable):
    """Append to an environment variable, or put before what it holds."""

    def __init__(self, name, value, *, prepend: bool = False, separator=os.pathsep, **kwargs):
        """Create an action; the separator stands between the old and the new part."""
        super().__init__(name, value, **kwargs)
        if not isinstance(prepend, bool):
            raise TypeError(f'prepend must be True or False, got {prepend!r}')
        self.prepend = prepend
        self.separator = normalize_to_list_of_substitutions(separator)

    def execute(self, context):
        """Change the variable."""
        name = perform_substitutions(context, self.name)
        parts = [perform_substitutions(context, self.value)]
        if name in context.environment:
            parts.insert(1 if self.prepend else 0, context.environment[name])
        context.environment[name] = perform_substitutions(context, self.separator).join(parts)


class UnsetEnvironmentVariable(Action):
    """Remove an environment variable, if it is set."""

    def __init__(self, name, **kwargs):
        """Create an action from the name."""
        super().__init__(**kwargs)
        self.name = normalize_to_list_of_substitutions(name)

    def execute(self, context):
        """Remove the variable."""
        context.environment.pop(perform_substitutions(context, self.name), None)


class PushEnvironment(Action):
    """Remember the environment for PopEnvironment."""

    def execute(self, context):
        """Remember the environment."""
        context._push_environment()


class PopEnvironment(Action):
    """Return to the environment remembered last."""

    def execute(self, context):
        """Restore the environment."""
        context._pop_environment()


class ResetEnvironment(Action):
    """Return to the environment in which the launch began."""

    def execute(self, context):
        """Restore the environment."""
        context._reset_environment()
