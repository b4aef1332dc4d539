"""How the journal looks on the disk: lines that prove themselves.

    crc32 SP sequence SP json LF        e27f2ffb 1042 {"type":"call","id":...}

The CRC (8 hex digits) covers ``sequence SP json``. JSON never contains a raw line feed. A line that was cut by a crash
or damaged by the disk fails its CRC; the lines around it still stand.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from zlib import crc32


@dataclass(frozen=True, slots=True)
class Entry:
    """``seq`` grows by one with each record of a spool; ``payload`` is the record as JSON."""

    seq: int
    payload: bytes


@dataclass(frozen=True, slots=True)
class Damage:
    """A line that does not prove itself, with good lines after it (else it is the torn end, and not reported)."""

    offset: int
    line: bytes


@dataclass(frozen=True, slots=True)
class Scan:
    entries: list[Entry]
    damaged: list[Damage]
    end: int
    """Offset after the last good line; what follows is torn."""


def line_of(entry: Entry) -> bytes:
    body = b"%d %b" % (entry.seq, entry.payload)
    return b"%08x %b\n" % (crc32(body), body)


def parse_line(line: bytes) -> Entry | None:
    """The entry of one line without its line feed; None when it does not prove itself."""
    if len(line) < 12 or line[8:9] != b" ":
        return None
    body = line[9:]
    if b"%08x" % crc32(body) != line[:8]:
        return None
    seq, space, payload = body.partition(b" ")
    if not space or not seq.isdigit():
        return None
    return Entry(int(seq), payload)


def scan(data: bytes) -> Scan:
    """All entries in ``data``, which starts at the beginning of a line."""
    entries: list[Entry] = []
    damaged: list[Damage] = []
    suspects: list[Damage] = []
    end = 0
    for start, line in _lines(data):
        entry = parse_line(line)
        if entry is None:
            suspects.append(Damage(start, line))
            continue
        damaged += suspects
        suspects.clear()
        entries.append(entry)
        end = start + len(line) + 1
    return Scan(entries, damaged, end)


def _lines(data: bytes) -> Iterator[tuple[int, bytes]]:
    start = 0
    while (stop := data.find(b"\n", start)) >= 0:
        yield start, data[start:stop]
        start = stop + 1
