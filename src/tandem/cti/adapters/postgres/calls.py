"""What the server reads at start: who works here, and where calls and agents were left.

Read after ``Spool.drain``: what a killed predecessor had not yet stored is then in the database too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from tandem.cti.model.ids import AgentId, CallId, DeviceId, QueueId
from tandem.cti.model.profiles import AgentProfile, DispositionNode, QueueDay
from tandem.cti.model.records import (
    AgentStateRecord,
    CallbackRecord,
    CallbackTry,
    CallRecord,
    RecordingRecord,
    TaskRecord,
)
from tandem.cti.storage.pool import Database
from tandem.cti.storage.queries import load

_TRIES = msgspec.json.Decoder(list[CallbackTry])
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

    async def ended_calls(self, *, since: float) -> list[CallId]:
        """Calls that began after ``since`` (epoch seconds) and are over, in the order in which they ended."""
        return [row["id"] for row in await self._database.fetch(_QUERIES["ended_calls"], since)]

    async def agent_states(self) -> dict[AgentId, AgentStateRecord]:
        """The newest state of each agent; those who never logged in are absent."""
        rows = await self._database.fetch(_QUERIES["agent_states"])
        return {row["agent"]: AgentStateRecord(**row) for row in rows}

    async def agents(self) -> list[AgentProfile]:
        return [AgentProfile(**row) for row in await self._database.fetch(_QUERIES["agents"])]

    async def phones(self) -> list[DeviceId]:
        """Of everybody who has one: agents, and operators who try flows."""
        return [row["device"] for row in await self._database.fetch(_QUERIES["phones"])]

    async def dispositions(self) -> list[DispositionNode]:
        """The disposition tree: its roots, in order."""
        return _tree(await self._database.fetch(_QUERIES["dispositions"]), None)

    async def queue_days(self, targets_s: Mapping[QueueId, float], *, since: float) -> list[QueueDay]:
        """What each of these queues did since ``since`` (seconds since the epoch; today's midnight for the board)."""
        rows = await self._database.fetch(
            _QUERIES["queue_days"], since, list(targets_s.keys()), list(targets_s.values())
        )
        return [QueueDay(**row) for row in rows]

    async def unfinished_recordings(self) -> list[RecordingRecord]:
        """Recordings that were running when a server last wrote of them."""
        return [RecordingRecord(**row) for row in await self._database.fetch(_QUERIES["unfinished_recordings"])]

    async def open_callbacks(self) -> list[CallbackRecord]:
        """Those that are neither done nor given up, oldest first."""
        rows = await self._database.fetch(_QUERIES["open_callbacks"])
        return [CallbackRecord(**{**row, "tries": _TRIES.decode(row["tries"])}) for row in rows]

    async def open_tasks(self) -> list[TaskRecord]:
        """Tasks that are not done, in the order of their places."""
        return [TaskRecord(**row) for row in await self._database.fetch(_QUERIES["open_tasks"])]

    async def decisions(self, call: CallId) -> list[tuple[float, dict[str, Any]]]:
        """When the call was matched, and the data of those lines of its timeline; oldest first."""
        rows = await self._database.fetch(_QUERIES["decisions"], call)
        return [(row["at"], msgspec.json.decode(row["data"])) for row in rows]

    async def has_call(self, call: CallId) -> bool:
        return await self._database.fetch_row(_QUERIES["has_call"], call) is not None


def _tree(rows: list[Mapping[str, Any]], parent: str | None) -> list[DispositionNode]:
    return [
        DispositionNode(row["code"], row["zh"], row["en"], tuple(_tree(rows, row["code"])))
        for row in rows
        if row["parent"] == parent
    ]
