"""The place-in-line ledger: ONE ordered list of everybody who waits, on the line or not. Pure.

Live callers, those who keep their place and are called back (``virtual``), those who were cut off or gave up and whose
place is kept for a while (``cut_off``), and those who were transferred. The matcher's line holds who can be matched
now; the ledger holds all of them, in the same order. A place is (tier, priority, since when he waits, id): a strict
total order, so no two have one place, and nobody's place gets worse but by somebody of a better tier or priority or
who has waited for longer.

    enter O(log n) to find, O(n) small copies to insert; leave alike; recognise O(1); entries O(n)
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import Literal

import msgspec

from tandem.cti.model.ids import QueueId, WorkId

Kind = Literal["live", "virtual", "cut_off", "transferred", "task"]


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """``until``: how long the place of one who was cut off is kept."""

    id: WorkId
    kind: Kind
    queue: QueueId
    number: str
    queued_at: float
    tier: int = 2
    priority: int = 0
    until: float | None = None


@dataclass(frozen=True, slots=True)
class Recognised:
    """He was here before. ``rule``: ``rejoined`` (cut off or gave up a short while ago), ``called_again`` (was to be
    called back). ``id`` is the entry whose place he has from now on."""

    id: WorkId
    queued_at: float
    rule: Literal["rejoined", "called_again"]


_Key = tuple[int, int, float, WorkId]


class Ledger:
    def __init__(self) -> None:
        self._entries: dict[WorkId, Entry] = {}
        self._order: list[_Key] = []
        self._absent: dict[tuple[str, QueueId], dict[WorkId, None]] = {}
        """Who is not on the line, by number and queue."""
        self._ends: list[tuple[float, WorkId]] = []

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, id_: WorkId) -> bool:
        return id_ in self._entries

    def get(self, id_: WorkId) -> Entry | None:
        return self._entries.get(id_)

    def enter(self, entry: Entry) -> None:
        """Take his place; said again it replaces (another queue, tier, kind)."""
        self.leave(entry.id)
        self._entries[entry.id] = entry
        insort(self._order, _key(entry))
        if entry.number and entry.kind in ("virtual", "cut_off"):
            self._absent.setdefault((entry.number, entry.queue), {})[entry.id] = None
        if entry.until is not None:
            heappush(self._ends, (entry.until, entry.id))

    def leave(self, id_: WorkId) -> bool:
        """Served, or gone for good. False: he was not here."""
        entry = self._entries.pop(id_, None)
        if entry is None:
            return False
        del self._order[bisect_left(self._order, _key(entry))]
        waiting = self._absent.get((entry.number, entry.queue))
        if waiting is not None:
            waiting.pop(id_, None)
            if not waiting:
                del self._absent[entry.number, entry.queue]
        return True

    def left(self, id_: WorkId, *, now: float, keep_s: float) -> bool:
        """He was cut off or gave up: his place is kept for ``keep_s`` seconds, should he call again. False: there is
        nothing to keep it by (number withheld, not here, ``keep_s`` 0)."""
        entry = self._entries.get(id_)
        if entry is None or not entry.number or keep_s <= 0:
            self.leave(id_)
            return False
        self.enter(msgspec.structs.replace(entry, kind="cut_off", until=now + keep_s))
        return True

    def recognise(self, number: str, queue: QueueId, *, now: float) -> Recognised | None:
        """The best place that somebody with this number has in this queue. A place of one who was cut off is used up
        by that; a callback's entry stays until the asker says ``leave``."""
        self.expire(now)
        waiting = self._absent.get((number, queue)) if number else None
        if not waiting:
            return None
        entry = min((self._entries[id_] for id_ in waiting), key=lambda entry: (entry.queued_at, entry.id))
        if entry.kind == "virtual":
            return Recognised(entry.id, entry.queued_at, "called_again")
        self.leave(entry.id)
        return Recognised(entry.id, entry.queued_at, "rejoined")

    def expire(self, now: float) -> None:
        """Places kept long enough are given up."""
        while self._ends and self._ends[0][0] <= now:
            _, id_ = heappop(self._ends)
            entry = self._entries.get(id_)
            if entry is not None and entry.until is not None and entry.until <= now:
                self.leave(id_)

    def place(self, id_: WorkId) -> int | None:
        """From 1, among everybody."""
        entry = self._entries.get(id_)
        return None if entry is None else bisect_left(self._order, _key(entry)) + 1

    def entries(self) -> Iterator[Entry]:
        """In the order of their places."""
        return (self._entries[key[-1]] for key in self._order)

    def snapshot(self) -> bytes:
        return msgspec.msgpack.encode([self._entries[key[-1]] for key in self._order])

    @classmethod
    def restore(cls, data: bytes) -> Ledger:
        """Raises msgspec.DecodeError, ValidationError."""
        ledger = cls()
        for entry in msgspec.msgpack.decode(data, type=list[Entry]):
            ledger.enter(entry)
        return ledger


def _key(entry: Entry) -> _Key:
    return entry.tier, -entry.priority, entry.queued_at, entry.id
