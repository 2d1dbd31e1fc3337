"""What a message definition consists of."""

from typing import Any, NamedTuple

ARRAY_CODES = {  # primitive types that travel as array.array or numpy.ndarray
    'float32': 'f', 'float64': 'd',
    'int8': 'b', 'uint8': 'B', 'int16': 'h', 'uint16': 'H',
    'int32': 'i', 'uint32': 'I', 'int64': 'q', 'uint64': 'Q',
}
PRIMITIVES = frozenset(ARRAY_CODES) | {'bool', 'byte', 'string'}
SYNONYMS = {'char': 'uint8'}
IDL_NAMES = {'float32': 'float', 'float64': 'double', 'bool': 'boolean', 'byte': 'octet'}


class FieldType(NamedTuple):
    """Type of a field: a primitive or a message, alone, as an array or as a sequence."""

    base: str  # primitive, or full name of a message (package/msg/Name)
    string_bound: int = 0  # longest string allowed; 0 is any
    kind: str = 'single'  # single, array or sequence
    size: int = 0  # of an array; bound of a sequence, 0 without one

    @property
    def is_message(self) -> bool:
        return '/' in self.base

    @property
    def idl_name(self) -> str:
        """Return the name that get_fields_and_field_types() gives."""
        name = IDL_NAMES.get(self.base, self.base)
        if self.is_message:
            package, _, message = name.split('/')
            name = f'{package}/{message}'
        if self.string_bound:
            name = f'{name}<{self.string_bound}>'
        if self.kind == 'array':
            return f'{name}[{self.size}]'
        if self.kind == 'sequence':
            return f'sequence<{name}, {self.size}>' if self.size else f'sequence<{name}>'
        return name


class Field(NamedTuple):
    """A field of a message; its default is None where the definition gives none."""

    name: str
    type: FieldType
    default: Any = None


class Constant(NamedTuple):
    """A constant of a message."""

    name: str
    value: Any


class Definition(NamedTuple):
    """Fields and constants of one message."""

    name: str  # full name (package/msg/Name)
    fields: tuple[Field, ...]
    constants: tuple[Constant, ...] = ()


def constant_value(base: str, value: Any) -> Any:
    """Return a constant the way generated message classes hold it."""
    if base == 'byte':
        return bytes([value])
    converters = {'bool': bool, 'string': str, 'float32': float, 'float64': float}
    return converters.get(base, int)(value)
