"""From the bytes that a process writes to lines of text."""

import codecs


class Lines:
    """Cut a stream of UTF-8 bytes into lines; bytes may end anywhere, also within a letter."""

    def __init__(self):
        """Start with nothing."""
        self._decoder = codecs.getincrementaldecoder('utf-8')(errors='replace')
        self._rest = ''

    def feed(self, data: bytes) -> list[str]:
        """Return the lines that some more bytes complete, without their ends."""
        *lines, self._rest = (self._rest + self._decoder.decode(data)).split('\n')
        return [line.removesuffix('\r') for line in lines]

    def flush(self) -> list[str]:
        """Return what was written after the last line end, if anything."""
        rest, self._rest = self._rest + self._decoder.decode(b'', final=True), ''
        return [rest.removesuffix('\r')] if rest else []
