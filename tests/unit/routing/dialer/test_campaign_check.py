"""What is said of a campaign's document: hostile values are errors, and each has a sentence and a way out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.routing.dialer.people import campaign

from tandem.cti.model.campaigns import (
    AttemptPlan,
    CallerIds,
    Campaign,
    Goal,
    Hours,
    MachineDetection,
    ModeRule,
    Quota,
    Retry,
    Span,
)
from tandem.routing.core.dialer.campaign_check import CampaignProblem, Known, problems

KNOWN = Known(
    queues=["loans"], flows=["survey"], carriers=["main"], dispositions=["sold", "no"], countries=["US", "CN", "GB"]
)
DAYS = {day: [Span(begin=540, end=1080)] for day in range(5)}


def found(document: Campaign, known: Known = KNOWN) -> list[CampaignProblem]:
    return problems(document, known)


def test_a_campaign_of_defaults_is_well() -> None:
    assert found(campaign()) == []
    assert found(campaign(rules="none")) == []
    whole = campaign(
        rules="cn",
        countries=["CN"],
        hours=Hours(days=DAYS, holidays="CN", closed_on=["2026-10-01"]),
        caller_ids=CallerIds(numbers=["+862161234567"]),
        carrier="main",
        machine_detection=MachineDetection(use=True, on_machine="message", message={"zh": "您好"}),
        mode_rules=[ModeRule(mode="progressive", agents_below=10)],
        goal=Goal(successes=5),
        quotas=[Quota(field="sex", value="f", most=3)],
        dispositions=["sold", "no"],
        success=["sold"],
        script="您好 {name}\n再见",
        message={"zh": "这里是……", "en": "This is ..."},
    )
    assert found(whole) == []


ROWS: list[tuple[str, str, dict[str, Any]]] = [
    ("id", "error", {"id": "a/b"}),
    ("id", "error", {"id": "a" * 65}),
    ("name", "error", {"name": "   "}),
    ("name", "error", {"name": "Loans\r\nVariable: x"}),
    ("name", "error", {"name": "x" * 201}),
    ("queue", "error", {"queue": ""}),
    ("queue", "error", {"queue": "gone"}),
    ("flow", "error", {"flow": "gone"}),
    ("flow", "error", {"mode": "agentless"}),
    ("rules", "error", {"rules": "moon"}),
    ("countries.0", "error", {"countries": ["us"]}),
    ("countries.0", "warning", {"countries": ["FR"]}),
    ("countries", "error", {"countries": ["US"] * 301}),
    ("hours.timezone", "error", {"hours": Hours(timezone="../../etc/passwd", days=DAYS)}),
    ("hours.days.7", "error", {"hours": Hours(days={7: [Span(begin=0, end=5)]})}),
    ("hours.days.0", "error", {"hours": Hours(days={0: [Span(begin=600, end=600)]})}),
    ("hours.days.0", "error", {"hours": Hours(days={0: [Span(begin=0, end=1441)]})}),
    ("hours.days.0", "error", {"hours": Hours(days={0: [Span(begin=0, end=10), Span(begin=9, end=20)]})}),
    ("hours.days", "error", {"hours": Hours()}),
    ("hours.holidays", "error", {"hours": Hours(days=DAYS, holidays="XX")}),
    ("hours.closed_on.0", "error", {"hours": Hours(days=DAYS, closed_on=["1.10.2026"])}),
    ("hours.closed_on.0", "error", {"hours": Hours(days=DAYS, closed_on=["20261001"])}),
    ("abandon_limit", "error", {"abandon_limit": -0.01}),
    ("abandon_limit", "error", {"abandon_limit": float("nan")}),
    ("abandon_limit", "warning", {"abandon_limit": 0.05}),
    ("target_wait_s", "error", {"target_wait_s": float("inf")}),
    ("ratio", "error", {"ratio": 0.5}),
    ("ratio", "error", {"ratio": 10**400}),
    ("preview_s", "error", {"preview_s": 1.0}),
    ("ring_s", "error", {"ring_s": 14.0}),
    ("ring_s", "error", {"ring_s": 1e9}),
    ("wrap_up_s", "error", {"wrap_up_s": -1.0}),
    ("cost_cap", "error", {"cost_cap": -1.0}),
    ("weight", "error", {"weight": 0.0}),
    ("priority", "error", {"priority": 10**9}),
    ("caller_ids.numbers.0", "error", {"caller_ids": CallerIds(numbers=["500&PJSIP/x/1900"])}),
    ("caller_ids.numbers.0", "error", {"caller_ids": CallerIds(numbers=["+12125550100\r\nX: y"])}),
    ("caller_ids.numbers.0", "error", {"caller_ids": CallerIds(numbers=["+12125550100\n"])}),
    ("caller_ids.numbers.0", "error", {"caller_ids": CallerIds(numbers=["+12125550100@evil"])}),
    ("caller_ids.numbers.0", "warning", {"caller_ids": CallerIds(numbers=["+12120000000"])}),
    ("caller_ids.numbers.1", "warning", {"caller_ids": CallerIds(numbers=["+12125550100"] * 2)}),
    ("caller_ids.numbers", "error", {"caller_ids": CallerIds(numbers=["+12125550100"] * 1_001)}),
    ("caller_ids.rest_below", "error", {"caller_ids": CallerIds(rest_below=2.0)}),
    ("caller_ids.rest_s", "error", {"caller_ids": CallerIds(rest_s=-1.0)}),
    ("caller_ids.most_per_day", "error", {"caller_ids": CallerIds(most_per_day=0)}),
    ("carrier", "error", {"carrier": "gone"}),
    ("attempts.retries.talked", "error", {"attempts": AttemptPlan(retries={"talked": Retry(after_s=900.0, times=1)})}),
    (
        "attempts.retries.busy.after_s",
        "error",
        {"attempts": AttemptPlan(retries={"busy": Retry(after_s=1.0, times=1)})},
    ),
    (
        "attempts.retries.busy.times",
        "error",
        {"attempts": AttemptPlan(retries={"busy": Retry(after_s=60.0, times=99)})},
    ),
    ("attempts.most_per_number", "error", {"attempts": AttemptPlan(most_per_number=0)}),
    ("attempts.most_per_person", "error", {"attempts": AttemptPlan(most_per_person=1_000)}),
    ("attempts.most_per_person_a_day", "error", {"attempts": AttemptPlan(most_per_person_a_day=21)}),
    ("attempts.gap_s", "error", {"attempts": AttemptPlan(gap_s=-5.0)}),
    ("attempts.day_parts", "error", {"attempts": AttemptPlan(day_parts=(Span(begin=5, end=1),))}),
    ("machine_detection.total_ms", "error", {"machine_detection": MachineDetection(total_ms=60_000)}),
    ("machine_detection.words", "error", {"machine_detection": MachineDetection(words=0)}),
    ("machine_detection.message", "error", {"machine_detection": MachineDetection(use=True, on_machine="message")}),
    ("machine_detection.message.en", "error", {"machine_detection": MachineDetection(message={"en": "x" * 1_001})}),
    ("mode_rules.0", "error", {"mode_rules": [ModeRule(mode="preview")]}),
    ("mode_rules.0", "error", {"mode_rules": [ModeRule(mode="agentless", agents_below=1)]}),
    ("mode_rules.0.answer_rate_below", "error", {"mode_rules": [ModeRule(mode="preview", answer_rate_below=30.0)]}),
    ("goal.successes", "error", {"goal": Goal(successes=0), "success": ["sold"]}),
    ("quotas.0.field", "error", {"quotas": [Quota(field="", value="f", most=1)], "success": ["sold"]}),
    ("quotas.0.most", "error", {"quotas": [Quota(field="sex", value="f", most=-1)], "success": ["sold"]}),
    ("success", "error", {"goal": Goal(successes=5)}),
    ("dispositions.0", "error", {"dispositions": ["gone"]}),
    ("success.0", "error", {"success": ["gone"]}),
    ("success.0", "warning", {"dispositions": ["no"], "success": ["sold"]}),
    ("script", "error", {"script": "x" * 20_001}),
    ("script", "error", {"script": "a\x00b"}),
    ("message", "error", {"message": {"klingon!": "x"}}),
    ("message.en", "error", {"message": {"en": "Hello\r\nX: y"}}),
]


@pytest.mark.parametrize(("field", "severity", "changes"), ROWS, ids=[f"{n} {row[0]}" for n, row in enumerate(ROWS)])
def test_each_problem(field: str, severity: str, changes: dict[str, Any]) -> None:
    of_field = [each for each in found(campaign(**changes)) if each.field == field]
    assert [each.severity for each in of_field] == [severity]
    for texts in (of_field[0].what, of_field[0].fix):
        assert set(texts) == {"zh", "en"}
        assert all(text and len(text) < 300 and text.isprintable() for text in texts.values())


PRICES = {"main": {"+86": 0.1, "+1212": 0.0}, "all": {"": 0.1}, "but": {"": 0.1, "+86": 0.0}}


@pytest.mark.parametrize(
    ("changes", "without"),
    [
        ({"countries": ["CN"]}, ""),
        ({"countries": ["CN", "US"]}, "+1"),
        ({}, "+1, +44"),
        ({"carrier": "all"}, ""),
        ({"carrier": "but"}, "+86"),
        ({"carrier": "gone"}, ""),
        ({"countries": ["GB"], "cost_cap": None}, ""),
    ],
)
def test_a_cost_cap_needs_the_prices_of_all_that_may_be_called(changes: dict[str, Any], without: str) -> None:
    priced = replace(KNOWN, carriers=["main", "all", "but"], prices=PRICES)
    of_field = [each for each in found(campaign(**{"cost_cap": 10.0, **changes}), priced) if each.field == "cost_cap"]
    assert [f" {without}:" in each.what["en"] for each in of_field] == ([True] if without else [])
    assert all(each.severity == "error" and f" {without} " in each.what["zh"] for each in of_field)


@pytest.mark.parametrize(
    ("country", "prices", "severities"),
    [
        ("BS", {"+1242": 0.1}, ["warning"]),
        ("KZ", {"+77": 0.1}, ["warning"]),
        ("GB", {"+441": 0.1, "+442": 0.1, "+447": 0.2}, ["warning"]),
        ("GB", {"+44": 0.0, "+447": 0.2}, ["warning"]),
        ("GB", {"+44": 0.1, "+44800": 0.0}, []),
        ("GB", {"+4": 0.1}, []),
        ("GB", {"+44": 0.0}, ["error"]),
        ("GB", {"": 0.1, "+44": 0.0}, ["error"]),
        ("GB", {"+447": 0.0}, ["error"]),
        ("GB", {"+1": 0.1}, ["error"]),
        ("GB", {}, ["error"]),
    ],
)
def test_the_longest_beginning_of_a_number_is_its_price(
    country: str, prices: dict[str, float], severities: list[str]
) -> None:
    known = replace(KNOWN, countries=[country], prices={"main": prices})
    told = found(campaign(cost_cap=10.0, countries=[country]), known)
    assert [(each.field, each.severity) for each in told] == [("cost_cap", severity) for severity in severities]
    assert all(text and text.isprintable() for each in told for text in (*each.what.values(), *each.fix.values()))
    begun = found(campaign(cost_cap=10.0, countries=[country]), replace(known, capped_before=True))
    assert [each.severity for each in begun] == ["warning" for _ in severities]


def test_an_agentless_campaign_needs_no_queue() -> None:
    assert found(campaign(mode="agentless", queue="", flow="survey")) == []
    mixed = campaign(mode="agentless", queue="", flow="survey", mode_rules=[ModeRule(mode="power", agents_below=3)])
    assert [each.field for each in found(mixed)] == ["queue"]


def test_where_there_is_nothing_to_choose_from() -> None:
    (problem,) = found(campaign(queue="x"), Known())
    assert problem.fix["en"] == "There is none yet: make one first."


VALUES = st.one_of(
    st.text(max_size=40),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.none(),
    st.lists(st.text(max_size=5), max_size=3),
)


@given(st.dictionaries(st.sampled_from([field.name for field in msgspec.structs.fields(Campaign)]), VALUES, max_size=5))
def test_whatever_a_document_says_it_is_read_or_refused(changes: dict[str, Any]) -> None:
    try:
        document = msgspec.convert({"id": "c", "name": "n", **changes}, Campaign)
    except msgspec.ValidationError:
        return
    for problem in found(document):
        assert problem.what["en"].isprintable()
