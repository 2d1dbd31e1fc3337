"""Message and service classes, made from definitions, that behave as the ones of rosidl."""

from array import array
from collections.abc import Callable
from functools import partial
from itertools import repeat
from operator import attrgetter
import re
from threading import RLock
from typing import Any, NamedTuple

from rosidl_standalone.array_fields import new_array, new_ndarray
from rosidl_standalone.definitions import find_definition
from rosidl_standalone.field_checks import field_check, PYTHON_TYPES
from rosidl_standalone.interface_types import ARRAY_CODES, Definition, Field

_classes: dict[str, type] = {}
_lock = RLock()  # threads may ask for the same class at once; it must be made once


class Member(NamedTuple):
    """How a message handles one of its fields."""

    name: str
    store: Callable  # (message, value) without a check
    default: Callable[[], Any]
    assign: Callable  # (message, value) of a constructor's argument


class MessageType(type):
    """Class of message classes. Constants and defaults are class attributes, read only."""

    def __setattr__(cls, name: str, value: Any):
        """Refuse to change what the definition says."""
        if name in cls.__dict__ and not name.startswith('_'):
            raise AttributeError(f'{cls.__name__}.{name} is read only')
        super().__setattr__(name, value)


class Message(metaclass=MessageType):
    """Base of all messages."""

    __slots__ = ()
    _definition: Definition
    _members: tuple[Member, ...]
    _fields_and_field_types: dict[str, str]

    def __init__(self, /, **kwargs):
        # Fields are checked whether or not a caller asks for it.
        kwargs.pop('check_fields', None)
        for name, store, default, assign in self._members:
            if kwargs and name in kwargs:
                assign(self, kwargs.pop(name))
            else:
                store(self, default())
        if kwargs:
            raise AssertionError(
                'Invalid arguments passed to constructor: ' + ', '.join(sorted(kwargs))
                + f'; {type(self).__name__} has: ' + ', '.join(self._fields_and_field_types))

    @classmethod
    def get_fields_and_field_types(cls) -> dict[str, str]:
        """Return the names of the fields, each with its type in IDL notation."""
        return dict(cls._fields_and_field_types)

    def __eq__(self, other):
        if not isinstance(other, type(self)):
            return False
        for name in self._fields_and_field_types:
            mine, theirs = getattr(self, name), getattr(other, name)
            same = mine == theirs
            if not (same if isinstance(same, bool) else same.all()):  # numpy compares elements
                return False
        return True

    __hash__ = None

    def __repr__(self):
        module = type(self).__module__.rpartition('.')[0]
        fields = ', '.join(f'{name}={_field_repr(getattr(self, name))}'
                           for name in self._fields_and_field_types)
        return f'{module}.{type(self).__name__}({fields})'


class ServiceType(type):
    """Class of service classes, which hold their messages."""

    @property
    def Request(cls) -> type:
        return message_class(f'{cls._service_name}_Request')

    @property
    def Response(cls) -> type:
        return message_class(f'{cls._service_name}_Response')

    @property
    def Event(cls) -> type:
        return message_class(f'{cls._service_name}_Event')


class Service(metaclass=ServiceType):
    """Base of all services."""

    def __init__(self):
        raise NotImplementedError('Service classes can not be instantiated')


def message_class(name: str) -> type:
    """
    Return the class of a message (package/msg/Name or package/srv/Name_Request, …).

    :raises UnknownInterfaceError: if there is no such message
    """
    with _lock:
        if name not in _classes:
            _classes[name] = _make_message(find_definition(name))
        return _classes[name]


def service_class(name: str) -> type:
    """
    Return the class of a service (package/srv/Name).

    :raises UnknownInterfaceError: if there is no such service
    """
    with _lock:
        if name not in _classes:
            find_definition(f'{name}_Request')
            short = name.split('/')[2]
            _classes[name] = ServiceType(short, (Service,), {
                '__module__': _module(name), '__doc__': f"Service class '{short}'.",
                '_service_name': name})
        return _classes[name]


def snake_case(name: str) -> str:
    """Return the name of the module in which rosidl puts a message."""
    name = re.sub(r'(.)([A-Z][a-z]+)', r'\1_\2', name)
    return re.sub(r'([a-z0-9])([A-Z])', r'\1_\2', name).lower()


def _make_message(definition: Definition) -> type:
    short = definition.name.split('/')[2]
    namespace = {
        '__slots__': tuple(f'_{field.name}' for field in definition.fields),
        '__module__': _module(definition.name),
        '__doc__': f"Message class '{short}'.",
        '_definition': definition,
        '_fields_and_field_types': {
            field.name: field.type.idl_name for field in definition.fields},
        **{constant.name: constant.value for constant in definition.constants},
        **{f'{field.name.upper()}__DEFAULT': field.default
           for field in definition.fields if field.default is not None},
    }
    cls = MessageType(short, (Message,), namespace)
    cls._members = tuple(_add_member(cls, field) for field in definition.fields)
    return cls


def _add_member(cls: type, field: Field) -> Member:
    """Add the property of a field, which checks what is assigned."""
    nested = message_class(field.type.base) if field.type.is_message else None
    check = field_check(field.name, field.type, nested)
    store = getattr(cls, f'_{field.name}').__set__

    def assign(message, value):
        store(message, check(value))

    setattr(cls, field.name, property(
        attrgetter(f'_{field.name}'), assign, doc=f"Message field '{field.name}'."))
    convert = None
    if field.type.base in ARRAY_CODES and field.type.kind != 'single':
        convert = (new_ndarray if field.type.kind == 'array' else new_array)(
            field.name, field.type)

    def assign_argument(message, value):
        store(message, check(convert(value)))

    default = _default(field, nested)
    return Member(field.name, store, default, assign_argument if convert else assign)


def _default(field: Field, nested: type | None) -> Callable[[], Any]:
    base, kind, size = field.type.base, field.type.kind, field.type.size
    if base in ARRAY_CODES and kind == 'sequence':
        return partial(array, ARRAY_CODES[base], field.default or ())
    if base in ARRAY_CODES and kind == 'array':
        import numpy
        if field.default is None:
            return partial(numpy.zeros, size, base)
        return partial(numpy.array, field.default, base)
    zero = nested or PYTHON_TYPES.get(base, int)
    if base == 'byte':
        zero = repeat(bytes(1)).__next__
    if kind == 'single':
        if nested:
            return nested
        return repeat(zero() if field.default is None else field.default).__next__
    if field.default is not None:
        return partial(list, field.default)
    return list if kind == 'sequence' else lambda: [zero() for _ in range(size)]


def _module(name: str) -> str:
    package, kind, short = name.split('/')
    if kind == 'srv':
        short = re.sub('_(Request|Response|Event)$', '', short)
    return f'{package}.{kind}._{snake_case(short)}'


def _field_repr(value: Any) -> str:
    if isinstance(value, array):
        return repr(value.tolist())
    return repr(value)
