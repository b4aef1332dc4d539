"""The leads of a campaign with their results, as CSV that every spreadsheet opens: UTF-8 with its mark, no formulas."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from tandem.agent_desktop.core.spreadsheets import safe_cell
from tandem.cti.adapters.postgres.leads import LeadStore

_HEADERS: Mapping[str, Sequence[str]] = {
    "zh": (
        "编号", "名单", "行号", "客户", "姓名", "号码", "语言", "时区", "优先级", "状态", "拨打次数", "最近拨打",
        "最近号码", "最近结果", "座席", "处理结果", "下次拨打", "约定回电", "回电备注", "同意", "说明",
    ),
    "en": (
        "id", "list", "row", "person", "name", "numbers", "language", "time zone", "priority", "state", "attempts",
        "last attempt", "last number", "last result", "agent", "disposition", "next attempt", "callback",
        "callback note", "consent", "why",
    ),
}  # fmt: skip
_CONSENT = {"zh": {True: "是", False: "否", None: ""}, "en": {True: "yes", False: "no", None: ""}}


async def export(store: LeadStore, campaign: str, *, zone: str, language: str = "en") -> AsyncIterator[bytes]:
    """Some thousand leads at a time, in the order of coming. Times in ``zone``. Raises DatabaseDown, also midway."""
    local = ZoneInfo(zone)
    fields = await store.field_names(campaign)
    yield "\ufeff".encode() + _lines([[*_HEADERS[language], *fields]])
    async for rows in store.export(campaign):
        yield _lines([_cells(row, fields, local, language) for row in rows])


def _cells(row: Mapping[str, Any], fields: Sequence[str], zone: ZoneInfo, language: str) -> list[str]:
    own: dict[str, str] = msgspec.json.decode(row["fields"])

    def time(name: str) -> str:
        at = row[name]
        return datetime.fromtimestamp(at, UTC).astimezone(zone).isoformat(" ", "seconds") if at else ""

    return [
        row["id"],
        row["list"],
        str(row["position"]),
        row["person"],
        row["name"],
        " ".join(row["numbers"] or ()),
        row["language"],
        row["zone"],
        str(row["priority"]),
        row["state"],
        str(row["attempts"]),
        time("last_at"),
        row["last_number"] or "",
        row["last_result"] or "",
        row["last_agent"] or "",
        row["disposition"] or "",
        time("next_at"),
        time("callback_at"),
        row["callback_note"],
        _CONSENT[language][row["consent"]],
        row["why"],
        *(own.get(name, "") for name in fields),
    ]


def _lines(rows: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([[safe_cell(cell) for cell in row] for row in rows])
    return text.getvalue().encode()
