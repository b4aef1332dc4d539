"""Loopback ports for parts that are started beside others.

They lie below those that the kernel gives to whoever asks for any (``ip_local_port_range``, from 32768 unless somebody
has set it otherwise; ip(7)): a port from up there is anybody's until its part has bound it, and that takes seconds.
"""

from __future__ import annotations

import secrets
import socket
from typing import Final

from tandem.cti.provision.errors import StartFailed

_SINGLE: Final = range(12_000, 20_000)
_MEDIA: Final = range(20_000, 32_000)
_TRIES: Final = 200
_given: set[int] = set()


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    """One that nobody has bound, and that this process has not been given before. Raises StartFailed: there is none."""
    for _ in range(_TRIES):
        port = secrets.choice(_SINGLE)
        if port not in _given and _is_free(port, kind):
            _given.add(port)
            return port
    raise StartFailed(f"No free port between {_SINGLE.start} and {_SINGLE.stop - 1} on loopback: end what holds them.")


def media_ports(count: int) -> tuple[int, int]:
    """The first, even, and the last of ``count`` for RTP. Asterisk passes over those that are taken."""
    first = _MEDIA.start + 2 * secrets.randbelow((len(_MEDIA) - count) // 2 + 1)
    return first, first + count - 1


def _is_free(port: int, kind: socket.SocketKind) -> bool:
    with socket.socket(socket.AF_INET, kind) as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
