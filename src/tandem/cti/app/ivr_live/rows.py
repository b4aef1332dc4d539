"""What the server has written down of a call."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import msgspec

from tandem.cti.model.ids import CallId
from tandem.cti.storage.pool import Database
from tandem.ivr.core.dialogue import SurveyAnswer, Visit

_EVERY_S = 0.1
_CALL = "select queue, outcome from calls where id = $1 and ended_at is not null"
_VISITS = """
select step, exit, "to", extract(epoch from entered_at)::float8 as entered_at,
    extract(epoch from left_at)::float8 as left_at, no_inputs, no_matches, heard::text
from ivr_visits where call = $1 order by number
"""
_ANSWERS = "select question, scale, answer from survey_answers where call = $1 order by number"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    queue: str
    outcome: str
    visits: tuple[Visit, ...]
    answers: tuple[SurveyAnswer, ...]


async def rows_of(database: Database, call: CallId, *, within_s: float) -> Rows:
    """As soon as the call is written down as ended. Raises TimeoutError, DatabaseDown."""
    async with asyncio.timeout(within_s):
        while not (found := await database.fetch(_CALL, call)):  # noqa: ASYNC110 - it does not tell
            await asyncio.sleep(_EVERY_S)
    visits = await database.fetch(_VISITS, call)
    answers = await database.fetch(_ANSWERS, call)
    return Rows(
        queue=found[0]["queue"] or "",
        outcome=found[0]["outcome"] or "",
        visits=tuple(Visit(**{**row, "heard": tuple(msgspec.json.decode(row["heard"]))}) for row in visits),
        answers=tuple(SurveyAnswer(**row) for row in answers),
    )
