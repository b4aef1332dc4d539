"""The server is killed while one of a campaign's numbers rests: it rests on, until the same moment."""

from __future__ import annotations

from pathlib import Path

import msgspec
from tests.contract.postgres.test_survival import journal
from tests.support import records as some
from tests.support.campaign_floor import outbound_house

from tandem.cti.adapters.postgres.campaigns import CampaignStore
from tandem.cti.app import floor_plan as c
from tandem.cti.app.campaign_desk.wiring import read_campaigns
from tandem.cti.app.center import Center
from tandem.cti.app.dialer.state import Running
from tandem.cti.model.campaigns import CallerIds
from tandem.cti.storage.journal_store import JournalStore
from tandem.cti.storage.pool import Database
from tandem.cti.storage.spool import Spool

GOOD, BAD = "+862160000001", "+862160000002"


async def started(database: Database, folder: Path, now: float) -> Running:
    """As a server begins: what the journal of the one before still holds is stored, then the store is read."""
    async with journal(database, folder) as spool:
        await spool.drain_all(lambda _: None, look_s=0.01)
        start = await read_campaigns(database, spool, now=now)
    center = Center(outbound_house())
    nothing = c.Restored(calls=(), agent_states={}, callbacks=(), counts={})
    center.handle(start.within(nothing), now=now)
    return center.dialer.campaigns[some.campaign().id]


async def test_a_rest_outlives_the_server(database: Database, tmp_path: Path) -> None:
    document = msgspec.structs.replace(some.campaign().document, caller_ids=CallerIds(numbers=[GOOD, BAD]))
    await CampaignStore(database).create(some.campaign(document=document, state="paused"))
    killed = Spool(tmp_path, JournalStore(database).store)
    killed.open()
    for number in range(120):
        ours = (GOOD, BAD)[number % 2]
        at = some.AT - 7_200.0 + number
        over = {"ended_at": at + 20.0, "answered_at": at + 5.0 if number % 4 == 0 else None}
        result = "talked" if number % 4 == 0 else "no_answer"
        killed.write(some.attempt(f"list-{number}.1", at=at, result=result, caller_id=ours, **over))
    rest = some.caller_id_rest(BAD, at=some.AT, until=some.AT + 3_600.0, answer_rate=0.0, others_rate=0.5)
    killed.write(rest)
    killed.close()

    run = await started(database, tmp_path, some.AT + 60.0)
    rows = run.caller_ids.rows(some.AT + 60.0, run.day)
    assert [(row.number, row.rests_until, row.rested_for) for row in rows] == [
        (GOOD, None, None),
        (BAD, rest.until, (0.0, 0.5)),
    ]
    assert rows[0].answer_rate == 0.5
    assert rows[1].answer_rate is None, "its calls before the rest say nothing any more"
    run = await started(database, tmp_path, rest.until - 1.0)
    assert run.caller_ids.rows(rest.until - 1.0, run.day)[1].rests_until == rest.until
    assert run.caller_ids.rows(rest.until, run.day)[1].rests_until is None
