"""Launch files in Python."""

from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
import os
import traceback

from launch.invalid_launch_file_error import InvalidLaunchFileError
from launch.launch_description import LaunchDescription
from launch.launch_description_source import LaunchDescriptionSource

FUNCTION = 'generate_launch_description'


class InvalidPythonLaunchFileError(InvalidLaunchFileError):
    """Raised when a Python file is not a launch file, or fails."""


def get_launch_description_from_python_launch_file(
        python_launch_file_path: str) -> LaunchDescription:
    """
    Run a launch file and return what its generate_launch_description() returns.

    :raises InvalidPythonLaunchFileError: if the file raises an error, which is named with its
        line, if it has no such function, or one that returns no LaunchDescription
    """
    path = os.fspath(python_launch_file_path)
    if not os.path.isfile(path):
        raise InvalidPythonLaunchFileError(f"no such launch file: '{path}'")
    loader = SourceFileLoader('python_launch_file', path)
    module = module_from_spec(spec_from_loader(loader.name, loader))
    try:
        loader.exec_module(module)
        function = getattr(module, FUNCTION, None)
        if function is None:
            raise InvalidPythonLaunchFileError(
                f"launch file '{path}' has no function {FUNCTION}()")
        description = function()
    except InvalidLaunchFileError:
        raise
    except Exception as error:
        lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__)
                 if frame.filename == path]
        line = f', line {lines[-1]}' if lines else ''
        raise InvalidPythonLaunchFileError(
            f"launch file '{path}'{line}: {type(error).__name__}: {error}") from error
    if not isinstance(description, LaunchDescription):
        raise InvalidPythonLaunchFileError(
            f"{FUNCTION}() of '{path}' must return a LaunchDescription, got {description!r}")
    return description


def get_launch_description_from_any_launch_file(launch_file_path: str) -> LaunchDescription:
    """
    Load a launch file.

    :raises InvalidLaunchFileError: if it is in another language than Python, naming the file
    """
    path = os.fspath(launch_file_path)
    if not path.endswith('.py'):
        raise InvalidLaunchFileError(
            f"launch file '{path}': only Python launch files (.py) are read without ROS 2")
    return get_launch_description_from_python_launch_file(path)


class PythonLaunchDescriptionSource(LaunchDescriptionSource):
    """A launch file in Python."""

    def __init__(self, launch_file_path):
        """Create a source from a path, a text or substitutions."""
        super().__init__(location=launch_file_path, method='interpreted python launch file')

    def _get_launch_description(self, location: str) -> LaunchDescription:
        return get_launch_description_from_python_launch_file(location)


class AnyLaunchDescriptionSource(LaunchDescriptionSource):
    """A launch file in any language that can be read."""

    def __init__(self, launch_file_path):
        """Create a source from a path, a text or substitutions."""
        super().__init__(location=launch_file_path, method='any launch file')

    def _get_launch_description(self, location: str) -> LaunchDescription:
        return get_launch_description_from_any_launch_file(location)
