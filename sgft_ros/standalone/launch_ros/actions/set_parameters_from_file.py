"""A parameter file for the nodes that follow."""

import os

from launch.action import Action
from launch.utilities import normalize_to_list_of_substitutions, perform_substitutions


class SetParametersFromFile(Action):
    """Give a parameter file to all nodes that follow in the same group."""

    def __init__(self, filename, **kwargs):
        """Create an action from a path, a text or substitutions."""
        super().__init__(**kwargs)
        self.filename = normalize_to_list_of_substitutions(filename)

    def execute(self, context):
        """
        Add the file.

        :raises FileNotFoundError: if there is no such file
        """
        path = os.path.abspath(perform_substitutions(context, self.filename))
        if not os.path.isfile(path):
            raise FileNotFoundError(f"no such parameter file: '{path}'")
        context.launch_configurations.setdefault('global_params', []).append(path)
