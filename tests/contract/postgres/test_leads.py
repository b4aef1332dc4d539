"""Leads are read for the dialer once, in the campaign's order, only when they may be called; nothing is forgotten."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from tests.support import records as some
from tests.support.lists import SHANGHAI, bring_in, person

from tandem.cti.adapters.postgres.do_not_call import DoNotCallStore
from tandem.cti.adapters.postgres.lead_import import LeadImportStore
from tandem.cti.adapters.postgres.leads import ClassLimits, LeadFilter, LeadStore, Reading
from tandem.cti.model.leads import PERSONAL_S
from tandem.cti.model.records import Record
from tandem.cti.storage.errors import DatabaseDown
from tandem.cti.storage.journal_rows import encode
from tandem.cti.storage.journal_store import JournalStore
from tandem.cti.storage.pool import Database
from tandem.cti.storage.spool_format import Entry

NOW = some.AT
LIMITS = ClassLimits(
    per_number=6, per_person=8, per_person_day=3, per_day=3, per_week=7, machine_rest_s=0.0, gap_s=900.0,
    abandoned_rest_s=72 * 3600.0,
)  # fmt: skip


async def journal(database: Database, *records: Record) -> None:
    await JournalStore(database).store("s", [Entry(number, encode(record)) for number, record in enumerate(records)])
    assert not await database.fetch("select error from dead_letters")


async def read(database: Database, count: int = 10, *, now: float = NOW, **given: Any) -> Reading:
    opens_at = given.pop("opens_at", lambda zones: now)
    asked = {"in_hand": (), "order": "list", **given}
    return await LeadStore(database).read("k", count, now=now, opens_at=opens_at, **asked)


def ids(reading: Reading) -> list[str]:
    return [lead.id.partition("-")[2] for lead in reading.leads]


async def states(database: Database) -> dict[str, str]:
    return {row["id"]: row["state"] for row in await database.fetch("select id, state from leads order by sequence")}


def ended(lead: str, at: float, result: str = "no_answer", **fields: Any) -> Record:
    return some.attempt(f"{lead}.1", at=at, ended_at=at + 30, result=result, **fields)


async def test_each_lead_is_read_once(database: Database, tmp_path: Path) -> None:
    await bring_in(database, tmp_path, [person(n) for n in range(1, 8)])
    first = await read(database, 3)
    assert ids(first) == ["1", "2", "3"]
    assert {lead.state for lead in first.leads} == {"in_hand"}
    hand = [lead.id for lead in first.leads]
    second = await read(database, 10, in_hand=hand)
    assert ids(second) == ["4", "5", "6", "7"]
    third = await read(database, 10, in_hand=[*hand, *(lead.id for lead in second.leads)])
    assert (third.leads, third.again_at) == ((), None)


async def test_what_the_dialer_does_not_have_is_open_again(database: Database, tmp_path: Path) -> None:
    await bring_in(database, tmp_path, [person(n) for n in range(1, 4)])
    await read(database, 3)
    assert ids(await read(database, 3, in_hand=["list-2"])) == ["1", "3"]


async def test_two_readers_never_get_one_lead(database: Database, tmp_path: Path) -> None:
    await bring_in(database, tmp_path, [person(n) for n in range(1, 61)])
    everybody = [f"list-{n}" for n in range(1, 61)]  # nothing is given back here
    readings = await asyncio.gather(*(read(database, 10, in_hand=everybody) for _ in range(6)))
    got = [lead.id for reading in readings for lead in reading.leads]
    assert len(got) == len(set(got)) > 0


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("list", ["5", "1", "2", "3", "4"]),
        ("newest", ["5", "4", "3", "2", "1"]),
        ("fewest_attempts", ["5", "2", "3", "4", "1"]),
    ],
)
async def test_orders(database: Database, tmp_path: Path, order: str, expected: list[str]) -> None:
    await bring_in(database, tmp_path, [*(person(n) for n in range(1, 5)), person(5, priority=1)])
    await journal(database, some.lead("list-1", next_at=NOW - 10))
    assert ids(await read(database, order=order)) == expected


async def test_by_chance_is_another_order_that_stays(database: Database, tmp_path: Path) -> None:
    await bring_in(database, tmp_path, [person(n) for n in range(1, 31)])
    first = ids(await read(database, 30, order="random"))
    assert sorted(first, key=int) == [str(n) for n in range(1, 31)] != first
    assert ids(await read(database, 30, order="random")) == first


async def test_a_due_callback_goes_first_and_nobody_before_his_time(database: Database, tmp_path: Path) -> None:
    people = [person(1), person(2, callback_at=NOW - 5), person(3, callback_at=NOW + 60)]
    await bring_in(database, tmp_path, people)
    reading = await read(database)
    assert ids(reading) == ["2", "1"]
    assert reading.again_at == NOW + 60
    assert ids(await read(database, now=NOW + 61, in_hand=["list-1", "list-2"])) == ["3"]


async def promise(database: Database, lead: str, at: float, agent: str | None) -> None:
    await LeadStore(database).call_again(lead, at=at, why="asked", promised=True, agent=agent)


async def test_promises_of_agents_hide_nobody(database: Database, tmp_path: Path) -> None:
    """However many wait for an agent who is away: some of each are in hand, and the others are read beside them."""
    await bring_in(database, tmp_path, [person(n) for n in range(1, 1_300)])
    for each in range(1, 601):
        await promise(database, f"list-{each}", NOW - 600 + each / 10, "mei" if each % 2 else "ana")
    first = await read(database, 5)
    assert ids(first) == ["1", "2", "3", "4", "601", "602", "603", "604", "605"]
    hand = [lead.id for lead in first.leads]
    assert ids(await read(database, 5, in_hand=hand)) == ["606", "607", "608", "609", "610"]
    assert first.again_at == NOW, "there are others"
    again = await read(database, 2, in_hand=hand[1:], promised=True)
    assert ids(again) == ["1"], "one of hers again; nobody else was asked for"


async def test_a_promise_that_its_agent_does_not_keep_is_anybodys(database: Database, tmp_path: Path) -> None:
    await bring_in(database, tmp_path, [person(n) for n in range(1, 9)])
    for each in range(1, 6):
        await promise(database, f"list-{each}", NOW - PERSONAL_S - 6 + each, "mei")
    await promise(database, "list-6", NOW - 5, "mei")
    await promise(database, "list-7", NOW + 60, None)
    reading = await read(database, 3)
    assert ids(reading) == ["6", "1", "2", "3"]
    assert reading.promise_at == NOW + 60
    assert ids(await read(database, 10, now=NOW + 61, in_hand=["list-6"], promised=True)) == [
        "1",
        "2",
        "3",
        "4",
        "5",
        "7",
    ]
    due = await read(database, 10, in_hand=["list-1"])
    assert ids(due) == ["6", "2", "3", "4", "5", "8"]


async def test_who_waits_for_an_agent_is_no_reason_to_ask_again(database: Database, tmp_path: Path) -> None:
    await bring_in(database, tmp_path, [person(n) for n in range(1, 6)])
    for each in range(1, 6):
        await promise(database, f"list-{each}", NOW - 5, "mei")
    reading = await read(database, 10)
    assert ids(reading) == ["1", "2"]
    assert (reading.again_at, reading.promise_at) == (None, None)


async def test_what_was_postponed_waits_its_time(database: Database, tmp_path: Path) -> None:
    await bring_in(database, tmp_path, [person(1), person(2)])
    await read(database)
    await journal(database, some.lead("list-1", next_at=NOW + 900))
    reading = await read(database, in_hand=["list-2"])
    assert (ids(reading), reading.again_at) == ([], NOW + 900)
    again = await read(database, now=NOW + 900, in_hand=["list-2"])
    assert ids(again) == ["1"]
    assert again.leads[0].rev == 2
    assert (again.leads[0].attempts, again.leads[0].results) == (1, {"busy": 1})


async def test_only_zones_that_are_open(database: Database, tmp_path: Path) -> None:
    await bring_in(database, tmp_path, [person(1), person(2, zone="America/New_York"), person(3)])
    opening = {SHANGHAI: NOW, "America/New_York": NOW + 3600.0}
    reading = await read(database, opens_at=opening.get)
    assert (ids(reading), reading.again_at) == (["1", "3"], NOW + 3600.0)
    assert (await read(database, 0, in_hand=["list-1", "list-3"], opens_at=opening.get)).left == 3
    nobody = await read(database, in_hand=["list-1", "list-3"], opens_at=lambda zones: None)
    assert (nobody.leads, nobody.again_at) == ((), None)


async def test_counting_reads_nothing(database: Database, tmp_path: Path) -> None:
    await bring_in(database, tmp_path, [person(1), person(2), person(3, callback_at=NOW + 50)])
    reading = await read(database, 0)
    assert (reading.leads, reading.left, reading.callable_now) == ((), 3, 2)


async def test_counts_are_of_anybody(database: Database, tmp_path: Path) -> None:
    await bring_in(database, tmp_path, [person(1)])
    number = "+8613800000001"
    await journal(
        database,
        ended("other-1", NOW - 3600, campaign="k2", number=number, person=number),
        ended("other-2", NOW - 2 * 86_400, "abandoned", campaign="k2", number=number, person=number),
        ended("other-3", NOW - 600, "congestion", campaign="k2", number=number, person=number),
        ended("other-4", NOW - 9 * 86_400, campaign="k2", number=number, person=number),
    )
    [lead] = (await read(database)).leads
    assert (lead.day, lead.week, lead.attempts, lead.last_at) == (1, 2, 0, NOW - 3600)
    assert lead.abandoned_at == NOW - 2 * 86_400
    [first] = lead.numbers
    assert (first.day, first.week, first.attempts, first.last_at) == (1, 2, 0, NOW - 3600)
    facts = await LeadStore(database).facts("+8613800000001", campaign="", now=NOW)
    assert (facts.numbers[0].day, facts.numbers[0].week, facts.abandoned_at) == (1, 2, NOW - 2 * 86_400)


async def test_who_met_nobody_under_another_name_rests_on_all_his_numbers(database: Database, tmp_path: Path) -> None:
    shared = "+8613900000002"
    await bring_in(database, tmp_path, [person(1), person(2, "+8613800000002", shared)])
    await journal(
        database,
        ended("other-1", NOW - 7200, "abandoned", campaign="k2", number=shared, person="somebody"),
        ended("other-2", NOW - 3600, campaign="k2", number=shared, person="somebody"),
    )
    first, second = (await read(database)).leads
    assert (first.abandoned_at, second.abandoned_at) == (None, NOW - 7200)


async def test_do_not_call_counts_from_the_next_read(database: Database, tmp_path: Path) -> None:
    people = [person(1), person(2), person(3, "+8613900000003", "+8613900000004"), person(4, person="P4"), person(5)]
    await bring_in(database, tmp_path, people)
    await journal(
        database,
        some.do_not_call("d1", number="+8613800000001"),
        some.do_not_call("d2", number="+8613800000002", scope="campaign", campaign="k"),
        some.do_not_call("d3", number="+8613900000003"),
        some.do_not_call("d4", number="", scope="person", person="P4"),
        some.do_not_call("d5", number="+8613800000005", scope="campaign", campaign="k2"),
    )
    assert list((await states(database)).values()) == ["do_not_call", "do_not_call", "open", "do_not_call", "open"]
    reading = await read(database)
    assert ids(reading) == ["3", "5"]
    assert [number.do_not_call for number in reading.leads[0].numbers] == ["global", ""]


async def test_what_is_lifted_may_be_called_again(database: Database, tmp_path: Path) -> None:
    await bring_in(database, tmp_path, [person(1), person(2)])
    store = DoNotCallStore(database)
    await store.put(some.do_not_call("d1", number="+8613800000001"))
    await store.put(some.do_not_call("d2", number="+8613800000001"))
    await store.put(some.do_not_call("d1", rev=2, number="+8613800000001", lifted=True))
    assert (await states(database))["list-1"] == "do_not_call", "another entry still holds"
    await store.put(some.do_not_call("d2", rev=2, number="+8613800000001", lifted=True))
    await store.put(some.do_not_call("d2", rev=1, number="+8613800000001"))  # late: older than what is stored
    assert ids(await read(database)) == ["1", "2"]


async def test_an_entry_for_some_time_is_over_by_itself(database: Database, tmp_path: Path) -> None:
    await bring_in(database, tmp_path, [person(1), person(2)])
    await DoNotCallStore(database).put(some.do_not_call("d1", number="+8613800000001", until=NOW + 500))
    reading = await read(database)
    assert (ids(reading), reading.again_at) == (["2"], NOW + 500)
    assert ids(await read(database, now=NOW + 501, in_hand=["list-2"])) == ["1"]


async def test_many_forbidden_ones_do_not_hide_the_others(database: Database, tmp_path: Path) -> None:
    await bring_in(database, tmp_path, [person(n) for n in range(1, 81)])
    await database.execute(  # entered without marking the leads, as if a lead came in meanwhile
        "insert into do_not_call select 'x' || number, 1, 'global', number, '', null, now(), '', '', null, false "
        "from lead_numbers where number < '+8613800000071'"
    )
    assert ids(await read(database, 5)) == ["71", "72", "73", "74", "75"]


async def test_a_lead_has_one_attempt_under_way(database: Database, tmp_path: Path) -> None:
    await bring_in(database, tmp_path, [person(1)])
    await journal(database, some.attempt("list-1.1"))
    with pytest.raises(asyncpg.UniqueViolationError, match="attempts_one_open_per_lead"):
        await database.execute(
            "insert into attempts select 'list-1.2', rev, campaign, lead, list, person, 2, number, caller_id, carrier, "
            "mode, segment, reserved, at, null, null, null, null, null, machine, null, null, null, null, cost, why "
            "from attempts"
        )
    assert (await read(database)).leads == (), "nobody reads a lead with an attempt under way"
    await journal(database, some.attempt("list-1.1", rev=2, ended_at=NOW, result="busy"), some.attempt("list-1.2"))
    assert [attempt.id for attempt in await LeadStore(database).attempts("list-1")] == ["list-1.1", "list-1.2"]


async def test_after_a_kill_the_attempts_under_way_come_back(database: Database, tmp_path: Path) -> None:
    await bring_in(database, tmp_path, [person(1), person(2), person(3)])
    await read(database, 3)
    under_way = some.attempt("list-2.1", number="+8613800000002")
    await journal(database, under_way)
    attempts, leads = await LeadStore(database).restore(now=NOW)
    assert attempts == [under_way]
    assert [lead.id for lead in leads] == ["list-2"]
    assert await states(database) == {"list-1": "open", "list-2": "in_hand", "list-3": "open"}


async def test_bad_numbers_and_results_of_each_number(database: Database, tmp_path: Path) -> None:
    await bring_in(database, tmp_path, [person(1, "+8613900000001", "+8613900000002")])
    await journal(
        database,
        ended("list-1", NOW - 1000, "invalid_number", number="+8613900000001"),
        some.lead("list-1", next_at=NOW, bad_numbers=["+8613900000001"]),
    )
    first, second = (await read(database)).leads[0].numbers
    assert (first.bad, first.attempts, first.last_result) == (True, 1, "invalid_number")
    assert (second.bad, second.attempts, second.last_at) == (False, 0, None)
    await journal(database, some.lead("list-1", rev=3, next_at=NOW))
    assert not any(number.bad for number in (await read(database)).leads[0].numbers)


async def test_reads_wait_for_the_journal(database: Database, tmp_path: Path) -> None:
    await bring_in(database, tmp_path, [person(1), person(2)])
    later = some.lead("list-1", next_at=NOW + 900)

    async def drain(timeout_s: float) -> bool:
        await journal(database, later)
        return True

    async def stuck(timeout_s: float) -> bool:
        return False

    asked: dict[str, Any] = {"in_hand": (), "order": "list", "now": NOW, "opens_at": lambda zones: NOW}
    assert ids(await LeadStore(database, drain).read("k", 5, **asked)) == ["2"]
    with pytest.raises(DatabaseDown):
        await LeadStore(database, stuck).read("k", 5, **asked)


async def test_a_list_is_taken_back_while_it_is_dialled(database: Database, tmp_path: Path) -> None:
    await bring_in(database, tmp_path, [person(n) for n in range(1, 6)])
    await bring_in(database, tmp_path, [person(9)], list_id="other")
    reading = await read(database, 2)
    await journal(database, ended("list-3", NOW - 5000), some.lead("list-3", next_at=NOW + 60))
    store = LeadImportStore(database)
    assert await store.take_back("list", by="sam", at=NOW) == "k"
    assert ids(await read(database, 10, in_hand=[lead.id for lead in reading.leads])) == ["9"]
    assert await store.half_taken_back() == ["list"]
    await store.take_away("list")
    assert await states(database) == dict.fromkeys(["list-1", "list-2", "list-3"], "removed") | {"other-9": "in_hand"}
    await journal(database, some.lead("list-1", state="open", next_at=NOW))
    assert (await states(database))["list-1"] == "removed", "what is written late does not bring it back"
    assert await store.half_taken_back() == []
    assert [(known.id, known.left, known.removed_by) for known in await store.lists("k")] == [
        ("list", 0, "sam"),
        ("other", 1, None),
    ]


async def test_recycled_leads_are_counted_anew(database: Database, tmp_path: Path) -> None:
    await bring_in(database, tmp_path, [person(1), person(2)])
    await journal(
        database,
        ended("list-1", NOW - 5000, number="+8613800000001", person="+8613800000001"),
        some.lead("list-1", state="exhausted", attempts=1, results={"no_answer": 1}),
        ended("list-2", NOW - 5000, "talked", number="+8613800000002", person="+8613800000002"),
        some.lead("list-2", state="done", disposition="sold"),
    )
    store = LeadStore(database)
    assert await store.recycle("k", ["no_answer"], now=NOW, why="again") == 1
    [lead] = (await read(database)).leads
    assert (lead.id, lead.attempts, lead.results) == ("list-1", 1, {"recycled": 1})
    assert lead.numbers[0].attempts == 0
    assert await store.call_again("list-2", at=NOW + 5, why="asked", promised=True, agent="mei", note="下午")
    row = await store.one("list-2", now=NOW)
    assert row is not None
    assert (row.lead.state, row.lead.callback_at, row.lead.callback_agent) == ("open", NOW + 5, "mei")
    assert not await store.call_again("list-1", at=NOW, why="it is in hand")


async def test_pages_go_on_where_they_ended(database: Database, tmp_path: Path) -> None:
    await bring_in(database, tmp_path, [person(n, name=f"王{n}%") for n in range(1, 8)])
    store = LeadStore(database)
    seen: list[str] = []
    after = 0
    while page := await store.page("k", LeadFilter(states=("open",)), now=NOW, after=after, limit=3):
        seen += [row.lead.id for row in page]
        after = page[-1].sequence
    assert seen == [f"list-{n}" for n in range(1, 8)]

    async def found(wanted: LeadFilter) -> Sequence[str]:
        return [row.lead.id for row in await store.page("k", wanted, now=NOW)]

    assert await found(LeadFilter(text="王3%")) == ["list-3"]
    assert await found(LeadFilter(text="0000005")) == ["list-5"]
    assert await found(LeadFilter(text="_")) == []
    assert await found(LeadFilter(states=("done",))) == []
    assert await found(LeadFilter(zones=("Europe/Paris",))) == []
    assert await found(LeadFilter(due_after=NOW)) == []


async def test_a_manual_dial_finds_the_lead_of_the_campaign(database: Database, tmp_path: Path) -> None:
    await bring_in(database, tmp_path, [person(1, "+8613900000001", "+8613900000002", name="李")])
    store = LeadStore(database)
    known = await store.facts("+8613900000002", campaign="k", now=NOW)
    assert (known.id, known.numbers[0].number) == ("list-1", "+8613900000002")
    await DoNotCallStore(database).put(some.do_not_call(number="+8613900000007"))
    other = await store.facts("+8613900000007", campaign="k", now=NOW, zone=SHANGHAI, country="CN")
    assert (other.list, other.numbers[0].do_not_call, other.numbers[0].zone) == ("", "global", SHANGHAI)


async def test_classes_tell_apart_what_the_gate_tells_apart(database: Database, tmp_path: Path) -> None:
    people = [*(person(n) for n in range(1, 9)), person(9, consent=False), person(10, zone="Europe/Paris")]
    people += [person(11, "+8613900000011", "+8613900000012"), person(12, "+8613900000021", "+8613900000022")]
    await bring_in(database, tmp_path, people)
    number = "+8613800000001"
    await journal(
        database,
        *(
            some.attempt(f"x-{n}.1", at=NOW - 9000, ended_at=NOW - 8000, result="busy", number=number, person=number)
            for n in range(3)
        ),
        some.lead("list-2", next_at=NOW + 4000, last_at=NOW - 5000),
        some.do_not_call("d", number="+8613900000012"),
        some.do_not_call("e", number="+8613800000003"),
    )
    found = await LeadStore(database).classes("k", LIMITS, now=NOW)
    classes = {lead.id.removeprefix("list-"): count for count, lead in found}
    assert sum(classes.values()) == 12
    assert sorted(classes.values()) == [1, 1, 1, 1, 1, 1, 1, 5]
    assert {"1", "2", "3", "9", "10", "11", "12"} <= set(classes)


async def test_a_read_that_met_a_deadlock_may_be_asked_again(database: Database, tmp_path: Path) -> None:
    await bring_in(database, tmp_path, [person(1), person(2)])
    await database.execute(
        "insert into do_not_call select 'x' || number, 1, 'global', number, '', null, now(), '', '', null, false "
        "from lead_numbers where number = '+8613800000001'"
    )
    other = await asyncpg.connect(database.url)
    try:
        async with other.transaction():
            await other.execute("select from leads where id = 'list-1' for update")
            reading = asyncio.create_task(read(database))
            waiting = "select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
            for _ in range(3_000):  # until it waits for the first lead, to mark it
                if await database.fetch(waiting):
                    break
                await asyncio.sleep(0.01)
            await other.execute("lock table leads in share mode")
    except asyncpg.DeadlockDetectedError:
        assert ids(await reading) == ["2"]
    else:
        with pytest.raises(DatabaseDown, match="at the same time"):
            await reading
    finally:
        await other.close()
    assert ids(await read(database)) == ["2"]
