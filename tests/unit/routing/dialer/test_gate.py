"""Every rule of the gate, one by one: what makes it say no, its evidence, and when it will not any more."""

from __future__ import annotations

import pickle
import tracemalloc
from dataclasses import replace
from typing import Any

import pytest
from tests.unit.routing.dialer.people import NOON, NUMBER, campaign, lead, number

from tandem.cti.model.campaigns import AttemptPlan, Hours, ModeRule, Quota, Span
from tandem.cti.model.hours import WeeklyHours
from tandem.cti.model.ids import CampaignId
from tandem.cti.model.leads import DoNotCallEntry, Verdict
from tandem.routing.core.dialer import jurisdictions
from tandem.routing.core.dialer.gate import CLOCKS_S, Gate, Refusal
from tandem.routing.core.dialer.gate_words import RULES, STEPS, explained
from tandem.routing.core.plan import Calling

HOUR, DAY = 3_600.0, 86_400.0
NIGHT = NOON + 12 * HOUR  # midnight in New York
PLAN = AttemptPlan(most_per_number=3, most_per_person=4, most_per_person_a_day=2, gap_s=900.0)


def asked(of: Any = None, at: float = NOON, *, document: Any = None, gate: Gate | None = None, **more: Any) -> Verdict:
    of = of if of is not None else lead()
    document = document if document is not None else campaign(attempts=PLAN)
    return (gate or Gate()).may_call(of, of.numbers[0], at, campaign=document, **more)


def entry(scope: str = "global", *, id_: str = "e", **more: Any) -> DoNotCallEntry:
    usual: dict[str, Any] = {
        "id": id_,
        "rev": 1,
        "scope": scope,
        "number": NUMBER,
        "person": "",
        "campaign": None,
        "at": NOON,
        "by": "anna",
        "source": "agent",
    }
    return DoNotCallEntry(**(usual | more))


def test_a_lead_whom_nothing_forbids() -> None:
    assert asked() == Verdict(allowed=True, rule="yes")


ROWS: list[tuple[str, dict[str, Any], float | None]] = [
    ("state", {"state": "paused"}, None),
    ("state", {"state": "draining"}, None),
    ("bad_number", {"of": lead(number("500&PJSIP/x/1900"))}, None),
    ("bad_number", {"of": lead(number("+1212555\r\nVariable: x"))}, None),
    ("bad_number", {"of": lead(number("+" + "9" * 500))}, None),
    ("bad_number", {"of": lead(number("+١٢١٢٥٥٥٠١٠٠"))}, None),
    ("bad_number", {"of": lead(number(bad=True))}, None),
    ("country", {"document": campaign(countries=["CN"])}, None),
    ("country", {"allowed": lambda to: to != NUMBER}, None),
    ("do_not_call", {"of": lead(do_not_call="person")}, None),
    ("do_not_call", {"of": lead(number(do_not_call="campaign"))}, None),
    ("do_not_call", {"of": lead(state="do_not_call"), "by_hand": True}, None),
    ("do_not_call", {"gate": Gate(Calling(never=frozenset({NUMBER})))}, None),
    ("consent", {"of": lead(consent=False)}, None),
    ("consent", {"document": campaign(consent_needed=True)}, None),
    ("consent", {"document": campaign(mode="agentless")}, None),
    ("consent", {"document": campaign(mode_rules=[ModeRule(mode="agentless", agents_below=1)])}, None),
    ("over", {"of": lead(state="success")}, None),
    (
        "quota",
        {
            "of": lead(fields={"sex": "f"}),
            "document": campaign(quotas=[Quota(field="sex", value="f", most=1)]),
            "quotas_full": {("sex", "f")},
        },
        None,
    ),
    ("abandoned", {"of": lead(abandoned_at=NOON - HOUR)}, NOON + 71 * HOUR),
    (
        "machine",
        {
            "of": lead(number("+442079460000", zone="Europe/London", last_at=NOON - HOUR, last_result="machine")),
            "document": campaign(rules="uk"),
        },
        NOON + 23 * HOUR,
    ),
    ("zone", {"of": lead(number(zone=""))}, None),
    ("zone", {"of": lead(zone="../etc/passwd")}, None),
    ("hours", {"at": NIGHT}, NOON + 20 * HOUR),
    ("hours", {"of": lead(zone="Asia/Shanghai")}, NOON + 8 * HOUR),
    (
        "hours",
        {"document": campaign(hours=Hours(timezone="UTC", days={0: [Span(begin=17 * 60, end=1080)]}))},
        NOON + HOUR,
    ),
    (
        "quiet",
        {
            "of": lead(number(zone="Asia/Shanghai"), consent=True),
            "document": campaign(rules="cn"),
            "at": NOON + 12.5 * HOUR,
        },
        NOON + 13.5 * HOUR,
    ),
    ("per_day", {"of": lead(number(day=10, last_at=NOON - HOUR))}, NOON + 23 * HOUR),
    (
        "per_day",
        {
            "of": lead(number(zone="Asia/Shanghai", day=3), consent=True),
            "document": campaign(rules="cn"),
            "at": NOON + 10 * HOUR,
        },
        None,
    ),
    ("per_number", {"of": lead(number(attempts=3))}, None),
    ("per_person", {"of": lead(attempts=4)}, None),
    ("per_person_day", {"of": lead(day=2, last_at=NOON - 2 * HOUR)}, NOON + 22 * HOUR),
    ("gap", {"of": lead(last_at=NOON - 60.0)}, NOON + 840.0),
    ("not_yet", {"of": lead(next_at=NOON + 5.0)}, NOON + 5.0),
    ("cost", {"cost_left": 0.0}, None),
]


