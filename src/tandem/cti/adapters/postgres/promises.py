"""Calls that leads of campaigns were promised: who is to be called when, and by whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tandem.cti.storage.pool import Database
from tandem.cti.storage.queries import load
from tandem.cti.storage.texts import storable

_QUERIES = load("tandem.cti.adapters.postgres", "promises.sql")


@dataclass(frozen=True, slots=True, kw_only=True)
class PromisedCall:
    """``id``: the lead's. ``agent`` None: the team's. ``zone``: of the number, else of his address (``A|B``: either).
    ``in_hand``: about to be dialled, or being dialled."""

    id: str
    campaign: str
    name: str
    at: float
    agent: str | None
    note: str
    in_hand: bool
    number: str
    zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseOwner:
    """``state``: the lead's."""

    id: str
    campaign: str
    agent: str | None
    state: str


class PromiseStore:
    """Every method raises DatabaseDown. Moments are epoch seconds."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def open(
        self, campaigns: Sequence[str], *, until: float, limit: int, agent: str | None = None, team: Sequence[str] = ()
    ) -> list[PromisedCall]:
        """The soonest first. ``agent``: only his, and the team's of the campaigns ``team``; None: everybody's."""
        rows = await self._database.fetch(_QUERIES["open"], list(campaigns), until, agent, list(team), limit)
        return [PromisedCall(**row) for row in rows]

    async def one(self, lead: str) -> PromiseOwner | None:
        """None: he is promised no call."""
        row = await self._database.fetch_row(_QUERIES["one"], lead)
        return PromiseOwner(**row) if row else None

    async def move(self, lead: str, *, at: float, note: str | None, agent: str | None, why: str) -> bool:
        """``note`` None: as it is; ``agent`` None: the team's. False when he is in hand, or promised no call any
        more."""
        note = None if note is None else storable(note)
        return bool(await self._database.fetch(_QUERIES["move"], lead, at, note, agent, storable(why)))

    async def cancel(self, lead: str, *, why: str) -> bool:
        """He is done when he was talked with, else dialled as his attempts left him. False: see ``move``."""
        return bool(await self._database.fetch(_QUERIES["cancel"], lead, storable(why)))
