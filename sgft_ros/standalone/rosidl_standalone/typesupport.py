"""What DDS needs of message classes: names, hashes and the wire format (XCDR1)."""

from functools import cache
from struct import error as StructError

from rosidl_standalone.cdr_reader import compile_reader
from rosidl_standalone.cdr_writer import compile_writer
from rosidl_standalone.messages import Message, MessageType, ServiceType
from rosidl_standalone.type_hash import message_hash, service_hash

ORDERS = {b'\0\0': '>', b'\0\1': '<'}  # first two bytes of the encapsulation header
HEADER_SIZE = 4
MAX_PADDING = 3  # [bytes] that may follow a message


def is_message(cls: object) -> bool:
    """Return whether something is a message class."""
    return isinstance(cls, MessageType) and cls is not Message


def is_service(cls: object) -> bool:
    """Return whether something is a service class."""
    return isinstance(cls, ServiceType) and hasattr(cls, '_service_name')


def type_name(cls: type) -> str:
    """Return the full name: sensor_msgs/msg/JointState, std_srvs/srv/Trigger_Request."""
    if is_message(cls):
        return cls._definition.name
    if is_service(cls):
        return cls._service_name
    raise TypeError(f'expected a message or service class, not {cls!r}')


def dds_type_name(cls: type) -> str:
    """Return the name on DDS: sensor_msgs::msg::dds_::JointState_."""
    package, kind, name = type_name(cls).split('/')
    return f'{package}::{kind}::dds_::{name}_'


@cache
def type_hash(cls: type) -> str:
    """Return the hash of a message or service type, RIHS01_ and 64 hexadecimal digits."""
    name = type_name(cls)
    return service_hash(name) if is_service(cls) else message_hash(name)


def serialize(message: Message) -> bytes:
    """
    Return a message in CDR, little endian, with its encapsulation header.

    :raises TypeError: if it is no message, or a list in it was filled with something wrong
    """
    try:
        return _writer(type(message))(message)
    except (AttributeError, StructError) as error:
        raise TypeError(f'cannot serialize {type_name(type(message))}: {error}') from error


def deserialize(data: bytes | memoryview, cls: type) -> Message:
    """
    Return the message that the bytes hold.

    :raises ValueError: if they are truncated or do not fit the class
    """
    view = memoryview(data)
    order = ORDERS.get(bytes(view[:2])) if len(view) >= HEADER_SIZE else None
    if order is None:
        raise ValueError(
            f'cannot deserialize {type_name(cls)}: expected a CDR encapsulation header 0000 or '
            f'0001, not {bytes(view[:2]).hex() or "nothing"}')
    content = view[HEADER_SIZE:]
    try:
        message, size = _reader(cls, order)(content)
    except (StructError, ValueError) as error:
        raise ValueError(
            f'cannot deserialize {type_name(cls)} from {len(view)} bytes: {error}') from error
    if size + MAX_PADDING < len(content):
        raise ValueError(f'cannot deserialize {type_name(cls)} from {len(view)} bytes: '
                         f'it ends after {size + HEADER_SIZE}')
    return message


@cache
def _writer(cls: type):
    if not is_message(cls):
        raise TypeError(f'expected a message, not {cls.__name__!r}')
    return compile_writer(cls._definition)


@cache
def _reader(cls: type, order: str):
    if not is_message(cls):
        raise TypeError(f'expected a message class, not {cls!r}')
    return compile_reader(cls._definition, order)
