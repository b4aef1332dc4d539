"""Sees AMI on the loopback interface, with the kernel's own time stamps: from a caller's key to his next prompt."""

from __future__ import annotations

import asyncio
import ctypes
import socket
import struct
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

_ETH_P_IP = 0x0800
_SO_ATTACH_FILTER = 26
_SO_RCVBUFFORCE = 33
_SO_TIMESTAMPNS = 35
_ETHERNET = 14
_MIB = 1 << 20
_HEARD = ("EXEC Background ", "EXEC Read ")


@dataclass(slots=True)
class Answer:
    """Seconds, CLOCK_REALTIME of the kernel. ``keys``: how many he pressed to answer this Read."""

    keys: int = 0
    pressed_at: float = 0.0
    """When Asterisk told of the last key."""
    read_at: float = 0.0
    """When it told what the Read has read."""
    asked_at: float = 0.0
    """When the next prompt was asked for."""


@dataclass(slots=True)
class _Stream:
    expected: int | None = None
    unread: bytes = b""


@dataclass(slots=True)
class _Caller:
    reads: bool = False
    answer: Answer = field(default_factory=Answer)


class AmiWatch:
    """``begun``: of each answered question, seconds from the key to the moment when the next prompt begins; ``answers``
    the parts of the way before. Keys that are pressed while nothing is asked do not count.

    Raises PermissionError without CAP_NET_RAW (root, or a network namespace of one's own)."""

    def __init__(self, port: int) -> None:
        self.answers: list[Answer] = []
        self.begun: dict[str, list[float]] = defaultdict(list)
        self.lost = 0
        """Packets that were not seen; then a message may be missing."""
        self._port = port
        self._streams: dict[tuple[int, int], _Stream] = defaultdict(_Stream)
        self._callers: dict[str, _Caller] = defaultdict(_Caller)
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW | socket.SOCK_NONBLOCK, socket.htons(_ETH_P_IP))

    def __enter__(self) -> AmiWatch:
        # classic BPF, <linux/filter.h>: TCP (23 is the protocol) from or to the port (34, 36)
        lines = (
            (0x30, 0, 0, 23),
            (0x15, 0, 5, socket.IPPROTO_TCP),
            (0x28, 0, 0, 34),
            (0x15, 2, 0, self._port),
            (0x28, 0, 0, 36),
            (0x15, 0, 1, self._port),
            (0x06, 0, 0, 0x40000),
            (0x06, 0, 0, 0),
        )
        program = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *line) for line in lines))
        fprog = struct.pack("HL", len(lines), ctypes.addressof(program))
        self._socket.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, fprog)
        self._socket.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, 16 * _MIB)
        self._socket.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        self._socket.bind(("lo", 0))
        asyncio.get_running_loop().add_reader(self._socket, self._read)
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.get_running_loop().remove_reader(self._socket)
        self._socket.close()

    def clear(self) -> None:
        self.answers.clear()
        self.begun.clear()

    def _read(self) -> None:
        while True:
            try:
                packet, ancillary, _, address = self._socket.recvmsg(70_000, 64)
            except BlockingIOError:
                return
            if address[2] != socket.PACKET_OUTGOING:  # each packet on lo is seen twice
                seconds, nanoseconds = struct.unpack("qq", ancillary[0][2][:16])
                self._see(packet[_ETHERNET:], seconds + nanoseconds / 1e9)

    def _see(self, packet: bytes, at: float) -> None:
        header = (packet[0] & 0x0F) * 4
        source, target, sequence = struct.unpack("!HHI", packet[header : header + 8])
        payload = packet[header + (packet[header + 12] >> 4) * 4 : struct.unpack("!H", packet[2:4])[0]]
        if not payload:
            return
        stream = self._streams[source, target]
        if stream.expected is not None and sequence != stream.expected:
            if (sequence - stream.expected) & 0xFFFFFFFF > 0x7FFFFFFF:
                return  # sent again
            self.lost += 1
            stream.unread = b""
        stream.expected = (sequence + len(payload)) & 0xFFFFFFFF
        *messages, stream.unread = (stream.unread + payload).split(b"\r\n\r\n")
        for message in messages:
            fields = dict(line.partition(": ")[::2] for line in message.decode(errors="replace").split("\r\n"))
            if source == self._port:
                self._event(fields, at)
            else:
                self._action(fields, at)

    def _event(self, fields: dict[str, str], at: float) -> None:
        caller = self._callers[fields.get("Channel", "")]
        answer = caller.answer
        match fields.get("Event"):
            case "AGIExecStart":
                if answer.asked_at:
                    self.answers.append(answer)
                    self.begun[_kind(answer)].append(at - answer.pressed_at)
                caller.reads = fields["Command"].startswith("EXEC Read ")
                caller.answer = Answer()
            case "DTMFEnd" if caller.reads and fields.get("Direction") == "Received":
                answer.keys += 1
                answer.pressed_at = at
            case "AsyncAGIExec" if answer.keys:
                answer.read_at = at if not answer.asked_at else answer.read_at
            case "Hangup":
                self._callers.pop(fields.get("Channel", ""), None)

    def _action(self, fields: dict[str, str], at: float) -> None:
        if fields.get("Action") == "AGI" and fields["Command"].startswith(_HEARD):
            answer = self._callers[fields["Channel"]].answer
            if answer.keys and not answer.asked_at:
                answer.asked_at = at

    def asked(self) -> dict[str, list[float]]:
        """Seconds from the key to the action with the next prompt, by ``menu`` and ``dip``."""
        return self._parts(lambda answer: answer.asked_at - answer.pressed_at)

    def read(self) -> dict[str, list[float]]:
        """Of these, Asterisk's: from the key to its telling what the Read has read."""
        return self._parts(lambda answer: answer.read_at - answer.pressed_at)

    def _parts(self, part: Callable[[Answer], float]) -> dict[str, list[float]]:
        parts = defaultdict(list)
        for answer in self.answers:
            parts[_kind(answer)].append(part(answer))
        return parts


def _kind(answer: Answer) -> str:
    """One key answers a menu, more the question whose answer is looked up."""
    return "menu" if answer.keys == 1 else "dip"
