"""Who is not to be called. Leads that nobody may call any more are marked with the entry, in one statement."""

from __future__ import annotations

from tandem.cti.model.leads import DoNotCallEntry
from tandem.cti.storage.journal_rows import STATEMENT, stored_parameters
from tandem.cti.storage.pool import Database
from tandem.cti.storage.queries import load
from tandem.cti.storage.texts import digits_to_search, storable

_QUERIES = load("tandem.cti.adapters.postgres", "do_not_call.sql")
_PUT = load("tandem.cti.storage", "journal.sql")[STATEMENT[DoNotCallEntry]]
_LATEST = 4e9
_FEWEST_DIGITS = 3


class DoNotCallStore:
    """Every method raises DatabaseDown."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, entry: DoNotCallEntry) -> None:
        """Enter or lift; an older revision than the stored one changes nothing."""
        await self._database.execute(_PUT, *stored_parameters(entry))

    async def one(self, entry: str) -> DoNotCallEntry | None:
        row = await self._database.fetch_row(_QUERIES["one"], entry)
        return DoNotCallEntry(**row) if row else None

    async def search(
        self,
        text: str = "",
        *,
        lifted: bool = False,
        before: tuple[float, str] | None = None,
        limit: int = 100,
    ) -> list[DoNotCallEntry]:
        """By digits of the number or the whole person key; newest first, after the one at ``before`` (at, id)."""
        digits = digits_to_search(text, fewest=_FEWEST_DIGITS)
        if text.strip() and not digits:
            digits = storable(text).strip()  # matches no number, perhaps a person
        at, entry = before or (_LATEST, "")
        rows = await self._database.fetch(_QUERIES["search"], digits, storable(text).strip(), lifted, at, entry, limit)
        return [DoNotCallEntry(**row) for row in rows]

    async def since(self, at: float) -> list[DoNotCallEntry]:
        """Entered or lifted since then, oldest first: for a dialer that starts."""
        return [DoNotCallEntry(**row) for row in await self._database.fetch(_QUERIES["since"], at)]

    async def against(self, number: str) -> list[DoNotCallEntry]:
        """Entries that count for everybody who would call this number (E.164), those that are over excepted."""
        return [DoNotCallEntry(**row) for row in await self._database.fetch(_QUERIES["against"], number)]

    async def count(self) -> int:
        """Entries that count."""
        row = await self._database.fetch_row(_QUERIES["count"])
        return int(row["entries"]) if row else 0
