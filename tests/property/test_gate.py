"""The gate against a slow reference that was written from the rules' words, on random leads; and the waterfall against
the gate. A few thousand here; ``python -m tests.property.test_gate 1000000`` for as many as one likes."""

from __future__ import annotations

import random
import sys
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import holidays
import pytest
from tests.support.lead_classes import classes_of

from tandem.cti.model.campaigns import AttemptPlan, Campaign, Hours, Quota, Span
from tandem.cti.model.hours import WeeklyHours
from tandem.cti.model.ids import CampaignId, LeadId, ListId, QueueId
from tandem.cti.model.leads import DoNotCallEntry, Lead, LeadNumber, Verdict
from tandem.routing.core.dialer.gate import Gate
from tandem.routing.core.dialer.waterfall import Asked, LeadClass, verdict_of, waterfall
from tandem.routing.core.plan import Calling

COUNT = 4_000
ZONES = (
    "America/New_York",
    "America/Los_Angeles",
    "America/Phoenix",
    "Europe/London",
    "Asia/Shanghai",
    "Europe/Berlin",
)
DAY = 86_400
LAW_HOURS = {"us": (8, 21), "uk": (8, 21), "cn": (9, 20)}
ENGLAND = holidays.country_holidays("GB", subdiv="ENG", years=range(2026, 2028))
# Around two changes of the clocks of each hemisphere's north, holidays, and plain days.
BEGINNINGS = [
    datetime(2026, 3, 7, tzinfo=UTC),
    datetime(2026, 3, 28, tzinfo=UTC),
    datetime(2026, 10, 24, tzinfo=UTC),
    datetime(2026, 10, 31, tzinfo=UTC),
    datetime(2026, 12, 24, tzinfo=UTC),
    datetime(2026, 6, 15, tzinfo=UTC),
]
PLAN_HOURS = WeeklyHours(days=dict.fromkeys(range(7), ((600, 1170),)), timezone="Europe/Berlin")
CALLING = Calling(hours={"+49": "de"}, per_day=4, never=frozenset({"+4930000001"}))
NUMBERS = (
    "+12125550100",
    "+13105550100",
    "+442079460000",
    "+8613800138000",
    "+4930123456",
    "+4930000001",
    "500&PJSIP/x",
)
PLAIN = (NUMBERS[0], NUMBERS[2], NUMBERS[3])


def allowed(number: str) -> bool:
    return not number.startswith("+1310")


def made_campaign(chance: random.Random, number: int) -> Campaign:
    hours = None
    if chance.random() < 0.5:
        begin = chance.randrange(0, 1200)
        span = Span(begin=begin, end=chance.randrange(begin + 1, 1441))
        hours = Hours(
            timezone=chance.choice(ZONES),
            days={day: [span] for day in chance.sample(range(7), chance.randrange(1, 8))},
            closed_on=["2026-12-24"] if chance.random() < 0.3 else [],
        )
    return Campaign(
        id=CampaignId(f"c{number}"),
        name="C",
        queue=QueueId("q"),
        mode=chance.choice(["predictive", "predictive", "agentless"]),
        rules=chance.choice(["us", "uk", "cn", "none"]),
        countries=chance.choice([[], ["US", "GB"], ["CN"]]),
        consent_needed=chance.random() < 0.2,
        hours=hours,
        attempts=AttemptPlan(most_per_number=3, most_per_person=4, most_per_person_a_day=2, gap_s=900.0),
        quotas=[Quota(field="sex", value="f", most=5)] if chance.random() < 0.5 else [],
    )


