"""Messages as dictionaries, YAML and CSV, and interfaces by name: part of rosidl_runtime_py."""

from rosidl_runtime_py.convert import message_to_csv, message_to_ordereddict, message_to_yaml
from rosidl_runtime_py.get_interfaces import (
    get_interface_packages,
    get_interfaces,
    get_message_interfaces,
    get_service_interfaces,
)
from rosidl_runtime_py.set_message import set_message_fields

__all__ = [
    'get_interface_packages',
    'get_interfaces',
    'get_message_interfaces',
    'get_service_interfaces',
    'message_to_csv',
    'message_to_ordereddict',
    'message_to_yaml',
    'set_message_fields',
]


def __getattr__(name: str):
    if name in ('get_action_interfaces', 'get_interface_path', 'get_message_slot_types',
                'import_message_from_namespaced_type'):
        raise AttributeError(
            f'rosidl_runtime_py.{name} is not supported where ROS 2 is not installed')
    raise AttributeError(f'module {__name__!r} has no attribute {name!r}')
