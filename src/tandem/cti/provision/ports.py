"""Loopback ports for parts that are started beside others.

They lie below those that the kernel gives to whoever asks for any (``ip_local_port_range``, from 32768 unless somebody
has set it otherwise; ip(7)): a port from up there is anybody's until its part has bound it, and that takes seconds.
Processes beside each other take them from different blocks: who has one holds its name, an abstract socket, which is
the network's and ends with the process (unix(7)).
"""

from __future__ import annotations

import secrets
import socket
from typing import Final

from tandem.cti.provision.errors import StartFailed

_SINGLE: Final = range(12_000, 20_000)
_BLOCK: Final = 100
_BLOCK_NAME: Final = "tandem-ports"
_MEDIA: Final = range(20_000, 32_000)
_left: list[int] = []
"""Of the blocks of this process, those that nobody has been given."""


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    """One that nobody has bound, and that no process has been given that still runs. Raises StartFailed: there is
    none."""
    while _left or _take_block():
        port = _left.pop()
        if _is_free(port, kind):
            return port
    raise StartFailed(f"No free port between {_SINGLE.start} and {_SINGLE.stop - 1} on loopback: end what holds them.")


def media_ports(count: int) -> tuple[int, int]:
    """The first, even, and the last of ``count`` for RTP. Asterisk passes over those that are taken."""
    first = _MEDIA.start + 2 * secrets.randbelow((len(_MEDIA) - count) // 2 + 1)
    return first, first + count - 1


def _take_block() -> bool:
    """Any that no process has; False: there is none."""
    blocks = list(_SINGLE[::_BLOCK])
    while blocks:
        first = blocks.pop(secrets.randbelow(len(blocks)))
        name = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            name.bind(f"\0{_BLOCK_NAME}-{first}")
        except OSError:
            name.close()
            continue
        name.detach()  # held until the process ends
        _left.extend(range(first, min(first + _BLOCK, _SINGLE.stop)))
        return True
    return False


def _is_free(port: int, kind: socket.SocketKind) -> bool:
    with socket.socket(socket.AF_INET, kind) as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