@pytest.mark.parametrize(("rule", "given", "again_at"), ROWS, ids=[f"{n} {row[0]}" for n, row in enumerate(ROWS)])
def test_each_rule(rule: str, given: dict[str, Any], again_at: float | None) -> None:
    verdict = asked(**given)
    assert (verdict.allowed, verdict.rule) == (False, rule)
    assert verdict.again_at == again_at
    for lang in ("zh", "en"):
        assert "{" not in explained(verdict, lang, "Asia/Shanghai")


def test_every_rule_has_words() -> None:
    assert list(RULES) == list(STEPS)
    assert {row[0] for row in ROWS} == set(RULES) - {"yes", "per_week"}
    assert all(set(words) == {"zh", "en"} for words in [*RULES.values(), *STEPS.values()])


def test_the_sentence_says_what_time_it_is_there() -> None:
    verdict = asked(at=NIGHT)
    assert explained(verdict, "en") == "it is 06-16 00:00 there (America/New_York): outside the hours (the rule book's)"
    assert explained(verdict, "zh").startswith("当地时间 06-16 00:00")
    again = asked(lead(last_at=NOON - 60.0))
    assert explained(again, "en", "America/New_York").startswith("tried at 06-15 11:59 New York;")


ALLOWED: list[dict[str, Any]] = [
    {"of": lead(state="in_hand")},
    {"of": lead(abandoned_at=NOON - HOUR), "reserved": True},
    {"of": lead(abandoned_at=NOON - 72 * HOUR)},
    {
        "of": lead(number("+442079460000", zone="Europe/London", last_at=NOON - HOUR, last_result="machine")),
        "document": campaign(rules="uk"),
        "reserved": True,
    },
    {"of": lead(number(last_at=NOON - HOUR, last_result="machine"))},  # no such rest in the United States
    {"of": lead(consent=True), "document": campaign(mode="agentless")},
    {"of": lead(number(zone="America/Los_Angeles")), "at": NOON - HOUR},  # 8:00 there
    {"of": lead(number(zone="")), "document": campaign(rules="none")},
    {"of": lead(attempts=6, results={"congestion": 1, "withdrawn": 1, "recycled": 1})},
    {"of": lead(state="done", attempts=9, day=5, last_at=NOON - 1.0, next_at=NOON + DAY), "by_hand": True},
    {"of": lead(callback_at=NOON, attempts=9, day=5, last_at=NOON - 1.0, next_at=NOON)},  # was promised
    {"of": lead(last_at=NOON - 900.0)},
    {"of": lead(next_at=NOON)},
    {"cost_left": 0.01},
    {
        "of": lead(fields={"sex": "m"}),
        "document": campaign(quotas=[Quota(field="sex", value="f", most=1)]),
        "quotas_full": {("sex", "f")},
    },
]


