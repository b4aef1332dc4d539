"""The machine of a callback's entry, and the gate that it asks."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support import records as some

from tandem.cti.model.durations import DAY_S
from tandem.cti.model.errors import IllegalTransition
from tandem.cti.model.hours import WeeklyHours
from tandem.cti.model.ids import AgentId, CallId
from tandem.cti.model.records import CallbackRecord
from tandem.routing.core.acd import callback as cb
from tandem.routing.core.dialer.gate import Gate, Refusal
from tandem.routing.core.plan import CallbackRule, Calling

RULE = CallbackRule(attempts=2, busy_retry_s=300.0, no_answer_retry_s=1800.0)
T = 1_800_000_000.0
NUMBER = "+8613800138000"


def kept(**fields: Any) -> CallbackRecord:
    return some.callback("b", first="agent", created_at=T, queued_at=T - 60, next_at=T, **fields)


def after(record: CallbackRecord, *events: cb.Event, now: float = T) -> CallbackRecord:
    for event in events:
        record = cb.step(record, event, now=now, rule=RULE)
    return record


DUE = cb.TimeCame(None)


def dialling() -> CallbackRecord:
    record = after(kept(), DUE)
    assert record.attempt is not None
    return after(record, cb.Dialled(record.attempt))


def test_its_path() -> None:
    record = after(kept(), DUE)
    assert (record.state, record.attempt, record.attempts) == ("due", "b.2", 0)
    record = after(record, cb.Dialled(CallId("b.2")))
    assert (record.state, record.attempts) == ("dialling", 1)
    record = after(record, cb.Answered(), cb.AttemptOver(CallId("b.2"), "answered"))
    assert (record.state, record.done_at, [t.outcome for t in record.tries]) == ("done", T, ["answered"])


@pytest.mark.parametrize(("result", "after_s"), [("busy", 300.0), ("no_answer", 1800.0), ("abandoned", 1800.0)])
def test_tried_again_by_rule_and_given_up(result: cb.Result, after_s: float) -> None:
    record = dialling()
    assert record.attempt is not None
    record = after(record, cb.AttemptOver(record.attempt, result))
    assert (record.state, record.next_at) == ("open", T + after_s)
    assert after(record, DUE, now=T + after_s - 1) is record
    record = after(record, DUE, now=T + after_s)
    assert record.attempt is not None
    assert record.attempt != "b.2"
    record = after(record, cb.Dialled(record.attempt), cb.AttemptOver(record.attempt, result), now=T + after_s)
    assert (record.state, record.attempts) == ("failed", 2)


def test_an_attempt_is_dialled_once() -> None:
    record = dialling()
    assert record.attempt is not None
    with pytest.raises(IllegalTransition):
        after(record, cb.Dialled(record.attempt))
    again = after(after(record, cb.AttemptOver(record.attempt, "busy")), DUE, now=T + 300)
    with pytest.raises(IllegalTransition):
        after(again, cb.Dialled(record.attempt))
    assert after(again, cb.AttemptOver(record.attempt, "busy")) is again, "late news of the first one"


def test_windows_and_the_end() -> None:
    record = kept(window_from=T + 600, window_until=T + 900)
    assert cb.wake_at(record, T) == T + 600
    assert after(record, DUE) is record
    due = after(record, DUE, now=T + 600)
    assert due.state == "due"
    assert after(due, DUE, now=T + 900).state == "expired"
    assert after(kept(expires_at=T - 1), DUE).state == "expired"


def test_the_gate_puts_off_or_ends_it() -> None:
    later = after(kept(), DUE, cb.Refused(Refusal(reason="hours", again_at=T + 3600)))
    assert (later.state, later.next_at, later.last_result) == ("open", T + 3600, "hours")
    never = after(kept(), cb.TimeCame(Refusal(reason="do_not_call", again_at=None)))
    assert (never.state, [t.outcome for t in never.tries]) == ("failed", ["refused"])


def test_people_decide() -> None:
    by = AgentId("mei")
    assert after(kept(), cb.Cancelled(by)).state == "cancelled"
    assert after(kept(), DUE, cb.DoneByHand(by)).done_by == by
    assert after(kept(), cb.CalledAgain()).last_result == "called_again"
    changed = after(kept(), DUE, cb.Changed(number=NUMBER, first="customer", window=(T + 5, T + 9), note="later"))
    assert (changed.state, changed.first, changed.window_until) == ("open", "customer", T + 9)
    for event in (cb.Cancelled(by), cb.DoneByHand(by), cb.CalledAgain()):
        with pytest.raises(IllegalTransition):
            after(dialling(), event)


def test_one_that_a_person_calls_by_hand_is_never_due() -> None:
    record = some.callback("b")
    assert cb.wake_at(record, T) is None
    assert after(record, DUE) is record


RESULTS: list[cb.Result] = ["answered", "busy", "no_answer", "failed", "invalid_number", "abandoned", "withdrawn"]
EVENT = st.one_of(
    st.builds(cb.TimeCame, st.sampled_from([None, Refusal(reason="hours", again_at=T + 50)])),
    st.builds(cb.Dialled, st.integers(1, 12).map(lambda n: CallId(f"b.{n}"))),
    st.just("dial"),
    st.just(cb.Answered()),
    st.builds(cb.AttemptOver, st.integers(1, 12).map(lambda n: CallId(f"b.{n}")), st.sampled_from(RESULTS)),
    st.builds(lambda result: ("over", result), st.sampled_from(RESULTS)),
    st.builds(cb.Refused, st.just(Refusal(reason="hours", again_at=T + 9))),
)


@given(st.lists(st.tuples(EVENT, st.floats(0, 900)), max_size=80))
def test_whatever_comes_no_attempt_is_dialled_twice_nor_too_many(events: list[tuple[Any, float]]) -> None:
    record, now, dialled = kept(), T, []
    for event, seconds in events:
        now += seconds
        if event == "dial":
            event = cb.Dialled(record.attempt or CallId("b.0"))
        elif isinstance(event, tuple):
            event = cb.AttemptOver(record.attempt or CallId("b.0"), event[1])
        try:
            new = cb.step(record, event, now=now, rule=RULE)
        except IllegalTransition:
            continue
        if new is record:
            continue
        assert new.rev == record.rev + 1
        if new.state == "dialling" and record.state != "dialling":
            dialled.append(new.attempt)
        record = new
    assert len(dialled) == len(set(dialled)) == record.attempts <= RULE.attempts


def test_the_gate() -> None:
    shanghai = WeeklyHours(days=dict.fromkeys(range(7), ((540, 1200),)), timezone="Asia/Shanghai")
    berlin = WeeklyHours(days=dict.fromkeys(range(7), ((540, 1200),)), timezone="Europe/Berlin")
    calling = Calling(hours={"+86": "cn", "+49": "de"}, never=frozenset({"+8611"}), per_day=2)
    gate = Gate(calling, {"cn": shanghai, "de": berlin})
    morning = T - T % DAY_S + 2 * 3600.0  # 02:00 UTC: 10:00 in Shanghai, 03:00 in Berlin
    assert gate.refusal(NUMBER, morning) is None
    assert gate.refusal("+4930", morning) == Refusal(reason="hours", again_at=morning + 6 * 3600)
    assert gate.refusal("+8611", morning) == Refusal(reason="do_not_call", again_at=None)
    assert gate.refusal("+1212", morning) is None
    gate.dialled(NUMBER, morning)
    gate.dialled(NUMBER, morning + 60)
    assert gate.refusal(NUMBER, morning + 120) == Refusal(reason="attempts", again_at=morning + DAY_S)
    assert gate.refusal(NUMBER, morning + DAY_S) is None
