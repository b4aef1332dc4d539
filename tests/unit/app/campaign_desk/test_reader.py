"""Leads for the dialer: in hand is what the center has at the moment of reading; a database that is away is said."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

from tests.support.campaign_floor import SPRING, campaign, lead
from tests.support.campaign_ground import Desk

from tandem.cti.adapters.postgres.leads import Reading
from tandem.cti.app.campaign_desk.reader import AWAY_S, LeadReader
from tandem.cti.app.floor_plan import LeadsRead, LeadsWanted
from tandem.cti.model.campaigns import CampaignRecord, Hours, Quota, Span


def running(**document: Any) -> Desk:
    return Desk(
        records=[CampaignRecord(id=SPRING, rev=2, state="running", document=campaign(**document), by="sue", at=1.0)]
    )


async def test_what_is_read_is_given_with_its_counts() -> None:
    on = running(quotas=[Quota(field="city", value="Beijing", most=5)])
    await on.desk.open()
    on.leads.rows, on.outlook.succeeded = [lead(1), lead(2), lead(3)], 4
    on.leads.readings = [Reading(leads=(lead(1),), again_at=7.0)]
    answer = await LeadReader(on.ground).read(LeadsWanted(campaign=SPRING, count=5))
    assert (answer.leads, answer.left, answer.again_at) == ((lead(1),), 3, 7.0)
    assert (answer.successes, answer.quotas) == (4, (("city", "Beijing", 2),))
    assert on.leads.asked[0]["count"] == 5


async def test_it_is_not_counted_at_every_reading() -> None:
    on = running()
    await on.desk.open()
    reader = LeadReader(on.ground)
    counts = []
    for _ in range(3):
        counts.append((await reader.read(LeadsWanted(campaign=SPRING, count=5))).left)
        on.floor.now += 6.0
    assert counts == [0, None, 0]


async def test_what_an_earlier_reading_gave_is_not_taken_away_by_a_later_one() -> None:
    """The later one was asked for before the first was answered."""
    on = running()
    await on.desk.open()
    reader = LeadReader(on.ground)
    on.leads.readings = [Reading(leads=(lead(1),)), Reading()]
    first = await reader.read(LeadsWanted(campaign=SPRING, count=5))
    on.shell.take(first)
    await reader.read(LeadsWanted(campaign=SPRING, count=0, in_hand=()))
    assert on.leads.asked[1]["in_hand"] == (lead(1).id,)


async def test_while_the_database_is_away_nobody_spins_and_it_is_said() -> None:
    on = running()
    await on.desk.open()
    reader = LeadReader(on.ground)
    on.leads.down = True
    answer = await reader.read(LeadsWanted(campaign=SPRING, count=5))
    assert answer == LeadsRead(campaign=SPRING, leads=(), again_at=on.floor.now + AWAY_S)
    assert set(reader.away) == {SPRING}
    on.leads.down = False
    await reader.read(LeadsWanted(campaign=SPRING, count=5))
    assert reader.away == {}


async def test_one_reading_of_a_campaign_at_a_time() -> None:
    on = running()
    await on.desk.open()
    at_once = most = 0

    async def slow(*_: Any, **__: Any) -> Reading:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await asyncio.sleep(0)
        at_once -= 1
        return Reading()

    on.leads.read = slow  # type: ignore[method-assign]
    reader = LeadReader(on.ground)
    await asyncio.gather(*(reader.read(LeadsWanted(campaign=SPRING, count=1)) for _ in range(5)))
    assert most == 1


async def test_leads_of_a_campaign_that_is_gone_are_given_back() -> None:
    on = Desk()
    assert (await LeadReader(on.ground).read(LeadsWanted(campaign=SPRING, count=0))).leads == ()
    assert on.leads.asked[0]["in_hand"] == ()


async def test_zones_open_by_rule_book_and_campaign() -> None:
    """1970-01-12 13:46:40 UTC, a Monday: 21:46 in Shanghai, 08:46 in New York, 05:46 in Los Angeles."""
    on = running(rules="us")
    opens = LeadReader(on.ground).opens_at(campaign(rules="us"))
    now = on.floor.now
    assert opens("America/New_York") == now
    assert opens("America/Los_Angeles") == now + 8_000.0
    assert opens("America/Los_Angeles|America/New_York") == now + 8_000.0
    assert opens("America/Los_Angeles;America/New_York") == now
    assert opens("") is None
    tuesday = Hours(timezone="America/New_York", days={1: [Span(begin=540, end=1020)]})
    opens = LeadReader(on.ground).opens_at(campaign(rules="us", hours=tuesday))
    assert opens("America/New_York") == now - 31_600.0 + 9 * 3600.0 + 86_400.0


async def test_the_day_ends_when_the_law_lets_nobody_on_the_list_be_called_any_more() -> None:
    """By the rule book of the United States until 21:00 where he is."""
    hours = Hours(timezone="America/New_York", days={day: [Span(begin=540, end=1440)] for day in range(7)})
    on = running(rules="us", hours=hours)
    await on.desk.open()
    on.floor.now = datetime(2026, 11, 23, 18, tzinfo=UTC).timestamp()
    reader, run = LeadReader(on.ground), on.shell.center.dialer.campaigns[SPRING]
    nine_in_new_york = datetime(2026, 11, 24, 2, tzinfo=UTC).timestamp()
    document = run.campaign
    assert reader.closes_at(document, ["America/New_York"]) == nine_in_new_york
    assert reader.closes_at(document, ["America/New_York", "America/Chicago"]) == nine_in_new_york + 3_600
    assert reader.closes_at(document, ["America/Chicago|America/New_York"]) == nine_in_new_york
    assert reader.closes_at(document, ["America/Chicago;America/New_York"]) == nine_in_new_york + 3_600
    midnight = nine_in_new_york + 3 * 3_600
    assert reader.closes_at(document, ["America/Los_Angeles"]) == midnight, "of the campaign's zone"
    assert reader.closes_at(document, []) is None
    assert reader.closes_at(document, [""]) is None, "nobody knows what time it is there"
    on.leads.rows = [lead(1)]
    on.leads.zones = ["America/New_York"]
    answer = await reader.read(LeadsWanted(campaign=SPRING, count=5))
    assert answer.closes_at == nine_in_new_york
