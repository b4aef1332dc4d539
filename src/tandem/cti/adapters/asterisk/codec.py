"""The Asterisk Manager Interface as bytes: no sockets, no clock, no loop (sans-I/O).

A message is a run of ``Name: value`` lines, each ended by CR LF, closed by an empty line; an event begins with
``Event:``, the answer to an action with ``Response:``. Asterisk greets with one line, the banner, that no empty line
follows. Source: https://docs.asterisk.org, "AMI v2 Specification"; the limits were measured on 22.10.1.

Only CR LF ends a line here. Callers can write a lone CR or LF into some values (``INVITE`` with ``%0a`` in a user
part); such a byte stays inside its value. Callers can write CR LF as well: what then still counts is decided in
``vetting``, for which nothing is thrown away silently: a piece that is not a message becomes an UNREADABLE one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import Enum, auto
from typing import Final

from tandem.cti.model.errors import InvalidField

Fields = Mapping[str, str] | Sequence[tuple[str, str]]
"""Header lines in order; a sequence may name a header twice (``Variable``)."""

MAX_ACTION_LINE_BYTES: Final = 1022
"""Without its CR LF. At 1,023 Asterisk answers "line too long" (its buffer is 1,024 with CR LF)."""
MAX_ACTION_HEADERS: Final = 128
"""``Action`` and ``ActionID`` included. At 129 Asterisk answers "Too many lines in message"."""

_CRLF: Final = b"\r\n"
_END: Final = b"\r\n\r\n"
_BANNER: Final = b"Asterisk Call Manager/"
_MAX_BANNER_BYTES: Final = 128
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")
# C0, DEL and C1 controls, the line and paragraph separators, and surrogates, which UTF-8 cannot carry.
_UNSENDABLE: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_C_ESCAPE: Final = re.compile(r"\\(.)", re.DOTALL)
_C_ESCAPED: Final = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


class Kind(Enum):
    EVENT = auto()
    RESPONSE = auto()
    UNREADABLE = auto()
    """Neither: the tail of a torn message, or one beyond the decoder's bounds. It has no headers."""


class Message:
    """One event or response. Reading it is cheap until a header is asked for; then all are parsed at once.

    ``name`` is what follows ``Event:`` (``Hangup``) or ``Response:`` (``Success``, ``Error``, ``Goodbye``).
    Header names are matched exactly, as Asterisk spells them (``CommandId`` but ``ActionID``). A line without ``": "``,
    which Asterisk does not send, is a name without a value.
    """

    __slots__ = ("_headers", "_repeated", "kind", "name", "text")

    def __init__(self, kind: Kind, name: str, text: str) -> None:
        self.kind = kind
        self.name = name
        self.text = text
        self._headers: dict[str, str] | None = None

    @property
    def headers(self) -> dict[str, str]:
        """All headers; of one that is repeated, its first value."""
        return self._headers if self._headers is not None else self._parse()

    def __getitem__(self, name: str) -> str:
        return self.headers[name]

    def get(self, name: str, default: str = "") -> str:
        return self.headers.get(name, default)

    def getall(self, name: str) -> list[str]:
        """Every value of a header, in order: ``Variable``, ``ChanVariable``, ``Output``."""
        headers = self.headers
        if name in self._repeated:
            return list(self._repeated[name])
        return [headers[name]] if name in headers else []

    @property
    def repeated(self) -> Mapping[str, Sequence[str]]:
        """The headers that occur more than once, with all their values."""
        return self._repeated if self.headers else {}

    @property
    def is_error(self) -> bool:
        return self.kind is Kind.RESPONSE and self.name == "Error"

    def __repr__(self) -> str:
        return f"<{self.kind.name} {self.name}>"

    def _parse(self) -> dict[str, str]:
        headers: dict[str, str] = {}
        lines = self.text.split("\r\n") if self.kind is not Kind.UNREADABLE else []
        for line in lines:
            name, _, value = line.partition(": ")
            headers[name] = value
        self._headers = headers
        self._repeated: dict[str, list[str]] = {}
        if len(headers) != len(lines):
            self._collect_repeated(lines)
        return headers

    def _collect_repeated(self, lines: Sequence[str]) -> None:
        values: dict[str, list[str]] = {}
        for line in lines:
            name, _, value = line.partition(": ")
            values.setdefault(name, []).append(value)
        for name, found in values.items():
            if len(found) > 1:
                self._repeated[name] = found
                self.headers[name] = found[0]


