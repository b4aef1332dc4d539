"""Users, sessions, and what the pages read, from PostgreSQL. Every method raises DatabaseDown."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from tandem.agent_desktop.core.resources import (
    CallDetail,
    CallLine,
    CallPage,
    CallsQuery,
    NewCustomer,
    RecordingLine,
    TimelineLine,
    UserView,
)
from tandem.agent_desktop.core.survey_resources import SurveyLine, SurveyQuery
from tandem.cti.adapters.postgres.calls import CallStore
from tandem.cti.adapters.postgres.customers import CustomerStore
from tandem.cti.model.errors import InvalidField, ResourceMissing
from tandem.cti.model.records import CallbackRecord, ContactLine, CustomerMatch
from tandem.cti.storage.pool import Database, Row
from tandem.cti.storage.queries import load
from tandem.cti.storage.texts import digits_to_search, like_pattern, storable

_QUERIES = load("tandem.agent_desktop.adapters", "store.sql")
_LONGEST_PAGE = 200
_MOST_CUSTOMERS = 50
_FEWEST_DIGITS = 3
_SURVEYS_S = 20.0
_SCALE, _YES_NO = ("5", "4", "3", "2", "1"), ("1", "0")
"""Answers of surveys, the best one first."""


class PostgresSessions:
    """Implements SessionStore."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def user(self, login: str) -> tuple[UserView, str] | None:
        if login != storable(login):
            return None  # not cleaned here: "mei\0" must not be mei to the database and another to the rate limit
        row = await self._database.fetch_row(_QUERIES["user"], login)
        if row is None:
            return None
        fields = dict(row)
        password_hash = fields.pop("password_hash")
        return UserView(**fields), password_hash

    async def open_session(self, token_hash: bytes, login: str, *, until: float) -> None:
        async with self._database.session() as connection:
            await connection.execute(_QUERIES["forget_old_sessions"])
            await connection.execute(_QUERIES["open_session"], token_hash, login, until)

    async def session_user(self, token_hash: bytes, *, now: float) -> UserView | None:
        row = await self._database.fetch_row(_QUERIES["session_user"], token_hash, now)
        return None if row is None else UserView(**row)

    async def close_session(self, token_hash: bytes) -> None:
        await self._database.execute(_QUERIES["close_session"], token_hash)

    async def set_language(self, login: str, language: str) -> UserView:
        """Raises InvalidField, ResourceMissing."""
        if language not in ("zh", "en"):
            raise InvalidField.because("shape_choice", field="language", choices="en, zh")
        await self._database.execute(_QUERIES["set_language"], login, language)
        found = await self.user(login)
        if found is None:
            raise ResourceMissing(f"There is no active user {login}.")
        return found[0]


class PostgresLibrary:
    """Implements Library. ``normalise`` makes a typed number a key (E.164, short digits, or '')."""

    def __init__(self, database: Database, *, normalise: Callable[[str], str]) -> None:
        self._database = database
        self._calls = CallStore(database)
        self._customers = CustomerStore(database)
        self._normalise = normalise

    async def calls(self, query: CallsQuery) -> CallPage:
        """A page of calls, newest first. Calls that began in the same moment are never torn apart by a page's end."""
        limit = max(1, min(query.limit, _LONGEST_PAGE))
        pattern = like_pattern(query.q) if query.q else None
        digits = digits_to_search(query.q or "", fewest=_FEWEST_DIGITS)
        filters = [None if value is None else storable(value) for value in (query.agent, query.queue, query.outcome)]
        rows = await self._database.fetch(_QUERIES["calls"], limit + 1, query.before, *filters, pattern, digits)
        if len(rows) <= limit:
            return CallPage(calls=[CallLine(**row) for row in rows], next_before=None)
        last = rows[limit - 1]["started_at"]
        return CallPage(calls=[CallLine(**row) for row in rows if row["started_at"] >= last], next_before=last)

    async def call(self, call_id: str) -> CallDetail:
        call_id = storable(call_id)
        async with self._database.session() as connection:
            row = await connection.fetchrow(_QUERIES["call"], call_id)
            if row is None:
                raise ResourceMissing.because("not_there_call")
            timeline = await connection.fetch(_QUERIES["timeline"], call_id)
            recordings = await connection.fetch(_QUERIES["recordings"], call_id)
            contacts = await connection.fetch(_QUERIES["contacts"], call_id)
        return CallDetail(
            call=CallLine(**row),
            timeline=[TimelineLine(**{**line, "data": msgspec.json.decode(line["data"])}) for line in timeline],
            recordings=[RecordingLine(**line) for line in recordings],
            contacts=[ContactLine(**line) for line in contacts],
        )

    async def recording(self, recording_id: str) -> tuple[str, str | None]:
        row = await self._database.fetch_row(_QUERIES["recording"], storable(recording_id))
        if row is None:
            raise ResourceMissing.because("not_there_recording")
        return row["file"], row["agent"]

    async def customers(self, text: str, *, limit: int) -> list[CustomerMatch]:
        return await self._customers.by_text(text.strip(), limit=max(1, min(limit, _MOST_CUSTOMERS)))

    async def customer(self, customer_id: str) -> CustomerMatch:
        return await self._customers.customer(storable(customer_id))

    async def create_customer(self, new: NewCustomer, *, by: str) -> CustomerMatch:
        """Raises InvalidField: no name, or a number that nobody can dial."""
        number = self._normalise(new.number)
        if not number:
            raise InvalidField.because("no_number", number=new.number)
        fields = {name: storable(value).strip() for name, value in msgspec.structs.asdict(new).items()}
        del fields["number"]
        if not fields["name"]:
            raise InvalidField.because("shape_empty", field="name")
        return await self._customers.create(number, by=by, **fields)

    async def open_callbacks(self) -> list[CallbackRecord]:
        return await self._calls.open_callbacks()

    async def survey_lines(self, query: SurveyQuery, *, since: float, until: float, limit: int) -> list[SurveyLine]:
        chosen = [storable(value or "") for value in (query.question, query.queue, query.agent)]
        rows = await self._database.fetch(
            _QUERIES["survey_lines"], since, until, query.by, query.zone, *chosen, limit, deadline_s=_SURVEYS_S
        )
        return [_survey_line(row) for row in rows]


def _survey_line(row: Row) -> SurveyLine:
    answers = _YES_NO if row["scale"] == "yes_no" else _SCALE
    return SurveyLine(
        question=row["question"],
        scale=row["scale"],
        name=row["name"],
        asked=row["asked"],
        answered=row["answered"],
        mean=row["mean"],
        counts={answer: row[f"n{answer}"] for answer in answers},
    )
