"""Lots of records in PostgreSQL: once, in any number of repetitions, never held up by one that is refused."""

from __future__ import annotations

import random
from collections.abc import Iterable

import asyncpg
import pytest
from tests.support import records as some

from tandem.cti.adapters.postgres.calls import CallStore
from tandem.cti.model.records import CallbackTry, Record
from tandem.cti.storage.errors import DatabaseDown
from tandem.cti.storage.journal_rows import encode
from tandem.cti.storage.journal_store import JournalStore
from tandem.cti.storage.pool import Database
from tandem.cti.storage.spool_format import Entry


def lot(records: Iterable[Record]) -> list[Entry]:
    return [Entry(number, encode(record)) for number, record in enumerate(records, 1)]


async def count(database: Database, table: str) -> int:
    rows = await database.fetch(f"select count(*) as rows from {table}")  # noqa: S608 - a name from this file
    return int(rows[0]["rows"])


_ONE_OF_EACH: list[Record] = [
    some.call(),
    some.call_event(),
    some.segment(),
    some.agent_state(),
    some.contact(),
    some.recording(),
    some.callback(),
    some.task(),
    some.campaign(),
    some.lead(),
    some.attempt(),
    some.do_not_call(),
    some.pacing(),
    some.sample(lines=2.5, lines_looks=2),
    some.caller_id_rest(),
    some.audit(),
]
_TABLES = ["calls", "call_events", "segments", "agent_state_history", "contacts", "recordings", "callbacks"]
_TABLES += ["tasks", "audit", "campaigns", "attempts", "do_not_call", "pacing_decisions", "campaign_samples"]
_TABLES += ["caller_id_rests"]


async def test_twice_is_once(database: Database) -> None:
    store = JournalStore(database)
    for _ in range(2):
        await store.store("s", lot(_ONE_OF_EACH))
    await store.store("s", lot(_ONE_OF_EACH * 2))
    assert [await count(database, table) for table in _TABLES] == [1] * len(_TABLES)
    assert await count(database, "dead_letters") == 0


async def test_what_was_written_is_read_back(database: Database) -> None:
    record = some.call(caller_name="\N{GRINNING FACE} <b>", state={"deep": [1, None, "深"]})
    dialled = some.callback(
        "b2", state="dialling", created_at=some.AT + 1, queued_at=some.AT - 60, first="agent", window_from=some.AT,
        window_until=some.AT + 60, expires_at=some.AT + 90, attempts=1, next_at=some.AT, attempt="b2.1", recording="r1",
        needs="language:zh>=3", language="zh", dnis="95001", created_by="sam", note="备注", last_result="busy",
        priority=3, tier=0, tries=[CallbackTry(at=some.AT, outcome="busy")],
    )  # fmt: skip
    over = some.callback("b3", state="failed")
    await JournalStore(database).store("s", lot([record, some.callback(), dialled, over]))
    store = CallStore(database)
    assert await store.open_calls() == [record]
    assert await store.open_callbacks() == [some.callback(), dialled]


@pytest.mark.parametrize("seed", range(5))
async def test_any_order_leaves_the_newest_revision(database: Database, seed: int) -> None:
    revisions = [some.call(rev=rev, phase=f"p{rev}") for rev in range(1, 8)]
    shuffled = revisions * 2
    random.Random(seed).shuffle(shuffled)
    store = JournalStore(database)
    for entry in lot(shuffled):
        await store.store("s", [entry])
    assert [call.phase for call in await CallStore(database).open_calls()] == ["p7"]