def made_lead(chance: random.Random, campaign: Campaign, now: float) -> Lead:
    """Half of them have a thing or two that may be wrong, the other half many."""
    share = chance.choice([0.05, 0.4])

    def or_else(usual: Any, *others: Any) -> Any:
        return chance.choice(others) if chance.random() < share else usual

    def ago(most_s: float) -> float | None:
        return now - chance.random() * most_s if chance.random() < share else None

    numbers = tuple(
        LeadNumber(
            number=number,
            zone=or_else(chance.choice(ZONES), "America/New_York|America/Los_Angeles", "", "Moon/Base"),
            country=or_else(campaign.countries[0] if campaign.countries else "US", "GB", "CN", "DE"),
            attempts=or_else(0, 1, 2, 3),
            day=or_else(0, 1, 2, 3, 4),
            week=or_else(0, 5, 9),
            last_at=ago(2 * DAY),
            last_result=or_else("", "busy", "machine", "message_left"),
            bad=or_else(False, False, True),
            do_not_call=or_else("", "", "global", "campaign"),
        )
        for number in [or_else(chance.choice(PLAIN), *NUMBERS) for _ in range(chance.choice([1, 1, 1, 2, 3]))]
    )
    return Lead(
        id=LeadId("l"),
        rev=1,
        campaign=campaign.id,
        list=ListId("x"),
        person=f"p{chance.randrange(3)}",
        zone=or_else("", "America/New_York", "Asia/Shanghai"),
        numbers=numbers,
        fields={"sex": chance.choice("fm")},
        state=or_else("open", "in_hand", "open", "success", "done", "do_not_call", "removed"),
        attempts=or_else(0, 1, 2, 3, 4, 5),
        results={"congestion": or_else(0, 1)},
        day=or_else(0, 1, 2),
        last_at=ago(DAY / 20),
        next_at=or_else(0.0, now - DAY * chance.random(), now + chance.random() * DAY / 4),
        callback_at=or_else(None, now - DAY * chance.random(), now + chance.random() * DAY),
        callback_number=or_else("", numbers[-1].number),
        abandoned_at=ago(5 * DAY),
        do_not_call=or_else("", "", "person"),
        consent=or_else(True, True, None, False),
    )


# ---- the reference: minute by minute, from the words of the documentation -----------------------------------------


def wall(now: float, zone: str) -> datetime:
    return datetime.fromtimestamp(now, ZoneInfo(zone))


def law_lets(rules: str, now: float, zone: str) -> bool:
    local = wall(now, zone)
    if rules == "us":
        return 8 <= local.hour < 21
    if rules == "uk":
        if local.date() in ENGLAND:
            return False
        return (9 if local.weekday() >= 5 else 8) <= local.hour < 21
    if rules == "cn":
        minute = local.hour * 60 + local.minute
        return 9 * 60 <= minute < 20 * 60 and not 12 * 60 <= minute < 13 * 60 + 30
    return True


def campaign_works(campaign: Campaign, now: float) -> bool:
    if campaign.hours is None:
        return True
    local = wall(now, campaign.hours.timezone)
    if local.date().isoformat() in campaign.hours.closed_on:
        return False
    minute = local.hour * 60 + local.minute
    return any(span.begin <= minute < span.end for span in campaign.hours.days.get(local.weekday(), []))


