"""Sources of launch descriptions."""

from launch.launch_description_sources.python_launch_file import (
    AnyLaunchDescriptionSource,
    get_launch_description_from_any_launch_file,
    get_launch_description_from_python_launch_file,
    InvalidPythonLaunchFileError,
    PythonLaunchDescriptionSource,
)
from launch.unsupported import unsupported_names

__getattr__ = unsupported_names(__name__, {
    'FrontendLaunchDescriptionSource': 'launch files in XML and YAML are not read',
    'XMLLaunchDescriptionSource': 'launch files in XML are not read',
    'YAMLLaunchDescriptionSource': 'launch files in YAML are not read',
})

__all__ = [
    'AnyLaunchDescriptionSource',
    'InvalidPythonLaunchFileError',
    'PythonLaunchDescriptionSource',
    'get_launch_description_from_any_launch_file',
    'get_launch_description_from_python_launch_file',
]
