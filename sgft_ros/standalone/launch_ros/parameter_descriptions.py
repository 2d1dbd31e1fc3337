"""Parameters of nodes that need more than a name and a value."""

import os
from pathlib import Path
from tempfile import NamedTemporaryFile

from launch.substitutions import SubstitutionFailure
from launch.utilities import normalize_to_list_of_substitutions, perform_substitutions
from launch.utilities.type_utils import normalize_typed_substitution, perform_typed_substitution
import yaml


class ParameterValue:
    """A value of a given type."""

    def __init__(self, value, *, value_type=None):
        """
        Create a value.

        :param value: a scalar, a list of scalars, or substitutions
        :param value_type: bool, int, float, str, list[] of one of these, or None for the type
            that YAML gives to what the substitutions result in
        """
        self.value = normalize_typed_substitution(value, value_type)
        self.value_type = value_type

    def evaluate(self, context):
        """
        Return the value.

        :raises ValueError: if it is not of the type
        """
        return perform_typed_substitution(context, self.value, self.value_type)


class Parameter:
    """A name and a value of a given type."""

    def __init__(self, name, value, *, value_type=None):
        """Create a parameter; see ParameterValue."""
        self.name = normalize_to_list_of_substitutions(name)
        self._value = ParameterValue(value, value_type=value_type)

    @property
    def value(self):
        """The value, as far as known now."""
        return self._value.value

    @property
    def value_type(self):
        """The type of the value."""
        return self._value.value_type

    def evaluate(self, context):
        """Return name and value."""
        return perform_substitutions(context, self.name), self._value.evaluate(context)


class ParameterFile:
    """A YAML file with parameters."""

    def __init__(self, param_file, *, allow_substs=False):
        """
        Create a file.

        :param param_file: its path, a text or substitutions
        :param allow_substs: whether `$(var name)` and the like in the file are to be performed
        """
        self.param_file = normalize_to_list_of_substitutions(param_file)
        self.allow_substs = normalize_typed_substitution(allow_substs, bool)

    def evaluate(self, context) -> Path:
        """
        Return the path of the file, or of a new one in which the substitutions are performed.

        :raises SubstitutionFailure: if that file would not be YAML
        """
        path = Path(perform_substitutions(context, self.param_file))
        if not perform_typed_substitution(context, self.allow_substs, bool):
            return path
        from launch_ros.utilities.file_substitutions import perform_in_text  # needs this module
        text = perform_in_text(context, path.read_text())
        try:
            yaml.safe_load(text)
        except yaml.YAMLError as error:
            raise SubstitutionFailure(
                f"parameter file '{path}' is not YAML once substituted: {error}") from error
        with NamedTemporaryFile('w', prefix='launch_params_', delete=False) as file:
            file.write(text)
        return Path(file.name)


def write_parameters_file(node_name: str, parameters: dict) -> str:
    """Write parameters of a node (or of `/**`, all nodes) to a new file; return its path."""
    with NamedTemporaryFile('w', prefix='launch_params_', delete=False) as file:
        yaml.safe_dump({node_name: {'ros__parameters': parameters}}, file)
    return os.path.abspath(file.name)
