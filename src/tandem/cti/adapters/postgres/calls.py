"""What the server reads at start: who works here, and where calls and agents were left.

Read after ``Spool.drain``: what a killed predecessor had not yet stored is then in the database too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from tandem.cti.model.ids import AgentId
from tandem.cti.model.profiles import AgentProfile, DispositionNode, QueueDay, QueueProfile
from tandem.cti.model.records import AgentStateRecord, CallbackRecord, CallRecord, RecordingRecord
from tandem.cti.storage.pool import Database
from tandem.cti.storage.queries import load

_QUERIES = load("tandem.cti.adapters.postgres", "calls.sql")


class CallStore:
    """Every method raises DatabaseDown."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def open_calls(self) -> list[CallRecord]:
        """Calls that have not ended, and ended ones with whose wrap-up an agent is busy; oldest first."""
        rows = await self._database.fetch(_QUERIES["open_calls"])
        return [
            CallRecord(
                **{**row, "pressed": msgspec.json.decode(row["pressed"]), "state": msgspec.json.decode(row["state"])}
            )
            for row in rows
        ]

    async def agent_states(self) -> dict[AgentId, AgentStateRecord]:
        """The newest state of each agent; those who never logged in are absent."""
        rows = await self._database.fetch(_QUERIES["agent_states"])
        return {row["agent"]: AgentStateRecord(**row) for row in rows}

    async def agents(self) -> list[AgentProfile]:
        rows = await self._database.fetch(_QUERIES["agents"])
        return [AgentProfile(**{**row, "skills": msgspec.json.decode(row["skills"])}) for row in rows]

    async def queues(self) -> list[QueueProfile]:
        return [QueueProfile(**row) for row in await self._database.fetch(_QUERIES["queues"])]

    async def dispositions(self) -> list[DispositionNode]:
        """The disposition tree: its roots, in order."""
        return _tree(await self._database.fetch(_QUERIES["dispositions"]), None)

    async def queue_days(self, *, since: float) -> list[QueueDay]:
        """What every queue did since ``since`` (seconds since the epoch; today's midnight for the board)."""
        return [QueueDay(**row) for row in await self._database.fetch(_QUERIES["queue_days"], since)]

    async def unfinished_recordings(self) -> list[RecordingRecord]:
        """Recordings that were running when a server last wrote of them."""
        return [RecordingRecord(**row) for row in await self._database.fetch(_QUERIES["unfinished_recordings"])]

    async def open_callbacks(self) -> list[CallbackRecord]:
        return [CallbackRecord(**row) for row in await self._database.fetch(_QUERIES["open_callbacks"])]


def _tree(rows: list[Mapping[str, Any]], parent: str | None) -> list[DispositionNode]:
    return [
        DispositionNode(row["code"], row["zh"], row["en"], tuple(_tree(rows, row["code"])))
        for row in rows
        if row["parent"] == parent
    ]