def may(
    lead: Lead,
    number: LeadNumber,
    now: float,
    campaign: Campaign,
    *,
    running: bool,
    said_no: set[str],
    dials: list[tuple[float, str, str]],
    met_nobody: list[tuple[float, str, str]],
    full: bool,
    broke: bool,
    reserved: bool,
    by_hand: bool,
    off_s: float,
) -> bool:
    """Every rule that says no, said once more."""
    agentless = campaign.mode == "agentless" and campaign.rules in ("us", "uk", "cn")
    needs_consent = campaign.consent_needed or campaign.rules == "cn" or agentless
    noes = [
        not running,
        not (number.number[:1] == "+" and number.number[1:].isdigit()),
        bool(campaign.countries) and number.country not in campaign.countries,
        not allowed(number.number),
        bool(lead.do_not_call or number.do_not_call or lead.state == "do_not_call"),
        number.number in said_no or number.number == "+4930000001",
        lead.consent is False,
        needs_consent and lead.consent is not True,
        number.bad,
        not by_hand and lead.state not in ("open", "in_hand"),
        bool(campaign.quotas) and full and lead.fields["sex"] == "f",
        broke,
    ]
    if not reserved:
        noes.append(lead.abandoned_at is not None and now - lead.abandoned_at < 72 * 3600)
        noes.extend(
            now - at < 72 * 3600
            for at, where, who in met_nobody
            if where == number.number or (who and who == lead.person)
        )
        machine = number.last_result in ("machine", "message_left") and number.last_at is not None
        noes.append(campaign.rules == "uk" and machine and now - (number.last_at or 0) < 24 * 3600)
    if campaign.rules != "none":
        zones = [zone for text in (number.zone, lead.zone) for zone in text.split("|") if zone]
        noes.append(not zones or "Moon/Base" in zones)
        for at in (now, now + off_s):
            noes.extend(not law_lets(campaign.rules, at, zone) for zone in zones if zone != "Moon/Base")
    for at in (now, now + off_s):
        noes.append(not campaign_works(campaign, at))
        local = wall(at, "Europe/Berlin")
        noes.append(number.number.startswith("+49") and not 600 <= local.hour * 60 + local.minute < 1170)
    unknown = [at for at, to, _ in dials if to == number.number and (number.last_at is None or at > number.last_at)]
    per_day = 3 if campaign.rules == "cn" else 4
    noes.append(number.day + sum(now - at < DAY for at in unknown) >= per_day)
    if not by_hand and not (lead.callback_at is not None and lead.callback_at <= now):
        whose = [at for at, _, who in dials if who == lead.person and (lead.last_at is None or at > lead.last_at)]
        noes.append(number.attempts >= 3)
        noes.append(lead.attempts - lead.results["congestion"] >= 4)
        noes.append(lead.day + sum(now - at < DAY for at in whose) >= 2)
        noes.extend(now - at < 900 for at in [*whose, *([lead.last_at] if lead.last_at is not None else [])])
        noes.append(now < lead.next_at)
    return not any(noes)


def check(seed: int, count: int) -> Counter[str]:
    """Compares so many verdicts; the clock jumps back and forth. Returns how often each rule spoke."""
    chance = random.Random(seed)
    spoken: Counter[str] = Counter()
    for begin in range(0, count, 500):
        gate = Gate(CALLING, {"de": PLAN_HOURS})
        campaigns = [made_campaign(chance, number) for number in range(6)]
        now = chance.choice(BEGINNINGS).timestamp() + chance.random() * DAY
        dials: list[tuple[float, str, str]] = []
        met_nobody: list[tuple[float, str, str]] = []
        said_no: set[str] = set()
        for step in range(min(500, count - begin)):
            now += chance.choice([0.0, 1.0, 60.0, 600.0, 3_600.0])
            if chance.random() < 0.02:
                now -= chance.random() * 7_200.0
            if chance.random() < 0.002:
                said_no.add(chance.choice(NUMBERS))
                gate.forbid(entry(str(step), number) for number in said_no)
            if chance.random() < 0.01:
                gate.clock_off_s = chance.choice([0.0] * 6 + [-1.0, 1.0]) * chance.random() * DAY
            campaign = chance.choice(campaigns)
            lead = made_lead(chance, campaign, now)
            number = chance.choice(lead.numbers)
            running, full, broke = chance.random() < 0.95, chance.random() < 0.3, chance.random() < 0.02
            reserved, by_hand = chance.random() < 0.3, chance.random() < 0.2
            verdict = gate.may_call(
                lead,
                number,
                now,
                campaign=campaign,
                state="running" if running else "paused",
                allowed=allowed,
                quotas_full=[("sex", "f")] if full else [],
                cost_left=0.0 if broke else 5.0,
                reserved=reserved,
                by_hand=by_hand,
            )
            expected = may(
                lead,
                number,
                now,
                campaign,
                running=running,
                said_no=said_no,
                dials=dials,
                met_nobody=met_nobody,
                full=full,
                broke=broke,
                reserved=reserved,
                by_hand=by_hand,
                off_s=gate.clock_off_s,
            )
            assert verdict.allowed == expected, (seed, now, verdict, lead, number, campaign)
            assert verdict.again_at is None or verdict.again_at >= now
            spoken[verdict.rule] += 1
            if verdict.allowed and chance.random() < 0.2:
                gate.dialled(number.number, now, lead.person)
                dials.append((now, number.number, lead.person))
                if chance.random() < 0.05:
                    gate.met_nobody(number.number, now, lead.person)
                    met_nobody.append((now, number.number, lead.person))
    return spoken


