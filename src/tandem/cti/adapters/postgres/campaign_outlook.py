"""What a campaign has still to do and what it has seen, for forecasts; the attempts of a day, for its sheet."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from tandem.cti.model.detections import Heard
from tandem.cti.model.leads import AttemptRecord
from tandem.cti.storage.pool import Database
from tandem.cti.storage.queries import load

_QUERIES = load("tandem.cti.adapters.postgres", "campaign_outlook.sql")
LONG_S = 30.0
ROWS = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """Means in seconds; None: nothing was seen. ``answer_s``: from the dialling on, of who answered; ``other_s``: to
    the end of the others."""

    talk_s: float | None
    answer_s: float | None
    other_s: float | None
    dialled: int
    answered: int


class CampaignOutlookStore:
    """Every method raises DatabaseDown. ``since``: epoch seconds."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def open_by_tries(self, campaign: str) -> dict[int, int]:
        """How often tried -> leads that are not over."""
        rows = await self._database.fetch(_QUERIES["open_by_tries"], campaign, deadline_s=LONG_S)
        return {row["tried"]: row["leads"] for row in rows}

    async def over_by_tries(self, campaign: str, results: Sequence[str]) -> dict[int, int]:
        """The same of leads that are over and whose last attempt ended with one of ``results``."""
        rows = await self._database.fetch(_QUERIES["over_by_tries"], campaign, list(results), deadline_s=LONG_S)
        return {row["tried"]: row["leads"] for row in rows}

    async def by_try(self, campaign: str, *, since: float) -> dict[int, tuple[int, int]]:
        """Number of the try -> (tries, of these talked with)."""
        rows = await self._database.fetch(_QUERIES["by_try"], campaign, since, deadline_s=LONG_S)
        return {row["number_of"]: (row["tries"], row["talked"]) for row in rows}

    async def times(self, campaign: str, *, since: float) -> Times:
        [row] = await self._database.fetch(_QUERIES["times"], campaign, since, deadline_s=LONG_S)
        return Times(**row)

    async def successes(self, campaign: str, fields: Sequence[str]) -> tuple[int, list[tuple[str, str, int]]]:
        """Leads that were successes, and of those how many have which value in each of ``fields``."""
        [row] = await self._database.fetch(_QUERIES["successes"], campaign, deadline_s=LONG_S)
        by_value = []
        for field in fields:
            rows = await self._database.fetch(_QUERIES["successes_by"], campaign, field, deadline_s=LONG_S)
            by_value += [(field, each["value"], each["leads"]) for each in rows]
        return row["leads"], by_value

    async def attempts_between(self, campaign: str, since: float, until: float) -> AsyncIterator[AttemptRecord]:
        """In the order in which they were begun, without their reasons."""
        at, id_ = 0.0, ""
        while True:
            rows = await self._database.fetch(
                _QUERIES["attempts_between"], campaign, since, until, at, id_, ROWS, deadline_s=LONG_S
            )
            for row in rows:
                yield AttemptRecord(**{**row, "why": {}})
            if len(rows) < ROWS:
                return
            at, id_ = rows[-1]["at"], rows[-1]["id"]

    async def undisposed(self, *, since: float) -> list[AttemptRecord]:
        """Talks that ended after ``since`` and have no disposition, without their reasons."""
        rows = await self._database.fetch(_QUERIES["undisposed"], since, deadline_s=LONG_S)
        return [AttemptRecord(**{**row, "why": {}}) for row in rows]

    async def detections(self, campaign: str, *, since: float, until: float | None = None) -> list[Heard]:
        """What the machine detection said of calls that are over, and what agents said of that."""
        rows = await self._database.fetch(_QUERIES["detections"], campaign, since, until, deadline_s=LONG_S)
        return [Heard(**row) for row in rows]

    async def detection_times(self, campaign: str, *, since: float) -> tuple[float | None, float | None]:
        """Median and 90th percentile of the seconds from the answer of a person to the verdict; None: nobody."""
        [row] = await self._database.fetch(_QUERIES["detection_times"], campaign, since, deadline_s=LONG_S)
        return row["p50_s"], row["p90_s"]

    async def first_attempt(self, campaign: str, *, since: float) -> float | None:
        """When the campaign dialled for the first time from then on."""
        row = await self._database.fetch_row(_QUERIES["first_attempt"], campaign, since)
        return None if row is None else row["at"]
