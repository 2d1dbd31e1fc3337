"""The hash of a message type, as endpoints tell it."""


class TypeHash:
    """Version and 32 bytes; version 0 is an unset hash."""

    def __init__(self, version=-1, value=bytes(32)):
        """Take both."""
        self.version = version
        self.value = bytes(value)

    @classmethod
    def from_text(cls, text):
        """Return the hash of `RIHS01_` and 64 digits, the unset one of anything else."""
        prefix, _, digits = text.partition('_')
        try:
            value = bytes.fromhex(digits)
        except ValueError:
            value = b''
        if prefix[:4] != 'RIHS' or not prefix[4:].isdecimal() or len(value) != 32:
            return cls()
        return cls(int(prefix[4:]), value)

    def __eq__(self, other):
        if not isinstance(other, TypeHash):
            return NotImplemented
        return (self.version, self.value) == (other.version, other.value)

    def __hash__(self):
        return hash((self.version, self.value))

    def __str__(self):
        if self.version <= 0 or len(self.value) != 32:
            return 'INVALID'
        return f'RIHS{self.version:02}_{self.value.hex()}'

    def __repr__(self):
        return f'TypeHash(version={self.version}, value={self.value!r})'
