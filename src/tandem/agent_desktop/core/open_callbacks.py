"""The open callbacks as pages watch them: how many there are, and the first so many of them. Pure.

What a page is sent is bounded by how much of the list it shows, not by how long the list is: first whole, then what
changed. All pages that show as much are told the same, so a change is worked out and encoded once for all of them.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from itertools import islice
from typing import Self

from tandem.agent_desktop.core.fields import MOST_WATCHED
from tandem.agent_desktop.core.messages import CallbackRow, Callbacks
from tandem.cti.model.records import CallbackRecord


@dataclass(frozen=True, slots=True)
class OpenCallbacks:
    """At one moment. ``rows``: the first ``MOST_WATCHED``, in the order of the list."""

    total: int = 0
    rows: tuple[CallbackRow, ...] = ()

    @classmethod
    def of(cls, records: Collection[CallbackRecord]) -> Self:
        return cls(len(records), tuple(_row(record) for record in islice(records, MOST_WATCHED)))

    def whole(self, first: int) -> Callbacks:
        return Callbacks(seq=0, whole=True, total=self.total, rows=list(self.rows[:first]), gone=[])

    def more(self, first: int, *, had: int) -> Callbacks:
        """For a page that has the first ``had``."""
        return Callbacks(seq=0, whole=False, total=self.total, rows=list(self.rows[had:first]), gone=[])

    def since(self, before: Self, first: int) -> Callbacks | None:
        """What makes the first so many of ``before`` into those of now; None when it is all the same."""
        old = {row.id: row for row in before.rows[:first]}
        new = {row.id: row for row in self.rows[:first]}
        rows = [row for id_, row in new.items() if old.get(id_) != row]
        gone = [id_ for id_ in old if id_ not in new]
        if not rows and not gone and self.total == before.total and list(old) == list(new):
            return None
        kept = [id_ for id_ in old if id_ in new]
        added = [id_ for id_ in new if id_ not in old]
        if kept + added != list(new):
            return self.whole(first)  # a page puts who is new to it at the end, and these stand before others
        return Callbacks(seq=0, whole=False, total=self.total, rows=rows, gone=gone)


def _row(record: CallbackRecord) -> CallbackRow:
    return CallbackRow(
        id=record.id,
        number_e164=record.number_e164,
        caller_name=record.caller_name,
        queue=record.queue,
        reason=record.reason,
        created_at=record.created_at,
    )
