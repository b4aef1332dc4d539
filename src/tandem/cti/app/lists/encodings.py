"""What a file is: its kind, its encoding. The whole file is looked at, a piece at a time."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from pathlib import Path

from tandem.cti.app.lists.rows import Unreadable

PIECE = 1 << 20
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEAD = 8192
_BINARY_SHARE = 0.05


@dataclass(frozen=True, slots=True)
class Looked:
    """``encoding``: Python's name, '' for XLSX. ``lines``: line feeds in the file, None for XLSX."""

    encoding: str
    lines: int | None


def look(path: Path) -> Looked:
    """Raises Unreadable."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if not head.strip():
        raise Unreadable("empty")
    if head.startswith(_ZIP):
        return Looked("", None)
    if head.startswith(_OLE):
        raise Unreadable("xls")
    encoding = next((name for bom, name in _BOMS if head.startswith(bom)), "") or _without_bom(path, head)
    return Looked(encoding, _lines(path))


def _without_bom(path: Path, head: bytes) -> str:
    nuls_even, nuls_odd = head[::2].count(0), head[1::2].count(0)
    if max(nuls_even, nuls_odd) > len(head) // 8 and min(nuls_even, nuls_odd) <= len(head) // 100:
        return "utf-16-be" if nuls_even > nuls_odd else "utf-16-le"
    control = sum(byte < 32 and byte not in b"\t\n\r\f\x00" for byte in head) + head.count(0) // 4
    if control > len(head) * _BINARY_SHARE:
        raise Unreadable("not_a_list")
    wrong = {encoding: _wrong(path, encoding) for encoding in ("utf-8", "gb18030")}
    return min(wrong, key=lambda encoding: wrong[encoding])


def _wrong(path: Path, encoding: str) -> int:
    """Characters that are not of this encoding; UTF-8, which is seldom right by chance, is looked at first."""
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    wrong = 0
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            wrong += decoder.decode(piece).count("\N{REPLACEMENT CHARACTER}")
    return wrong + decoder.decode(b"", final=True).count("\N{REPLACEMENT CHARACTER}")


def _lines(path: Path) -> int:
    lines = 0
    last = b""
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            lines += piece.count(b"\n")
            last = piece
    return lines + (not last.rstrip(b"\0").endswith(b"\n"))