@pytest.mark.parametrize("given", ALLOWED, ids=range(len(ALLOWED)))
def test_what_a_rule_lets_through(given: dict[str, Any]) -> None:
    document = given.get("document", campaign(attempts=AttemptPlan(most_per_person=4, most_per_person_a_day=2)))
    assert asked(**(given | {"document": document})).rule == "yes"


def test_the_strictest_of_all_zones() -> None:
    """New York and Los Angeles: 8:00 in the west is when both are open; the person's address counts as well."""
    either = lead(number(zone="America/New_York|America/Los_Angeles"))
    by_address = lead(number(), zone="America/Los_Angeles")
    for each in (either, by_address):
        assert asked(each, NOON - 2 * HOUR).again_at == NOON - HOUR
        assert asked(each, NOON - HOUR).allowed
        assert asked(each, NOON + 9 * HOUR).rule == "hours"  # 21:00 in New York
        assert asked(each, NOON + 9 * HOUR - 1.0).allowed


def test_the_week_of_a_rule_book(monkeypatch: pytest.MonkeyPatch) -> None:
    weekly = {**jurisdictions.RULE_BOOK, "weekly": replace(jurisdictions.RULE_BOOK["us"], id="weekly", per_week=7)}
    monkeypatch.setattr("tandem.routing.core.dialer.terms.RULE_BOOK", weekly)
    verdict = asked(lead(number(week=7, last_at=NOON - DAY)), document=campaign(rules="weekly"))
    assert (verdict.rule, verdict.again_at) == ("per_week", NOON + 6 * DAY)
    assert "{" not in explained(verdict, "en")
    gate = Gate()
    for days in (8, 6, 3):
        gate.dialled(NUMBER, NOON - days * DAY)
    verdict = asked(lead(number(week=5)), document=campaign(rules="weekly"), gate=gate)
    assert (verdict.rule, verdict.evidence["count"]) == ("per_week", 7)


def test_dials_that_the_lead_does_not_know_of_count() -> None:
    gate = Gate(Calling(per_day=3))
    free = campaign(attempts=AttemptPlan(gap_s=0.0, most_per_person_a_day=9))
    knows = lead(number(day=1, last_at=NOON - 2 * HOUR))
    gate.dialled(NUMBER, NOON - 2 * HOUR)  # the lead counts this one itself
    gate.dialled(NUMBER, NOON - HOUR)
    assert asked(knows, document=free, gate=gate).allowed
    gate.dialled(NUMBER, NOON - 60.0)
    verdict = asked(knows, document=free, gate=gate)
    assert (verdict.rule, verdict.evidence["count"]) == ("per_day", 3)
    assert gate.refusal(NUMBER, NOON + DAY) is None


def test_more_dials_than_a_limit_that_was_lowered() -> None:
    gate = Gate(Calling(per_day=9))
    for hour in range(5):
        gate.dialled(NUMBER, NOON + hour * HOUR)
    gate.set_rules(Calling(per_day=2), {})
    assert gate.refusal(NUMBER, NOON + 5 * HOUR) == Refusal(reason="attempts", again_at=NOON + 3 * HOUR + DAY)
    assert gate.refusal(NUMBER, NOON + 3 * HOUR + DAY) is None
    gate.set_rules(Calling(per_day=0), {})
    assert gate.refusal(NUMBER, NOON) == Refusal(reason="attempts", again_at=None)


def test_the_persons_other_number_counts_as_the_person() -> None:
    gate = Gate()
    gate.dialled("+12125550199", NOON - 60.0, "p1")
    assert asked(gate=gate).rule == "gap"
    assert asked(lead(person="p2"), gate=gate).allowed
    gate.dialled("+12125550199", NOON - 30.0, "p1")
    assert asked(at=NOON + HOUR, gate=gate).rule == "per_person_day"


