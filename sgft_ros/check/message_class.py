"""Classes of messages that a contract names, which may not be installed here."""

from rosidl_runtime_py.utilities import get_message


def message_class(type_name: str) -> type | None:
    """Return the class of a message type, None if it is not installed here."""
    try:
        return get_message(type_name)
    except (AttributeError, ImportError, LookupError, ValueError):
        return None


def not_installed(type_name: str) -> str:
    """Return a sentence that says so."""
    return f'the message type {type_name} is not installed here'
