"""What is said on a call: RTP (RFC 3550) with the speaker's own name in each packet, and whose names are heard.

The payload is passed on by Asterisk as it is (G.711 on both sides), so who hears whom is known end to end: two agents
with one caller, or a caller with nobody, cannot stay hidden behind signalling that looks right.
"""

from __future__ import annotations

import asyncio
import secrets
import socket
import struct
import time
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

_HEADER = struct.Struct("!BBHII")
_VERSION_2, _PCMU = 0x80, 0
_SAMPLES = 160
_PACKET_S = 0.02
_CATCH_UP = 10
NAME_BYTES = 8
_BUFFER_BYTES = 8 << 20


def payload(name: str) -> bytes:
    """20 ms of G.711 that hold the name (8 ASCII characters) over and over."""
    data = name.encode("ascii")
    if len(data) != NAME_BYTES:
        raise ValueError(f"{name!r} is not {NAME_BYTES} characters long")
    return data * (_SAMPLES // NAME_BYTES)


def name_in(packet: bytes) -> str | None:
    """Who says this RTP packet; None for music, prompts and silence."""
    said = packet[_HEADER.size :]
    if len(said) != _SAMPLES or said[0] not in b"ac" or said != said[:NAME_BYTES] * (_SAMPLES // NAME_BYTES):
        return None
    return said[:NAME_BYTES].decode("ascii")


@dataclass(slots=True, eq=False)
class Ear:
    """One side of a call: what it says, and whom it has heard, with the number of packets."""

    remote_port: int
    says: bytes
    began_at: float
    source: int = field(default_factory=lambda: secrets.randbits(32))
    sent: int = 0
    heard: dict[str, int] = field(default_factory=dict)


class Voice:
    """One UDP socket (and its RTCP neighbour, unread) for all calls of one side, told apart by Asterisk's port."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._ears: dict[int, Ear] = {}
        self._pump: asyncio.Task[None] | None = None
        self._sockets = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) for _ in range(2)]

    def __enter__(self) -> Self:
        for number, one in enumerate(self._sockets):
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER_BYTES if number == 0 else 1)
            one.bind(("127.0.0.1", self.port + number))
        asyncio.get_running_loop().add_reader(self._sockets[0], self._read)
        self._pump = asyncio.create_task(self._speak())
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        assert self._pump is not None
        self._pump.cancel()
        asyncio.get_running_loop().remove_reader(self._sockets[0])
        for one in self._sockets:
            one.close()

    def join(self, remote_port: int, name: str) -> Ear:
        """From now on ``name`` is said there, at once: Asterisk's Answer() waits for a caller's first sound."""
        ear = self._ears[remote_port] = Ear(remote_port, payload(name), time.monotonic())
        self._say(ear)
        return ear

    def leave(self, ear: Ear) -> None:
        if self._ears.get(ear.remote_port) is ear:
            del self._ears[ear.remote_port]

    async def _speak(self) -> None:
        """Each side says a packet every 20 ms; what a late turn has missed is said at once."""
        while True:
            await asyncio.sleep(_PACKET_S)
            now = time.monotonic()
            for ear in self._ears.values():
                behind = 1 + int((now - ear.began_at) / _PACKET_S) - ear.sent
                for _ in range(min(behind, _CATCH_UP)):
                    self._say(ear)

    def _say(self, ear: Ear) -> None:
        ear.sent += 1
        head = _HEADER.pack(_VERSION_2, _PCMU, ear.sent & 0xFFFF, ear.sent * _SAMPLES, ear.source)
        with suppress(OSError):  # Asterisk has closed the port a moment ago
            self._sockets[0].sendto(head + ear.says, ("127.0.0.1", ear.remote_port))

    def _read(self) -> None:
        for _ in range(500):  # then others get their turn
            try:
                packet, (_, port) = self._sockets[0].recvfrom(2048)
            except BlockingIOError:
                return
            except OSError:
                continue  # what an earlier packet met: a port closed meanwhile
            ear = self._ears.get(port)
            if ear is not None and (name := name_in(packet)) is not None:
                ear.heard[name] = ear.heard.get(name, 0) + 1
