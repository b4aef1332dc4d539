"""Writes lots of journal entries into PostgreSQL: all of a lot, or nothing.

A record that the database refuses (a value out of range, a broken invariant) must not hold up those behind it: the lot
is then written one by one, in order; what is refused is tried again after its lot (a later record may have cleared the
way), and what is still refused goes to ``dead_letters``, from where it is tried again every minute.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from itertools import groupby

import asyncpg
import msgspec

from tandem.cti.model.records import Record
from tandem.cti.storage.journal_rows import STATEMENT, decode, parameters
from tandem.cti.storage.pool import REFUSED_INPUT, Connection, Database
from tandem.cti.storage.queries import load
from tandem.cti.storage.spool_format import Entry

_log = logging.getLogger(__name__)
_QUERIES = load("tandem.cti.storage", "journal.sql")
_RETRY_EVERY_S = 60.0

REFUSED = (
    REFUSED_INPUT,
    msgspec.DecodeError,
    asyncpg.DataError,
    asyncpg.IntegrityConstraintViolationError,
    asyncpg.ProgramLimitExceededError,
)
"""It is the record's fault: asking again will not help."""


class JournalStore:
    def __init__(self, database: Database, *, deadline_s: float = 10.0) -> None:
        """``deadline_s``: how long one lot may take; three times that when it must be written one by one."""
        self._database = database
        self._deadline_s = deadline_s
        self._retry_at = 0.0
        self.refused = 0
        """Records sent to ``dead_letters`` since the start."""

    async def store(self, spool: str, lot: Sequence[Entry]) -> None:
        """Write the lot. Raises DatabaseDown (then nothing or all of it is written: write it again)."""
        try:
            await self._store_all(lot)
        except REFUSED:
            await self._store_one_by_one(spool, lot)
        if time.monotonic() >= self._retry_at:
            self._retry_at = time.monotonic() + _RETRY_EVERY_S
            await self._retry_dead_letters(spool)

    async def _store_all(self, lot: Sequence[Entry]) -> None:
        # Within one transaction nobody sees the order between tables, so each table is written in one go.
        records = sorted((decode(entry.payload) for entry in lot), key=_statement)
        async with self._database.session(self._deadline_s) as connection, connection.transaction():
            for statement, rows in groupby(records, key=_statement):
                await connection.executemany(_QUERIES[statement], [parameters(record) for record in rows])

    async def _store_one_by_one(self, spool: str, lot: Sequence[Entry]) -> None:
        async with self._database.session(self._deadline_s * 3) as connection, connection.transaction():
            waiting = list(lot)
            while True:
                refused = [(entry, error) for entry in waiting if (error := await _try(connection, entry))]
                if not refused or len(refused) == len(waiting):
                    break
                waiting = [entry for entry, _ in refused]
            for entry, error in refused:
                _log.error("record %d was refused by the database: %s", entry.seq, error)
                payload = entry.payload.decode("utf-8", "replace").replace("\0", "\N{REPLACEMENT CHARACTER}")
                await connection.execute(_QUERIES["put_dead_letter"], spool, entry.seq, payload, error)
        self.refused += len(refused)

    async def _retry_dead_letters(self, spool: str) -> None:
        async with self._database.session(self._deadline_s) as connection, connection.transaction():
            for row in await connection.fetch(_QUERIES["dead_letters"], spool):
                if await _try(connection, Entry(row["seq"], row["payload"].encode())) is None:
                    await connection.execute(_QUERIES["resolve_dead_letter"], spool, row["seq"])


async def _try(connection: Connection, entry: Entry) -> str | None:
    """Write one entry inside a savepoint; why it was refused, or None."""
    try:
        async with connection.transaction():
            record = decode(entry.payload)
            await connection.execute(_QUERIES[_statement(record)], *parameters(record))
    except REFUSED as error:
        return f"{type(error).__name__}: {error}"
    return None


def _statement(record: Record) -> str:
    return STATEMENT[type(record)]
