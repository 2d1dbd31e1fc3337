"""rmw_dds_common/msg/ParticipantEntitiesInfo: which endpoints belong to which node."""

from dataclasses import dataclass, field
import struct

TYPE = 'rmw_dds_common::msg::dds_::ParticipantEntitiesInfo_'
TYPE_HASH = 'RIHS01_91a0593bacdcc50ea9bdcf849a938b128412cc1ea821245c663bcd26f83c295e'
GID_SIZE = 16
HEADERS = {b'\0\0': '>', b'\0\1': '<'}  # of XCDR1


@dataclass
class NodeEntities:
    """A node and the GIDs of its readers and writers."""

    namespace: str
    name: str
    readers: list[bytes] = field(default_factory=list)
    writers: list[bytes] = field(default_factory=list)


def encode(participant, nodes):
    """Return the message of a participant as XCDR1 bytes."""
    parts = bytearray(b'\0\1\0\0' + participant)
    _put_number(parts, len(nodes))
    for node in nodes:
        for text in (node.namespace, node.name):
            data = text.encode() + b'\0'
            _put_number(parts, len(data))
            parts += data
        for gids in (node.readers, node.writers):
            _put_number(parts, len(gids))
            parts += b''.join(gids)
    return bytes(parts)


def decode(data):
    """Return GID and nodes of a participant; raise ValueError if the bytes are no such message."""
    order = HEADERS.get(bytes(data[:2]))
    if order is None:
        raise ValueError(f'discovery message: unknown encoding {bytes(data[:2])!r}')
    reader = _Reader(data, order)
    try:
        participant = reader.take(GID_SIZE)
        nodes = [
            NodeEntities(reader.text(), reader.text(), reader.gids(), reader.gids())
            for _ in range(reader.number())]
    except (struct.error, UnicodeDecodeError) as error:
        raise ValueError(f'discovery message: {error}') from None
    return participant, nodes


def _put_number(parts, number):
    parts += bytes(-len(parts) % 4)
    parts += struct.pack('<I', number)


class _Reader:
    def __init__(self, data, order):
        self._data = data
        self._order = order
        self._position = 4

    def take(self, size):
        end = self._position + size
        if end > len(self._data):
            raise ValueError('discovery message: it ends too early')
        value = bytes(self._data[self._position:end])
        self._position = end
        return value

    def number(self):
        self._position += -self._position % 4
        return struct.unpack(self._order + 'I', self.take(4))[0]

    def text(self):
        return self.take(self.number()).rstrip(b'\0').decode()

    def gids(self):
        data = self.take(GID_SIZE * self.number())
        return [data[i:i + GID_SIZE] for i in range(0, len(data), GID_SIZE)]
