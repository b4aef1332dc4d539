"""Campaigns, what they have done, their sheets, and who is not to be called, as they are stored."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import msgspec
from tests.support import records as some
from tests.support.lists import bring_in, person

from tandem.cti.adapters.postgres.campaigns import CampaignStore, Stretch
from tandem.cti.adapters.postgres.compliance import SheetStore, StoredSheet
from tandem.cti.adapters.postgres.do_not_call import DoNotCallStore
from tandem.cti.adapters.postgres.leads import LeadStore
from tandem.cti.model.campaigns import Campaign, Hours, Span
from tandem.cti.model.leads import AttemptRecord, CampaignDay
from tandem.cti.model.records import Record
from tandem.cti.storage.journal_rows import encode
from tandem.cti.storage.journal_store import JournalStore
from tandem.cti.storage.pool import Database
from tandem.cti.storage.spool_format import Entry

_DAY_S = 86_400.0


async def journal(database: Database, *records: Record) -> None:
    await JournalStore(database).store("s", [Entry(number, encode(record)) for number, record in enumerate(records)])
    assert not await database.fetch("select error from dead_letters")


def attempt(number: int, at: float, result: str | None, **fields: object) -> AttemptRecord:
    over = {} if result is None else {"ended_at": at + 60.0}
    return some.attempt(f"list-{number}.1", at=at, result=result, **over, **fields)


async def test_what_was_saved_is_read_back(database: Database) -> None:
    store = CampaignStore(database)
    document = msgspec.structs.replace(
        some.campaign().document,
        name="a\0b 春 \ud800",
        hours=Hours(timezone="Asia/Shanghai", days={0: [Span(begin=540, end=1080)]}),
    )
    record = some.campaign(document=document, why="x")
    assert await store.create(record)
    assert not await store.create(record), "there is one"
    stored = await store.one("k")
    assert stored is not None
    assert stored.document.name == "ab 春 ?"
    assert msgspec.structs.replace(stored, document=document) == record
    assert await store.one("nobody's") is None
    assert [one.id for one in await store.all()] == ["k"]


async def test_who_was_slower_is_told(database: Database) -> None:
    store = CampaignStore(database)
    await store.create(some.campaign())
    assert await store.replace(some.campaign(rev=2, state="paused"), expected_rev=1)
    assert not await store.replace(some.campaign(rev=2, state="stopped"), expected_rev=1)
    assert not await store.replace(some.campaign(rev=2, state="stopped"), expected_rev=2), "a revision only grows"
    await journal(database, some.campaign(rev=3, state="completed", by=""), some.campaign(rev=1))
    stored = await store.one("k")
    assert stored is not None
    assert (stored.rev, stored.state) == (3, "completed")


async def test_a_campaign_goes_with_its_leads_and_leaves_its_attempts(database: Database, tmp_path: Path) -> None:
    await bring_in(database, tmp_path, [person(1), person(2)])
    await bring_in(database, tmp_path, [person(1)], campaign="k2", list_id="list2")
    await journal(database, attempt(1, some.AT, "busy"))
    store = CampaignStore(database)
    assert await store.delete("k")
    assert not await store.delete("k")
    assert [row["id"] for row in await database.fetch("select id from leads")] == ["list2-1"]
    assert [row["lead"] for row in await database.fetch("select lead from lead_numbers")] == ["list2-1"]
    assert len(await LeadStore(database).attempts("list-1")) == 1


async def test_days_are_those_of_the_campaign_s_zone(database: Database) -> None:
    # some.AT is 08:00 UTC
    late = some.AT + 9 * 3600.0  # 17:00 UTC, the next day in Shanghai
    await journal(
        database,
        attempt(1, some.AT, "talked", answered_at=some.AT + 5, disposition="sold", cost=0.5),
        attempt(2, some.AT, "abandoned", answered_at=some.AT + 5),
        attempt(3, some.AT, "hung_up", answered_at=some.AT + 5),
        attempt(4, some.AT, "machine", answered_at=some.AT + 5),
        attempt(5, some.AT, "no_answer"),
        attempt(6, some.AT, "withdrawn"),
        attempt(7, some.AT, None, answered_at=some.AT + 5),
        attempt(8, late, "talked", answered_at=late + 5, cost=0.25),
        attempt(9, some.AT - 40 * _DAY_S, "talked"),
    )
    document = Campaign(id=some.campaign().id, name="x", success=["sold"])
    days = await CampaignStore(database).days(
        [some.campaign(document=document)], zone="Asia/Shanghai", since=some.AT - 31 * _DAY_S
    )
    first = CampaignDay(
        campaign=document.id, day="2027-01-15", dialled=5, answered=3, abandoned=1, machines=1, talked=1, successes=1,
        cost=0.5,
    )  # fmt: skip
    second = CampaignDay(
        campaign=document.id, day="2027-01-16", dialled=1, answered=1, abandoned=0, machines=0, talked=1, successes=0,
        cost=0.25,
    )  # fmt: skip
    assert days == [first, second]
    in_utc = msgspec.structs.replace(document, hours=Hours(timezone="UTC"))
    [day] = await CampaignStore(database).days(
        [some.campaign(document=in_utc)], zone="Asia/Shanghai", since=some.AT - 31 * _DAY_S
    )
    assert (day.day, day.dialled, day.abandoned) == ("2027-01-15", 6, 1)


async def test_a_day_in_stretches_and_by_caller_id(database: Database) -> None:
    begin = some.AT - some.AT % 300
    await journal(
        database,
        attempt(1, begin + 1, "talked", answered_at=begin + 5, connected_at=begin + 6),
        attempt(2, begin + 299, "busy", caller_id="+862195501"),
        attempt(3, begin + 300, None),
        attempt(4, begin + 900, "abandoned"),
    )
    store = CampaignStore(database)
    first, second = await store.series("k", since=begin, until=begin + 600)
    blank = Stretch(
        at=begin, dialled=2, answered=1, abandoned=0, machines=0, talked=1, busy=1, no_answer=0, failed=0, talk_s=55.0,
        cost=0.0,
    )  # fmt: skip
    assert first == blank
    assert second == replace(blank, at=begin + 300, dialled=1, answered=0, talked=0, busy=0, talk_s=0.0)
    uses = await store.caller_ids("k", since=begin, midnight=begin + 200)
    assert [(use.caller_id, use.calls, use.answered, use.today) for use in uses] == [
        ("+862195500", 2, 1, 1),
        ("+862195501", 1, 0, 1),
    ]


async def test_the_last_rest_of_a_number_and_its_calls_since(database: Database) -> None:
    at, number = some.AT + 0.123456, "+862195500"
    rest = some.caller_id_rest(number, at=at, until=at + 86_400.0)
    await journal(
        database,
        attempt(1, some.AT - 90, "busy"),
        attempt(2, at - 60, "busy"),  # its end began the rest
        attempt(3, at - 59, "talked", answered_at=at - 40),
        attempt(4, at, "congestion"),
        attempt(5, at, "no_answer", caller_id="+862195501"),
        rest,
        some.caller_id_rest(number, at=at - 100_000.0, until=at - 13_600.0),  # written later, and older
        some.caller_id_rest("+862195502", at=some.AT - 8 * _DAY_S, until=some.AT + _DAY_S),
        some.caller_id_rest(number, campaign="other", until=some.AT + 1.0),
    )
    uses = await CampaignStore(database).caller_ids("k", since=some.AT - 7 * _DAY_S, midnight=some.AT - 60)
    assert [(use.caller_id, use.calls, use.answered, use.today) for use in uses] == [
        (number, 1, 1, 3),
        ("+862195501", 1, 0, 1),
        ("+862195502", 0, 0, 0),
    ]
    [his, none, long_ago] = [use.rest for use in uses]
    assert his == rest
    assert none is None
    assert long_ago is not None
    assert long_ago.until == some.AT + _DAY_S


async def test_of_a_stretch_the_sample_with_more_looks_stays_until_it_is_too_old(database: Database) -> None:
    begin = some.AT - some.AT % 300
    more = some.sample(begin, looks=9, idle=9)
    await journal(database, some.sample(begin), more, some.sample(begin, looks=5), some.sample(begin - 300))
    await journal(database, some.sample(begin, campaign="other"))
    store = CampaignStore(database)
    assert await store.samples("k", since=begin - 300, until=begin + 1) == [some.sample(begin - 300), more]
    assert {each.campaign for each in await store.samples("", since=begin, until=begin + 1)} == {"k", "other"}
    await store.forget_samples(before=begin)
    assert await store.samples("k", since=0.0, until=begin + 1) == [more]


async def test_decisions_are_read_from_the_newest(database: Database) -> None:
    await journal(database, *(some.pacing(number) for number in range(1, 6)), some.pacing(2, launched=99))
    store = CampaignStore(database)
    assert [one.number for one in await store.decisions("k", limit=2)] == [5, 4]
    assert await store.decisions("k", before=3) == [some.pacing(2), some.pacing(1)]


async def test_sheets_are_a_chain_that_has_no_fork(database: Database) -> None:
    store = SheetStore(database)
    first = StoredSheet(
        campaign="k", number=1, day="2027-01-15", text='{"a": 1}', previous="", hash="a" * 64, at=some.AT
    )
    second = replace(first, number=2, day="2027-01-16", previous=first.hash, hash="b" * 64)
    assert await store.last("k") is None
    assert await store.add(first)
    assert await store.add(second)
    assert not await store.add(replace(second, number=3, hash="c" * 64)), "two sheets after the first"
    assert not await store.add(replace(second, previous="b" * 64, hash="c" * 64)), "the number is taken"
    assert await store.chain("k") == [first, second]
    assert await store.last("k") == second
    corrected = replace(first, number=3, previous=second.hash, hash="d" * 64)
    assert await store.add(corrected)
    assert await store.of_day("k", "2027-01-15") == corrected
    assert await store.of_day("k", "2027-01-17") is None


async def test_entries_are_found_by_number_and_person(database: Database) -> None:
    store = DoNotCallStore(database)
    entries = [some.do_not_call(f"d{n}", number=f"+861380000000{n}", at=some.AT + n) for n in range(4)]
    whole = some.do_not_call("p", scope="person", number="", person="C 1", at=some.AT + 9)
    gone = some.do_not_call("g", number="+8613900000000", lifted=True)
    for entry in (*entries, whole, gone):
        await store.put(entry)
    assert [entry.id for entry in await store.search(limit=3)] == ["p", "d3", "d2"]
    assert [entry.id for entry in await store.search(before=(some.AT + 2, "d2"))] == ["d1", "d0"]
    assert await store.search("00000 3") == [entries[3]]
    assert await store.search("C 1") == [whole]
    assert await store.search("nobody") == []
    assert "g" in [entry.id for entry in await store.search(lifted=True, limit=9)]
    assert await store.count() == 5
    assert await store.one("d1") == entries[1]
    assert await store.since(some.AT + 3) == [entries[3], whole]


async def test_what_stands_against_calling_a_number_at_all(database: Database) -> None:
    store = DoNotCallStore(database)
    for entry in (
        some.do_not_call("now", number="+8613800000001"),
        some.do_not_call("later", number="+8613800000001", until=4e9),
        some.do_not_call("over", number="+8613800000001", until=1_000.0),
        some.do_not_call("lifted", number="+8613800000001", lifted=True),
        some.do_not_call("one campaign's", number="+8613800000001", scope="campaign", campaign="k"),
        some.do_not_call("his", number="+8613800000002"),
    ):
        await store.put(entry)
    assert {entry.id for entry in await store.against("+8613800000001")} == {"now", "later"}
    assert await store.against("+8613800000003") == []
