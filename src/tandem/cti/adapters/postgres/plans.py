"""The versions of the routing plan, and what is closed by hand. Texts only: the routing room reads them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from tandem.cti.model.errors import ResourceMissing
from tandem.cti.model.ids import QueueId
from tandem.cti.storage.pool import Database
from tandem.cti.storage.queries import load
from tandem.cti.storage.texts import storable

_QUERIES = load("tandem.cti.adapters.postgres", "plans.sql")
EVERY_QUEUE = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanVersion:
    """``created_at``: seconds since the epoch."""

    version: int
    note: str
    created_by: str
    created_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPlan(PlanVersion):
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredClosure:
    """``queue`` None: every queue. ``text``: what callers hear, by language; {} for the plan's."""

    queue: QueueId | None
    closed_by: str
    at: float
    reason: str = ""
    text: Mapping[str, str]


class PlanStore:
    """Every method raises DatabaseDown."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def current(self) -> StoredPlan | None:
        """The newest one; None when none was ever saved."""
        row = await self._database.fetch_row(_QUERIES["current"])
        return StoredPlan(**row) if row else None

    async def save(self, text: str, *, note: str, by: str) -> int:
        """The number of the new version, which is the current one from now on. Whoever saves has checked the text."""
        row = await self._database.fetch_row(_QUERIES["save"], storable(text), storable(note), by)
        assert row is not None
        return int(row["version"])

    async def versions(self, *, limit: int = 100) -> list[PlanVersion]:
        """Newest first."""
        return [PlanVersion(**row) for row in await self._database.fetch(_QUERIES["versions"], limit)]

    async def text_of(self, version: int) -> str:
        """Raises ResourceMissing."""
        row = await self._database.fetch_row(_QUERIES["text_of"], version)
        if row is None:
            raise ResourceMissing.because("no_such_plan_version", version=version)
        return str(row["text"])

    async def agent_logins(self) -> frozenset[str]:
        """Who may log in as an agent, for the check of a plan."""
        return frozenset(row["login"] for row in await self._database.fetch(_QUERIES["agent_logins"]))

    async def closures(self) -> list[StoredClosure]:
        return [
            StoredClosure(
                queue=None if row["queue"] == EVERY_QUEUE else QueueId(row["queue"]),
                closed_by=row["closed_by"],
                at=row["at"],
                reason=row["reason"],
                text=msgspec.json.decode(row["text"]),
            )
            for row in await self._database.fetch(_QUERIES["closures"])
        ]

    async def close(self, closure: StoredClosure) -> None:
        """A second closure of a queue takes the place of the first."""
        await self._database.execute(
            _QUERIES["close"],
            closure.queue or EVERY_QUEUE,
            closure.closed_by,
            closure.at,
            storable(closure.reason),
            storable(msgspec.json.encode(dict(closure.text)).decode()),
        )

    async def reopen(self, queue: QueueId | None) -> bool:
        """False when it was not closed."""
        return bool(await self._database.fetch(_QUERIES["reopen"], queue or EVERY_QUEUE))
