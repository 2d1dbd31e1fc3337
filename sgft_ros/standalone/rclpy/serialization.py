"""Turn messages into bytes and back."""

from rosidl_standalone.typesupport import deserialize, is_message, serialize


def serialize_message(message) -> bytes:
    """
    Return a message in CDR, as it travels and as bags store it.

    :raises TypeError: if it is no message
    """
    if not is_message(type(message)):
        raise TypeError(f'expected a message, not {type(message).__name__!r}')
    return serialize(message)


def deserialize_message(serialized_message: bytes, message_type):
    """
    Return the message that the bytes hold.

    :raises TypeError: if message_type is no message class
    :raises ValueError: if the bytes do not fit it
    """
    if not is_message(message_type):
        raise TypeError(f'expected a message class, not {message_type!r}')
    return deserialize(serialized_message, message_type)
