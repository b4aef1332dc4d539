from __future__ import annotations

from tests.unit.routing.plans import GOOD, SHIFTS

from tandem.cti.model.ids import AgentId, QueueId, WorkId
from tandem.cti.model.skills import Need, Needs
from tandem.routing.core.acd.matcher import Matcher
from tandem.routing.core.acd.work import Work
from tandem.routing.core.plan import Plan
from tandem.routing.core.plan_change import difference, preview
from tandem.routing.core.steps import steps_of
from tandem.routing.plan_file import parse_plan

OLD = parse_plan(GOOD, "old")
NOW = 1_795_404_600.0  # Monday 2026-11-23 11:30 in Shanghai
ZH = (Need("language:zh", 3),)


def changed(*changes: tuple[str, str]) -> Plan:
    text = GOOD
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return parse_plan(text, "new")


def said(new: Plan) -> list[str]:
    return [each.text["en"] for each in difference(OLD, new)]


def test_nothing_changes() -> None:
    assert difference(OLD, OLD) == []


def test_changes_in_the_words_of_the_file() -> None:
    new = changed(("90% in 15 s", "80% in 20 s"), ("product:loans: 2}, site", "product:loans: 4}, site"))
    assert [(each.path, each.kind) for each in difference(OLD, new)] == [
        ("queues.loans.target", "changed"),
        ("agents.mei.skills.product:loans", "changed"),
    ]
    assert said(new) == ["queue loans: target: 90% in 15 s -> 80% in 20 s", "agent mei: skills: product:loans: 2 -> 4"]
    assert [each.text["zh"] for each in difference(OLD, new)] == [
        "队列 loans：target：90% in 15 s 改为 80% in 20 s",
        "座席 mei：skills：product:loans：2 改为 4",
    ]


def test_shifts_come_and_change_in_the_words_of_the_file() -> None:
    new = parse_plan(GOOD + SHIFTS, "new")
    assert said(new) == ["shift day is new", "shift night is new"]
    later = parse_plan(GOOD + SHIFTS.replace("18:00}", "19:00}").replace("[loans]", "[loans, cards]"), "later")
    found = difference(new, later)
    assert [each.text["en"] for each in found] == [
        "shift day: weekly: mon-fri: 09:00-12:00 13:00-18:00 -> 09:00-12:00 13:00-19:00",
        "shift day: teams: 2: now cards",
    ]
    assert found[1].text["zh"] == "班次 day：teams：2：设为 cards"


def test_steps_and_rules_one_by_one() -> None:
    new = changed(("after: 10 s", "after: 5 s"), ("      - {after: 30 s, needs: anyone}\n", ""))
    assert said(new) == [
        "queue loans: steps: 2: after: 10 s -> 5 s",
        "queue loans: steps: 3: no longer {after: 30 s, needs: anyone}",
    ]


def test_what_comes_and_goes() -> None:
    new = changed(
        ("  operator:\n    name: Operator\n", "  desk:\n    name: Desk\n"),
        ("to: operator", "to: desk"),
        ("  tom: {skills: {language:en: 5, product:loans: 1}}\n", ""),
        ("cross_site: 5 s\n", ""),
        ("    priority: 10\n", ""),
    )
    assert said(new) == [
        "queue loans: overflow: 2: to: operator -> desk",
        "queue loans: priority: no longer 10",
        "queue desk is new",
        "queue operator is removed",
        "agent tom is removed",
        "cross_site: no longer 5 s",
    ]


# -- preview -----------------------------------------------------------------------------------------------------------


def work(number: int, queue: str = "loans", own: Needs = ZH, plan: Plan = OLD) -> Work:
    of = plan.queues[QueueId(queue)]
    return Work(id=WorkId(f"c{number}"), queue=of.id, queued_at=NOW - 5 + number / 100, steps=steps_of(of.steps, own))


def floor(*works: Work, free: tuple[str, ...] = ("tom",), busy: tuple[str, ...] = ("mei",)) -> bytes:
    """A matcher under the old plan in which these wait."""
    matcher = Matcher()
    for login in (*free, *busy):
        matcher.log_on(AgentId(login), OLD.agents[AgentId(login)].skills, now=NOW)
    for login in free:
        matcher.available(AgentId(login), idle_since=NOW - 60, now=NOW)
    assert [match for each in works for match in matcher.enqueue(each, now=NOW)] == []
    return matcher.snapshot()


def effects(new: Plan, matcher: bytes) -> list[tuple[str, str]]:
    return [(effect.severity, effect.text["en"]) for effect in preview(OLD, new, matcher, now=NOW)]


def test_who_would_match_at_once() -> None:
    """Tom is free and speaks no Chinese; with a skill more he takes one of the two."""
    before = floor(work(1), work(2))
    better = changed(("{language:en: 5, product:loans: 1}", "{language:zh: 3, product:loans: 2}"))
    assert effects(better, before) == [("info", "1 waiting caller would match at once")]
    assert effects(OLD, before) == [("info", "none of the 2 who wait would match at once")]
    assert preview(OLD, better, before, now=NOW)[0].text["zh"] == "1 位等待中的来电者会立即接通座席"


def test_the_calls_own_needs_stay() -> None:
    """A queue that asks for nothing any more does not give Chinese callers to Tom."""
    easier = changed(
        ("- language:zh>=3 and product:loans>=2", "- product:loans"), ("needs: product:loans}", "needs: vip}")
    )
    needy = (Need("language:zh", 4),)
    assert effects(easier, floor(work(1, own=needy))) == [("info", "none of the 1 who wait would match at once")]


def test_nobody_waits() -> None:
    assert effects(OLD, floor()) == [("info", "nobody waits now")]


def test_callers_who_would_lose_their_last_agent() -> None:
    worse = changed(("{language:zh: 5, product:loans: 2}", "{language:zh: 1, product:loans: 2}"))
    assert ("warning", "queue loans: 2 who wait would lose the last agent at work who can take them") in effects(
        worse, floor(work(1), work(2))
    )


def test_queues_without_an_agent_and_agents_without_a_place() -> None:
    worse = changed(
        ("  mei: {skills: {language:zh: 5, product:loans: 2}", "  eva: {skills: {language:zh: 5, product:loans: 2}")
    )
    found = effects(worse, floor())
    assert ("warning", "1 who are at work now are not in the new plan and get only what anyone may take: mei") in found
    assert ("warning", "queue tickets would have no agent at work any more") in found


def test_a_queue_that_goes_away() -> None:
    text = GOOD.replace("  operator:\n    name: Operator\n", "").replace("to: operator", "to: tickets")
    found = effects(parse_plan(text, "new"), floor(work(1, "operator")))
    assert ("warning", "queue operator goes away: 1 who wait there would go to loans") in found


def test_a_queue_that_would_close() -> None:
    shut = changed(("mon-fri: 09:00-12:00 13:00-18:00", "mon-fri: 14:00-18:00"))
    assert (
        "warning",
        "queue loans would close at once; 1 who wait there would be treated as callers when closed",
    ) in effects(shut, floor(work(1)))
    again = [effect.text["en"] for effect in preview(shut, OLD, floor(), now=NOW)]
    assert "queue loans would open at once" in again
