"""Lists come in and are taken back. A prepared file is one transaction: all of it is there, or nothing.

Scales by sets: COPY into a temporary table, then one statement for each thing to do.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import msgspec

from tandem.cti.model.errors import ResourceMissing, WrongState
from tandem.cti.model.ids import CampaignId
from tandem.cti.model.leads import DoNotCallEntry
from tandem.cti.storage.errors import DatabaseDown
from tandem.cti.storage.pool import AWAY, Connection, Database
from tandem.cti.storage.queries import load
from tandem.cti.storage.texts import storable

_QUERIES = load("tandem.cti.adapters.postgres", "lead_import.sql")
CONNECT_S = 10.0
ENDS_LOOKS, ENDS_LOOK_S = 100, 0.1
AT_ONCE = 5_000
"""Leads that are taken away in one statement: dialling goes on beside it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewList:
    """``rows``, ``bad``: of the file. ``at``: epoch seconds."""

    id: str
    campaign: str
    name: str
    file_name: str
    columns: tuple[str, ...]
    by: str
    at: float
    rows: int
    bad: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    accepted: int
    duplicates: int
    do_not_call: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NewForbidden:
    """``id``: the import's; ``campaign`` None: in all campaigns. ``until``: of those that say nothing themselves."""

    id: str
    campaign: str | None
    by: str
    at: float
    source: str = "import"
    until: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredList:
    """``left``: leads that are not over; None: not counted."""

    id: str
    campaign: str
    name: str
    file_name: str
    rows: int
    accepted: int
    bad: int
    duplicates: int
    do_not_call: int
    created_by: str
    created_at: float
    removed_by: str | None
    removed_at: float | None
    left: int | None


