"""A day from the rows of the database, for days without a journal of inputs; and counts of many, for a forecast."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec

from tandem.cti.app.history.day_records import DayRecords
from tandem.cti.app.history.whatif import StoredDay, midnights
from tandem.cti.model.errors import ResourceMissing
from tandem.cti.model.ids import QueueId
from tandem.cti.model.records import AgentStateRecord, CallRecord, SegmentRecord
from tandem.cti.storage.pool import Database
from tandem.cti.storage.queries import load
from tandem.routing.core.patience import Wait
from tandem.routing.core.plan import Plan
from tandem.routing.plan_file import read_plan

_QUERIES = load("tandem.cti.app.history", "history.sql")
HALF_HOURS = 48


class DayStore:
    """Every method raises DatabaseDown."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def day(self, day: date, *, now: float) -> StoredDay:
        """Raises ResourceMissing when nobody waited that day, PlanError when the plan of that day cannot be read."""
        begins_at, ends_at = midnights(day)
        records = DayRecords()
        for row in await self._rows("day_calls", begins_at, ends_at):
            decoded = {name: msgspec.json.decode(row[name]) for name in ("pressed", "state")}
            records.add(CallRecord(**{**row, **decoded}))
        if not records.calls:
            raise ResourceMissing.because("day_without_calls", day=day.isoformat())
        for row in await self._rows("day_segments", begins_at, ends_at):
            records.add(SegmentRecord(**row))
        for row in await self._rows("day_states", begins_at, ends_at):
            records.add(AgentStateRecord(**row))
        records.tiers.update({row["id"]: row["tier"] for row in await self._rows("day_tiers", begins_at, ends_at)})
        stored = records.day(day.isoformat(), begins_at, ends_at, source="database", until=now)
        return StoredDay(stored, await self.plan(ends_at), None)

    async def plan(self, at: float) -> Plan:
        """The plan in force at that time (the oldest one for times before all). Raises ResourceMissing."""
        rows = await self._rows("plan_at", at)
        if not rows:
            raise ResourceMissing.because("no_plan_saved")
        return read_plan(rows[0]["text"], "the routing plan of that day", stored=True)

    async def counts(self, until: date, *, days: int) -> dict[QueueId, dict[date, list[int]]]:
        """Calls that joined each queue, per local half hour of the ``days`` days before ``until``. From its first day
        on, a day on which a queue had none is all zeros."""
        begins_at, _ = midnights(until - timedelta(days=days))
        ends_at, _ = midnights(until)
        found: dict[QueueId, dict[date, list[int]]] = {}
        for row in await self._rows("half_hours", begins_at, ends_at, local_timezone(begins_at)):
            days_of = found.setdefault(QueueId(row["queue"]), {})
            counts = days_of.setdefault(date.fromisoformat(row["day"]), [0] * HALF_HOURS)
            counts[row["half_hour"]] += row["calls"]
        for days_of in found.values():
            day = min(days_of)
            while day < until:
                days_of.setdefault(day, [0] * HALF_HOURS)
                day += timedelta(days=1)
        return found

    async def stored_days(self, since: date) -> list[Mapping[str, Any]]:
        """``day``, ``calls`` that waited, ``agents`` who had one; newest first."""
        begins_at, _ = midnights(since)
        return await self._rows("stored_days", begins_at, local_timezone(begins_at))

    async def waits(self, queue: QueueId, until: date, *, days: int) -> list[Wait]:
        """The newest 20,000 at most, of calls that are over."""
        begins_at, _ = midnights(until - timedelta(days=days))
        ends_at, _ = midnights(until)
        return [Wait(row["wait_s"], row["gave_up"]) for row in await self._rows("waits", queue, begins_at, ends_at)]

    async def _rows(self, query: str, *arguments: Any) -> list[Mapping[str, Any]]:
        return list(await self._database.fetch(_QUERIES[query], *arguments))


def local_timezone(at: float) -> str:
    """As PostgreSQL reads it: the offset of this machine at that time, in the sign of POSIX."""
    offset = datetime.fromtimestamp(at, UTC).astimezone().utcoffset() or timedelta()
    minutes = int(offset.total_seconds() // 60)
    sign = "-" if minutes >= 0 else "+"
    return f"<local>{sign}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
