"""The demo's campaign: whom it calls, and what came of a first week in which nobody was called.

The past follows the rules of the dialer: who is due is dialled, his number does what it does at the demo's carrier, and
the campaign's own plan says what comes next. The same ``now`` gives the same past.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from heapq import heappop, heappush
from random import Random
from typing import Any

import msgspec
import yaml

from tandem.cti.adapters.asterisk.carrier_people import Behaviour, Subscriber, crowd
from tandem.cti.app.demo_data import shipped
from tandem.cti.app.demo_journeys import ZONE
from tandem.cti.app.dialer.outcome import taken_over
from tandem.cti.model.campaigns import AttemptResult, Campaign
from tandem.cti.model.causes import Cause
from tandem.cti.model.durations import DAY_S
from tandem.cti.model.ids import AgentId, CampaignId, LeadId, ListId
from tandem.cti.model.leads import AttemptRecord, DoNotCallEntry, Lead, LeadNumber, LeadRecord
from tandem.cti.runtime.settings import FIRST_CARRIER
from tandem.routing.core.dialer import attempt_plan

PEOPLE = crowd(
    "+861380000",
    4,
    {
        Behaviour.PERSON: 52,
        Behaviour.RING: 24,
        Behaviour.BUSY: 9,
        Behaviour.MACHINE: 7,
        Behaviour.UNALLOCATED: 3,
        Behaviour.DECLINE: 2,
        Behaviour.ANNOUNCEMENT: 2,
        Behaviour.BRIEF: 1,
    },
    rings_s=(2.0, 9.0),
    stays_s=(25.0, 90.0),
)
"""Everybody whom the campaign calls: subscribers of the demo's carrier, and of no other."""
WORKED, NEW = "autumn", "november"
COUNTS: Mapping[str, int] = {WORKED: 1_200, NEW: 300}
"""People by list."""
COUNTRY, NUMBER_ZONE = "CN", "Asia/Shanghai"
"""Of all their numbers."""
DAYS = 6
NOBODY_CALLED = {"zh": "演示数据：并未真正拨打", "en": "made up for the demo: nobody was called"}
_CALLS_A_DAY = 280
_SESSIONS_H = ((9.0, 11.5), (13.5, 18.0))
"""When the campaign worked, at the bank."""
_TODAY_S, _TODAY_EVERY_S = 3 * 3_600.0, 60.0
_OVER_S = 300.0
"""So long ago the last of these calls began: by now it is over."""
_SOON_S = 4.0
_AT_HEAD = 4
"""The new list begins with so many people who answer within ``_SOON_S``."""
_HOUR_S, _ZONE_S = 3_600.0, ZONE.utcoffset(None).total_seconds()
_ENGLISH = 0.15
_AGAIN = 0.5
"""Of the calls, as far as there is somebody to be dialled again."""
_AGENTS = ("kai", "kai", "mei", "lin", "jun")
_SAID: Mapping[str, int] = {"accepted": 16, "thinking": 12, "declined": 60, "not_reached": 6, "": 6}
"""What talks came to, of a hundred; '': the person wants no more calls."""
_NOTE = "想再考虑一天 · wants a day to think it over"
_HUNG_UP, _ABANDONED, _MOST_ABANDONED = 0.03, 0.02, 0.024
"""Of the persons who answered; of those of a day at any moment of it, the last one is never passed."""
_RESULTS: Mapping[Behaviour, AttemptResult] = {
    Behaviour.MACHINE: "machine",
    Behaviour.BRIEF: "hung_up",
    Behaviour.BUSY: "busy",
    Behaviour.DECLINE: "rejected",
    Behaviour.UNALLOCATED: "invalid_number",
}
"""Of those who are no person; of whoever else: no answer."""
_CAUSES: Mapping[str, tuple[Cause, float]] = {
    "busy": (Cause.BUSY, 1.2),
    "rejected": (Cause.REJECTED, 3.1),
    "invalid_number": (Cause.INVALID_NUMBER, 0.8),
}
"""With the seconds until the network says so."""
_TALK_S, _MACHINE_S, _GREETING_S = (20.0, 160.0), 6.5, 2.0


@dataclass(slots=True)
class MadeUp:
    """A lead as it is now; ``why``, ``disposition``: of its last record."""

    lead: Lead
    why: str = ""
    disposition: str | None = None


