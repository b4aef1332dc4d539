"""Modes by rule, order of leads, quotas and goals, the forecast of recycling, the rule books."""

from __future__ import annotations

import dataclasses
import re
from itertools import pairwise
from pathlib import Path

import pytest
from tests.unit.routing.dialer.people import NOON, campaign, lead, number

from tandem.cti.model.campaigns import AttemptPlan, Goal, ModeRule, Quota
from tandem.cti.model.leads import LeadNumber, Verdict
from tandem.cti.model.public_holidays import known_region
from tandem.routing.core.dialer import quotas, recycling
from tandem.routing.core.dialer.jurisdictions import ALL_DAY, RULE_BOOK, Jurisdiction, rules_of
from tandem.routing.core.dialer.lead_order import best_number, in_order
from tandem.routing.core.dialer.mode_rules import ModeNow, mode_now

# ---- modes --------------------------------------------------------------------------------------------------------

MODES = campaign(
    mode="predictive",
    mode_rules=[
        ModeRule(mode="preview", agents_below=5),
        ModeRule(mode="progressive", agents_below=15, answer_rate_above=0.4),
        ModeRule(mode="power", left_below=100),
        ModeRule(mode="manual", answer_rate_below=0.02),
    ],
)


@pytest.mark.parametrize(
    ("agents", "answer_rate", "left", "expected"),
    [
        (4, 0.5, 5_000, ModeNow("preview", 0)),
        (5, 0.5, 5_000, ModeNow("progressive", 1)),
        (5, 0.4, 5_000, ModeNow("predictive")),
        (50, 0.5, 99, ModeNow("power", 2)),
        (50, 0.01, 5_000, ModeNow("manual", 3)),
        (50, None, None, ModeNow("predictive")),
    ],
)
def test_the_first_rule_that_holds(agents: int, answer_rate: float | None, left: int | None, expected: ModeNow) -> None:
    assert mode_now(MODES, agents=agents, answer_rate=answer_rate, left=left) == expected


def test_a_rule_that_holds_does_not_flutter() -> None:
    assert mode_now(MODES, agents=50, answer_rate=0.021, left=None, before=3).mode == "manual"
    assert mode_now(MODES, agents=50, answer_rate=0.023, left=None, before=3).mode == "predictive"
    assert mode_now(MODES, agents=14, answer_rate=0.37, left=None, before=1).mode == "progressive"


# ---- order --------------------------------------------------------------------------------------------------------


def test_the_order_of_leads() -> None:
    leads = [
        lead(id="first", position=1, attempts=2),
        lead(id="second", position=2),
        lead(id="third", position=3, attempts=1),
        lead(id="vip", position=9, attempts=5, priority=3),
        lead(id="promised", position=8, callback_at=NOON - 5.0),
        lead(id="promised before", position=7, callback_at=NOON - 9.0),
        lead(id="promised for later", position=4, callback_at=NOON + 9.0),
    ]

    def ids(order: str) -> list[str]:
        return [each.id for each in in_order(leads, order, NOON)]  # type: ignore[arg-type]

    begin = ["promised before", "promised", "vip"]
    assert ids("list") == [*begin, "first", "second", "third", "promised for later"]
    assert ids("newest") == [*begin, "promised for later", "third", "second", "first"]
    assert ids("fewest_attempts") == [*begin, "second", "promised for later", "third", "first"]
    assert ids("random") == ids("random")
    assert sorted(ids("random")[3:]) == sorted(ids("list")[3:])


def test_the_number_that_is_dialled_or_came_furthest() -> None:
    def ask(each: LeadNumber) -> Verdict:
        rule, again_at = answers[each.number]
        return Verdict(allowed=rule == "yes", rule=rule, again_at=again_at)

    answers: dict[str, tuple[str, float | None]] = {
        "+1001": ("hours", 9.0),
        "+1002": ("yes", None),
        "+1003": ("gap", 5.0),
    }
    person = lead(*(number(each) for each in answers))
    found, verdict = best_number(person, AttemptPlan(), ask)
    assert (found, verdict.rule) == (person.numbers[1], "yes")
    answers["+1002"] = ("gap", 4.0)
    assert best_number(person, AttemptPlan(), ask)[0] == person.numbers[1]
    answers["+1002"] = ("country", None)
    assert best_number(person, AttemptPlan(), ask)[0] == person.numbers[2]
    assert best_number(lead(number(bad=True)), AttemptPlan(), lambda each: Verdict(allowed=False, rule="bad_number"))[0]
    assert best_number(lead(numbers=()), AttemptPlan(), ask)[1].rule == "bad_number"


def test_the_number_that_a_call_was_promised_on_goes_before_all() -> None:
    def ask(each: LeadNumber) -> Verdict:
        return answers.get(each.number, Verdict(allowed=True, rule="yes"))

    answers: dict[str, Verdict] = {}
    person = lead(number("+1001"), number("+1002"), callback_number="+1002")
    assert best_number(person, AttemptPlan(), ask)[0] == person.numbers[1]
    answers["+1002"] = Verdict(allowed=False, rule="hours", again_at=9.0)
    assert best_number(person, AttemptPlan(), ask) == (person.numbers[1], answers["+1002"]), "it is waited for"
    answers["+1002"] = Verdict(allowed=False, rule="do_not_call")
    assert best_number(person, AttemptPlan(), ask)[0] == person.numbers[0]
    gone = lead(number("+1001"), number("+1002", bad=True), callback_number="+1002")
    assert best_number(gone, AttemptPlan(), ask)[0] == gone.numbers[0]


