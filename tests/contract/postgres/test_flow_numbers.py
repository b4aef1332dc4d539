"""What callers did in flows, counted by the database, against the rules in Python."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import Any

from tests.support.records import AT, call

from tandem.cti.adapters.postgres.flow_numbers import Asked, FlowNumbersStore, StepLine
from tandem.cti.app.flow_numbers import OTHER, containment, flow_numbers
from tandem.cti.model.ids import CallId
from tandem.cti.model.records import Record, VisitRecord
from tandem.cti.storage.journal_rows import STATEMENT, parameters
from tandem.cti.storage.pool import Database
from tandem.cti.storage.queries import load
from tandem.ivr.core.dialogue import Visit
from tandem.ivr.core.journey import CONTAINED, REASONS, StepFacts, end_of

_JOURNAL = load("tandem.cti.storage", "journal.sql")
FACTS = {
    "hello": StepFacts("play"),
    "menu": StepFacts("menu"),
    "message": StepFacts("record"),
    "promise": StepFacts("callback"),
    "dial": StepFacts("transfer"),
    "out": StepFacts("leave"),
    "bye": StepFacts("hangup"),
    "loans": StepFacts("queue", "loans"),
    "service": StepFacts("queue", "service"),
}
LINES = [StepLine(1, step, facts.kind, facts.queue) for step, facts in FACTS.items()]
WEEK = Asked(flow="main", since=AT - 10, until=AT + 1_000_000)
EXITS = ("goto", "1", "no_input", "queued", "end", "on_error", "hung_up", "transferred", "while_waiting", "after_call")


def visit(number: int, step: str, exit_: str, to: str = "", call_id: str = "c1", **fields: Any) -> VisitRecord:
    given_: dict[str, Any] = {
        "flow": "main",
        "version": 1,
        "edition": "0a1b2c3d",
        "entered_at": AT + number,
        "left_at": AT + number + 2,
        "no_inputs": 0,
        "no_matches": 0,
        "heard": [],
    }
    return VisitRecord(call=CallId(call_id), number=number, step=step, exit=exit_, to=to, **{**given_, **fields})


def over(call_id: str, **fields: Any) -> Record:
    return call(call_id, **{"flow_version": 1, "ended_at": AT + 100, "phase": "ended", **fields})


async def write(database: Database, *records: Record) -> None:
    async with database.session() as connection, connection.transaction():
        for record in records:
            await connection.execute(_JOURNAL[STATEMENT[type(record)]], *parameters(record))


async def test_sql_and_python_agree_where_callers_went(database: Database) -> None:
    """On journeys of any shape, also such as no flow makes."""
    dice = Random(7)
    expected: Counter[tuple[str, str]] = Counter()
    records: list[Record] = []
    for place in range(600):
        journey = [(dice.choice(sorted(FACTS)), dice.choice(EXITS)) for _ in range(dice.randint(1, 6))]
        made = [visit(n, step, exit_, call_id=f"c{place}") for n, (step, exit_) in enumerate(journey)]
        records += [over(f"c{place}"), *made]
        if journey[0][1] != "after_call":  # else there is no visit before the talk: no journey
            plain = [Visit(step=v.step, exit=v.exit, to=v.to, entered_at=v.entered_at, left_at=v.left_at) for v in made]
            end = end_of(plain, FACTS)
            expected[end.reason, end.queue] += 1
    await write(database, *records)
    store = FlowNumbersStore(database)
    ends = await store.ends(WEEK, LINES)
    assert {(row["reason"], row["queue"]): row["calls"] for row in ends} == expected
    assert {reason for reason, _ in expected} == set(REASONS)
    contained = sum(calls for (reason, _), calls in expected.items() if reason in CONTAINED)
    served = await store.containment(WEEK.since, [("main", line) for line in LINES])
    assert served == {"main": (expected.total(), contained)}


async def test_numbers_of_a_flow(database: Database) -> None:
    await write(
        database,
        over("c1"),
        visit(1, "hello", "goto", "menu"),
        visit(2, "menu", "1", "bye", no_inputs=1, no_matches=2),
        visit(3, "bye", "end"),
        over("c2"),
        visit(1, "hello", "goto", "menu", "c2"),
        visit(2, "menu", "hung_up", call_id="c2"),
        over("c3"),
        visit(1, "hello", "goto", "loans", "c3"),
        visit(2, "loans", "queued", call_id="c3"),
        visit(3, "loans", "while_waiting", "menu", "c3"),
        visit(4, "menu", "hung_up", call_id="c3"),
        over("open", ended_at=None, phase="ivr"),
        visit(1, "hello", "goto", "menu", "open"),
        over("old", started_at=AT - 100),
        visit(1, "hello", "goto", "menu", "old"),
        over("second", flow_version=2),
        visit(1, "hello", "end", call_id="second", version=2),
    )
    flows: dict[int, Any] = {}
    store = FlowNumbersStore(database)
    assert await store.versions(WEEK) == [1, 2]
    found = await flow_numbers(store, Asked(flow="main", since=AT - 10, until=AT + 10, version=1), flows)
    nodes = {node.step: node for node in found.nodes}
    assert (nodes["hello"].entered, nodes["hello"].exits, nodes["hello"].mean_s) == (3, {"goto": 3}, 2.0)
    assert (nodes["menu"].entered, nodes["menu"].abandoned) == (3, 2)
    assert (nodes["menu"].no_input, nodes["menu"].no_match) == (1, 2)
    assert (nodes["loans"].entered, nodes["loans"].exits) == (1, {"queued": 1, "while_waiting": 1})
    assert found.containment.calls == 3
    ends = await store.ends(Asked(flow="main", since=AT - 10, until=AT + 10, version=1), LINES)
    counted = containment(ends)
    assert {(end.reason, end.queue): end.calls for end in counted.ends} == {
        ("served", ""): 1,
        ("hung_up", ""): 1,
        ("queue", "loans"): 1,
    }
    assert (counted.contained, counted.ratio and round(counted.ratio.value, 3)) == (1, 0.333)
    links = {(link.depth, link.source, link.target): link.calls for link in found.journeys}
    assert links == {
        (0, "hello", "menu"): 2,
        (0, "hello", "loans"): 1,
        (1, "menu", "bye"): 1,
        (1, "menu", "end:hung_up"): 1,
        (1, "loans", "end:queue:"): 1,  # its version is not known here
        (2, "bye", "end:served"): 1,
    }


async def test_the_picture_is_bounded(database: Database) -> None:
    records: list[Record] = []
    for n in range(30):
        records += [
            over(f"c{n}"),
            visit(1, "hello", "goto", f"s{n}", f"c{n}"),
            visit(2, f"s{n}", "end", call_id=f"c{n}"),
        ]
    await write(database, *records)
    found = await flow_numbers(FlowNumbersStore(database), WEEK, {})
    assert len(found.journeys) <= 20
    assert sum(link.calls for link in found.journeys if link.depth == 0) == 30
    assert max(link.calls for link in found.journeys if link.target == OTHER) == 21


async def test_recorded_calls_come_newest_first_with_their_customers(bank: Database) -> None:
    await write(
        bank,
        over("a", started_at=AT + 1, customer="demo-001"),
        visit(1, "hello", "goto", "menu", "a"),
        visit(2, "menu", "hung_up", call_id="a", heard=["digits 3", "no_input"]),
        over("b", started_at=AT + 2, customer=None),
        visit(1, "hello", "hung_up", call_id="b"),
        over("silent", started_at=AT + 3),
    )
    store = FlowNumbersStore(bank)
    recorded = await store.recorded(WEEK, limit=10)
    assert [each.id for each in recorded] == ["b", "a"]
    assert recorded[0].customer == {}
    assert recorded[1].customer["id"] == "demo-001"
    assert recorded[1].customer["tier"]
    assert [(v.step, v.exit, v.heard) for v in recorded[1].visits] == [
        ("hello", "goto", []),
        ("menu", "hung_up", ["digits 3", "no_input"]),
    ]
    assert await store.count_recorded(WEEK) == 3
