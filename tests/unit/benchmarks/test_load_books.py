"""The audit of the load run: books that agree have no finding; each thing that may go wrong has one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from benchmarks.load.books import (
    CallerLog,
    CallRow,
    DetailRecord,
    Evidence,
    Fault,
    RingLog,
    audit,
    detail_records,
)

SERVED, GONE = "+861390001", "+861390002"

GOOD = Evidence(
    callers=(
        CallerLog(
            number=SERVED, name="c0390001", gave_up=False, ended_by="us", over_at=130.0, heard=frozenset({"a0005001"})
        ),
        CallerLog(number=GONE, name="c0390002", gave_up=True, ended_by="us", over_at=140.0, heard=frozenset()),
    ),
    rings=(
        RingLog(
            device="5001",
            name="a0005001",
            number=SERVED,
            invited_at=110.0,
            up_at=112.0,
            over_at=130.1,
            ended_by="them",
            heard=frozenset({"c0390001"}),
        ),
        RingLog(
            device="5001",
            name="a0005001",
            number=GONE,
            invited_at=135.0,
            up_at=None,
            over_at=140.1,
            ended_by="cancelled",
            heard=frozenset(),
        ),
    ),
    rows=(
        CallRow(number=SERVED, ended=True, outcome="answered", devices=("5001",), disposed=1, saved=1),
        CallRow(number=GONE, ended=True, outcome="abandoned_in_queue", devices=(), disposed=0, saved=0),
    ),
    busy=(("5001", 110.0, 112.0, "one"), ("5001", 112.0, 130.0, "one"), ("5001", 135.0, 140.0, "other")),
    details=(
        DetailRecord(number=SERVED, uniqueid="1.1", device="5001"),
        DetailRecord(number=SERVED, uniqueid="1.1", device=None),
        DetailRecord(number=GONE, uniqueid="1.2", device=None),
    ),
    seats={"5001": ""},
    states={"5001": "ready"},
    channels=(),
    open_legs=0,
    dead_letters=0,
)


def test_books_that_agree() -> None:
    assert audit(GOOD) == []


def _caller(which: int, /, **changes: object) -> Evidence:
    callers = list(GOOD.callers)
    callers[which] = replace(callers[which], **changes)  # type: ignore[arg-type]
    return replace(GOOD, callers=callers)


def _ring(which: int, /, **changes: object) -> Evidence:
    rings = list(GOOD.rings)
    rings[which] = replace(rings[which], **changes)  # type: ignore[arg-type]
    return replace(GOOD, rings=rings)


def _row(which: int, /, **changes: object) -> Evidence:
    rows = list(GOOD.rows)
    rows[which] = replace(rows[which], **changes)  # type: ignore[arg-type]
    return replace(GOOD, rows=rows)


def _more_rings(**changes: object) -> Evidence:
    return replace(GOOD, rings=(*GOOD.rings, replace(GOOD.rings[0], **changes)))  # type: ignore[arg-type]


WRONG: dict[str, tuple[Callable[[], Evidence], Fault]] = {
    "Asterisk hung up on a caller": (lambda: _caller(1, gave_up=False, ended_by="them"), Fault.LOST),
    "a caller is still there": (lambda: _caller(1, gave_up=False, ended_by="", over_at=None), Fault.LOST),
    "a caller heard nobody": (lambda: _caller(0, heard=frozenset()), Fault.LOST),
    "an agent heard nobody": (lambda: _ring(0, heard=frozenset()), Fault.DIFFERS),
    "an agent heard another caller, too": (lambda: _ring(0, heard=frozenset({"c0390001", "c7"})), Fault.DIFFERS),
    "a caller heard two agents": (lambda: _caller(0, heard=frozenset({"a0005001", "a0005002"})), Fault.DOUBLED),
    "two agents answered": (lambda: _more_rings(device="5002", invited_at=130.2, over_at=131.0), Fault.DOUBLED),
    "two phones rang for a caller": (
        lambda: _more_rings(device="5002", up_at=None, invited_at=111.0, over_at=112.0),
        Fault.DOUBLED,
    ),
    "a phone rang while it had a call": (lambda: _ring(1, invited_at=129.0), Fault.DOUBLED),
    "a phone rang while its call never ended": (lambda: _ring(0, over_at=None), Fault.DOUBLED),
    "a phone rings on for a caller who has left": (lambda: _ring(1, over_at=146.0), Fault.STUCK),
    "a caller is left alone": (lambda: _ring(0, over_at=124.0), Fault.STUCK),
    "a phone was rung for nobody": (
        lambda: _more_rings(number="+1", up_at=None, invited_at=150.0, over_at=151.0),
        Fault.DIFFERS,
    ),
    "no row of a call": (lambda: replace(GOOD, rows=GOOD.rows[:1]), Fault.LOST),
    "two rows of a call": (lambda: replace(GOOD, rows=(*GOOD.rows, GOOD.rows[0])), Fault.DOUBLED),
    "a row of nobody's call": (lambda: _row(1, number="+1"), Fault.DIFFERS),
    "an open row": (lambda: _row(0, ended=False), Fault.STUCK),
    "a row with another agent": (lambda: _row(0, devices=("5002",)), Fault.DIFFERS),
    "a row with two agents": (lambda: _row(0, devices=("5001", "5002")), Fault.DOUBLED),
    "a row with another outcome": (lambda: _row(0, outcome="abandoned_in_queue", devices=()), Fault.DIFFERS),
    "a row that says answered of one who gave up": (lambda: _row(1, outcome="answered"), Fault.DIFFERS),
    "no disposition": (lambda: _row(0, disposed=0), Fault.DIFFERS),
    "two dispositions": (lambda: _row(0, disposed=2), Fault.DIFFERS),
    "no recording": (lambda: _row(0, saved=0), Fault.LOST),
    "an agent's calls overlap": (
        lambda: replace(GOOD, busy=(*GOOD.busy, ("5001", 129.0, 131.0, "third"))),
        Fault.DOUBLED,
    ),
    "Asterisk never had the caller": (lambda: replace(GOOD, details=GOOD.details[:2]), Fault.LOST),
    "Asterisk had the caller twice": (
        lambda: replace(GOOD, details=(*GOOD.details, DetailRecord(number=GONE, uniqueid="1.3", device=None))),
        Fault.DOUBLED,
    ),
    "Asterisk joined two": (
        lambda: replace(GOOD, details=(*GOOD.details, DetailRecord(number=SERVED, uniqueid="1.1", device="5002"))),
        Fault.DOUBLED,
    ),
    "Asterisk joined nobody": (lambda: replace(GOOD, details=GOOD.details[1:]), Fault.DIFFERS),
    "a seat with a call": (lambda: replace(GOOD, seats={"5001": "busy (None), call 1 talking"}), Fault.STUCK),
    "an agent who is not Ready": (lambda: replace(GOOD, states={"5001": "working_after_call"}), Fault.STUCK),
    "an agent without a state": (lambda: replace(GOOD, states={}), Fault.STUCK),
    "a channel": (lambda: replace(GOOD, channels=("PJSIP/5001-00000001!tandem-legs",)), Fault.STUCK),
    "a leg at the phones": (lambda: replace(GOOD, open_legs=2), Fault.STUCK),
    "a record that the database refused": (lambda: replace(GOOD, dead_letters=1), Fault.STUCK),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_is_found(what: str) -> None:
    make, fault = WRONG[what]
    assert fault in {finding.fault for finding in audit(make())}


def test_a_pick_up_in_the_moment_of_giving_up_may_count_either_way() -> None:
    crossed = _ring(1, up_at=140.0)
    assert audit(crossed) == []
    rows = (GOOD.rows[0], replace(GOOD.rows[1], outcome="answered", devices=("5001",), disposed=1, saved=1))
    joined = (*GOOD.details, DetailRecord(number=GONE, uniqueid="1.2", device="5001"))
    assert audit(replace(crossed, rows=rows, details=joined)) == []


def test_reads_asterisks_detail_records() -> None:
    text = (
        '"","+861390001","loop","tandem-callers","""c"" <+861390001>","PJSIP/carrier-00000000",'
        '"PJSIP/5001-00000001","AGI","agi:async","2026-11-22 03:52:36","2026-11-22 03:52:36","2026-11-22 03:52:44",'
        '7,7,"ANSWERED","DOCUMENTATION","5a-17.18"\n'
        '"","+861390001","loop","tandem-legs","""c"" <+861390001>","PJSIP/5001-00000001","","AGI","agi:async",'
        '"2026-11-22 03:52:44","2026-11-22 03:52:44","2026-11-22 03:52:44",0,0,"ANSWERED","DOCUMENTATION","8d.1"\n'
        '"","+861390002","loop","tandem-callers","""c"" <+861390002>","PJSIP/carrier-00000003","","AGI","agi:async",'
        '"2026-11-22 03:52:37","2026-11-22 03:52:37","2026-11-22 03:52:38",1,1,"ANSWERED","DOCUMENTATION","5a-17.21"\n'
    )
    assert detail_records(text, "carrier") == [
        DetailRecord(number="+861390001", uniqueid="5a-17.18", device="5001"),
        DetailRecord(number="+861390002", uniqueid="5a-17.21", device=None),
    ]
