"""A launch file within a launch file."""

from collections.abc import Iterable, Mapping
import os

from launch.action import Action
from launch.actions.launch_configurations import SetLaunchConfiguration
from launch.actions.opaque_function import OpaqueFunction
from launch.launch_description_source import LaunchDescriptionSource
from launch.utilities import normalize_to_list_of_substitutions, perform_substitutions


class IncludeLaunchDescription(Action):
    """Visit another launch description, with arguments."""

    def __init__(self, launch_description_source, *, launch_arguments: Iterable = (), **kwargs):
        """
        Create an action.

        :param launch_description_source: such as PythonLaunchDescriptionSource, or a path
        :param launch_arguments: pairs of name and value, texts or substitutions; they stay set
            after the included description, unless a GroupAction ends their scope
        """
        super().__init__(**kwargs)
        if not isinstance(launch_description_source, LaunchDescriptionSource):
            from launch.launch_description_sources import AnyLaunchDescriptionSource
            launch_description_source = AnyLaunchDescriptionSource(launch_description_source)
        if isinstance(launch_arguments, Mapping):
            launch_arguments = launch_arguments.items()
        self.launch_description_source = launch_description_source
        self.launch_arguments = tuple(launch_arguments or ())

    def describe(self) -> str:
        """Return where the description comes from."""
        return f'IncludeLaunchDescription({self.launch_description_source.location})'

    def get_sub_entities(self):
        """Return the description, if it can be loaded before the launch."""
        description = self.launch_description_source.try_get_launch_description_without_context()
        return [] if description is None else [description]

    def execute(self, context):
        """
        Set the arguments and return the description.

        :raises RuntimeError: if a required argument of it has no value
        """
        before = {name: context.get_locals_as_dict().get(name)
                  for name in ('current_launch_file_path', 'current_launch_file_directory')}
        description = self.launch_description_source.get_launch_description(context)
        location = self.launch_description_source.location
        if os.path.exists(location):
            path = os.path.abspath(location)
            context.extend_locals({
                'current_launch_file_path': path,
                'current_launch_file_directory': os.path.dirname(path)})
        self._check_required(description, context)
        return [
            *(SetLaunchConfiguration(name, value) for name, value in self.launch_arguments),
            description,
            OpaqueFunction(function=lambda context: context.extend_locals(before))]

    def _check_required(self, description, context):
        """Name every missing argument before anything of the description is started."""
        given = {perform_substitutions(context, normalize_to_list_of_substitutions(name))
                 for name, _ in self.launch_arguments}
        given.update(context.launch_configurations)
        for argument in description.entities:
            if (type(argument).__name__ != 'DeclareLaunchArgument'
                    or argument.condition is not None or argument.default_value is not None
                    or argument.name in given):
                continue
            raise RuntimeError(
                f"launch file '{self.launch_description_source.location}': required argument "
                f"'{argument.name}' (description: {argument.description!r}) is missing; given: "
                f'{", ".join(sorted(given)) or "none"}')
