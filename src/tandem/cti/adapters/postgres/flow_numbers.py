"""What callers did in flows, counted in the database; and their journeys, one by one, for trying another version."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from tandem.cti.storage.pool import Database, Row
from tandem.cti.storage.queries import load

_QUERIES = load("tandem.cti.adapters.postgres", "flow_numbers.sql")
DEADLINE_S = 25.0


@dataclass(frozen=True, slots=True)
class StepLine:
    """How a step of one version counts. ``queue``: of a queue step; '' else."""

    version: int
    step: str
    kind: str
    queue: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """``since <= started_at < until``, seconds since the epoch. ``version`` None: all."""

    flow: str
    since: float
    until: float
    version: int | None = None


class RecordedVisit(msgspec.Struct, frozen=True, array_like=True):
    step: str
    exit: str
    to: str
    entered_at: float
    left_at: float
    heard: list[str]


_VISITS = msgspec.json.Decoder(list[RecordedVisit])


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedCall:
    """``customer``: what is known of him today; {} for a stranger."""

    id: str
    at: float
    ani: str
    ani_e164: str
    dnis: str
    caller_name: str
    version: int
    customer: dict[str, str]
    visits: list[RecordedVisit]


class FlowNumbersStore:
    """``database``: one with patience, apart from the calls'. Every method raises DatabaseDown."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def versions(self, asked: Asked) -> list[int]:
        """The versions that calls of this time had."""
        rows = await self._fetch("used_versions", asked.flow, asked.since, asked.until)
        return [row["version"] for row in rows]

    async def nodes(self, asked: Asked) -> list[Row]:
        """``step``, ``exit``, ``visits``, ``seconds``, ``no_inputs``, ``no_matches``."""
        return await self._fetch("nodes", asked.flow, asked.since, asked.until, asked.version)

    async def ends(self, asked: Asked, steps: Sequence[StepLine]) -> list[Row]:
        """``reason``, ``queue``, ``calls``; the most frequent first."""
        return await self._fetch("ends", asked.flow, asked.since, asked.until, asked.version, *_arrays(steps))

    async def journeys(self, asked: Asked, steps: Sequence[StepLine], *, depth: int) -> list[Row]:
        """``depth``, ``source``, ``target``, ``calls``; the most frequent first."""
        span = (asked.flow, asked.since, asked.until, asked.version)
        return await self._fetch("journeys", *span, *_arrays(steps), depth)

    async def containment(self, since: float, steps: Sequence[tuple[str, StepLine]]) -> dict[str, tuple[int, int]]:
        """By flow: calls, and how many of them were served to the end."""
        names = [name for name, _ in steps]
        versions, step_names, kinds, _ = _arrays([line for _, line in steps])
        rows = await self._fetch("containment", since, names, versions, step_names, kinds)
        return {row["flow"]: (row["calls"], row["served"]) for row in rows}

    async def recorded(self, asked: Asked, *, limit: int) -> list[RecordedCall]:
        """The newest calls, newest first."""
        rows = await self._fetch("recorded", asked.flow, asked.since, asked.until, limit)
        return [_call(row) for row in rows]

    async def count_recorded(self, asked: Asked) -> int:
        rows = await self._fetch("count_recorded", asked.flow, asked.since, asked.until)
        return int(rows[0]["calls"])

    async def _fetch(self, query: str, *arguments: Any) -> list[Row]:
        return await self._database.fetch(_QUERIES[query], *arguments, deadline_s=DEADLINE_S)


def _arrays(steps: Sequence[StepLine]) -> tuple[list[int], list[str], list[str], list[str]]:
    return (
        [line.version for line in steps],
        [line.step for line in steps],
        [line.kind for line in steps],
        [line.queue for line in steps],
    )


def _call(row: Row) -> RecordedCall:
    fields = ("name", "tier", "language", "company", "email", "owner")
    known = {"id": row["customer"], **{field: row[field] or "" for field in fields}} if row["customer"] else {}
    return RecordedCall(
        id=row["id"],
        at=row["at"],
        ani=row["ani"],
        ani_e164=row["ani_e164"],
        dnis=row["dnis"],
        caller_name=row["caller_name"],
        version=row["flow_version"],
        customer=known,
        visits=_VISITS.decode(row["visits"]),
    )
