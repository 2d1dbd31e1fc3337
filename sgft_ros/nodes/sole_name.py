"""One node of a name in a ROS domain, on one machine: two runs at once would mix."""

import errno
import hashlib
import socket
import struct
import sys


def take(name: str, domain: int) -> socket.socket | None:
    """
    Take the full name of a node until the returned socket is closed, or this process ends.

    The kernel keeps the name, and no file: the process that is started again after a kill never
    finds its predecessor, whom DDS takes for alive for ten seconds more. Only Linux does so;
    elsewhere nothing is taken.

    :raises RuntimeError: if another process has it
    """
    if sys.platform != 'linux':
        return None
    digest = hashlib.sha256(f'{domain} {name}'.encode()).hexdigest()
    address = f'\0sgft_ros/{digest}'  # a namespace may be longer than an address
    taken = socket.socket(socket.AF_UNIX)
    try:
        taken.bind(address)
    except OSError as error:
        taken.close()
        if error.errno != errno.EADDRINUSE:
            raise
        raise RuntimeError(
            f'another run is in ROS domain {domain} of this machine: {_process(address)} is its '
            f'{name}. End it, or give this run a ROS_DOMAIN_ID of its own; a further robot of '
            'that run needs a namespace and learning_side:=false') from None
    taken.listen()
    return taken


def _process(address):
    """Return who has an address, as far as the kernel tells."""
    with socket.socket(socket.AF_UNIX) as caller:
        caller.setblocking(False)
        try:
            caller.connect(address)
        except OSError:  # it ends just now
            return 'a process'
        credentials = caller.getsockopt(
            socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize('3i'))
    process, _, _ = struct.unpack('3i', credentials)
    return f'process {process}' if process else 'a process of another container'
