"""Actions on launch configurations."""

from launch.action import Action
from launch.utilities import normalize_to_list_of_substitutions, perform_substitutions


class SetLaunchConfiguration(Action):
    """Set a launch configuration."""

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
        """Set the configuration."""
        name = perform_substitutions(context, self.name)
        context.launch_configurations[name] = perform_substitutions(context, self.value)


class UnsetLaunchConfiguration(Action):
    """Remove a launch configuration, if it is set."""

    def __init__(self, name, **kwargs):
        """Create an action from the name."""
        super().__init__(**kwargs)
        self.name = normalize_to_list_of_substitutions(name)

    def execute(self, context):
        """Remove the configuration."""
        context.launch_configurations.pop(perform_substitutions(context, self.name), None)


class PushLaunchConfigurations(Action):
    """Remember the launch configurations for PopLaunchConfigurations."""

    def execute(self, context):
        """Remember the configurations."""
        context._push_launch_configurations()


class PopLaunchConfigurations(Action):
    """Return to the launch configurations remembered last."""

    def execute(self, context):
        """Restore the configurations."""
        context._pop_launch_configurations()


class ResetLaunchConfigurations(Action):
    """Remove all launch configurations but given ones."""

    def __init__(self, launch_configurations: dict | None = None, **kwargs):
        """Create an action from names and values to keep, evaluated before the removal."""
        super().__init__(**kwargs)
        self.launch_configurations = {
            tuple(normalize_to_list_of_substitutions(name)):
                normalize_to_list_of_substitutions(value)
            for name, value in (launch_configurations or {}).items()}

    def execute(self, context):
        """Remove the other configurations."""
        kept = {perform_substitutions(context, name): perform_substitutions(context, value)
                for name, value in self.launch_configurations.items()}
        context.launch_configurations.clear()
        context.launch_configurations.update(kept)