def test_who_met_nobody_a_moment_ago_rests_whoever_has_him_in_hand() -> None:
    """A lead that another campaign read before knows nothing of it; nor one of another person with this number."""
    gate = Gate()
    gate.met_nobody(NUMBER, NOON - 60.0, "p1")
    other_number, other_person = lead(number("+12125550199")), lead(person="p2")
    for of in (lead(), lead(abandoned_at=NOON - 70 * HOUR), other_number, other_person):
        said = asked(of, gate=gate)
        assert (said.rule, said.again_at) == ("abandoned", NOON - 60.0 + 72 * HOUR)
        assert asked(of, gate=gate, reserved=True).allowed
    assert asked(lead(number("+12125550199"), person="p2"), gate=gate).allowed
    assert asked(gate=gate, at=NOON + 3 * DAY).allowed
    assert gate.refusal(NUMBER, NOON) is None, "he has called, and wants to be called back"


def test_who_says_do_not_call_is_not_called_from_then_on() -> None:
    gate = Gate()
    assert asked(gate=gate).allowed
    gate.forbid([entry()])
    assert asked(gate=gate).rule == "do_not_call"
    assert asked(gate=gate, by_hand=True, reserved=True).rule == "do_not_call"
    assert gate.refusal(NUMBER, NOON) == Refusal(reason="do_not_call", again_at=None)
    assert asked(lead(number("+12125550177")), gate=gate).allowed


def test_an_entry_of_one_campaign_or_of_a_person() -> None:
    gate = Gate()
    gate.forbid([entry("campaign", campaign=CampaignId("other")), entry("person", id_="f", number="", person="p9")])
    assert asked(gate=gate).allowed
    assert asked(document=campaign(id="other"), gate=gate).evidence == {"where": "campaign"}
    assert asked(lead(person="p9"), gate=gate).evidence == {"where": "person"}
    assert gate.refusal(NUMBER, NOON) is None  # no campaign's call


def test_an_entry_ends_or_is_lifted() -> None:
    gate = Gate()
    gate.forbid([entry(until=NOON + HOUR), entry(id_="second", until=NOON + 2 * HOUR)])
    verdict = asked(gate=gate)
    assert (verdict.rule, verdict.again_at) == ("do_not_call", NOON + 2 * HOUR)
    gate.forbid([entry(id_="second", lifted=True)])
    assert asked(gate=gate).again_at == NOON + HOUR
    assert asked(at=NOON + HOUR, gate=gate).allowed
    gate.forbid([entry(lifted=True), entry(id_="never heard of", lifted=True)])
    assert asked(gate=gate).allowed


def test_entries_that_are_over_are_not_kept() -> None:
    gate = Gate()
    assert asked(gate=gate).allowed
    empty = len(pickle.dumps(gate))
    gate.forbid([entry(id_=f"e{each}", number=f"+12125550{each:03}", until=NOON + HOUR) for each in range(300)])
    gate.forbid([entry(id_="longer", until=NOON + HOUR), entry(id_="ever")])
    gate.forbid([entry(id_="longer", until=NOON + 5 * DAY)])
    asked(at=NOON + HOUR + DAY - 1.0, gate=gate)
    assert len(pickle.dumps(gate)) > empty + 300 * 20, "a clock that is set back finds them"
    assert asked(at=NOON + HOUR + DAY, gate=gate).rule == "do_not_call"
    gate.forbid([entry(id_="ever", lifted=True)])
    assert asked(at=NOON + 2 * DAY, gate=gate).again_at == NOON + 5 * DAY
    assert asked(at=NOON + 7 * DAY, gate=gate).rule != "do_not_call"
    assert len(pickle.dumps(gate)) <= empty + 100


def test_the_plans_hours_bind_campaigns_and_callbacks_alike() -> None:
    hours = WeeklyHours(days=dict.fromkeys(range(7), ((540, 660),)), timezone="America/New_York")
    gate = Gate(Calling(hours={"+1": "morning", "+1212": "morning"}), {"morning": hours})
    assert asked(gate=gate).evidence["whose"] == "plan"
    assert gate.refusal(NUMBER, NOON) == Refusal(reason="hours", again_at=NOON + 21 * HOUR)
    assert asked(at=NOON - 2 * HOUR, gate=gate).allowed
    gate.set_rules(Calling(), {})
    assert asked(gate=gate).allowed
    assert gate.refusal(NUMBER, NOON) is None


