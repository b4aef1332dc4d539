"""Files that were sent, until their import is over, and the bad rows of imports: one folder each."""

from __future__ import annotations

import logging
import os
import re
import secrets
import shutil
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec

from tandem.agent_desktop.core.list_resources import ImportJob
from tandem.cti.app.lists.inspection import Inspection
from tandem.cti.app.lists.worker import BAD_ROWS
from tandem.cti.model.durations import DAY_S
from tandem.cti.model.errors import LimitReached, ResourceMissing

KEPT_S = DAY_S
"""How long a file that was sent waits for its import."""
MOST_BYTES = 2_000_000_000
"""Of all files together, bad rows included, while another one is taken."""
LOOK_BYTES = 16_000_000
"""So often it is looked at while a file comes."""
_ID = re.compile(r"[a-z0-9]{1,40}")
_FILE, _INSPECTED, _BEGUN = "sent", "inspected.json", "begun.json"


log = logging.getLogger(__name__)


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    at: float
    inspection: Inspection


class Begun(msgspec.Struct, frozen=True, kw_only=True):
    """An import of the file ``sent``: until it is over it lies beside what is made of it."""

    sent: str
    view: ImportJob


@dataclass(frozen=True, slots=True)
class CutOff:
    """An import that a server had begun and not brought to an end. ``begun`` None: what was noted of it cannot be
    read."""

    id: str
    begun: Begun | None


class ListFiles:
    """``folder``: nobody else's. Names that come from outside never become names of files."""

    def __init__(self, folder: Path, *, most_bytes: int = MOST_BYTES, look_bytes: int = LOOK_BYTES) -> None:
        self._folder = folder
        self._most_bytes = most_bytes
        self._look_bytes = look_bytes

    def new(self) -> str:
        """A new id (of a file that was sent, or of an import) with a folder of its own."""
        made = secrets.token_hex(6)
        (self._folder / made).mkdir(parents=True, mode=0o700)
        return made

    def of(self, made: str) -> Path:
        """Raises ResourceMissing."""
        folder = self._folder / made
        if not _ID.fullmatch(made) or not folder.is_dir():
            raise ResourceMissing(f"there is no file {made[:40]}: it was imported, or is too old")
        return folder

    def file(self, made: str) -> Path:
        return self.of(made) / _FILE

    async def receive(self, made: str, pieces: AsyncIterator[bytes]) -> int:
        """Bytes that came. Raises what ``pieces`` raises, LimitReached when there are too many files, and OSError."""
        size = looked_at = 0
        with self.file(made).open("wb") as file:
            self._check_room()
            async for piece in pieces:
                file.write(piece)
                size += len(piece)
                if size - looked_at >= self._look_bytes:
                    looked_at = size
                    file.flush()
                    self._check_room()
            file.flush()
            self._check_room()
        return size

    def held_bytes(self) -> int:
        """Of all files."""
        size = 0
        for file in self._folder.glob("*/*"):
            with suppress(FileNotFoundError):  # removed meanwhile
                size += file.stat().st_size
        return size

    def _check_room(self) -> None:
        held = self.held_bytes()
        if held > self._most_bytes:
            held_gb, most_gb = round(held / 1e9, 1), round(self._most_bytes / 1e9, 1)
            raise LimitReached.because("list_room", held_gb=held_gb, most_gb=most_gb)

    def keep(self, made: str, sent: Sent) -> None:
        _put(self.of(made) / _INSPECTED, msgspec.json.encode(sent))

    def sent(self, made: str) -> Sent:
        """Raises ResourceMissing."""
        try:
            return msgspec.json.decode((self.of(made) / _INSPECTED).read_bytes(), type=Sent)
        except (FileNotFoundError, msgspec.DecodeError) as error:
            raise ResourceMissing.because("no_file", file=made) from error

    def begin(self, begun: Begun) -> None:
        _put(self.of(begun.view.id) / _BEGUN, msgspec.json.encode(begun))

    def cut_off(self) -> list[CutOff]:
        """Every import that has a note, also one that nobody can read any more."""
        found = []
        for file in sorted(self._folder.glob(f"*/{_BEGUN}")):
            try:
                begun = msgspec.json.decode(file.read_bytes(), type=Begun)
            except (msgspec.DecodeError, OSError) as error:
                log.error("what was noted of the import %s cannot be read: %s", file.parent.name, error)
                begun = None
            found.append(CutOff(file.parent.name, begun))
        return found

    def bad_rows(self, made: str) -> Path | None:
        """None when there were none, or they were not kept."""
        if not _ID.fullmatch(made):
            return None
        file = self._folder / made / BAD_ROWS
        return file if file.is_file() else None

    def remove(self, made: str, *, but_bad_rows: bool = False) -> None:
        if not but_bad_rows:
            shutil.rmtree(self._folder / made, ignore_errors=True)
            return
        for file in self.of(made).iterdir():
            if file.name != BAD_ROWS:
                file.unlink(missing_ok=True)

    def sweep(self, now: float) -> None:
        """Files whose import was never begun, or was cut off by the end of the server."""
        for folder in self._folder.iterdir() if self._folder.is_dir() else ():
            left = [file for file in folder.iterdir() if file.name != BAD_ROWS] if folder.is_dir() else []
            if left and folder.stat().st_mtime < now - KEPT_S:
                shutil.rmtree(folder, ignore_errors=True)


def _put(file: Path, content: bytes) -> None:
    """Whole or not at all, whenever the server or the machine ends."""
    half = file.with_suffix(".half")
    with half.open("wb") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())
    half.replace(file)
