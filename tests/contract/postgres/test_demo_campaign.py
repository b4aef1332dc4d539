"""The demo's campaign in the database: as the server reads it, once, and only where there is a queue for it."""

from __future__ import annotations

import time

from tests.support.demo_plan import demo_plan, in_text

from tandem.cti.adapters.postgres.campaigns import CampaignStore
from tandem.cti.adapters.postgres.lead_import import LeadImportStore
from tandem.cti.adapters.postgres.plans import PlanStore
from tandem.cti.app.demo_campaign import COUNTS, DAYS, NEW, document
from tandem.cti.app.demo_campaign_rows import load_campaign
from tandem.cti.app.demo_data import load_demo
from tandem.cti.storage.pool import Database

_NOW = 1_800_000_000.0


async def _load(database: Database) -> bool:
    async with database.session(20.0) as connection, connection.transaction():
        return await load_campaign(connection, now=_NOW)


async def test_it_is_there_once_paused_with_its_lists_and_days(database: Database) -> None:
    await load_demo(database, now=_NOW)
    before = time.process_time()
    assert await _load(database)
    assert time.process_time() - before < 2, "the processor's time: other tests run beside this one"
    assert not await _load(database)
    record = await CampaignStore(database).one(document().id)
    assert record is not None
    assert (record.state, record.document) == ("paused", document())
    lists = {each.id: each for each in await LeadImportStore(database).lists()}
    assert {id_: each.accepted for id_, each in lists.items()} == COUNTS
    assert lists[NEW].left == COUNTS[NEW]
    days = await CampaignStore(database).days([record], zone="Asia/Shanghai", since=0.0)
    assert len(days) == DAYS + 1
    assert all(day.answered > 20 and day.successes > 0 for day in days)
    assert all(day.abandoned <= record.document.abandon_limit * day.answered for day in days)
    assert await database.fetch("select 1 from attempts where ended_at is null") == []


async def test_a_folder_of_an_earlier_version_gets_what_is_missing(database: Database) -> None:
    await load_demo(database, now=_NOW)
    plan = demo_plan()
    del plan["queues"][document().queue]
    await database.execute("update routing_plans set text = $1", in_text(plan))
    assert await _load(database)
    stored = await PlanStore(database).current()
    assert stored is not None
    assert (stored.version, stored.created_by) == (2, "demo")
    assert not await _load(database)
    assert len(await CampaignStore(database).all()) == 1


async def test_no_campaign_without_its_queue(database: Database) -> None:
    await load_demo(database, now=_NOW)
    plan = demo_plan()
    del plan["queues"][document().queue]
    await PlanStore(database).save(in_text(plan), note="", by="omar")
    assert not await _load(database)
    assert await CampaignStore(database).all() == []