def test_the_longest_beginning_of_a_number_counts() -> None:
    never, always = WeeklyHours(days={}), WeeklyHours(days=dict.fromkeys(range(7), ((0, 1440),)))
    calling = Calling(hours={"everywhere": "never", "+1": "never", "+1212": "always", "+12125550199": "never"})
    gate = Gate(calling, {"never": never, "always": always})
    assert gate.refusal(NUMBER, NOON) is None
    for other in ("+12125550199", "+13105550100", "+8613800138000"):
        assert gate.refusal(other, NOON) == Refusal(reason="hours", again_at=None)


def test_a_callback_to_nonsense_or_abroad_is_refused() -> None:
    assert Gate().refusal("500&PJSIP/x/1900", NOON) == Refusal(reason="not_allowed", again_at=None)
    assert Gate().refusal(NUMBER, NOON, allowed=lambda to: False) == Refusal(reason="not_allowed", again_at=None)


def test_a_changed_document_counts_at_once() -> None:
    gate = Gate()
    assert asked(document=campaign(), gate=gate).allowed
    assert asked(document=campaign(countries=["CN"]), gate=gate).rule == "country"


def test_a_document_that_makes_no_sense_calls_nobody() -> None:
    days = {0: [Span(begin=0, end=1440)]}
    for document in (
        campaign(rules="of a later version"),
        campaign(hours=Hours(timezone="Moon/Base", days=days)),
        campaign(hours=Hours(days=days, holidays="XX")),
        campaign(hours=Hours(days=days, closed_on=["tomorrow"])),
    ):
        assert asked(document=document).evidence == {"state": "draft"}


def test_the_same_document_read_again_is_the_same() -> None:
    gate = Gate()
    assert gate.terms(campaign()) is gate.terms(campaign())
    assert gate.terms(campaign(ratio=2.0)) is not gate.terms(campaign())


def test_hours_of_a_zone_leave_out_what_the_plan_says_of_a_number() -> None:
    never = WeeklyHours(days={})
    terms = Gate(Calling(hours={"everywhere": "never"}), {"never": never}).terms(campaign())
    hours = terms.hours("", "America/New_York", "")
    assert hours is not None
    assert hours.closed(NOON) is None
    hours = terms.hours(NUMBER, "America/New_York", "")
    assert hours is not None
    assert hours.closed(NOON) is not None


@pytest.mark.parametrize("off_s", [12 * HOUR, -5 * HOUR, 10 * DAY + 12 * HOUR])
def test_a_clock_that_was_set_anew_lets_nobody_be_called_at_night_by_either(off_s: float) -> None:
    """It is noon by the one and night by the other: nobody knows which is right."""
    for at, other in ((NOON, off_s), (NOON + off_s, -off_s)):
        gate = Gate()
        gate.clock_off_s = other
        said = asked(gate=gate, at=at)
        assert said.rule == "hours"
        assert said.again_at is not None
        assert said.again_at > at
        assert asked(gate=gate, at=at, reserved=True, by_hand=True).rule == "hours"
        gate.clock_off_s = 0.0
        assert asked(gate=gate, at=NOON).allowed


def test_what_is_open_by_both_clocks_is_open() -> None:
    gate = Gate()
    gate.clock_off_s = 3 * HOUR
    assert asked(gate=gate).allowed
    evening = NOON + 7 * HOUR
    said = asked(gate=gate, at=evening)
    assert said.evidence["at"] == evening + 3 * HOUR, "it is 22:00 by the other one"
    assert said.again_at == evening + CLOCKS_S, "they may be the same again by then"
    by_both = asked(gate=gate, at=NOON + 11 * HOUR)
    assert (by_both.evidence["at"], by_both.again_at) == (NOON + 11 * HOUR, NOON + 20 * HOUR)
    shortly = NOON + 17 * HOUR - 60.0
    assert asked(gate=gate, at=shortly).again_at == NOON + 20 * HOUR, "by ours it is five in the morning"
    gate.clock_off_s = -3 * HOUR
    shortly = NOON + 23 * HOUR - 60.0
    assert asked(gate=gate, at=shortly).again_at == NOON + 23 * HOUR, "it opens by the other one, too"


