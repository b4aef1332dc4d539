"""Sees SIP on the loopback interface, with the kernel's own time stamps."""

from __future__ import annotations

import asyncio
import ctypes
import re
import socket
import struct
from dataclasses import dataclass

_ETH_P_IP = 0x0800
_SO_ATTACH_FILTER = 26
_SO_TIMESTAMPNS = 35
_ETHERNET = 14
_UDP = 17
_FROM = re.compile(rb"^(?:From|f)\s*:[^\r\n]*?sips?:([^@>;\r\n]+)@", re.MULTILINE | re.IGNORECASE)
# Classic BPF, <linux/filter.h>: IP total length (offset 16) over 250 passes; RTP of 20 ms G.711 has 200.
_LONG_PACKETS = ((0x28, 0, 0, 16), (0x25, 0, 1, 250), (0x06, 0, 0, 0xFFFF), (0x06, 0, 0, 0))


@dataclass(slots=True)
class Rung:
    """Seconds, CLOCK_REALTIME of the kernel."""

    invited_at: float
    phone_invited_at: float | None = None
    phone_rings_at: float | None = None


class SipWatch:
    """``calls`` by the caller's number: his INVITE to ``switch_port``, the phone's INVITE and 180 at ``phones_port``.

    Raises PermissionError without CAP_NET_RAW (root, or a network namespace of one's own)."""

    def __init__(self, *, switch_port: int, phones_port: int) -> None:
        self.calls: dict[str, Rung] = {}
        self._switch_port, self._phones_port = switch_port, phones_port
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW | socket.SOCK_NONBLOCK, socket.htons(_ETH_P_IP))

    def __enter__(self) -> SipWatch:
        program = b"".join(struct.pack("HBBI", *line) for line in _LONG_PACKETS)
        buffer = ctypes.create_string_buffer(program)
        self._socket.setsockopt(
            socket.SOL_SOCKET, _SO_ATTACH_FILTER, struct.pack("HL", len(_LONG_PACKETS), ctypes.addressof(buffer))
        )
        self._socket.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        self._socket.bind(("lo", 0))
        asyncio.get_running_loop().add_reader(self._socket, self._read)
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.get_running_loop().remove_reader(self._socket)
        self._socket.close()

    def _read(self) -> None:
        while True:
            try:
                packet, ancillary, _, address = self._socket.recvmsg(65_535, 64)
            except BlockingIOError:
                return
            if address[2] != socket.PACKET_OUTGOING:  # each packet on lo is seen twice
                seconds, nanoseconds = struct.unpack("qq", ancillary[0][2][:16])
                self._see(packet[_ETHERNET:], seconds + nanoseconds / 1e9)

    def _see(self, packet: bytes, at: float) -> None:
        header = (packet[0] & 0x0F) * 4
        if packet[9] != _UDP:
            return
        source, target = struct.unpack("!HH", packet[header : header + 4])
        text = packet[header + 8 :]
        found = _FROM.search(text)
        if found is None:
            return
        number = found[1].decode()
        if target == self._switch_port and source != self._phones_port and text.startswith(b"INVITE "):
            self.calls.setdefault(number, Rung(at))
            return
        call = self.calls.get(number)
        if call is None:
            return
        if target == self._phones_port and text.startswith(b"INVITE ") and call.phone_invited_at is None:
            call.phone_invited_at = at
        elif source == self._phones_port and text.startswith(b"SIP/2.0 180 ") and call.phone_rings_at is None:
            call.phone_rings_at = at
