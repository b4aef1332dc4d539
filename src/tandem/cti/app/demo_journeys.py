"""Calls that were never made: believable journeys through the demo's flows, for their numbers and pictures.

Each is made by the interpreter that also serves the phones, with a virtual caller; the same day gives the same calls.
Their ids begin with ``demo-``, and their timelines say that nobody called. They have no moment at which they were
queued: forecasts and what-if studies are for real calls.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tandem.cti.app.demo_library import LibraryFlow, Version
from tandem.cti.app.demo_service import CUSTOMERS, PIN, card_of, customer_no, order_state
from tandem.cti.model.states import Outcome, Phase
from tandem.cti.model.timeline import Entry
from tandem.ivr.core.dialogue import Visit
from tandem.ivr.core.interpreter import left
from tandem.ivr.core.shelf import choose
from tandem.ivr.core.values import Value
from tandem.ivr.core.world import World
from tandem.ivr.testing.call import WAITING, Call
from tandem.ivr.testing.case import Action, Agent, Answer, Case, Given, HangUp, Line, Press, Silence, Speak, Wait

MARK = "demo-"
ZONE = dt.timezone(dt.timedelta(hours=8))
"""The bank's."""
CALLS_A_DAY: Mapping[str, int] = {"main": 30, "bank": 34, "delivery": 26, "after_hours": 12, "vip": 12, "survey": 14}
_SERVED_BY = {"zh": ("mei", "lin", "jun", "wei", "yan"), "en": ("tom", "ana", "sara", "yan")}
_ENDED: Mapping[str, Outcome] = {
    "answered": Outcome.ANSWERED,
    "queue": Outcome.ABANDONED_IN_QUEUE,
    "hangup": Outcome.SELF_SERVED,
    "callback": Outcome.CALLBACK,
    "message": Outcome.VOICEMAIL,
    "transferred": Outcome.TRANSFERRED_OUT,
}
_OFFICE, _ANY_TIME = (8.5, 20.5), (7.0, 23.5)

