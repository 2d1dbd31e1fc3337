"""Modules of rclpy that are not here, named by the error that importing them raises."""

from importlib.abc import MetaPathFinder
import sys

MODULES = (
    'action', 'experimental', 'lifecycle', 'logging_service', 'parameter_event_handler',
    'qos_overriding_options', 'service_introspection', 'type_description_service',
    'type_support', 'waitable',
)


class _Finder(MetaPathFinder):
    def find_spec(self, fullname, path=None, target=None):
        package, _, name = fullname.partition('.')
        if package == 'rclpy' and name in MODULES:
            raise ModuleNotFoundError(
                f'{fullname} is not supported without ROS 2', name=fullname)
        return None


def install():
    """Have the import of such a module say that it is not supported."""
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())