def entry(id_: str, number: str) -> DoNotCallEntry:
    return DoNotCallEntry(
        id=id_, rev=1, scope="global", number=number, person="", campaign=None, at=0.0, by="a", source="agent"
    )


EVERY_RULE = {
    *(
        "yes",
        "state",
        "bad_number",
        "country",
        "do_not_call",
        "consent",
        "over",
        "quota",
        "abandoned",
        "machine",
        "zone",
    ),
    *("hours", "quiet", "per_day", "per_number", "per_person", "per_person_day", "gap", "not_yet", "cost"),
}


def test_no_call_outside_the_rules() -> None:
    spoken = check(1, COUNT)
    assert set(spoken) >= EVERY_RULE


@pytest.mark.parametrize("seed", range(4))
def test_the_waterfall_says_what_the_gate_says(seed: int) -> None:
    """By classes, and by leads one by one; ``again_at`` of a class at most five minutes later."""
    chance = random.Random(seed)
    for _ in range(10):
        campaign = made_campaign(chance, 0)
        now = chance.choice(BEGINNINGS).timestamp() + chance.random() * 3 * DAY
        gate = Gate(CALLING, {"de": PLAN_HOURS})
        off_s = chance.choice([0.0, 0.0, 7_200.0, -40_000.0])
        asked = Asked(terms=gate.terms(campaign), allowed=allowed, quotas_full=[("sex", "f")], clock_off_s=off_s)
        leads = [made_lead(chance, campaign, now) for _ in range(100)]
        verdicts: list[Verdict] = [verdict_of(lead, now, asked)[1] for lead in leads]
        shown = waterfall(classes_of(leads, now, campaign, asked.terms), now, asked)
        counts = Counter(verdict.rule for verdict in verdicts)
        assert shown.total == 100
        assert shown.callable_now == counts.pop("yes", 0)
        assert {step.rule: step.count for step in shown.steps} == counts
        assert all(
            step.left == shown.total - sum(s.count for s in shown.steps[: n + 1]) for n, step in enumerate(shown.steps)
        )
        for step in shown.steps:
            ends = [each.again_at for each in verdicts if each.rule == step.rule and each.again_at is not None]
            assert (step.until is None) == (not ends)
            if ends and step.until is not None:
                assert -1e-6 <= step.until - min(ends) <= 300.0 or step.rule in ("hours", "quiet")
        one_by_one = waterfall([LeadClass(count=1, lead=lead) for lead in leads], now, asked)
        assert [(step.rule, step.count) for step in one_by_one.steps] == [
            (step.rule, step.count) for step in shown.steps
        ]


def test_when_it_says_again_at_that_rule_does_not_say_no_any_more() -> None:
    chance = random.Random(5)
    checked = 0
    for _ in range(3_000):
        campaign = made_campaign(chance, 0)
        now = chance.choice(BEGINNINGS).timestamp() + chance.random() * DAY
        gate = Gate(CALLING, {"de": PLAN_HOURS})
        lead = made_lead(chance, campaign, now)
        verdict = gate.may_call(lead, lead.numbers[0], now, campaign=campaign, allowed=allowed)
        if verdict.again_at is None or verdict.rule in ("per_day", "per_person_day"):
            continue  # the counts of a lead are of the moment when it was read
        later = gate.may_call(lead, lead.numbers[0], verdict.again_at, campaign=campaign, allowed=allowed)
        before = gate.may_call(lead, lead.numbers[0], verdict.again_at - 1.0, campaign=campaign, allowed=allowed)
        assert later.rule != verdict.rule or verdict.rule == "hours"
        assert verdict.rule not in ("hours", "quiet") or later.rule not in ("hours", "quiet")
        assert verdict.again_at - 1.0 < now or not before.allowed
        checked += 1
    assert checked > 150


def test_england_has_the_holidays_that_the_reference_knows() -> None:
    assert date(2026, 12, 25) in ENGLAND
    assert date(2026, 12, 25) + timedelta(days=2) not in ENGLAND


if __name__ == "__main__":
    print(check(int(sys.argv[2]) if len(sys.argv) > 2 else 7, int(sys.argv[1])))
