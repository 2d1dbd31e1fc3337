"""Actions with a scope of their own."""

from collections.abc import Iterable

from launch.action import Action
from launch.actions.environment import PopEnvironment, PushEnvironment, ResetEnvironment
from launch.actions.launch_configurations import (
    PopLaunchConfigurations,
    PushLaunchConfigurations,
    ResetLaunchConfigurations,
    SetLaunchConfiguration,
)


class GroupAction(Action):
    """Group actions, so that they share a condition and what they set ends with the group."""

    def __init__(self, actions: Iterable[Action], *, scoped: bool = True, forwarding: bool = True,
                 launch_configurations: dict | None = None, **kwargs):
        """
        Create a group.

        :param actions: the actions of the group
        :param scoped: whether launch configurations and environment end with the group
        :param forwarding: whether a scoped group begins with those from outside
        :param launch_configurations: names and values to set in the group
        """
        super().__init__(**kwargs)
        self._actions = list(actions)
        self._scoped = scoped
        self._forwarding = forwarding
        self._configurations = dict(launch_configurations or {})

    def get_sub_entities(self):
        """Return the actions between those that make the scope."""
        settings = [SetLaunchConfiguration(name, value)
                    for name, value in self._configurations.items()]
        if not self._scoped:
            return [*settings, *self._actions]
        if not self._forwarding:
            settings = [ResetEnvironment(), ResetLaunchConfigurations(self._configurations)]
        return [
            PushLaunchConfigurations(), PushEnvironment(), *settings, *self._actions,
            PopEnvironment(), PopLaunchConfigurations()]

    def execute(self, context):
        """Return the actions."""
        return self.get_sub_entities()
