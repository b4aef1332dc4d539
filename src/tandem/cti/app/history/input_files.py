"""Files of recorded inputs: how they are named, what stands in them, how they are read.

    inputs/2026-11-22-0003.lines      a day (local time) and a part; .lines.gz once it is finished

Lines are those of the journal of records (``spool_format``): checksum, number, text. Numbers run from 1 without a gap.

    header {...}                            who wrote it (``Header``)
    state BASE64                            the whole center before the first input of this file
    input NOW CHAIN Delivered {...}         CHAIN: hash of all that came of the inputs before this one (in this file)
    end NOW CHAIN                           the file was finished; absent after a crash

Each file stands alone: the state that it begins with is all that its inputs need.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import IO

import msgspec

import tandem
from tandem.cti.app.floor_plan import Input
from tandem.cti.app.history.input_codec import BadInput, decode
from tandem.cti.model.errors import BadRequest, ResourceMissing
from tandem.cti.storage.spool_format import Entry, parse_line

FORMAT = 1
_NAME = re.compile(r"^(\d{4}-\d\d-\d\d)-(\d{4})\.lines(\.gz)?$")


class BadJournal(BadRequest):
    """A file of inputs that is damaged, or written by a version that this one does not read."""

    code = "bad_input_journal"


class DayMissing(ResourceMissing):
    code = "day_missing"


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """``code``: hash of the program that wrote the file; another one may decide otherwise. ``shapes``: of the inputs'
    types. ``region``, ``dial_countries``: settings that the house's two functions were made of."""

    format: int = FORMAT
    program: str
    code: str
    shapes: str
    at: float
    region: str
    dial_countries: list[str]


@dataclass(frozen=True, slots=True)
class Recorded:
    """One input as it was taken. ``number`` is its line. ``chain`` hashes what came of the inputs before it."""

    number: int
    now: float
    chain: str
    input: Input


@dataclass(frozen=True, slots=True)
class End:
    number: int
    chain: str


@dataclass(frozen=True, slots=True, order=True)
class Part:
    """One file of a day."""

    day: str
    number: int
    path: Path

    @property
    def finished(self) -> bool:
        return self.path.suffix == ".gz"


def part_path(folder: Path, day: str, number: int) -> Path:
    return folder / f"{day}-{number:04}.lines"


def parts(folder: Path, day: str | None = None) -> list[Part]:
    """The files of a day (or of all days), oldest first. A file that is there twice is taken compressed: the other is
    what a crash left of the compressing."""
    found: dict[tuple[str, int], Part] = {}
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        match = _NAME.match(path.name)
        if match and day in (None, match[1]):
            found[match[1], int(match[2])] = Part(match[1], int(match[2]), path)
    return [found[key] for key in sorted(found)]


def parts_of(folder: Path, day: date) -> list[Part]:
    """Raises DayMissing, which says which days there are."""
    of_day = parts(folder, day.isoformat())
    if of_day:
        return of_day
    days = list(dict.fromkeys(part.day for part in parts(folder)))
    there = {"zh": "还没有记录", "en": "there is none yet"}
    if days:
        there = {"zh": f"现有 {days[0]} 到 {days[-1]}", "en": f"there are {days[0]} to {days[-1]}"}
    raise DayMissing.because("day_not_recorded", day=day.isoformat(), folder=str(folder), texts=there)


@lru_cache(1)
def code_hash() -> str:
    """Hash (16 hex digits) of this program's own text."""
    hashed = hashlib.blake2b(digest_size=8)
    root = Path(str(resources.files(tandem)))
    for file in sorted(root.rglob("*.py")):
        hashed.update(file.relative_to(root).as_posix().encode() + b"\0" + file.read_bytes())
    return hashed.hexdigest()


# ---- reading ------------------------------------------------------------------------------------------------------


class PartReader:
    """One file from its beginning: ``header`` and ``state`` at once, ``inputs()`` as they come. A torn end (what a
    crash left of the last line) is the end. Raises BadJournal, which names file and line."""

    def __init__(self, part: Part) -> None:
        self.part = part
        self._lines = _Lines(part)
        self._rest = iter(self._lines)
        number, text = next(self._rest, (1, b""))
        self.header = self._header(number, text)
        number, text = next(self._rest, (2, b""))
        self.state = self._state(number, text)

    @property
    def torn(self) -> bool:
        """The file ends within a line. Known when ``inputs()`` is through."""
        return self._lines.torn

    def inputs(self) -> Iterator[Recorded | End]:
        for number, text in self._rest:
            kind, _, rest = text.partition(b" ")
            try:
                if kind == b"input":
                    now, chain, body = rest.split(b" ", 2)
                    yield Recorded(number, float(now), chain.decode("ascii"), decode(body))
                elif kind == b"end":
                    yield End(number, rest.split(b" ")[1].decode("ascii"))
                else:
                    raise self._bad(number, f"{kind[:20]!r} is no kind of line")
            except BadInput as error:
                raise self._bad(number, str(error)) from None
            except (ValueError, IndexError):
                raise self._bad(number, "it is malformed") from None

    def _header(self, number: int, text: bytes) -> Header:
        kind, _, body = text.partition(b" ")
        try:
            header = msgspec.json.decode(body, type=Header)
        except msgspec.DecodeError as error:
            raise self._bad(number, f"no header ({error})") from None
        if kind != b"header" or header.format != FORMAT:
            raise self._bad(number, f"its format is {header.format}, this version reads {FORMAT}")
        return header

    def _state(self, number: int, text: bytes) -> bytes:
        kind, _, body = text.partition(b" ")
        try:
            if kind == b"state":
                return base64.b64decode(body, validate=True)
        except ValueError:
            pass
        raise self._bad(number, "the state of the center is not there")

    def _bad(self, number: int, what: str) -> BadJournal:
        return _bad(self.part, number, what)


class _Lines:
    """Line number and text. What is bad before a good line is damage; at the end it is what a crash tore off.

    The iteration knows nothing of who reads: with its reader it is gone at once, and the file closed.
    """

    def __init__(self, part: Part) -> None:
        self.part = part
        self.torn = False

    def __iter__(self) -> Iterator[tuple[int, bytes]]:
        suspect = 0
        number = 0
        try:
            with _opened(self.part) as file:
                for number, line in enumerate(file, 1):
                    entry: Entry | None = parse_line(line[:-1]) if line.endswith(b"\n") else None
                    if entry is None:
                        suspect = suspect or number
                        continue
                    if suspect:
                        raise _bad(self.part, suspect, "it is damaged, and there are good lines after it")
                    if entry.seq != number:
                        raise _bad(self.part, number, f"it is line {entry.seq}: lines are missing or doubled")
                    yield number, entry.payload
        except (EOFError, zlib.error, gzip.BadGzipFile, OSError) as error:
            raise _bad(self.part, number + 1, f"the file cannot be read any further ({error})") from None
        self.torn = bool(suspect)


def _bad(part: Part, number: int, what: str) -> BadJournal:
    return BadJournal(f"{part.path}, line {number}: {what}")


@contextmanager
def _opened(part: Part) -> Iterator[IO[bytes]]:
    if part.finished:
        with gzip.open(part.path, "rb") as file:
            yield file  # type: ignore[misc]
    else:
        with part.path.open("rb") as plain:
            yield plain
