"""Messages and services by the names and values that are given on the command line."""

from ros2cli.verbs import CommandError
from rosidl_runtime_py import set_message_fields
from rosidl_runtime_py.utilities import get_message, get_service
import yaml


def message_class(type_name: str):
    """
    Return the class of a message type.

    :raises CommandError: if there is none
    """
    return _class(get_message, 'message', type_name)


def service_class(type_name: str):
    """
    Return the class of a service type.

    :raises CommandError: if there is none
    """
    return _class(get_service, 'service', type_name)


def filled(cls, text: str):
    """
    Return a message of the class with the fields that YAML gives, e.g. '{data: true}'.

    :raises CommandError: if the text is not YAML of the fields
    """
    try:
        values = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise CommandError(f"'{text}' is not YAML: {error}") from None
    if values in (None, ''):
        values = {}
    if not isinstance(values, dict):
        raise CommandError(
            f"expected the fields as YAML, e.g. '{_example(cls)}', got '{text}'")
    message = cls()
    try:
        set_message_fields(message, values)
    except (AssertionError, AttributeError, TypeError, ValueError) as error:
        raise CommandError(
            f"cannot fill {cls.__name__} from '{text}': {error}; its fields are: "
            f'{", ".join(message.get_fields_and_field_types()) or "none"}') from None
    return message


def _class(get, kind, type_name):
    try:
        return get(type_name)
    except (AttributeError, ImportError, LookupError, ValueError) as error:
        raise CommandError(f"the {kind} type '{type_name}' is invalid: {error}") from None


def _example(cls):
    return '{' + ', '.join(f'{name}: …' for name in cls.get_fields_and_field_types()) + '}'
