"""The journal of inputs: everything that the center takes, kept in files, so that the day can be run again.

``record`` and ``outcome`` stand in the path of every call: they put text into memory and return, and they never raise.
A thread writes and syncs it every 200 ms, another one compresses what is finished and removes what is old. When an
input cannot be kept (the disk is full or stands still), the file ends there, and the next one begins with a new state
of the center as soon as it can: what is missing is missing whole, and said.
"""

from __future__ import annotations

import base64
import gzip
import logging
import os
import shutil
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import msgspec

from tandem import __version__
from tandem.cti.app.center import Center
from tandem.cti.app.floor_plan import Input, Output
from tandem.cti.app.history.center_state import BadState, freeze
from tandem.cti.app.history.input_codec import NO_OUTPUTS_YET, SHAPES, BadInput, chain, encode
from tandem.cti.app.history.input_files import Header, Part, code_hash, part_path, parts
from tandem.cti.model.errors import CtiError
from tandem.cti.storage.spool_format import Entry, line_of

log = logging.getLogger(__name__)

WRITE_EVERY_S = 0.2
RETRY_S = 5.0
"""After a failure: how long until another file is begun."""
_QUIET_S = 600.0
_CHUNK = 1 << 20
_FREE_BYTES = 256 << 20
"""Left to others on the disk."""


@dataclass(frozen=True, slots=True)
class JournalStatus:
    bytes: int
    """Of all files, as of the last tidying and what was written since."""
    pending: int
    """Bytes that are in memory only."""
    lost: int
    """Inputs that are in no file."""