@dataclass(slots=True)
class Past:
    leads: list[MadeUp]
    attempts: list[AttemptRecord] = field(default_factory=list)
    do_not_call: list[DoNotCallEntry] = field(default_factory=list)
    days: dict[int, Counter[AttemptResult]] = field(default_factory=dict)
    """What came of persons' answers, by day."""


def document() -> Campaign:
    return msgspec.convert(_texts()["campaign"], Campaign)


def lists(now: float) -> list[tuple[str, str, str, float]]:
    """Of each: id, name, file, when it came."""
    return [(id_, name, file, now - days * DAY_S) for id_, (name, file, days) in _texts()["lists"].items()]


def made_up(now: float) -> Past:
    texts, chance = _texts(), Random(7)  # noqa: S311 - of no secret
    campaign = document()
    people = _people(texts["people"], chance)
    worked, new = (
        [MadeUp(_lead(campaign.id, list_id, position, *next(people))) for position in range(1, COUNTS[list_id] + 1)]
        for list_id in (WORKED, NEW)
    )
    past = Past([*worked, *new])
    fresh, resting = iter(worked), list[tuple[float, int, MadeUp]]()
    for at in _moments(now, chance):
        made = _next(fresh, resting, at, chance)
        if made is None:
            break
        _dial(past, made, at, campaign, chance)
        if made.lead.state == "open":
            heappush(resting, (made.lead.next_at, made.lead.position, made))
    return past


def _texts() -> dict[str, Any]:
    texts: dict[str, Any] = yaml.safe_load(shipped("demo_campaign.yaml"))
    return texts


# ---- whom it calls -----------------------------------------------------------------------------------------------


def _people(words: dict[str, Any], chance: Random) -> Iterator[tuple[str, str, str, dict[str, str]]]:
    """Number, name, language, fields."""
    numbers = list(PEOPLE.numbers(sum(COUNTS.values())))
    new = numbers[COUNTS[WORKED] :]
    head = [number for number in new if _answers_soon(PEOPLE.member(number))][:_AT_HEAD]
    for number in [*numbers[: COUNTS[WORKED]], *head, *(number for number in new if number not in head)]:
        language = "en" if chance.random() < _ENGLISH else "zh"
        names = words[language]
        family, given = chance.choice(names["family"].split()), chance.choice(names["given"].split())
        fields = {
            "卡种 Card": chance.choice(words["cards"][language]),
            "额度 Limit": chance.choice(words["limits"]),
        }
        yield number, f"{given} {family}" if language == "en" else family + given, language, fields


def _answers_soon(who: Subscriber) -> bool:
    return who.does is Behaviour.PERSON and who.rings_s <= _SOON_S


def _lead(
    campaign: CampaignId, list_id: str, position: int, number: str, name: str, language: str, fields: dict[str, str]
) -> Lead:
    return Lead(
        id=LeadId(f"{list_id}-{position}"),
        rev=1,
        campaign=campaign,
        list=ListId(list_id),
        person=number,
        name=name,
        language=language,
        numbers=(LeadNumber(number=number, kind="mobile", zone=NUMBER_ZONE, country=COUNTRY),),
        fields=fields,
        priority=int(list_id == NEW),  # they are called first: who begins with the demo soon has somebody to talk to
        position=position,
        segment=list_id,
    )


# ---- what came of it ---------------------------------------------------------------------------------------------


def _moments(now: float, chance: Random) -> Iterator[float]:
    """When somebody was dialled, in order: in the sessions of the days before, and in the last hours of today."""
    midnight = now - (now + _ZONE_S) % DAY_S
    hours = sum(end - begin for begin, end in _SESSIONS_H)
    for ago in range(DAYS, 0, -1):
        for begin, end in _SESSIONS_H:
            first, last = (midnight - ago * DAY_S + hour * _HOUR_S for hour in (begin, end))
            count = round(_CALLS_A_DAY * (end - begin) / hours)
            yield from sorted(chance.uniform(first, last) for _ in range(count))
    first, last = max(midnight, now - _TODAY_S), now - _OVER_S
    yield from sorted(chance.uniform(first, last) for _ in range(int(max(0.0, last - first) / _TODAY_EVERY_S)))


def _next(
    fresh: Iterator[MadeUp], resting: list[tuple[float, int, MadeUp]], at: float, chance: Random
) -> MadeUp | None:
    """Somebody whose time has come, or who was never dialled."""
    if resting and resting[0][0] <= at and chance.random() < _AGAIN:
        return heappop(resting)[2]
    return next(fresh, None)