class Decoder:
    """Turns the bytes of one connection into messages. The same bytes give the same messages however they are cut.

    Text is UTF-8, decoded over whole messages; what is not UTF-8 becomes U+FFFD. (Escaping it into surrogates would
    keep every byte, but then a caller with a broken name breaks whatever writes JSON or SQL further on.)

    What is no message becomes an UNREADABLE one in its place and counts in ``unreadable``: a piece without ``Event:``
    or ``Response:`` in front, one with a NUL (Asterisk cannot send it, PostgreSQL does not take it), one over
    ``max_message_bytes`` or ``max_headers``. The last two count in ``oversize`` too; their bytes are not kept, and
    reading goes on after the next empty line.
    """

    __slots__ = (
        "_buffer",
        "_discarding",
        "_fresh",
        "banner",
        "max_headers",
        "max_message_bytes",
        "oversize",
        "unreadable",
    )

    def __init__(self, *, max_message_bytes: int = 65_536, max_headers: int = 512) -> None:
        self.max_message_bytes = max_message_bytes
        self.max_headers = max_headers
        self.banner = ""
        """The protocol version that the banner named (``11.0.0``); '' before it came."""
        self.oversize = 0
        self.unreadable = 0
        self._buffer = bytearray()
        self._discarding = False
        self._fresh = True

    @property
    def buffered(self) -> int:
        """Bytes kept of a message that has not ended yet: never more than a little over ``max_message_bytes``."""
        return len(self._buffer)

    def feed(self, data: bytes) -> list[Message]:
        """Take the next bytes; return the messages that they complete, in order. Never raises."""
        buffer = self._buffer
        if self._fresh:
            data = self._greeting(data)
        if buffer:
            searched = max(0, len(buffer) - 3)
            buffer += data
            end = buffer.rfind(_END, searched)
            block = bytes(buffer[:end]) if end >= 0 else b""
            del buffer[: end + 4 if end >= 0 else 0]
        else:
            end = data.rfind(_END)
            block = data[:end] if end >= 0 else b""
            buffer += data[end + 4 :] if end >= 0 else data
        messages = self._messages(block) if end >= 0 else []
        # An empty line before it and a part of its end may be in the buffer: 5 bytes that are not the message's.
        if not self._fresh and len(buffer) > self.max_message_bytes + 5:
            del buffer[:-3]
            self._discarding = True
        return messages

    def _greeting(self, data: bytes) -> bytes:
        """Take the banner off; return what is left to read. Until it is clear what this is, all waits in the buffer."""
        start = bytes(self._buffer) + data
        self._buffer.clear()
        if start.startswith(_BANNER) or _BANNER.startswith(start):
            line, ended, rest = start.partition(_CRLF)
            if ended and len(line) <= _MAX_BANNER_BYTES:
                self.banner = line.removeprefix(_BANNER).decode("ascii", "replace")
                start = rest
            elif not ended and len(start) <= _MAX_BANNER_BYTES + 1:
                self._buffer += start
                return b""
        self._fresh = False
        return start

    def _messages(self, block: bytes) -> list[Message]:
        messages: list[Message] = []
        if self._discarding:
            self._discarding = False
            block = block.partition(_END)[2]
            messages.append(self._unreadable(oversize=True))
        if len(block) > self.max_message_bytes:
            for piece in block.split(_END):
                if len(piece.removeprefix(_CRLF).removesuffix(_CRLF)) > self.max_message_bytes:
                    messages.append(self._unreadable(oversize=True))
                elif piece:
                    self._add(messages, piece.decode("utf-8", "replace"))
            return messages
        plain = -1 if b"\0" in block or block[-2:] == _CRLF else 3 * self.max_headers
        for text in block.decode("utf-8", "replace").split("\r\n\r\n"):
            # Nearly all there is goes here, without a call or a copy; so short a text cannot have too many headers.
            if text[:7] == "Event: " and len(text) <= plain:
                end = text.find("\r\n")
                messages.append(Message(Kind.EVENT, text[7:end] if end > 0 else text[7:], text))
            elif text:
                self._add(messages, text)
        return messages

    def _add(self, messages: list[Message], text: str) -> None:
        """Append what ``text`` is. An odd number of empty lines leaves one at an end of it."""
        text = text.removeprefix("\r\n").removesuffix("\r\n")
        first = text.partition("\r\n")[0]
        if text.count("\r\n") >= self.max_headers:
            messages.append(self._unreadable(oversize=True))
        elif "\0" in text:
            messages.append(self._unreadable())
        elif first.startswith("Event: "):
            messages.append(Message(Kind.EVENT, first[7:], text))
        elif first.startswith("Response: "):
            messages.append(Message(Kind.RESPONSE, first[10:], text))
        elif text:
            messages.append(self._unreadable(text))

    def _unreadable(self, text: str = "", *, oversize: bool = False) -> Message:
        self.unreadable += 1
        self.oversize += oversize
        return Message(Kind.UNREADABLE, "", text)


def encode_action(name: str, fields: Fields = (), action_id: str = "") -> bytes:
    """The bytes of one action; ``action_id`` comes back in the answer (header ``ActionID``).

    Raises InvalidField for a value that would not arrive as it is: a control character (CR or LF would begin another
    header, or another action), a line or a number of headers beyond Asterisk's limits. Nothing is stripped or
    escaped: what is sent is what was asked for. The error names the header, never the value.
    """
    lines = [("Action", name)]
    if action_id:
        lines.append(("ActionID", action_id))
    for field, value in fields.items() if isinstance(fields, Mapping) else fields:
        if field.lower() in {"action", "actionid"}:
            raise InvalidField(f"header {field!r} of action {name!r} is the codec's own")
        lines.append((field, value))
    if len(lines) > MAX_ACTION_HEADERS:
        raise InvalidField(f"action {name!r} has {len(lines)} headers, over {MAX_ACTION_HEADERS}")
    return _CRLF.join([*(_encode_line(field, value) for field, value in lines), _CRLF])


def _encode_line(name: str, value: str) -> bytes:
    if not _NAME.fullmatch(name):
        raise InvalidField(f"{name!r} is no header name")
    if _UNSENDABLE.search(value):
        raise InvalidField(f"header {name!r} holds a control character")
    line = f"{name}: {value}".encode()
    if len(line) > MAX_ACTION_LINE_BYTES:
        raise InvalidField(f"header {name!r} makes a line of {len(line)} bytes, over {MAX_ACTION_LINE_BYTES}")
    return line


def unescape_c(value: str) -> str:
    """Undo the C escapes that Asterisk 22 puts into some values (``CallerIDName``, ``ConnectedLineName``, VarSet's
    ``Value``): ``O\\"Brien`` becomes ``O"Brien``. An unknown escape stands for its character."""
    if "\\" not in value:
        return value
    return _C_ESCAPE.sub(lambda match: _C_ESCAPED.get(match[1], match[1]), value)