class InputJournal:
    """One per server. Everything but ``close`` is for the thread of the event loop."""

    def __init__(
        self,
        folder: Path,
        center: Center,
        *,
        region: str = "",
        dial_countries: tuple[str, ...] = (),
        journal_days: int = 30,
        max_bytes: int = 20 << 30,
        part_bytes: int = 64 << 20,
        pending_bytes: int = 32 << 20,
        on_alarm: Callable[[str], None] | None = None,
    ) -> None:
        """``on_alarm`` is called from any thread."""
        self._folder = folder
        self._center = center
        self._region, self._dial_countries = region, dial_countries
        self._part_bytes, self._pending_bytes = part_bytes, pending_bytes
        self._on_alarm = on_alarm
        self._alarmed: set[str] = set()
        self._keeper = _Keeper(folder, journal_days=journal_days, max_bytes=max_bytes, alarm=self._alarm)
        self._writer = _Writer(self._keeper.finished, alarm=self._alarm)
        self._numbers: dict[str, int] = {}
        self._recording = False
        self._retry_at = 0.0
        self._until = 0.0
        self._line = 0
        self._bytes = 0
        self._chain = NO_OUTPUTS_YET
        self._now = self._began_at = 0.0
        self._lost = 0

    def open(self) -> None:
        """Begin. Raises OSError when the folder cannot be made."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        left = parts(self._folder)
        for part in left:
            self._numbers[part.day] = part.number
        code_hash()  # read now: later it would hold up a call
        for part in left:
            if not part.finished:
                self._keeper.finished(part.path)
        self._keeper.tidy()
        self._writer.start()

    def handle(self, input_: Input, *, now: float) -> list[Output]:
        """Have the center handle ``input_``, and keep both. Raises what the center raises."""
        self.record(now, input_)
        try:
            outputs = self._center.handle(input_, now=now)
        except CtiError as error:
            self.outcome(error)
            raise
        self.outcome(outputs)
        return outputs

    def record(self, now: float, input_: Input) -> None:
        """Keep ``input_``, which the center takes next."""
        try:
            text = encode(input_)
        except BadInput as error:
            # without it, nothing that follows in this file could be replayed
            self._break_off(now, "input", str(error), retry_s=0.0)
            self._lost += 1
            return
        if self._writer.failed:
            self._break_off(now, "disk", "", retry_s=RETRY_S)
            self._writer.failed = False
        full = self._bytes >= self._part_bytes or now >= self._until
        if (full or not self._recording) and not self._begin(now):
            self._lost += 1
            return
        self._now = now
        self._write(b"input %b %b %b" % (repr(now).encode(), self._chain.encode(), text))

    def outcome(self, outcome: list[Output] | CtiError) -> None:
        """What came of the input that was recorded last: outputs, or the error that refused it."""
        if self._recording:
            self._chain = chain(self._chain, outcome)

    def checkpoint(self, center: Center) -> None:
        """From here on the state of ``center`` counts, whatever was before (it has been replaced, or changed by other
        than inputs)."""
        self._center = center
        self._begin(self._now)

    def close(self) -> None:
        """Write what is there and end the threads. What is not compressed yet is compressed after the next start."""
        self._end()
        self._writer.end()
        self._keeper.end()

    @property
    def status(self) -> JournalStatus:
        return JournalStatus(self._keeper.bytes + self._bytes, self._writer.pending, self._lost)

    # ---- inside ----

    def _begin(self, now: float) -> bool:
        """Another file, with the center's state at its head; False when that is not possible now."""
        self._end()
        if now < self._retry_at:
            return False
        if self._writer.pending > self._pending_bytes:
            self._break_off(now, "slow", "the disk does not keep up with the journal of inputs", retry_s=RETRY_S)
            return False
        if self._keeper.full:
            self._keeper.tidy()
            self._break_off(now, "full", "the journal of inputs has reached its bound with today's files", retry_s=60.0)
            return False
        try:
            state = freeze(self._center)
        except BadState as error:
            self._break_off(now, "state", str(error), retry_s=60.0)
            return False
        day = datetime.fromtimestamp(now).astimezone().date()
        # another process's clock may be ahead: what it wrote is not overwritten
        self._numbers[day.isoformat()] = self._numbers.get(day.isoformat(), 0) + 1
        self._until = _midnight_after(day)
        self._line = self._bytes = 0
        self._chain = NO_OUTPUTS_YET
        self._recording = True
        if now - self._began_at > _QUIET_S:
            self._alarmed.clear()
        self._began_at = now
        self._writer.begin(part_path(self._folder, day.isoformat(), self._numbers[day.isoformat()]))
        header = Header(
            program=__version__,
            code=code_hash(),
            shapes=SHAPES,
            at=now,
            region=self._region,
            dial_countries=list(self._dial_countries),
        )
        self._write(b"header " + msgspec.json.encode(header))
        self._write(b"state " + base64.b64encode(state))
        return True

    def _write(self, payload: bytes) -> None:
        self._line += 1
        line = line_of(Entry(self._line, payload))
        self._bytes += len(line)
        self._writer.put(line)
        if self._writer.pending > self._pending_bytes:
            self._break_off(self._now, "slow", "the disk does not keep up with the journal of inputs", retry_s=RETRY_S)

    def _end(self) -> None:
        if self._recording:
            self._recording = False
            self._line += 1
            line = line_of(Entry(self._line, b"end %b %b" % (repr(self._now).encode(), self._chain.encode())))
            self._writer.put(line)

    def _break_off(self, now: float, kind: str, text: str, *, retry_s: float) -> None:
        self._recording = False
        self._retry_at = now + retry_s
        if text:
            self._alarm(kind, f"{text}; inputs are not kept until that is over (calls go on)")

    def _alarm(self, kind: str, text: str) -> None:
        """Once until all went well for ten minutes: a full disk would otherwise bring one every few seconds."""
        if kind in self._alarmed:
            return
        self._alarmed.add(kind)
        log.error(text)
        if self._on_alarm is not None:
            self._on_alarm(text)


def _midnight_after(day: date) -> float:
    return datetime.combine(day + timedelta(days=1), datetime.min.time()).astimezone().timestamp()


