"""The compliance sheets of campaigns: added, never changed; each holds the hash of the one before."""

from __future__ import annotations

from dataclasses import dataclass

from tandem.cti.storage.pool import Database
from tandem.cti.storage.queries import load

_QUERIES = load("tandem.cti.adapters.postgres", "compliance.sql")


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSheet:
    """``number``: from 1 on, per campaign. ``text``: exactly what was hashed. ``previous``: '' for the first."""

    campaign: str
    number: int
    day: str
    text: str
    previous: str
    hash: str
    at: float


class SheetStore:
    """Every method raises DatabaseDown."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, sheet: StoredSheet) -> bool:
        """False when its place in the chain is taken: look at ``last`` and hash again."""
        return bool(
            await self._database.fetch(
                _QUERIES["add"],
                sheet.campaign,
                sheet.number,
                sheet.day,
                sheet.text,
                sheet.previous,
                sheet.hash,
                sheet.at,
            )
        )

    async def last(self, campaign: str) -> StoredSheet | None:
        row = await self._database.fetch_row(_QUERIES["last"], campaign)
        return StoredSheet(**row) if row else None

    async def of_day(self, campaign: str, day: str) -> StoredSheet | None:
        """``day``: 2026-11-22."""
        row = await self._database.fetch_row(_QUERIES["of_day"], campaign, day)
        return StoredSheet(**row) if row else None

    async def chain(self, campaign: str) -> list[StoredSheet]:
        """All of them, in order, for the check of the chain."""
        return [StoredSheet(**row) for row in await self._database.fetch(_QUERIES["chain"], campaign)]
