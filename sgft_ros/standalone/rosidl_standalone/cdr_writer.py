"""
Compile the function that serialises a message class.

The fields of nested messages stand in a row with those around them, so that neighbouring
numbers are packed by one call; arrays of numbers are joined as buffers.
"""

from struct import Struct

from rosidl_standalone.cdr_alignment import Alignment, COUNT_SIZE, FORMATS, SIZES
from rosidl_standalone.definitions import find_definition
from rosidl_standalone.interface_types import ARRAY_CODES, Definition, FieldType

LITTLE_ENDIAN = b'\0\1\0\0'  # encapsulation header: plain CDR, no options
ZEROS = [bytes(count) for count in range(8)]


def compile_writer(definition: Definition):
    """Return a function (message) -> bytes."""
    return _Writer().compile(definition)


class _Writer:
    def __init__(self):
        self._lines = []
        self._indent = 1
        self._names = {'ZEROS': ZEROS, 'HEADER': LITTLE_ENDIAN}
        self._alignment = Alignment()
        self._run = ''  # format of the numbers to be packed by the next call
        self._run_size = 0
        self._values = []

    def compile(self, definition: Definition):
        self._message(definition, 'message')
        self._flush()
        source = '\n'.join([
            'def write(message):', ' parts = [HEADER]', ' append = parts.append', ' n = 0',
            *self._lines, " return b''.join(parts)"])
        exec(compile(source, f'<writer of {definition.name}>', 'exec'), self._names)
        return self._names['write']

    def _emit(self, line: str):
        self._lines.append(' ' * self._indent + line)

    def _variable(self) -> str:
        self._names[name := f'v{len(self._names)}'] = None
        return name

    def _message(self, definition: Definition, variable: str):
        if not definition.fields:  # C++ and IDL have no empty structure
            self._number('uint8', '0')
        for field in definition.fields:
            self._field(field.type, f'{variable}._{field.name}')

    def _field(self, type_: FieldType, expression: str):
        if type_.kind == 'single':
            self._single(type_, expression)
            return
        variable = self._variable()
        self._emit(f'{variable} = {expression}')
        if type_.kind == 'sequence':
            self._number('uint32', f'len({variable})')
        if type_.base in ARRAY_CODES:
            self._numbers(type_, variable)
        elif type_.base in ('bool', 'byte'):
            joined = f"b''.join({variable})" if type_.base == 'byte' else f'bytes({variable})'
            self._raw(joined, f'len({variable})')
        else:
            self._elements(type_, variable)

    def _single(self, type_: FieldType, expression: str):
        if type_.base == 'string':
            variable = self._variable()
            self._emit(f"{variable} = {expression}.encode() + b'\\0'")
            self._number('uint32', f'len({variable})')
            self._raw(variable, f'len({variable})')
        elif type_.is_message:
            variable = self._variable()
            self._emit(f'{variable} = {expression}')
            self._message(find_definition(type_.base), variable)
        else:
            self._number(type_.base, expression)

    def _number(self, base: str, expression: str):
        size = SIZES[base]
        padding = self._alignment.padding(size)
        if padding is None:
            self._pad(size)
            padding = 0
        self._alignment.advance(padding + size)
        self._run += 'x' * padding + FORMATS[base]
        self._run_size += padding + size
        self._values.append(expression)

    def _flush(self):
        """Pack the numbers collected so far."""
        if self._run:
            name = f'pack_{len(self._names)}'
            self._names[name] = Struct(f'<{self._run}').pack
            self._emit(f'append({name}({", ".join(self._values)}))')
            self._emit(f'n += {self._run_size}')
        self._run, self._run_size, self._values = '', 0, []

    def _pad(self, size: int):
        """Go to a multiple of a size."""
        self._flush()
        padding = self._alignment.padding(size)
        if padding is None:
            self._emit(f'k = -n & {size - 1}')
            self._emit('append(ZEROS[k])')
            self._emit('n += k')
        elif padding:
            self._emit(f'append(ZEROS[{padding}])')
            self._emit(f'n += {padding}')
        self._alignment.align(size)

    def _raw(self, expression: str, length: str):
        self._flush()
        self._emit(f'append({expression})')
        self._emit(f'n += {length}')
        self._alignment.know_only(1)

    def _numbers(self, type_: FieldType, variable: str):
        size = SIZES[type_.base]
        self._flush()
        if type_.kind == 'array':
            self._pad(size)
            self._emit(f'append({variable}.tobytes())')
            self._emit(f'n += {size * type_.size}')
            self._alignment.advance(size * type_.size)
            return
        # Without elements there is no padding either.
        self._emit(f'if {variable}:')
        self._indent += 1
        self._pad(size)
        self._emit(f'append({variable})')
        self._emit(f'n += len({variable}) * {size}')
        self._indent -= 1
        self._alignment.know_only(min(size, COUNT_SIZE))

    def _elements(self, type_: FieldType, variable: str):
        self._flush()
        element = self._variable()
        self._emit(f'for {element} in {variable}:')
        self._indent += 1
        self._alignment.know_only(1)
        self._single(type_, element)
        self._flush()
        self._indent -= 1
        self._alignment.know_only(1)
