"""Conditions on the value of a launch configuration."""

from launch.condition import Condition
from launch.utilities import normalize_to_list_of_substitutions, perform_substitutions


class LaunchConfigurationEquals(Condition):
    """Hold if a launch configuration has a value; None means that it is not set."""

    def __init__(self, launch_configuration_name: str, expected_value):
        """Create a condition from the name and the value, a text or substitutions."""
        self._name = launch_configuration_name
        self._expected = (
            None if expected_value is None else normalize_to_list_of_substitutions(expected_value))
        super().__init__(predicate=self._equal)

    def describe(self) -> str:
        """Return name and value."""
        if self._expected is None:
            return f'{type(self).__name__}({self._name}, None)'
        value = ' + '.join(sub.describe() for sub in self._expected)
        return f'{type(self).__name__}({self._name}, {value})'

    def _equal(self, context) -> bool:
        expected = None
        if self._expected is not None:
            expected = perform_substitutions(context, self._expected)
        return context.launch_configurations.get(self._name) == expected


class LaunchConfigurationNotEquals(LaunchConfigurationEquals):
    """Hold if a launch configuration does not have a value."""

    def evaluate(self, context) -> bool:
        """Return whether the launch configuration has another value or none."""
        return not super().evaluate(context)
