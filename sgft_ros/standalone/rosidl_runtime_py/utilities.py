"""Interfaces by name."""

from importlib import import_module

from rosidl_standalone import typesupport


def get_interface(identifier: str) -> type:
    """
    Return the class of an interface by its full name, package/msg/Name or package/srv/Name.

    :raises ValueError: if the name is malformed
    :raises ModuleNotFoundError: if there is no such package
    :raises AttributeError: if the package has no such interface
    """
    return _import(identifier, None)


def get_message(identifier: str) -> type:
    """
    Return the class of a message, package/msg/Name or package/Name; raises as get_interface.

    :raises ValueError: also if the name is that of a service
    """
    interface = _import(identifier, 'msg')
    if not is_message(interface):
        raise ValueError(f"Expected the full name of a message, got '{identifier}'")
    return interface


def get_service(identifier: str) -> type:
    """
    Return the class of a service, package/srv/Name or package/Name; raises as get_interface.

    :raises ValueError: also if the name is that of a message
    """
    interface = _import(identifier, 'srv')
    if not is_service(interface):
        raise ValueError(f"Expected the full name of a service, got '{identifier}'")
    return interface


def get_action(identifier: str) -> type:
    """Refuse: there are no actions without ROS 2."""
    raise NotImplementedError(
        f"cannot load '{identifier}': actions are not supported where ROS 2 is not installed")


def is_message(interface: object) -> bool:
    """Return whether something is a message class."""
    return typesupport.is_message(interface)


def is_service(interface: object) -> bool:
    """Return whether something is a service class."""
    return typesupport.is_service(interface)


def is_action(interface: object) -> bool:
    """Return whether something is an action class, of which there are none here."""
    return False


def _import(identifier: str, default_kind: str | None) -> type:
    parts = identifier.split('/')
    if len(parts) == 2 and default_kind is not None:
        parts.insert(1, default_kind)
    if len(parts) != 3 or not all(parts):
        raise ValueError(
            f"'{identifier}' is not the name of an interface: expected package/msg/Name or "
            'package/srv/Name')
    package, kind, name = parts
    return getattr(import_module(f'{package}.{kind}'), name)