# ---- quotas and goals ---------------------------------------------------------------------------------------------


def test_quotas() -> None:
    both = [Quota(field="sex", value="f", most=5), Quota(field="sex", value="m", most=0)]
    assert quotas.full(both, {("sex", "f"): 4}) == {("sex", "m")}
    assert quotas.full(both, {("sex", "f"): 5}) == {("sex", "f"), ("sex", "m")}


def test_the_end_of_a_campaign() -> None:
    goal = campaign(goal=Goal(successes=3))
    assert quotas.completed(goal, successes=2, left=5, under_way=0) is None
    assert quotas.completed(goal, successes=3, left=5, under_way=1) is None
    why = quotas.completed(goal, successes=3, left=5, under_way=0)
    assert why is not None
    assert "3" in why["zh"]
    assert quotas.completed(campaign(), successes=0, left=0, under_way=0) is not None
    assert quotas.completed(campaign(), successes=0, left=None, under_way=0) is None
    assert quotas.completed(campaign(mode="manual"), successes=0, left=0, under_way=0) is None


# ---- recycling ----------------------------------------------------------------------------------------------------

SEEN = recycling.Seen(by_try={1: (100_000, 50_000)}, talk_s=100.0, wrap_up_s=60.0, wait_s=20.0)


def test_a_forecast() -> None:
    once = recycling.forecast([recycling.Group(count=1_000, tried=0, tries=1)], SEEN, agents=5.0)
    assert once.reached == pytest.approx(500, rel=0.01)
    assert once.calls == 1_000
    assert once.agent_hours == pytest.approx(25.0, rel=0.01)
    assert once.hours == pytest.approx(5.0, rel=0.01)
    assert once.text["en"] == "1000 contacts: needs 25 agent-hours, reaches 50 %"


def test_more_tries_reach_more_but_less_each_time() -> None:
    reached = [recycling.forecast([recycling.Group(count=1_000, tried=1, tries=n)], SEEN).reached for n in range(8)]
    gains = [after - before for before, after in pairwise(reached)]
    assert all(one > other > 0.0 for one, other in pairwise(gains))
    assert reached[-1] < 1_000


def test_nobody_and_nothing_known() -> None:
    none = recycling.forecast([], recycling.Seen(by_try={}, talk_s=0.0, wrap_up_s=0.0, wait_s=0.0))
    assert (none.leads, none.reach_ratio, none.hours) == (0, 0.0, None)
    guess = recycling.forecast([recycling.Group(count=10, tried=10_000, tries=10_000)], SEEN)
    assert 0.0 < guess.reach_ratio < 1.0


# ---- rule books ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rules", RULE_BOOK.values(), ids=lambda rules: rules.id)
def test_every_rule_of_a_book_has_one_source(rules: Jurisdiction) -> None:
    usual = {field.name: field.default for field in dataclasses.fields(Jurisdiction)}
    named = [rule for source in rules.sources for rule in source.rules]
    kept = ["abandon_limit", "window_days", "formula", "answer_within_s", "ring_least_s", "abandoned_rest_s"]
    differs = [name for name, value in usual.items() if name not in ("id", "version", "name", "sources", *kept)]
    expected = [*kept, *(name for name in differs if getattr(rules, name) != usual[name])]
    assert sorted(named) == sorted(expected)
    assert all(source.citation and source.zh and source.en for source in rules.sources)
    assert all(source.title["zh"] and source.title["en"] for source in rules.sources)
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", rules.version)
    assert not rules.holidays or known_region(rules.holidays)
    assert len(rules.hours) == len(rules.quiet) == 7


def test_the_bounds_of_the_law() -> None:
    """Whatever a book says: never more than 3 % abandoned, never rung for less than 15 s, an agent within 2 s."""
    assert set(RULE_BOOK) == {"us", "uk", "cn", "none"}
    for rules in RULE_BOOK.values():
        assert rules.abandon_limit <= 0.03
        assert rules.ring_least_s >= 15.0
        assert rules.answer_within_s <= 2.0
        assert rules.abandoned_rest_s >= 72 * 3_600.0
    assert rules_of("none") is not None
    assert rules_of("none") == RULE_BOOK["none"]
    assert RULE_BOOK["none"].hours == ALL_DAY
    assert rules_of("moon") is None


def test_the_documentation_says_the_same() -> None:
    page = (Path(__file__).parents[4] / "docs" / "reference" / "calling-rules.md").read_text()
    for rules in RULE_BOOK.values():
        assert f"`{rules.id}`" in page
        assert rules.version in page
        for source in rules.sources:
            assert source.citation in page, source.citation