Actions = tuple[Action, ...]
Rows = dict[str, list[tuple[Any, ...]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoCustomer:
    """``place``: in ``demo_bank.yaml``, from 1. ``facts``: as flows may ask for them."""

    place: int
    number: str
    facts: Mapping[str, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """What a caller of this kind does, and what the systems behind the flow say to it."""

    actions: Actions
    data: Mapping[str, tuple[Answer, ...]] = field(default_factory=dict)


Persona = Callable[["Chance", DemoCustomer | None, str], Manner]
"""``(chance, the customer or None for a stranger, language)``."""


class Chance:
    """Of one call; ``today``: its day. ``at``: when it comes, at the bank."""

    def __init__(self, seed: str, today: dt.date, hours: tuple[float, float]) -> None:
        self.random = Random(seed)  # noqa: S311 - of no secret
        self.today = today
        midnight = dt.datetime(today.year, today.month, today.day, tzinfo=ZONE)
        self.at = midnight + dt.timedelta(hours=self.random.uniform(*hours))

    def one_in(self, share: float) -> bool:
        return self.random.random() < share

    def of(self, *weighted: tuple[float, Actions]) -> Actions:
        return self.random.choices([one for _, one in weighted], [weight for weight, _ in weighted])[0]

    def served(self, language: str) -> Actions:
        """In line: an agent answers, or he gives up."""
        if self.one_in(0.1):
            return (Wait(self.random.uniform(25, 180)), HangUp())
        login = self.random.choice(_SERVED_BY[language])
        return (Wait(self.random.uniform(4, 60)), Agent(login, round(self.random.uniform(60, 420))))


COLUMNS: Mapping[str, tuple[str, ...]] = {
    "calls": (
        *("id", "rev", "ani", "ani_e164", "caller_name", "dnis", "phase", "outcome", "cause", "flow", "language"),
        *("queue", "priority", "customer", "agent", "started_at", "queued_at", "answered_at", "ended_at", "wait_s"),
        *("talk_s", "pressed", "state", "flow_version"),
    ),
    "ivr_visits": (
        *("call", "number", "flow", "version", "edition", "step", "exit", "to", "entered_at", "left_at"),
        *("no_inputs", "no_matches", "heard"),
    ),
    "survey_answers": ("call", "number", "question", "scale", "answer", "agent", "queue", "at"),
    "call_events": ("call", "number", "at", "kind", "text", "data"),
}


def made_up(
    flows: Sequence[LibraryFlow], customers: Sequence[DemoCustomer], today: dt.date, *, days: Sequence[int]
) -> Rows:
    """The calls of these days (1: yesterday), by table, in the order of ``COLUMNS``."""
    rows: Rows = {table: [] for table in COLUMNS}
    for days_ago in days:
        day = today - dt.timedelta(days=days_ago)
        for flow in flows:
            for number in range(CALLS_A_DAY[flow.name]):
                _add(rows, flow, customers, day, f"{MARK}{day:%Y%m%d}-{flow.name}-{number:03}", days_ago)
    return rows


def _add(
    rows: Rows, flow: LibraryFlow, customers: Sequence[DemoCustomer], day: dt.date, call_id: str, days_ago: int
) -> None:
    chance = Chance(call_id, day, _ANY_TIME if flow.name == "after_hours" else _OFFICE)
    customer = None if chance.one_in(0.3) else chance.random.choice(customers)
    language = str(customer.facts["language"]) if customer else "en" if chance.one_in(0.25) else "zh"
    ani = customer.number if customer else f"+86139{chance.random.randrange(10**7):07}0"
    manner = PERSONAS[flow.name](chance, customer, language)
    given = Given(
        ani=ani,
        dnis=flow.number,
        now=chance.at.timestamp(),
        customer=customer.facts if customer else None,
        data=manner.data,
        queue=_line(chance),
    )
    version = _version(flow, call_id, days_ago)
    call = Call(version.flow, Case(name=call_id, line=0, given=given, caller=manner.actions), call_id)
    call.run()
    agent = next((action for action in manner.actions if isinstance(action, Agent)), None)
    _write(rows, flow, version, call, call_id, customer, agent if call.outcome == "answered" else None)


def _version(flow: LibraryFlow, call_id: str, days_ago: int) -> Version:
    """What calls of that day got: the canary came later."""
    deployed = flow.deployed
    chosen = choose(deployed, call_id, flow.number) if days_ago <= flow.past.canary_days else deployed.live
    return flow.versions[chosen.version - 1]


def _write(
    rows: Rows,
    flow: LibraryFlow,
    version: Version,
    call: Call,
    call_id: str,
    customer: DemoCustomer | None,
    agent: Agent | None,
) -> None:
    given = call.given
    ended = call.phone.now
    visits = _visits(call, version, agent)
    outcome = _ENDED.get(call.outcome, Outcome.ABANDONED_IN_QUEUE if call.enqueued else Outcome.ABANDONED_IN_IVR)
    queued_at = next((visit.left_at for visit in visits if visit.exit == "queued"), None)
    after_talk = sum(visit.left_at - visit.entered_at for visit in _after_talk(visits))
    answered_at = ended - after_talk - agent.talk_s if agent else None
    waited_until = answered_at or ended
    queue = call.enqueued.queue if call.enqueued else None
    moment = _moment
    rows["calls"].append(
        (
            *(call_id, 1, given.ani, given.ani, str(customer.facts["name"]) if customer else "", given.dnis),
            *(Phase.ENDED, outcome, "normal_clearing", flow.name, call.state.language, queue),
            *(call.enqueued.priority if call.enqueued else 0, str(customer.facts["id"]) if customer else None),
            *(agent.login if agent else None, moment(given.now), None, moment(answered_at), moment(ended)),
            *(max(waited_until - queued_at, 0.0) if queued_at else 0.0, agent.talk_s if agent else 0.0),
            *("[]", "{}", version.text.version),
        )
    )
    said = Entry.NOBODY_CALLED
    told = (said.kind, said.sentence, json.dumps({"code": said.code}))
    rows["call_events"].append((call_id, 0, moment(given.now), *told))
    rows["ivr_visits"].extend(
        (
            *(call_id, number, flow.name, version.text.version, version.text.edition, visit.step, visit.exit, visit.to),
            *(moment(visit.entered_at), moment(visit.left_at), visit.no_inputs, visit.no_matches),
            json.dumps(visit.heard, ensure_ascii=False),
        )
        for number, visit in enumerate(visits)
    )
    rows["survey_answers"].extend(
        (
            *(call_id, number, answer.question, answer.scale, answer.answer, agent.login if agent else None),
            *(queue, moment(ended)),
        )
        for number, answer in enumerate(call.answers)
    )


def _visits(call: Call, version: Version, agent: Agent | None) -> list[Visit]:
    """As the center writes them: who stands in line without a branch of the flow is at no step any more, and the step
    of a branch is left when an agent answers."""
    visits = list(call.visits)
    if visits and visits[-1].exit == "hung_up" and version.flow.steps[visits[-1].step].kind == "queue":
        visits.pop()
    if agent and call.state.mode == WAITING:
        visits.append(left(version.flow, call.state, "agent", World(now=call.phone.now - agent.talk_s)))
    return visits


def _after_talk(visits: Sequence[Visit]) -> Iterator[Visit]:
    begun = False
    for visit in visits:
        if begun:
            yield visit
        begun = begun or visit.exit == "after_call"


def _moment(at: float | None) -> dt.datetime | None:
    return None if at is None else dt.datetime.fromtimestamp(at, dt.UTC)


def _line(chance: Chance) -> tuple[Line, ...]:
    """He comes nearer to the front, and is told so."""
    place = chance.random.randint(1, 5)
    return tuple(
        Line(
            after=index * 40.0,
            position=place - index,
            wait_p50_s=(place - index) * 45,
            wait_p90_s=(place - index) * 110,
        )
        for index in range(place)
    )


# ---- the callers of each flow --------------------------------------------------------------------------------------


def _keys(*keys: str) -> Actions:
    return tuple(Press(key) for key in keys)


def _language(chance: Chance, language: str) -> Actions:
    key = "2" if language == "en" else "1"
    return chance.of((88, _keys(key)), (5, (Silence(), Press(key))), (4, _keys("7", key)), (3, (HangUp(),)))


def _main(chance: Chance, _customer: DemoCustomer | None, language: str) -> Manner:
    choice = chance.of(
        (38, _keys("1")), (22, _keys("2")), (20, _keys("3")), (12, _keys("0")), (4, (Silence(3),)), (4, (HangUp(),))
    )
    return Manner(actions=(*_language(chance, language), *choice, *chance.served(language)))


def _bank(chance: Chance, customer: DemoCustomer | None, language: str) -> Manner:
    place = customer.place if customer else chance.random.randint(1, CUSTOMERS)
    card = f"{card_of(place)}#"
    right = Answer(values={"verified": True, "customer_no": customer_no(place)}, takes_s=0.4)
    wrong = Answer(values={"verified": False}, takes_s=0.4)
    verify = chance.random.choices(
        [(right,), (wrong, right), (wrong, wrong, wrong), (Answer(status="timeout", takes_s=6),)], [78, 13, 6, 3]
    )[0]
    tries = tuple(action for _ in verify for action in _keys(card, PIN))
    typed = chance.of(
        (82, tries), (8, (Press(f"{card[:-2]}#"), *tries)), (5, (Press(card), Silence(2))), (5, (Press(card), HangUp()))
    )
    after = chance.of((24, (HangUp(),)), (44, (Silence(),)), (14, _keys("1")), (10, _keys("2", "2")), (8, _keys("0")))
    choice = chance.of(
        (62, (*_keys("1"), *typed, *after)), (18, _keys("2")), (9, _keys("3")), (7, _keys("0")), (4, (HangUp(),))
    )
    balance = Answer(values={"balance": str(place * 73_561 % 98_000)})
    data = {"identify/verify": verify, "look_up_balance": (balance,)}
    return Manner(actions=(*_language(chance, language), *choice, *chance.served(language)), data=data)


def _delivery(chance: Chance, customer: DemoCustomer | None, language: str) -> Manner:
    orders = [f"2026{chance.random.randrange(10**4):04}" for _ in range(2)]
    answers = tuple(_order(chance, order) for order in orders)
    typed = chance.of(
        (78, _keys(orders[0], "1")),
        (10, _keys(orders[0], "2", orders[0], "1")),
        (6, _keys("2026#", orders[0], "1")),
        (3, (Silence(2),)),
        (3, (HangUp(),)),
    )
    after = chance.of((20, (HangUp(),)), (52, (Silence(),)), (14, _keys("1", orders[1], "1")), (14, _keys("0")))
    if answers[0].status == "not_found" and chance.one_in(0.6):
        after = _keys("0")
    asked = () if customer else _language(chance, language)
    return Manner(actions=(*asked, *typed, *after, *chance.served(language)), data={"look_up": answers})


def _order(chance: Chance, order: str) -> Answer:
    if chance.one_in(0.03):
        return Answer(status="failed", takes_s=0.2)
    state = order_state(order, chance.today)
    if state is None:
        return Answer(status="not_found")
    values: dict[str, Value] = {"state": str(state["state"])}
    match state:
        case {"courier": {"stops": int(stops)}}:
            values["stops"] = stops
        case {"events": [{"day": str(day)}]}:
            values["day"] = day
    return Answer(values=values)


def _after_hours(chance: Chance, _customer: DemoCustomer | None, language: str) -> Manner:
    opens, closes = (9, 18) if chance.today.weekday() < 5 else (10, 16) if chance.today.weekday() == 5 else (0, 0)
    if opens <= chance.at.hour < closes:
        return Manner(actions=chance.served(language))
    spoken = Speak(round(chance.random.uniform(4, 40)))
    closed = chance.of(
        (40, (Press("1"), spoken, Silence())),
        (34, (Press("2"), Press("#"))),
        (16, (HangUp(),)),
        (6, _keys("2", "13800138000#")),
        (4, (Silence(2), spoken)),
    )
    return Manner(actions=closed)


def _vip(chance: Chance, _customer: DemoCustomer | None, language: str) -> Manner:
    actions = chance.of(
        (68, chance.served(language)), (18, _keys("1")), (8, (Press("2"), Speak(12))), (6, (Wait(95), HangUp()))
    )
    return Manner(actions=actions)


def _survey(chance: Chance, _customer: DemoCustomer | None, language: str) -> Manner:
    score = chance.random.choices("54321", [44, 30, 14, 7, 5])[0]
    solved = "1" if chance.one_in(0.9 if score in "45" else 0.35) else "2"
    said = chance.of((70, _keys(score, solved)), (12, (Press(score), HangUp())), (18, (HangUp(),)))
    return Manner(actions=(*_language(chance, language), *chance.served(language), *said))


PERSONAS: Mapping[str, Persona] = {
    "main": _main,
    "bank": _bank,
    "delivery": _delivery,
    "after_hours": _after_hours,
    "vip": _vip,
    "survey": _survey,
}
