"""What rmw_cyclonedds puts before requests and replies: who asked, and which question it was."""

import struct

_HEADER = struct.Struct('<Qq')
_BIG_ENDIAN = struct.Struct('>Qq')
ENCAPSULATION = 4


def join(data, client, sequence):
    """Return serialised fields with the header between them and their encapsulation."""
    return data[:ENCAPSULATION] + _HEADER.pack(client, sequence) + data[ENCAPSULATION:]


def split(data):
    """Return serialised fields, client and sequence; raise ValueError if it is too short."""
    end = ENCAPSULATION + _HEADER.size
    if len(data) < end:
        raise ValueError(f'expected at least {end} bytes, got {len(data)}')
    header = _HEADER if data[1] & 1 else _BIG_ENDIAN
    client, sequence = header.unpack_from(data, ENCAPSULATION)
    return data[:ENCAPSULATION] + data[end:], client, sequence
