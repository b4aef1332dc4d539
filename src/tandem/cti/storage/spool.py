"""The journal: takes records without blocking, keeps them on the local disk, writes them behind into PostgreSQL.

Order of durable work: ``write`` appends a line to a file (it is in the page cache when ``write`` returns, so it
outlives ``kill -9``), a thread brings the file to the disk within 200 ms (a power failure may lose that much), the
drain stores lots in order in one transaction each, then moves the checkpoint. Dying between the last two stores a lot
twice, which is the same as once: every record has a key, and older revisions do not replace newer ones.

When the disk refuses (full), up to ``held_records`` are held in memory and go on to the database from there; beyond
that records are lost, counted and alarmed. The database being away is no such case: that is what the disk is for, up
to ``max_bytes``.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tandem.cti.model.errors import Unavailable
from tandem.cti.model.records import Record
from tandem.cti.storage.errors import DatabaseDown
from tandem.cti.storage.journal_rows import encode
from tandem.cti.storage.spool_files import SegmentFolder
from tandem.cti.storage.spool_format import Entry

_log = logging.getLogger(__name__)

LOT = 200
_SYNC_EVERY_S = 0.2
_GATHER_S = 0.02
"""What comes of one event is written within milliseconds: a lot waits for it, or each record costs a transaction."""
_FIRST_PAUSE_S = 0.05
_LONGEST_PAUSE_S = 1.0

Store = Callable[[str, Sequence[Entry]], Awaitable[None]]
"""Stores a lot of the spool with this id, all or nothing; raises DatabaseDown."""


@dataclass(frozen=True, slots=True)
class SpoolStatus:
    pending: int
    """Records taken but not yet in the database."""
    bytes: int
    held: int
    """Records in memory only, because the disk refused them."""
    lost: int
    damaged: int


class Spool:
    """Implements the Journal port. Everything but the thread inside runs on the event loop's thread."""

    def __init__(
        self,
        folder: Path,
        store: Store,
        *,
        on_alarm: Callable[[str], None] | None = None,
        max_bytes: int = 1 << 30,
        segment_bytes: int = 1 << 20,
        held_records: int = 10_000,
    ) -> None:
        self._files = SegmentFolder(folder, segment_bytes=segment_bytes)
        self._store = store
        self._on_alarm = on_alarm
        self._max_bytes = max_bytes
        self._held: deque[Entry] = deque()
        self._held_records = held_records
        self._next_seq = 1
        self._read: deque[Entry] = deque()
        self._lost = 0
        self._alarmed: set[str] = set()
        self._written = asyncio.Event()
        self._stored = asyncio.Event()
        self._syncer = ThreadPoolExecutor(1, thread_name_prefix="journal-sync")

    def open(self) -> None:
        """Take over what a predecessor left. Raises SpoolInUse, OSError."""
        self._files.open()
        self._next_seq = self._files.last_seq + 1
        if left := self.status.pending:
            _log.info("the journal holds %d records that are not in the database yet", left)
        self._written.set()

    def write(self, record: Record) -> None:
        entry = Entry(self._next_seq, encode(record))
        self._next_seq += 1
        while self._held and self._append(self._held[0]):
            self._held.popleft()
        if self._held or not self._append(entry):
            self._hold(entry)
        self._written.set()

    async def run(self) -> None:
        """Drain and sync until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._drain_on(), name="journal drain")
            tasks.create_task(self._sync_on(), name="journal sync")

    async def drain(self, timeout_s: float) -> bool:
        """Wait until all that was taken so far is in the database; False when it is not after ``timeout_s``."""
        target = self._next_seq - 1
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                while self._files.stored_seq < target:
                    self._stored.clear()
                    await self._stored.wait()
        return self._files.stored_seq >= target

    async def drain_all(
        self, progress: Callable[[int], None], *, look_s: float = 2.0, patience_s: float = 60.0
    ) -> None:
        """Wait however long it takes until all that was taken so far is in the database. ``progress``: how many records
        are left, every ``look_s``. Raises Unavailable when nothing was stored for ``patience_s``."""
        idle_s, before = 0.0, self._files.stored_seq
        while not await self.drain(look_s):
            progress(self.status.pending)
            idle_s = idle_s + look_s if self._files.stored_seq == before else 0.0
            before = self._files.stored_seq
            if idle_s >= patience_s:
                raise Unavailable(
                    f"for {idle_s:.0f} s the database took nothing of the journal; {self.status.pending} records wait"
                )

    def close(self) -> None:
        """After ``run`` has ended. What is not drained stays for the successor."""
        self._syncer.shutdown()
        self._files.close()

    @property
    def status(self) -> SpoolStatus:
        return SpoolStatus(
            pending=self._next_seq - 1 - self._files.stored_seq,
            bytes=self._files.bytes,
            held=len(self._held),
            lost=self._lost,
            damaged=self._files.damaged,
        )

    def _append(self, entry: Entry) -> bool:
        if self._files.bytes >= self._max_bytes:
            self._alarm("full", f"the journal's folder holds {self._max_bytes} bytes, its bound")
            return False
        try:
            self._files.append(entry)
        except OSError as error:
            self._alarm("disk", f"the journal cannot be written: {error}")
            return False
        self._alarmed -= {"disk", "full"}
        if self._files.bytes >= self._max_bytes * 0.8:
            self._alarm("filling", f"the journal's folder is filled to 80 % of {self._max_bytes} bytes")
        return True

    def _hold(self, entry: Entry) -> None:
        if len(self._held) < self._held_records:
            self._held.append(entry)
            return
        self._lost += 1
        self._next_seq -= 1
        self._alarm("lost", f"records are lost: neither disk nor memory takes record {entry.seq}")

    def _alarm(self, kind: str, text: str) -> None:
        """Once until it is over: an alarm per record would be another flood."""
        if kind in self._alarmed:
            return
        self._alarmed.add(kind)
        _log.error(text)
        if self._on_alarm is not None:
            self._on_alarm(text)

    async def _drain_on(self) -> None:
        pause_s = _FIRST_PAUSE_S
        while True:
            try:
                lot = self._next_lot()
                if not lot:
                    self._written.clear()
                    await self._written.wait()
                    await asyncio.sleep(_GATHER_S)
                    continue
                await self._store(self._files.id, lot)
            except Exception as error:
                # Whatever it is, the records wait here: giving up would lose them.
                if not isinstance(error, DatabaseDown):
                    _log.exception("the journal cannot be stored; trying again")
                self._alarm("down", f"the journal is not stored at the moment: {error}")
                await asyncio.sleep(pause_s)
                pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)
                continue
            pause_s = _FIRST_PAUSE_S
            self._set_stored(lot)

    def _next_lot(self) -> list[Entry]:
        if not self._read:
            self._read.extend(self._files.unread())
        if not self._read:
            self._read, self._held = self._held, deque()
        return [self._read[index] for index in range(min(LOT, len(self._read)))]

    def _set_stored(self, lot: Sequence[Entry]) -> None:
        for _ in lot:
            self._read.popleft()
        try:
            self._files.set_stored(lot[-1].seq)
        except OSError as error:
            self._alarm("disk", f"the journal's checkpoint cannot be written: {error}")
        self._alarmed -= {"down", "filling", "lost"}
        self._stored.set()

    async def _sync_on(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(_SYNC_EVERY_S)
            if not (files := self._files.unsynced()):
                continue
            try:
                await loop.run_in_executor(self._syncer, self._files.sync, files)
            except OSError as error:
                self._alarm("disk", f"the journal cannot be synced to the disk: {error}")
