"""Campaigns as the pages edit them and the center begins with them, and what they have done so far."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from tandem.cti.model.campaigns import Campaign, CampaignRecord
from tandem.cti.model.leads import CallerIdRest, CallerIdUse, CampaignDay, CampaignSample, PacingRecord
from tandem.cti.storage.journal_rows import stored_parameters
from tandem.cti.storage.pool import Database
from tandem.cti.storage.queries import load

_QUERIES = load("tandem.cti.adapters.postgres", "campaigns.sql")
_DOCUMENT = msgspec.json.Decoder(Campaign)
NEWEST = 2**62
DELETE_S = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """What began in one stretch of a day. ``at``: its beginning, epoch seconds. ``answered``: by a person."""

    at: float
    dialled: int
    answered: int
    abandoned: int
    machines: int
    talked: int
    busy: int
    no_answer: int
    failed: int
    talk_s: float
    cost: float


class CampaignStore:
    """Every method raises DatabaseDown."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> list[CampaignRecord]:
        """Drafts too; changed last, first."""
        return [_record(row) for row in await self._database.fetch(_QUERIES["all"])]

    async def one(self, campaign: str) -> CampaignRecord | None:
        row = await self._database.fetch_row(_QUERIES["one"], campaign)
        return _record(row) if row else None

    async def create(self, record: CampaignRecord) -> bool:
        """False when there is one with this id."""
        return bool(await self._database.fetch(_QUERIES["create"], *stored_parameters(record)))

    async def replace(self, record: CampaignRecord, *, expected_rev: int) -> bool:
        """False when the stored one has another revision than ``expected_rev`` (somebody was faster), or is gone."""
        return bool(await self._database.fetch(_QUERIES["replace"], *stored_parameters(record), expected_rev))

    async def delete(self, campaign: str) -> bool:
        """With its lists and leads; attempts, decisions and sheets stay. False when there is none."""
        async with self._database.session(DELETE_S) as connection, connection.transaction():
            await connection.execute("set local statement_timeout = 0")
            await connection.execute(_QUERIES["delete_numbers"], campaign)
            return bool(await connection.fetch(_QUERIES["delete"], campaign))

    async def days(self, records: Iterable[CampaignRecord], *, zone: str, since: float) -> list[CampaignDay]:
        """Days that began after ``since``, as far as they have gone. ``zone``: of campaigns without hours."""
        found: list[CampaignDay] = []
        for record in records:
            document = record.document
            rows = await self._database.fetch(
                _QUERIES["days"],
                record.id,
                document.hours.timezone if document.hours is not None else zone,
                document.success,
                since,
            )
            found += [CampaignDay(**row) for row in rows]
        return found

    async def series(self, campaign: str, *, since: float, until: float, step_s: float = 300.0) -> list[Stretch]:
        """Stretches in which something was dialled, oldest first."""
        rows = await self._database.fetch(_QUERIES["series"], campaign, since, until, step_s)
        return [Stretch(**row) for row in rows]

    async def samples(self, campaign: str, *, since: float, until: float) -> list[CampaignSample]:
        """What its agents did, oldest first; '': of all campaigns."""
        rows = await self._database.fetch(_QUERIES["samples"], campaign, since, until)
        return [CampaignSample(**row) for row in rows]

    async def forget_samples(self, *, before: float) -> None:
        await self._database.fetch(_QUERIES["forget_samples"], before, deadline_s=DELETE_S)

    async def caller_ids(self, campaign: str, *, since: float, midnight: float) -> list[CallerIdUse]:
        """Of calls since ``since`` that are over. ``midnight``: since when they are today's. And each number's last
        rest, however long ago."""
        rows = await self._database.fetch(_QUERIES["caller_ids"], campaign, since, midnight)
        return [_use(row) for row in rows]

    async def decisions(self, campaign: str, *, before: int = NEWEST, limit: int = 100) -> list[PacingRecord]:
        """Newest first, those with a number below ``before``."""
        rows = await self._database.fetch(_QUERIES["decisions"], campaign, before, limit)
        return [
            PacingRecord(
                **{**row, "why": msgspec.json.decode(row["why"]), "evidence": msgspec.json.decode(row["evidence"])}
            )
            for row in rows
        ]


def _use(row: Mapping[str, Any]) -> CallerIdUse:
    named = {field: row[field] for field in ("campaign", "caller_id")}
    rest = {field: row[field] for field in ("at", "until", "answer_rate", "others_rate")}
    return CallerIdUse(
        **named,
        calls=row["calls"],
        answered=row["answered"],
        today=row["today"],
        rest=None if rest["at"] is None else CallerIdRest(**named, **rest),
    )


def _record(row: Mapping[str, Any]) -> CampaignRecord:
    return CampaignRecord(**{**row, "document": _DOCUMENT.decode(row["document"])})
