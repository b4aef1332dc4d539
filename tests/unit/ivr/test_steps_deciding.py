"""Steps that pass on at once: set, language, condition, hours, split."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from tests.unit.ivr.walking import Call, flow_of, said

from tandem.cti.model.skills import Need
from tandem.ivr.core.dialogue import Enqueue, HangUp, Play
from tandem.ivr.core.steps.split import Split
from tandem.ivr.core.values import MAX_TEXT
from tandem.ivr.errors import FlowError


def test_set_notes_and_computes() -> None:
    flow = flow_of("""
        note:
          type: set
          language: zh
          variables: {segment: retail, score: 7}
          compute: {greeting: '"dear " + customer.name', sum: 2 + 3 * 4, half: "0.5", decimal: 1.50 + 1, day: 1 == 1}
          needs: product:loans>=2
          priority: 10
          tier: gold
          goto: wait
        wait: {type: queue, queue: loans}
    """)
    call = Call(flow, customer={"name": "Li"})
    assert call.variables == {
        "segment": "retail", "score": 7, "greeting": "dear Li", "sum": 14, "half": "0.5", "decimal": "2.5", "day": True
    }  # fmt: skip
    assert isinstance(call.effect, Enqueue)
    assert (call.effect.language, call.effect.tier, call.effect.priority) == ("zh", "gold", 10)
    assert call.effect.needs == (Need("product:loans", 2),)
    assert call.effect.variables == call.outcome.state.variables


def test_what_makes_no_sense_takes_the_variable_away() -> None:
    flow = flow_of("""
        first: {type: set, variables: {x: a, y: b}, goto: second}
        second: {type: set, compute: {x: customer.name * 2, y: y + "!"}, goto: done}
    """)
    assert Call(flow, customer={"name": "Li"}).variables == {"y": "b!"}


@pytest.mark.parametrize("name", ["\ud800", "x" * (MAX_TEXT + 1)])
def test_a_text_that_cannot_be_kept_is_none(name: str) -> None:
    flow = flow_of("first: {type: set, compute: {x: customer.name}, goto: done}")
    assert Call(flow, customer={"name": name}).variables == {}


def test_the_language_from_there_on() -> None:
    flow = flow_of("""
        first: {type: language, language: zh, goto: hello}
        hello: {type: play, prompts: {zh: 你好, en: Hello}, goto: done}
    """)
    effect = Call(flow).effect
    assert isinstance(effect, Play)
    assert [prompt.text for prompt in effect.prompts] == ["你好"]


CONDITION = """
    check:
      type: condition
      cases:
        - {when: customer.tier == "gold", goto: other, name: gold}
        - {when: number(call.ani) > 100, goto: worse}
      otherwise: done
"""


@pytest.mark.parametrize(
    ("tier", "ani", "exit_", "reason"),
    [
        ("gold", "200", "gold", "other"),
        ("blue", "200", "case2", "worse"),
        ("blue", "99", "otherwise", "done"),
        ("blue", "anonymous", "otherwise", "done"),
    ],
)
def test_the_first_case_that_holds(tier: str, ani: str, exit_: str, reason: str) -> None:
    call = Call(flow_of(CONDITION), customer={"tier": tier}, call={"ani": ani})
    assert call.way == [f"check.{exit_}", f"{reason}.end"]
    assert call.effect == HangUp(reason)


def test_what_is_not_known_does_not_hold() -> None:
    assert Call(flow_of(CONDITION)).way[0] == "check.otherwise"


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ("name: gold", "name: otherwise"),
        ("name: gold", "name: case2"),
        ("name: gold", "name: Gold"),
    ],
)
def test_names_of_exits_are_told_apart(wrong: str, code: str) -> None:
    with pytest.raises(FlowError):
        flow_of(CONDITION.replace(wrong, code))


OFFICE = """
    calendars:
      office:
        timezone: Asia/Shanghai
        weekly: {mon-fri: "09:00-18:00"}
        closed: ["2026-10-01"]
"""
HOURS = """
    check:
      type: hours
      calendar: office
      closing_within_s: 600
      open: done
      closed: other
      holiday: worse
      closing: late
    late: {type: hangup, reason: late}
"""


@pytest.mark.parametrize(
    ("moment", "exit_"),
    [
        ("2026-11-20 10:00", "open"),
        ("2026-11-20 17:49", "open"),
        ("2026-11-20 17:50", "closing"),
        ("2026-11-20 17:59", "closing"),
        ("2026-11-20 18:00", "closed"),
        ("2026-11-21 10:00", "closed"),
        ("2026-10-01 10:00", "holiday"),
    ],
)
def test_open_closed_holiday_or_about_to_close(moment: str, exit_: str) -> None:
    at = datetime.fromisoformat(moment).replace(tzinfo=ZoneInfo("Asia/Shanghai")).timestamp()
    assert Call(flow_of(HOURS, top=OFFICE), now=at).way[0] == f"check.{exit_}"


def test_a_holiday_is_closed_when_nothing_else_is_said() -> None:
    flow = flow_of("check: {type: hours, calendar: office, open: done, closed: other}", top=OFFICE)
    at = datetime(2026, 10, 1, 10, tzinfo=ZoneInfo("Asia/Shanghai")).timestamp()
    assert Call(flow, now=at).way[0] == "check.closed"


def test_closing_needs_its_seconds() -> None:
    with pytest.raises(FlowError):
        flow_of(HOURS.replace("      closing_within_s: 600\n", ""), top=OFFICE)


SPLIT = """
    choose:
      type: split
      ways: [{share: 50, goto: done}, {share: 20, goto: other, name: new}, {share: 30, goto: worse}]
"""


def test_shares_of_the_calls_and_the_same_call_always_the_same() -> None:
    flow = flow_of(SPLIT)
    step = flow.steps["choose"]
    assert isinstance(step, Split)
    taken = Counter(step.way(f"call-{n}").name for n in range(10_000))
    assert {name: round(count / 1000) for name, count in taken.items()} == {"way1": 5, "new": 2, "way3": 3}
    for n in range(20):
        exits = {Call(flow, call={"id": f"call-{n}"}).way[0] for _ in range(3)}
        assert exits == {f"choose.{step.way(f'call-{n}').name}"}


def test_shares_add_up() -> None:
    with pytest.raises(FlowError):
        flow_of(SPLIT.replace("share: 30", "share: 31"))


def test_silent_steps_are_visits_too() -> None:
    flow = flow_of("""
        first: {type: set, variables: {x: a}, goto: second}
        second: {type: condition, cases: [{when: x == "a", goto: third}], otherwise: other}
        third: {type: play, prompts: {zh: 好, en: Good}, goto: done}
    """)
    call = Call(flow)
    assert call.ways == [("first", "goto", "second"), ("second", "case1", "third")]
    assert call.effect == Play(said("Good"))
