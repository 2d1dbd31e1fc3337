"""
What a compiler of serialisation knows about the position in the buffer.

XCDR version 1 (OMG DDS-XTypes 1.3, 7.4.1): a number of n bytes stands at a multiple of n,
counted from the end of the encapsulation header; strings and sequences begin with a uint32
count, and the count of a string includes its closing zero byte.
"""

FORMATS = {'bool': '?', 'byte': 'c', 'float32': 'f', 'float64': 'd',
           'int8': 'b', 'uint8': 'B', 'int16': 'h', 'uint16': 'H',
           'int32': 'i', 'uint32': 'I', 'int64': 'q', 'uint64': 'Q'}
SIZES = {'bool': 1, 'byte': 1, 'int8': 1, 'uint8': 1, 'int16': 2, 'uint16': 2, 'int32': 4,
         'uint32': 4, 'float32': 4, 'int64': 8, 'uint64': 8, 'float64': 8}
COUNT_SIZE = SIZES['uint32']


class Alignment:
    """Knows a position as ``rest`` modulo ``modulus``, which is 1, 2, 4 or 8."""

    def __init__(self):
        self.modulus = 8
        self.rest = 0

    def padding(self, size: int) -> int | None:
        """Return the bytes to the next multiple of a size, None if that is known at run only."""
        return -self.rest % size if self.modulus % size == 0 else None

    def align(self, size: int):
        """Be at a multiple of a size."""
        padding = self.padding(size)
        if padding is None:
            self.modulus, self.rest = size, 0
        else:
            self.advance(padding)

    def advance(self, size: int):
        """Go on by a number of bytes."""
        self.rest = (self.rest + size) % self.modulus

    def know_only(self, multiple: int):
        """Be somewhere at a multiple of a size."""
        self.modulus, self.rest = multiple, 0
