"""Tables of answers that flows look up in. They are loaded whole; what reads meanwhile sees the old one to the end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import asyncpg
import msgspec

from tandem.cti.model.errors import BadRequest, ResourceMissing
from tandem.cti.storage.pool import Database
from tandem.cti.storage.queries import load
from tandem.cti.storage.texts import storable

_QUERIES = load("tandem.cti.adapters.postgres", "answers.sql")
_FIELDS = msgspec.json.Decoder(dict[str, str])
LOAD_S = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerTable:
    """``columns``: without that of the keys. ``loaded_at``: seconds since the epoch."""

    name: str
    columns: tuple[str, ...]
    rows: int
    loaded_by: str
    loaded_at: float


class AnswerStore:
    """Every method raises DatabaseDown."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def answer(self, table: str, key: str, *, deadline_s: float) -> Mapping[str, str] | None:
        """The columns of this key; None when there is no such key. Raises ResourceMissing: there is no such table."""
        row = await self._database.fetch_row(_QUERIES["answer"], storable(table), storable(key), deadline_s=deadline_s)
        if row is None or not row["known"]:
            raise ResourceMissing.because("no_table_loaded", table=table)
        return None if row["fields"] is None else _FIELDS.decode(row["fields"])

    async def tables(self) -> list[AnswerTable]:
        rows = await self._database.fetch(_QUERIES["tables"])
        return [AnswerTable(**{**row, "columns": tuple(row["columns"])}) for row in rows]

    async def load(
        self, name: str, columns: Sequence[str], rows: Iterable[tuple[str, Mapping[str, str]]], *, by: str
    ) -> int:
        """A new table, or the whole of one anew, all at once or not at all; how many rows it has.

        ``rows``: (key, columns), read as they are stored; what they raise ends the loading. Raises BadRequest for what
        the database refuses, such as a key that comes twice.
        """
        count = 0

        def records() -> Iterable[tuple[str, str, str]]:
            nonlocal count
            for key, fields in rows:
                count += 1
                # before it is JSON: there, PostgreSQL refuses even the escape of what it cannot hold
                kept = {storable(column): storable(text) for column, text in fields.items()}
                yield name, storable(key), msgspec.json.encode(kept).decode()

        try:
            async with self._database.session(LOAD_S) as connection, connection.transaction():
                await connection.execute("set local statement_timeout = 0")
                await connection.execute(_QUERIES["put_table"], name, list(columns), by)  # one loads, others wait
                await connection.execute(_QUERIES["clear"], name)
                await connection.copy_records_to_table("answers", records=records(), columns=("name", "key", "fields"))
                await connection.execute(_QUERIES["count"], name, count)
        except (asyncpg.IntegrityConstraintViolationError, asyncpg.DataError) as error:
            reason = getattr(error, "constraint_name", None) or type(error).__name__
            raise BadRequest.because("table_refused", table=name, why=reason) from error
        return count

    async def remove(self, name: str) -> bool:
        """False when there was none."""
        return bool(await self._database.fetch(_QUERIES["remove"], storable(name)))
