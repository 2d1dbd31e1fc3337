"""A line for the user."""

from launch import logging
from launch.action import Action
from launch.utilities import normalize_to_list_of_substitutions, perform_substitutions


class LogInfo(Action):
    """Print a line."""

    def __init__(self, *, msg, **kwargs):
        """Create an action from a text or substitutions."""
        super().__init__(**kwargs)
        self.msg = normalize_to_list_of_substitutions(msg)

    def describe(self) -> str:
        """Return the text."""
        return f'LogInfo({" + ".join(sub.describe() for sub in self.msg)})'

    def execute(self, context):
        """Print the line."""
        logging.get_logger('launch.user').info(perform_substitutions(context, self.msg))
