"""The channel that a child process writes to."""

import asyncio
from collections.abc import Callable
import os
import termios


class Output(asyncio.Protocol):
    """A pipe or pseudo terminal; `closed` is done when nobody can write to it any more."""

    def __init__(self, on_data: Callable[[bytes], None], *, terminal: bool):
        """
        Open the channel.

        :param on_data: receives the bytes as they come
        :param terminal: whether to make a pseudo terminal, so that programs buffer lines only
        """
        self._on_data = on_data
        self._transport = None
        self.closed = asyncio.get_running_loop().create_future()
        self._read_end, self.write_end = os.openpty() if terminal else os.pipe()
        if terminal:
            _write_bytes_unchanged(self.write_end)

    async def start(self):
        """Begin to read; to be called when the child has its end."""
        os.close(self.write_end)
        stream = os.fdopen(self._read_end, 'rb', buffering=0)
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.connect_read_pipe(lambda: self, stream)

    def close(self):
        """Stop reading, whoever may still write."""
        if self._transport is not None:
            self._transport.close()
        else:
            os.close(self._read_end)
            os.close(self.write_end)

    def data_received(self, data: bytes):
        """Pass bytes on."""
        self._on_data(data)

    def connection_lost(self, exc):
        """Note the end; a pseudo terminal ends with an error, which is none."""
        if not self.closed.done():
            self.closed.set_result(None)


def _write_bytes_unchanged(terminal: int):
    """Keep a terminal from turning every line end into two characters."""
    attributes = termios.tcgetattr(terminal)
    attributes[1] &= ~termios.OPOST
    termios.tcsetattr(terminal, termios.TCSANOW, attributes)