@pytest.mark.parametrize(
    "poison",
    [
        Entry(90, b'{"type":"call","id":"half"}'),
        Entry(90, b'{"type":"from_the_future","id":"x"}'),
        Entry(90, b"no json at all"),
        Entry(90, encode(some.call("c9", rev=2**70))),
        Entry(90, encode(some.call("c9", priority=2**40))),
        Entry(90, encode(some.call("c9", started_at=float("inf")))),
        Entry(90, encode(some.call("c9", started_at=1e300))),
        Entry(90, encode(some.contact(random.Random(1).randbytes(9000).hex()))),  # too long for an index
    ],
)
async def test_a_refused_record_does_not_hold_up_the_others(database: Database, poison: Entry) -> None:
    store = JournalStore(database)
    before, after = lot(_ONE_OF_EACH[:4]), lot(_ONE_OF_EACH[4:])
    await store.store("s", [*before, poison, *after])
    await store.store("s", [*before, poison, *after])
    assert [await count(database, table) for table in _TABLES] == [1] * len(_TABLES)
    letters = await database.fetch("select seq, payload, resolved_at from dead_letters")
    assert [(row["seq"], row["payload"], row["resolved_at"]) for row in letters] == [
        (90, poison.payload.decode(), None)
    ]


async def test_hostile_texts_are_stored(database: Database) -> None:
    names = ["a\0b", "\\u0000", "\ud800", "x\u202ey", "'; drop table calls; --", "\\", '"', "{}", "\x7f\x1b[31m"]
    calls = [some.call(f"c{number}", caller_name=name, state={name: [name]}) for number, name in enumerate(names)]
    await JournalStore(database).store("s", lot(calls))
    stored = {call.id: call.caller_name for call in await CallStore(database).open_calls()}
    expected = ["a\N{REPLACEMENT CHARACTER}b", "\\u0000", "?", *names[3:]]
    assert [stored[f"c{number}"] for number in range(len(names))] == expected  # type: ignore[index]


async def test_two_calls_at_one_agent_are_refused_and_mended_by_what_follows(database: Database) -> None:
    talking = {"phase": "talking", "agent": "mei"}
    store = JournalStore(database)
    first, second = some.call("c1", **talking), some.call("c2", **talking)
    await store.store("s", [Entry(1, encode(first)), Entry(2, encode(second))])
    assert [call.id for call in await CallStore(database).open_calls()] == ["c1"]
    assert store.refused == 1
    # the end of the first call arrives: the refused one is tried again and fits now
    ended = some.call("c1", **talking, rev=2, ended_at=some.AT + 60)
    store._retry_at = 0.0
    await store.store("s", [Entry(3, encode(ended))])
    assert [call.id for call in await CallStore(database).open_calls()] == ["c2"]
    assert await CallStore(database).ended_calls(since=some.AT - 3600.0) == ["c1"]
    assert await CallStore(database).ended_calls(since=some.AT + 3600.0) == []
    assert (await database.fetch("select resolved_at is not null as mended from dead_letters"))[0]["mended"]


async def test_an_agents_next_call_may_come_before_the_end_of_the_last_in_a_lot(database: Database) -> None:
    talking = {"phase": "talking", "agent": "mei"}
    store = JournalStore(database)
    await store.store("s", lot([some.call("c1", **talking)]))
    await store.store("s", lot([some.call("c2", **talking), some.call("c1", rev=2, ended_at=some.AT + 60)]))
    assert [call.id for call in await CallStore(database).open_calls()] == ["c2"]
    assert store.refused == 0


async def test_the_database_itself_holds_the_rule(database: Database) -> None:
    await database.execute("insert into users values ('a', 'A', 'agent', '1', 'zh', '$argon2id$x')")
    with pytest.raises(asyncpg.CheckViolationError):
        await database.execute("insert into routing_plans (text) values ('')")
    with pytest.raises(asyncpg.CheckViolationError, match="agents_have_a_device"):
        await database.execute("insert into users values ('b', 'B', 'agent', null, 'zh', '$argon2id$x')")


async def test_a_database_that_is_away_is_said_so() -> None:
    database = Database("postgresql://nobody@/none?host=/nonexistent")
    await database.open()
    assert not database.up
    with pytest.raises(DatabaseDown):
        await JournalStore(database).store("s", lot([some.call()]))
    await database.close()
