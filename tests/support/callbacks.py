"""Open callbacks as the center has them, and a page's list of them (as ``web/src/state.ts`` keeps it)."""

from __future__ import annotations

from dataclasses import dataclass, field

from tandem.agent_desktop.core.messages import CallbackRow, Callbacks
from tandem.cti.model.records import CallbackRecord


def open_callback(id_: str, *, name: str = "", state: str = "open") -> CallbackRecord:
    return CallbackRecord(
        id=id_,
        rev=1,
        call=None,
        number_e164="+8613800138000",
        caller_name=name,
        customer=None,
        queue=None,
        reason="switch failure",
        created_at=1.0,
        state=state,
        done_by=None,
        done_at=None,
    )


def shown(record: CallbackRecord) -> CallbackRow:
    """What a list shows of him."""
    return CallbackRow(
        id=record.id,
        number_e164=record.number_e164,
        caller_name=record.caller_name,
        queue=record.queue,
        reason=record.reason,
        created_at=record.created_at,
    )


@dataclass
class ShownList:
    total: int | None = None
    rows: dict[str, CallbackRow] = field(default_factory=dict)

    def read(self, message: Callbacks) -> None:
        if message.whole:
            self.rows = {}
        self.total = message.total
        self.rows.update((row.id, row) for row in message.rows)
        for id_ in message.gone:
            self.rows.pop(id_, None)