def _dial(past: Past, made: MadeUp, at: float, campaign: Campaign, chance: Random) -> None:
    lead = made.lead
    [number] = lead.numbers
    who = PEOPLE.member(number.number)
    result = _answer(past, at, chance) if who.does is Behaviour.PERSON else _RESULTS.get(who.does, "no_answer")
    attempt = _attempt(lead, who, result, at, campaign, chance)
    assert attempt.ended_at is not None
    record = attempt_plan.after(lead, number.number, result, attempt.ended_at, campaign.attempts)
    dialled = msgspec.structs.replace(number, attempts=number.attempts + 1, last_at=at, last_result=result)
    lead = taken_over(msgspec.structs.replace(lead, numbers=(dialled,)), record)
    if result == "talked":
        said = chance.choices(list(_SAID), list(_SAID.values()))[0]
        attempt = msgspec.structs.replace(attempt, disposition=said or "declined")
        record = _said(past, lead, attempt, said, campaign)
        lead = taken_over(lead, record)
    made.lead, made.why, made.disposition = lead, record.why, record.disposition
    past.attempts.append(attempt)


def _answer(past: Past, at: float, chance: Random) -> AttemptResult:
    """What came of a person's answer."""
    day = past.days.setdefault(int((at + _ZONE_S) // DAY_S), Counter[AttemptResult]())
    drawn = chance.random()
    result: AttemptResult = "talked"
    if drawn < _ABANDONED and day["abandoned"] + 1 <= _MOST_ABANDONED * day.total():
        result = "abandoned"
    elif drawn > 1 - _HUNG_UP:
        result = "hung_up"
    day[result] += 1
    return result


def _said(past: Past, lead: Lead, attempt: AttemptRecord, said: str, campaign: Campaign) -> LeadRecord:
    """What the agent said came of a talk."""
    assert attempt.ended_at is not None
    if said == "thinking":
        again_at = attempt.ended_at + DAY_S
        return attempt_plan.promised(lead, again_at, None, _NOTE, said)
    if said:
        return attempt_plan.disposed(lead, said, campaign.success, at=attempt.ended_at)
    entry = DoNotCallEntry(
        id=f"{attempt.id}.global",
        rev=1,
        scope="global",
        number=attempt.number,
        person="",
        campaign=None,
        at=attempt.ended_at,
        by=attempt.agent or "",
        source="agent",
    )
    past.do_not_call.append(entry)
    return attempt_plan.forbidden(lead, at=attempt.ended_at, disposition="declined")


def _attempt(
    lead: Lead, who: Subscriber, result: AttemptResult, at: float, campaign: Campaign, chance: Random
) -> AttemptRecord:
    cause, until_s = _CAUSES.get(result, (Cause.NO_ANSWER, campaign.ring_s))
    ringing_at = None if result in _CAUSES else at + chance.uniform(0.3, 0.9)
    answered_at = connected_at = message_at = agent = None
    ended_at = at + until_s
    if result in ("talked", "machine", "hung_up", "abandoned"):
        assert ringing_at is not None
        cause, answered_at = Cause.NORMAL, ringing_at + who.rings_s
        ended_at = answered_at + 1.2
    if answered_at is not None and result in ("talked", "machine"):
        connected_at, agent = answered_at + chance.uniform(0.2, 1.1), AgentId(chance.choice(_AGENTS))
        ended_at = connected_at + (_MACHINE_S if result == "machine" else chance.uniform(*_TALK_S))
    if answered_at is not None and result == "abandoned":
        message_at = answered_at + _GREETING_S
        ended_at = message_at + 7.0
    return AttemptRecord(
        id=f"{lead.id}.{lead.attempts + 1}",
        rev=2,
        campaign=lead.campaign,
        lead=lead.id,
        list=lead.list,
        person=lead.person,
        number_of=lead.attempts + 1,
        number=lead.numbers[0].number,
        caller_id=chance.choice(campaign.caller_ids.numbers),
        carrier=FIRST_CARRIER,
        mode=campaign.mode,
        segment=lead.segment,
        reserved=False,
        at=at,
        ringing_at=ringing_at,
        answered_at=answered_at,
        connected_at=connected_at,
        ended_at=ended_at,
        result=result,
        machine="machine" if result == "machine" else "",
        agent=agent,
        message_at=message_at,
        cause=cause,
        disposition=None,
        cost=0.0,
        why={"pacing": {"why": NOBODY_CALLED}},
    )
