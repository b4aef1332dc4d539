"""What the last days' attempts teach the pacing, counted by PostgreSQL."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.contract.postgres.test_campaigns import attempt, journal
from tests.support import records as some

from tandem.cti.adapters.postgres import campaign_experience
from tandem.cti.adapters.postgres.campaign_experience import _QUERIES, read_experience
from tandem.cti.adapters.postgres.campaigns import CampaignStore
from tandem.cti.app.campaign_desk.wiring import read_campaigns
from tandem.cti.model.ids import AgentId, CallId, CampaignId
from tandem.cti.model.leads import CampaignExperience, TriesOfHour
from tandem.cti.model.records import AgentStateRecord
from tandem.cti.storage.journal_store import JournalStore
from tandem.cti.storage.pool import Database
from tandem.cti.storage.spool import Spool

_K = some.campaign().id
_DAY_S = 86_400.0


def _state(number: int, at: float, state: str, call: str | None = None) -> AgentStateRecord:
    return AgentStateRecord(
        agent=AgentId("anna"),
        number=number,
        at=at,
        state=state,
        reason=None,
        pending=None,
        call=CallId(call) if call else None,
    )


async def test_hours_and_times_are_those_of_the_campaign(database: Database) -> None:
    # some.AT is 08:00 UTC, 16:00 in Shanghai
    before = some.AT - _DAY_S
    heard: dict[str, Any] = {"answered_at": some.AT + 5, "machine": "human", "person_at": some.AT + 7}
    await journal(
        database,
        attempt(1, some.AT, "talked", **heard, connected_at=some.AT + 8, agent="anna"),
        attempt(2, some.AT, "abandoned", **heard),
        attempt(3, some.AT + 1, "machine", answered_at=some.AT + 13, machine="machine"),
        attempt(4, before, "no_answer", segment="b"),
        attempt(5, some.AT, "withdrawn"),
        attempt(6, some.AT, "congestion"),
        attempt(7, some.AT, None),
        attempt(8, some.AT - 20 * _DAY_S, "talked"),
        _state(1, some.AT + 60, "working_after_call", "list-1.1"),
        _state(2, some.AT + 75.5, "ready"),
        _state(3, some.AT + 80, "working_after_call", "list-2.1"),
    )
    now = some.AT + 600.0
    zones = {_K: "Asia/Shanghai", CampaignId("idle"): "UTC"}
    segment = some.attempt("list-1.1").segment
    assert await read_experience(database, zones, now=now) == (
        CampaignExperience(
            campaign=_K,
            hours=(
                TriesOfHour(segment="b", days_ago=1, hour=16, tries=1, answered=0, abandoned=0),
                TriesOfHour(segment=segment, days_ago=0, hour=16, tries=3, answered=2, abandoned=1),
            ),
            answer_s=(7.0, 7.0),
            other_s=(60.0, 12.0),
            talk_s=(52.0,),
            wrap_up_s=(15.5,),
            agents=1,
            dialled=4,
            machines=1,
            persons=2,
            judged=3,
            verdict_s=2.0,
        ),
    )
    assert await read_experience(database, {}, now=now) == ()


async def test_no_more_is_read_than_the_last_attempts(database: Database) -> None:
    """By the index of a campaign's times, however many there are."""
    await database.execute(
        """insert into attempts select format('l-%s.1', n), 1, 'k', format('l-%s', n), 'l', 'p', 1, '+861000000', '',
            'c', 'predictive', 's', false, to_timestamp($1) - n * interval '3 seconds', null, null, null,
            to_timestamp($1), 'no_answer', '', null, null, null, null, 0, '{}', null
        from generate_series(1, 20000) as n""",
        some.AT,
    )
    await database.execute("analyze attempts")
    for name, arguments in {
        "hours": (["k"], ["UTC"], some.AT - 14 * _DAY_S, some.AT, 100),
        "times": (["k"], some.AT - 14 * _DAY_S, 100),
    }.items():
        plan = "\n".join(
            row["QUERY PLAN"] for row in await database.fetch("explain analyze " + _QUERIES[name], *arguments)
        )
        assert "attempts_campaign on attempts" in plan, plan
        assert "Seq Scan on attempts" not in plan, plan
    [past] = await read_experience(database, {_K: "UTC"}, now=some.AT)
    assert past.dialled == 3_000
    assert sum(hour.tries for hour in past.hours) == 20_000


async def test_the_server_starts_without_it(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = CampaignStore(database)
    await store.create(some.campaign())
    await journal(database, attempt(1, some.AT, "busy"))
    spool = Spool(tmp_path, JournalStore(database).store)
    start = await read_campaigns(database, spool, now=some.AT + 60.0)
    assert [past.dialled for past in start.experience] == [1]
    monkeypatch.setattr(campaign_experience, "DEADLINE_S", 1e-6)
    start = await read_campaigns(database, spool, now=some.AT + 60.0)
    assert start.experience == ()
    assert len(start.applied) == 1