def test_dials_are_forgotten_after_a_week() -> None:
    gate = Gate()
    for minute in range(1_000):
        gate.dialled(f"+1212555{minute:04}", NOON + minute * 60.0, f"p{minute}")
    gate.may_call(lead(), number(), NOON + 9 * DAY, campaign=campaign())
    assert not gate._dials._days


def test_a_million_dials_of_a_week_fit_and_are_frozen_quickly() -> None:
    gate = Gate()
    tracemalloc.start()
    try:
        for dial in range(5_000):
            gate.dialled(f"+1212{dial:07}", NOON + dial, f"p{dial}")
        assert tracemalloc.get_traced_memory()[0] < 5_000 * 400
    finally:
        tracemalloc.stop()
    assert len(pickle.dumps(gate)) < 5_000 * 70


def test_a_clock_set_back_forgets_nothing() -> None:
    gate = Gate(Calling(per_day=1))
    gate.dialled(NUMBER, NOON)
    gate.dialled(NUMBER, NOON - HOUR)
    assert gate.refusal(NUMBER, NOON - 2 * HOUR) is not None
    assert gate.refusal(NUMBER, NOON + DAY) is None


def test_it_can_be_frozen() -> None:
    gate = Gate(Calling(per_day=1))
    document = campaign()
    assert asked(document=document, gate=gate, at=NIGHT).rule == "hours"
    gate.dialled(NUMBER, NOON)
    gate.forbid([entry()])
    thawed: Gate = pickle.loads(pickle.dumps(gate))  # noqa: S301 - our own bytes
    assert asked(document=document, gate=thawed, at=NIGHT) == asked(document=document, gate=gate, at=NIGHT)
    assert thawed.refusal(NUMBER, NOON) == gate.refusal(NUMBER, NOON)


def test_calls_of_no_campaign_are_under_the_rule_book_that_the_plan_names() -> None:
    gate = Gate(Calling(rules="us"))
    of = lead(consent=None)
    assert gate.may_call(of, of.numbers[0], NOON, by_hand=True, reserved=True).allowed  # consent: only in campaigns
    verdict = gate.may_call(of, of.numbers[0], NIGHT, by_hand=True, reserved=True)
    assert (verdict.rule, verdict.again_at) == ("hours", NIGHT + 8 * HOUR)
    assert gate.refusal(NUMBER, NOON) is None
    assert gate.refusal(NUMBER, NIGHT) == Refusal(reason="hours", again_at=NIGHT + 8 * HOUR)
    nowhere = lead(number(zone=""), zone="")
    assert gate.may_call(nowhere, nowhere.numbers[0], NOON, by_hand=True, reserved=True).rule == "zone"
    rested = lead(abandoned_at=NOON - HOUR)
    assert gate.may_call(rested, rested.numbers[0], NOON, by_hand=True).rule == "abandoned"
    assert gate.may_call(rested, rested.numbers[0], NOON, by_hand=True, reserved=True).allowed
    own = campaign(rules="none")  # a campaign names its own
    assert asked(at=NIGHT, gate=gate, document=own).allowed
    gate.set_rules(Calling(), {})
    assert gate.refusal(NUMBER, NIGHT) is None


def test_a_number_that_can_be_in_many_zones_is_called_back_when_all_are_open() -> None:
    gate, toll_free = Gate(Calling(rules="us")), "+18005550123"
    refusal = gate.refusal(toll_free, NOON)  # noon in New York, six in the morning in Honolulu
    assert refusal is not None
    assert refusal.reason == "hours"
    assert refusal.again_at is not None
    assert gate.refusal(toll_free, refusal.again_at) is None


def test_the_rule_book_of_calls_of_no_campaign_counts_their_dials() -> None:
    gate, number_ = Gate(Calling(rules="cn")), "+8613800138000"
    noon = NOON + 10 * HOUR  # in the morning there
    for minute in range(3):
        assert gate.refusal(number_, noon + minute) is None
        gate.dialled(number_, noon + minute)
    assert gate.refusal(number_, noon + 3.0) == Refusal(reason="attempts", again_at=noon + DAY)


def test_a_rule_book_that_does_not_exist_lets_nobody_be_called() -> None:
    assert Gate(Calling(rules="gone")).refusal(NUMBER, NOON) == Refusal(reason="not_allowed", again_at=None)
