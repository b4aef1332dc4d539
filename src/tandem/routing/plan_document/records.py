"""A routing plan as it stands in a file, and the ``Plan`` that it says. Defaults live in ``routing.core.plan`` alone:
here, what the file does not say is None and is left out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal

from tandem.cti.documents.document import Node, Scalar
from tandem.cti.documents.hours import HoursRecord
from tandem.cti.documents.reading import Reading, Schema
from tandem.cti.documents.shapes import Integer, OneOf, Record, Table, Text, item, record
from tandem.cti.model.durations import DAY_S
from tandem.cti.model.ids import AgentId, DeviceId, QueueId
from tandem.cti.model.needs import SKILL
from tandem.cti.model.skills import HIGHEST, LOWEST, Needs
from tandem.routing.core.dialer.jurisdictions import RULE_BOOK
from tandem.routing.core.plan import (
    EVERYWHERE,
    Action,
    AgentPlan,
    Blending,
    CallbackRule,
    Calling,
    OverflowRule,
    Plan,
    QueuePlan,
    ShiftPlan,
    StepPlan,
    Sticky,
    Tier,
)
from tandem.routing.plan_document.words import (
    ID,
    ID_RULE,
    LANGUAGE,
    Condition,
    ListOf,
    Name,
    NeedsOrAnyone,
    Numbers,
    Outbound,
    Parts,
    Share,
    Target,
    Time,
    When,
)

FORMAT = 1
"""Of the file; a later one may be read by a later version only."""
MAX_PRIORITY = 1000
_NUMBER = re.compile(r"\+[1-9][0-9]{4,14}|[0-9]{3,6}")
_BEGINNING = re.compile(rf"\+[1-9][0-9]{{0,6}}|{EVERYWHERE}")
_TEXTS = Table(LANGUAGE, "a language is its ISO 639 code, such as zh or en", Text(600), 1)
_PRIORITY = Integer(-MAX_PRIORITY, MAX_PRIORITY)
_NAME = Text(64, pattern=ID, rule=ID_RULE)


def _given(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


# -- steps -------------------------------------------------------------------------------------------------------------


@record
class _Step:
    needs: Needs = item(NeedsOrAnyone(), "the skills that an agent must have, or anyone")
    after: float = item(Time(0, DAY_S), "from this time of waiting on", default=0.0)
    or_predicted_over: float | None = item(
        Time(1, DAY_S), "also as soon as the wait still to come is predicted to be longer", default=None
    )


class Step:
    """Needs alone, or ``{after: 10 s, or_predicted_over: 20 s, needs: ...}``."""

    needs = NeedsOrAnyone()
    whole = Record(_Step)

    def read(self, node: Node, reading: Reading) -> StepPlan:
        if isinstance(node, Scalar):
            return StepPlan(needs=self.needs.read(node, reading))
        step = self.whole.read(node, reading)
        return StepPlan(needs=step.needs, after_s=step.after, predicted_over_s=step.or_predicted_over)

    def schema(self) -> Schema:
        return {"anyOf": [self.needs.schema(), self.whole.schema()]}


# -- what becomes of a caller who is not served ------------------------------------------------------------------------


@record
class _Action:
    do: Any = item(OneOf(("queue", "number", "voicemail", "callback", "message")), "what happens to the caller")
    to: str = item(Text(64), "the queue's id (do: queue) or the number to dial (do: number)", default="")
    text: Mapping[str, str] | None = item(_TEXTS, "what he hears, by language", default=None)


@record
class _Rule(_Action):
    when: Condition = item(When(), "waited > 60 s and ready < 2")


def _action(said: _Action, node: Node, reading: Reading) -> Action:
    """Raises Unreadable when the fields do not fit what is to be done."""
    if said.do in ("queue", "number") and not said.to:
        raise reading.refusal(node, "missing_field", '"to" is missing', "Add to: and where the caller is to go.")
    if said.do == "number" and not _NUMBER.fullmatch(said.to):
        fix = 'Write it in quotes with country code, such as "+8687165320018".'
        raise reading.refusal(node, "bad_number", f'"{said.to[:40]}" is not a number to dial', fix)
    if said.do not in ("queue", "number") and said.to:
        raise reading.refusal(node, "unknown_field", f'"to" means nothing with do: {said.do}', "Remove it.")
    if said.do == "message" and not said.text:
        fix = "Add text: {zh: ..., en: ...}."
        raise reading.refusal(node, "missing_field", '"text" is missing', fix)
    return Action(kind=said.do, **_given(to=said.to, text=said.text))


class ActionShape:
    """``{do: voicemail, text: {zh: ..., en: ...}}``."""

    whole = Record(_Action)

    def read(self, node: Node, reading: Reading) -> Action:
        return _action(self.whole.read(node, reading), node, reading)

    def schema(self) -> Schema:
        return self.whole.schema()


class Overflow:
    """``{when: waited > 60 s and ready < 2, do: queue, to: operator}``."""

    whole = Record(_Rule)

    def read(self, node: Node, reading: Reading) -> OverflowRule:
        said = self.whole.read(node, reading)
        when = said.when
        return OverflowRule(
            action=_action(said, node, reading),
            waited_over_s=when.waited_over_s,
            predicted_over_s=when.predicted_over_s,
            ready_below=when.ready_below,
            waiting_over=when.waiting_over,
        )

    def schema(self) -> Schema:
        return self.whole.schema()


@record
class _Sticky:
    prefer: Any = item(OneOf(("last_agent", "owner")), "who is preferred", default=None)
    up_to: float | None = item(Time(0, 3600), "as long as it costs less than this", default=None)
    within: float | None = item(Time(60, 3660 * DAY_S), "how long ago they talked at most", default=None)

    def made(self) -> Sticky:
        days = None if self.within is None else self.within / DAY_S
        return Sticky(**_given(prefer=self.prefer, up_to_s=self.up_to, within_days=days))


@record
class _Callback:
    first: Any = item(OneOf(("agent", "customer")), "who is rung first", default=None)
    attempts: int | None = item(Integer(1, 20), "how often the customer is dialled at most", default=None)
    busy_retry: float | None = item(Time(10, DAY_S), "until the next attempt when he is busy", default=None)
    no_answer_retry: float | None = item(
        Time(10, DAY_S), "until the next attempt when he does not answer", default=None
    )
    ring: float | None = item(Time(5, 120), "how long his phone rings", default=None)
    expires: float | None = item(Time(60, 30 * DAY_S), "when it is given up", default=None)

    def made(self) -> CallbackRule:
        return CallbackRule(
            **_given(
                first=self.first,
                attempts=self.attempts,
                busy_retry_s=self.busy_retry,
                no_answer_retry_s=self.no_answer_retry,
                ring_s=self.ring,
                expires_s=self.expires,
            )
        )


# -- queues, agents and the rest ---------------------------------------------------------------------------------------


@record
class _Queue:
    name: tuple[str, str] = item(Name(), "what it is called, in Chinese and English")
    kind: Any = item(OneOf(("voice", "task")), "voice: calls; task: work that is not a call", default=None)
    priority: int | None = item(_PRIORITY, "the higher goes first", default=None)
    target: tuple[float | None, float | None] = item(Target(), "80% in 20 s", default=(None, None))
    handle: float | None = item(Time(1, DAY_S), "expected talk and wrap-up, until enough was measured", default=None)
    steps: tuple[StepPlan, ...] | None = item(
        ListOf(Step(), "step", fewest=1), "who may take its calls, widening as the caller waits", default=None
    )
    hours: str | None = item(_NAME, "the name of its hours; without: always open", default=None)
    closed: Action | None = item(ActionShape(), "who calls outside the hours", default=None)
    closing: Any = item(
        OneOf(("serve", "closed")), "who still waits when it closes: is served, or treated as closed", default=None
    )
    overflow: tuple[OverflowRule, ...] | None = item(
        ListOf(Overflow(), "rule"), "what else may be done while the caller waits", default=None
    )
    sticky: _Sticky | None = item(Record(_Sticky), "prefer who knows the caller", default=None)
    callback: _Callback | None = item(Record(_Callback), "how its callers are called back", default=None)
    rejoin_within: float | None = item(
        Time(0, DAY_S), "who was cut off and calls again within this time gets his place back", default=None
    )

    def made(self, name: str) -> QueuePlan:
        share, seconds = self.target
        return QueuePlan(
            id=QueueId(name),
            name_zh=self.name[0],
            name_en=self.name[1],
            **_given(
                kind=self.kind,
                priority=self.priority,
                target_s=seconds,
                target_share=share,
                handle_s=self.handle,
                steps=self.steps,
                hours=self.hours,
                closed=self.closed,
                closing=self.closing,
                overflow=self.overflow,
                sticky=self.sticky.made() if self.sticky else None,
                callback=self.callback.made() if self.callback else None,
                rejoin_within_s=self.rejoin_within,
            ),
        )


_SKILL_RULE = "a skill is written like language:zh or vip"


@record
class _Agent:
    skills: Mapping[str, int] | None = item(
        Table(SKILL, _SKILL_RULE, Integer(LOWEST, HIGHEST)), "skill: proficiency 1 to 5", default=None
    )
    site: str | None = item(_NAME, "where he works", default=None)
    team: str | None = item(_NAME, "his team", default=None)
    shift: str | None = item(_NAME, "the name of his shift; without: that of his team, if it has one", default=None)
    tasks: int | None = item(Integer(0, 50), "how many tasks he can have at once beside his calls", default=None)
    outbound: bool | Literal["only"] | None = item(
        Outbound(), "may be given to campaigns; only: works for campaigns alone", default=None
    )

    def made(self, login: str) -> AgentPlan:
        return AgentPlan(
            login=AgentId(login),
            **_given(
                skills=self.skills,
                site=self.site,
                team=self.team,
                shift=self.shift,
                tasks=self.tasks,
                outbound=self.outbound,
            ),
        )


@record
class _Shift(HoursRecord):
    """Written like hours: a break is a gap between two times of a day."""

    teams: tuple[str, ...] | None = item(
        ListOf(_NAME, "team", most=1000), "the teams whose agents work it", default=None
    )

    def shift(self) -> ShiftPlan:
        return ShiftPlan(hours=self.made(), **_given(teams=self.teams))


@record
class _Tier:
    rank: int = item(Integer(0, 9), "0 is served first")
    priority: int = item(_PRIORITY, "added to the queue's", default=0)


@record
class _Blending:
    yield_below: float | None = item(
        Share(), "share answered in time under which campaigns give agents back", default=None
    )
    resume_above: float | None = item(Share(), "share above which campaigns may have them again", default=None)
    most: float | None = item(Share(), "the largest share of the blended agents that campaigns may have", default=None)

    def made(self) -> Blending:
        return Blending(**_given(yield_below=self.yield_below, resume_above=self.resume_above, most=self.most))


@record
class _Calling:
    hours: Mapping[str, str] | None = item(
        Table(_BEGINNING, 'the beginning of a number is written like "+86"; everywhere is the rest', _NAME),
        "the hours in which customers may be called, by the beginning of their number",
        default=None,
    )
    per_day: int | None = item(Integer(1, 100), "how often one number is dialled in 24 hours at most", default=None)
    never: frozenset[str] | None = item(Numbers(), "numbers that are not called at all", default=None)
    rules: str | None = item(
        OneOf(tuple(RULE_BOOK)), "the law that callbacks and calls of no campaign are under", default=None
    )

    def made(self) -> Calling:
        return Calling(**_given(hours=self.hours, per_day=self.per_day, never=self.never, rules=self.rules))


@record
class PlanText:
    """The whole file."""

    format: int = item(Integer(FORMAT, FORMAT), f"the version of this file format: {FORMAT}")
    queues: Mapping[str, _Queue] = item(
        Parts(ID, f"a queue's id has {ID_RULE}", Record(_Queue), 1, noun="queue"), "the queues by id"
    )
    agents: Mapping[str, _Agent] | None = item(
        Parts(ID, f"a log-in name has {ID_RULE}", Record(_Agent), noun="agent"),
        "who works here, by log-in",
        default=None,
    )
    hours: Mapping[str, HoursRecord] | None = item(
        Parts(ID, f"a name has {ID_RULE}", Record(HoursRecord), noun="hours"), "opening hours by name", default=None
    )
    shifts: Mapping[str, _Shift] | None = item(
        Parts(ID, f"a shift has {ID_RULE}", Record(_Shift), noun="shift"),
        "when agents are expected at work, by name",
        default=None,
    )
    tiers: Mapping[str, _Tier] | None = item(
        Parts(ID, f"a tier has {ID_RULE}", Record(_Tier), 1, noun="tier"), "tiers of customers", default=None
    )
    sites: Mapping[str, frozenset[str]] | None = item(
        Parts(ID, f"a site has {ID_RULE}", Numbers(), noun="site"), "site: the numbers that arrive there", default=None
    )
    cross_site: float | None = item(
        Time(0, 3600), "a call is worth this much less to an agent of another site", default=None
    )
    blending: _Blending | None = item(Record(_Blending), "inbound and campaigns", default=None)

    calling: _Calling | None = item(Record(_Calling), "when customers may be called", default=None)

    def plan(self) -> Plan:
        tiers = self.tiers
        return Plan(
            queues={QueueId(name): queue.made(name) for name, queue in self.queues.items()},
            **_given(
                agents={AgentId(login): agent.made(login) for login, agent in (self.agents or {}).items()},
                hours={name: hours.made() for name, hours in (self.hours or {}).items()},
                shifts={name: shift.shift() for name, shift in (self.shifts or {}).items()},
                tiers=None
                if tiers is None
                else tuple(Tier(name=name, rank=tier.rank, priority=tier.priority) for name, tier in tiers.items()),
                sites={name: frozenset(map(DeviceId, numbers)) for name, numbers in (self.sites or {}).items()},
                cross_site_s=self.cross_site,
                blending=self.blending.made() if self.blending else None,
                calling=self.calling.made() if self.calling else None,
            ),
        )


PLAN = Record(PlanText)