class _Writer(threading.Thread):
    """Brings lines to the disk. ``put`` and ``begin`` return at once."""

    def __init__(self, finished: Callable[[Path], None], *, alarm: Callable[[str, str], None]) -> None:
        super().__init__(name="input-journal", daemon=True)
        self.failed = False
        """The file that was begun last is broken off; whoever begins another one takes this back."""
        self._finished, self._alarm = finished, alarm
        self._given: deque[bytes | Path] = deque()
        self._put = self._done = 0
        self._over = threading.Event()
        self._file: tuple[int, Path] | None = None

    @property
    def pending(self) -> int:
        """Bytes. Each side of the difference has one writer, so no lock is needed."""
        return self._put - self._done

    def put(self, line: bytes) -> None:
        self._put += len(line)
        self._given.append(line)

    def begin(self, path: Path) -> None:
        self._given.append(path)

    def end(self) -> None:
        self._over.set()
        if self.is_alive():
            self.join()

    def run(self) -> None:
        over = False
        while not over:
            over = self._over.wait(WRITE_EVERY_S)
            self._write_all()
        self._finish(compress=False)

    def _write_all(self) -> None:
        dirty = False
        while self._given:
            lines: list[bytes] = []
            while self._given and isinstance(self._given[0], bytes):
                lines.append(self._given.popleft())  # type: ignore[arg-type]
            path = self._given.popleft() if self._given else None
            text = b"".join(lines)
            try:
                dirty = self._append(text) or dirty
                if isinstance(path, Path):
                    self._finish(compress=True)
                    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_APPEND
                    self._file = (os.open(path, flags, 0o600), path)
            except OSError as error:
                self._fail(error)
            self._done += len(text)
        if dirty and self._file is not None:
            try:
                os.fdatasync(self._file[0])
            except OSError as error:
                self._fail(error)

    def _append(self, text: bytes) -> bool:
        """False when nothing was to be written, or there is no file any more (it is broken off)."""
        if not text or self._file is None:
            return False
        rest = memoryview(text)
        while rest:
            rest = rest[os.write(self._file[0], rest) :]
        return True

    def _fail(self, error: OSError) -> None:
        self.failed = True
        self._finish(compress=False)
        self._alarm("disk", f"the journal of inputs cannot be written: {error}; inputs are not kept (calls go on)")

    def _finish(self, *, compress: bool) -> None:
        if self._file is None:
            return
        fd, path = self._file
        self._file = None
        with suppress(OSError):
            os.fsync(fd)
        with suppress(OSError):
            os.close(fd)
        if compress:
            self._finished(path)


class _Keeper:
    """Compresses finished files and removes old ones, in a thread of its own with a low priority."""

    def __init__(self, folder: Path, *, journal_days: int, max_bytes: int, alarm: Callable[[str, str], None]) -> None:
        self.bytes = 0
        self.full = False
        """Even without the days that are over, the files fill their bound."""
        self._folder, self._days, self._max_bytes, self._alarm = folder, journal_days, max_bytes, alarm
        self._over = threading.Event()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="input-keeper", initializer=_be_nice)

    def finished(self, path: Path) -> None:
        with suppress(RuntimeError):  # it is ending
            self._thread.submit(self._compress, path)

    def tidy(self) -> None:
        self._thread.submit(self._remove_old)

    def end(self) -> None:
        self._over.set()
        self._thread.shutdown(cancel_futures=True)

    def _compress(self, path: Path) -> None:
        compressed = path.with_name(path.name + ".gz")
        new = path.with_name(path.name + ".gz.new")
        try:
            with path.open("rb") as source, gzip.open(new, "wb", compresslevel=6) as into:
                os.chmod(new, 0o600)
                while chunk := source.read(_CHUNK):
                    into.write(chunk)
                    if self._over.is_set():
                        new.unlink()
                        return
            with new.open("rb") as written:
                os.fsync(written.fileno())
            new.replace(compressed)
            path.unlink()
        except OSError as error:
            self._alarm("compress", f"{path} cannot be compressed: {error}")
            new.unlink(missing_ok=True)
        self._remove_old()

    def _remove_old(self) -> None:
        try:
            self._remove()
        except OSError as error:
            self._alarm("remove", f"old inputs cannot be removed: {error}")

    def _remove(self) -> None:
        there = parts(self._folder)
        sizes = {part: _size(part) for part in there}
        newest = there[-1].day if there else ""
        oldest = (date.fromisoformat(newest) - timedelta(days=self._days)).isoformat() if newest else ""
        total = sum(sizes.values())
        for part in there:
            if part.finished:
                part.path.with_suffix("").unlink(missing_ok=True)  # what a crash left beside it
            too_old = part.day <= oldest
            if not too_old and total <= self._max_bytes:
                break
            if not too_old:
                if part.day == newest:
                    break
                self._alarm("bound", f"inputs of {part.day} are removed early: all files have {total} bytes")
            part.path.unlink(missing_ok=True)
            total -= sizes[part]
        free = shutil.disk_usage(self._folder).free
        self.bytes = total
        self.full = total > self._max_bytes or free < _FREE_BYTES


def _size(part: Part) -> int:
    with suppress(FileNotFoundError):
        return part.path.stat().st_size
    return 0


def _be_nice() -> None:
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 15)
