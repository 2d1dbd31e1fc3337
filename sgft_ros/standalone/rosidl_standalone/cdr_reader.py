"""
Compile the function that deserialises a message class.

It fills the fields past their checks: what comes off the wire has the right type by
construction. Arrays of numbers are copied as a whole.
"""

from array import array
from struct import Struct

from rosidl_standalone.cdr_alignment import Alignment, COUNT_SIZE, FORMATS, SIZES
from rosidl_standalone.definitions import find_definition
from rosidl_standalone.interface_types import ARRAY_CODES, Definition, FieldType
from rosidl_standalone.messages import message_class


def compile_reader(definition: Definition, order: str):
    """
    Return a function (memoryview after the encapsulation header) -> (message, bytes read).

    :param order: < for little endian, > for big endian
    """
    return _Reader(order).compile(definition)


def _truncated():
    raise ValueError('it ends before the message does')


def _too_long(count: int, bound: int):
    raise ValueError(f'a sequence or string has {count} elements where {bound} are allowed')


class _Reader:
    def __init__(self, order: str):
        self._order = order
        self._lines = []
        self._indent = 1
        self._names = {'array': array, 'truncated': _truncated, 'too_long': _too_long}
        self._alignment = Alignment()
        self._run = ''  # format of the numbers to be unpacked by the next call
        self._run_size = 0
        self._targets = []

    def compile(self, definition: Definition):
        message = self._message(definition)
        self._flush()
        source = '\n'.join([
            'def read(data):', ' n = 0', ' end = len(data)', *self._lines,
            f' return {message}, n'])
        exec(compile(source, f'<reader of {definition.name}>', 'exec'), self._names)
        return self._names['read']

    def _emit(self, line: str):
        self._lines.append(' ' * self._indent + line)

    def _variable(self) -> str:
        self._names[name := f'v{len(self._names)}'] = None
        return name

    def _message(self, definition: Definition) -> str:
        """Read a message and return the variable that holds it."""
        variable = self._variable()
        kind = f'class_{variable}'
        self._names[kind] = message_class(definition.name)
        self._emit(f'{variable} = {kind}.__new__({kind})')
        if not definition.fields:
            self._number('uint8', self._variable())
        for field in definition.fields:
            self._field(field.type, f'{variable}._{field.name}')
        return variable

    def _field(self, type_: FieldType, target: str):
        if type_.kind == 'single':
            self._single(type_, target)
            return
        if type_.kind == 'array':
            count = str(type_.size)
        else:
            count = self._count(type_.size)
        if type_.base in ARRAY_CODES:
            self._numbers(type_, count, target)
        elif type_.base in ('bool', 'byte'):
            self._slice(count, 1)
            each = 'data[b:b + 1].tobytes() for b in range(n, e)' if type_.base == 'byte' \
                else 'b != 0 for b in data[n:e]'
            self._emit(f'{target} = [{each}]')
            self._emit('n = e')
            self._alignment.know_only(1)
        else:
            self._elements(type_, count, target)

    def _single(self, type_: FieldType, target: str):
        if type_.base == 'string':
            count = self._count(type_.string_bound and type_.string_bound + 1)
            self._slice(count, 1)
            self._emit(f"{target} = str(data[n:e - 1], 'utf-8') if {count} else ''")
            self._emit('n = e')
            self._alignment.know_only(1)
        elif type_.is_message:
            self._emit(f'{target} = {self._message(find_definition(type_.base))}')
        else:
            self._number(type_.base, target)

    def _count(self, bound: int) -> str:
        variable = self._variable()
        self._number('uint32', variable)
        self._flush()
        if bound:
            self._emit(f'if {variable} > {bound}: too_long({variable}, {bound})')
        return variable

    def _number(self, base: str, target: str):
        size = SIZES[base]
        padding = self._alignment.padding(size)
        if padding is None:
            self._pad(size)
            padding = 0
        self._alignment.advance(padding + size)
        self._run += 'x' * padding + FORMATS[base]
        self._run_size += padding + size
        self._targets.append(target)

    def _flush(self):
        """Unpack the numbers collected so far."""
        if self._run:
            name = f'unpack_{len(self._names)}'
            self._names[name] = Struct(self._order + self._run).unpack_from
            self._emit(f'{", ".join(self._targets)}, = {name}(data, n)')
            self._emit(f'n += {self._run_size}')
        self._run, self._run_size, self._targets = '', 0, []

    def _pad(self, size: int):
        """Go to a multiple of a size."""
        self._flush()
        padding = self._alignment.padding(size)
        if padding is None:
            self._emit(f'n += -n & {size - 1}')
        elif padding:
            self._emit(f'n += {padding}')
        self._alignment.align(size)

    def _slice(self, count: str, size: int):
        """Let data[n:e] be elements that are there."""
        self._flush()
        self._emit(f'e = n + {count} * {size}')
        self._emit('if e > end: truncated()')

    def _numbers(self, type_: FieldType, count: str, target: str):
        size = SIZES[type_.base]
        self._flush()
        if type_.kind == 'array':
            self._pad(size)
            self._slice(count, size)
            self._names['frombuffer'] = _frombuffer
            code = self._order + ARRAY_CODES[type_.base]
            self._emit(f'{target} = frombuffer(data[n:e], {code!r}, {type_.base!r})')
            self._emit('n = e')
            self._alignment.advance(size * type_.size)
            return
        variable = self._variable()
        self._emit(f'{target} = {variable} = array({ARRAY_CODES[type_.base]!r})')
        self._emit(f'if {count}:')
        self._indent += 1
        self._pad(size)
        self._slice(count, size)
        self._emit(f'{variable}.frombytes(data[n:e])')
        if self._order == '>' and size > 1:
            self._emit(f'{variable}.byteswap()')
        self._emit('n = e')
        self._indent -= 1
        self._alignment.know_only(min(size, COUNT_SIZE))

    def _elements(self, type_: FieldType, count: str, target: str):
        self._slice(count, 1)  # an element has one byte at least; keeps garbage from looping
        elements, element = self._variable(), self._variable()
        self._emit(f'{elements} = {target} = []')
        self._emit(f'for _ in range({count}):')
        self._indent += 1
        self._alignment.know_only(1)
        self._single(type_, element)
        self._flush()
        self._emit(f'{elements}.append({element})')
        self._indent -= 1
        self._alignment.know_only(1)


def _frombuffer(data: memoryview, code: str, base: str):
    import numpy
    return numpy.frombuffer(data, code).astype(base)  # a copy, in any case