class LeadImportStore:
    """Every method raises DatabaseDown."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def bring_in(self, new: NewList, file: Path) -> Stored:
        """``file``: as ``cti.app.lists.copy_text`` writes it. Cancelled, or dying, it leaves nothing. Raises
        ResourceMissing when the campaign is gone."""
        async with _Own(self._database.url) as connection, connection.transaction():
            if not await connection.fetch(_QUERIES["lock_campaign"], new.campaign):
                raise ResourceMissing.because("no_campaign", campaign=new.campaign)
            await _stage(connection, file)
            await connection.execute(_QUERIES["keep_persons"])
            await connection.execute(_QUERIES["drop_known_persons"], new.campaign)
            await connection.execute(_QUERIES["keep_numbers"])
            await connection.execute("analyze staged_numbers")
            await connection.execute(_QUERIES["drop_known_numbers"], new.campaign)
            await connection.execute(_QUERIES["find_forbidden"], new.campaign)
            await connection.execute(
                _QUERIES["put_list"],
                new.id,
                new.campaign,
                storable(new.name),
                storable(new.file_name),
                msgspec.json.encode({"columns": [storable(use) for use in new.columns]}).decode(),
                new.by,
                new.at,
            )
            await connection.execute(_QUERIES["put_leads"], new.id, new.campaign, new.at)
            await connection.execute(_QUERIES["put_numbers"], new.id)
            [counts] = await connection.fetch(_QUERIES["count_list"], new.id, new.rows, new.bad)
            await connection.execute("analyze leads; analyze lead_numbers")
        return Stored(**counts)

    async def forbid(self, new: NewForbidden, file: Path) -> tuple[int, list[DoNotCallEntry]]:
        """The numbers (and persons) of a prepared file are not called any more, but for those that stood there before.
        How many were entered; and those of them that concern leads which the dialer has in hand."""
        async with _Own(self._database.url) as connection, connection.transaction():
            await _stage(connection, file)
            await connection.execute(
                _QUERIES["put_forbidden"], new.id, new.campaign, new.at, new.by, new.source, new.until
            )
            await connection.execute("analyze do_not_call")
            await connection.execute(_QUERIES["mark_forbidden"], new.id)
            [entered] = await connection.fetch(_QUERIES["count_forbidden"], new.id)
            in_hand = await connection.fetch(_QUERIES["forbidden_in_hand"], new.id)
        return entered["entries"], [DoNotCallEntry(**row) for row in in_hand]

    async def lists(self, campaign: str = "", *, count: bool = True) -> list[StoredList]:
        """Newest first; '' of all campaigns. ``count``: with the leads that are left (longer, with millions)."""
        rows = await self._database.fetch(_QUERIES["lists"], campaign, count, deadline_s=30.0)
        return [StoredList(**row) for row in rows]

    async def take_back(self, list_id: str, *, by: str, at: float) -> CampaignId:
        """From now on no lead of the list is read. ``take_away`` follows. Raises ResourceMissing, WrongState."""
        rows = await self._database.fetch(_QUERIES["take_back"], list_id, by, at)
        if rows:
            return CampaignId(rows[0]["campaign"])
        if any(known.id == list_id for known in await self.lists(count=False)):
            raise WrongState.because("list_taken_back", list=list_id)
        raise ResourceMissing.because("no_list", list=list_id)

    async def take_away(self, list_id: str) -> None:
        """Deletes the leads of a list that was taken back; those that were dialled stay as ``removed``."""
        for name in ("delete_undialled", "keep_dialled"):
            while True:
                async with _Own(self._database.url) as connection:
                    if name == "delete_undialled":
                        [row] = await connection.fetch(_QUERIES[name], list_id, AT_ONCE)
                        done = row["leads"]
                    else:
                        done = int((await connection.execute(_QUERIES[name], list_id, AT_ONCE)).rpartition(" ")[2])
                if done < AT_ONCE:
                    break
                await asyncio.sleep(0)

    async def end_predecessors(self) -> None:
        """Imports that a killed server had under way come to nothing now: at start, before one is begun. Raises
        DatabaseDown also when they do not end."""
        for _ in range(ENDS_LOOKS):
            if not await self._database.fetch(_QUERIES["end_sessions"]):
                return
            await asyncio.sleep(ENDS_LOOK_S)
        raise DatabaseDown("imports of a predecessor do not end")

    async def brought_in(self, import_id: str) -> int | None:
        """Leads or entries that came with it; None: nothing did."""
        [row] = await self._database.fetch(_QUERIES["brought_in"], import_id)
        return None if row["accepted"] is None else int(row["accepted"])

    async def half_taken_back(self) -> list[str]:
        """Lists whose ``take_away`` is to be carried on: at start."""
        return [row["id"] for row in await self._database.fetch(_QUERIES["taken_back"], deadline_s=60.0)]


async def _stage(connection: Connection, file: Path) -> None:
    await connection.execute(_QUERIES["staging"])
    await connection.copy_to_table("staged_leads", source=file, encoding="utf-8")
    await connection.execute("create index on staged_leads (position)")
    await connection.execute("analyze staged_leads")


class _Own:
    """A connection of its own without time limits: an import may take minutes, and the pool is for calls."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: Any = None

    async def __aenter__(self) -> Connection:
        try:
            self._connection = await asyncpg.connect(
                self._url,
                timeout=CONNECT_S,
                command_timeout=None,
                server_settings={"application_name": "tandem import", "work_mem": "64MB"},
            )
        except (*AWAY, asyncpg.PostgresError) as error:
            raise DatabaseDown(f"the database does not answer: {type(error).__name__}") from error
        return self._connection

    async def __aexit__(self, kind: object, error: object, trace: object) -> None:
        if error is not None:
            self._connection.terminate()
            if isinstance(error, (*AWAY, asyncpg.TransactionRollbackError)) and not isinstance(error, ValueError):
                raise DatabaseDown(f"the database does not answer: {type(error).__name__}") from error
            return
        with suppress(*AWAY):
            await self._connection.close(timeout=5)
