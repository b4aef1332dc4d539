"""Steps, tiers, sticky agents, hours, closures, overflow and new plans, through the whole center."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tests.support.house import ANA, DNIS, MEI, TOM, Floor, make_house

from tandem.agent_desktop.core import messages as m
from tandem.cti.app import floor_plan as c
from tandem.cti.app import views
from tandem.cti.app.announcements import BUILT_IN, prompts_of
from tandem.cti.app.line import line_page
from tandem.cti.app.why import why_waiting
from tandem.cti.model import requests as rq
from tandem.cti.model.causes import Cause
from tandem.cti.model.hours import WeeklyHours
from tandem.cti.model.ids import AgentId, CallId, ContactId, CustomerId, QueueId, WorkId
from tandem.cti.model.needs import parse_needs
from tandem.cti.model.records import CallEventRecord, ContactLine, CustomerMatch
from tandem.cti.model.states import AgentState, Outcome, Phase
from tandem.ivr.core.speech import Prompt
from tandem.routing.core.plan import (
    Action,
    AgentPlan,
    OverflowRule,
    Plan,
    StepPlan,
    Sticky,
)

SERVICE, LOANS, SUPPORT = QueueId("service"), QueueId("loans"), QueueId("support")
BOTH = {"language:zh": 5, "product:accounts": 5}


def floor_with(plan: Plan | None = None, **service: Any) -> Floor:
    """A floor whose queue ``service`` (the one that a caller who presses 1, 1 comes into) has these rules."""
    house = make_house()
    plan = plan or house.plan
    queues = {**plan.queues, SERVICE: replace(plan.queues[SERVICE], **service)}
    plan = replace(plan, queues=queues)
    return Floor(house=replace(house, plan=plan, sounds={**house.sounds, **sounds_of(plan)}))


def sounds_of(plan: Plan) -> Mapping[Prompt, str]:
    return {prompt: f"said/{number}" for number, prompt in enumerate(sorted(prompts_of(plan)))}


def waiting(floor: Floor, name: str = "a", ani: str = "+8613800138000") -> CallId:
    call = floor.call(name, ani)
    floor.settle()
    return call


def phase(floor: Floor, call: CallId) -> Phase:
    return floor.center.contacts[call].phase


def apply(floor: Floor, plan: Plan) -> None:
    floor.handle(c.PlanApplied(plan, tuple(sounds_of(plan).items()), "ada"))
    floor.settle()


def customer(*, tier: str = "standard", agent: AgentId | None = None, at: float = 0.0) -> CustomerMatch:
    line = ContactLine(
        id=ContactId("x"), at=at, channel="voice", direction="inbound", agent_name="", queue="service",
        outcome="answered",
        disposition="", notes="", duration_s=60.0, agent=agent,
    )  # fmt: skip
    return CustomerMatch(
        id=CustomerId("c1"), name="王小明", company="", tier=tier, language="zh", numbers=["+8613800138000"], email="",
        city="", since=0.0, note="", why="", contacts=[line] if agent else [], tickets=[],
    )  # fmt: skip


# ---- steps -------------------------------------------------------------------------------------------------------


def test_a_step_widens_after_its_time() -> None:
    steps = (StepPlan(needs=parse_needs("product:loans>=5")), StepPlan(needs=(), after_s=10))
    floor = floor_with(steps=steps)
    floor.ready(TOM)  # language:zh only at 1, so neither step is for him
    floor.ready(ANA)
    call = waiting(floor)
    floor.pass_time(60)
    assert phase(floor, call) is Phase.QUEUED
    apply(floor, _with_agent(floor, ANA, BOTH))
    assert floor.center.contacts[call].agent == ANA


def _with_agent(floor: Floor, agent: AgentId, skills: Mapping[str, int]) -> Plan:
    plan = floor.center.plan
    return replace(plan, agents={**plan.agents, agent: AgentPlan(login=agent, skills=skills)})


def test_a_step_that_nobody_logged_on_meets_is_skipped_at_once() -> None:
    steps = (StepPlan(needs=parse_needs("product:cards>=5")), StepPlan(needs=(), after_s=100))
    floor = floor_with(steps=steps)
    floor.ready(MEI)
    call = waiting(floor)
    assert floor.center.contacts[call].agent == MEI


def test_a_decision_is_kept_with_what_explains_it() -> None:
    floor = floor_with()
    floor.ready(MEI)
    call = waiting(floor)
    data = next(r.data for r in floor.records if isinstance(r, CallEventRecord) and r.kind == "matched")
    assert data["decision"]["agent"] == MEI
    assert data["decision"]["place"] == 1
    assert data["why"]["zh"]
    assert data["why"]["en"]
    assert phase(floor, call) is Phase.OFFERED


# ---- tiers and stickiness ----------------------------------------------------------------------------------------


def test_a_vip_goes_first_as_soon_as_he_is_known() -> None:
    floor = floor_with()
    floor.ready(MEI)
    first = waiting(floor, "x")  # takes Mei
    ordinary, vip = waiting(floor, "a"), waiting(floor, "b", "+8613800138001")
    assert floor.center.matcher.place(WorkId(ordinary)) == 1
    floor.handle(c.CustomersFound(vip, (customer(tier="vip"),), True))
    assert floor.center.matcher.place(WorkId(vip)) == 1
    floor.command(MEI, m.Decline(id=1, call=first))
    floor.command(MEI, m.SetReady(id=2))
    assert floor.center.contacts[vip].agent == MEI


def test_who_talked_to_him_last_is_waited_for_a_while() -> None:
    floor = floor_with(sticky=Sticky(up_to_s=15))
    floor.ready(MEI)
    call = waiting(floor, "x")
    assert floor.center.contacts[call].agent == MEI
    floor.to_agent(call)
    floor.now += 170  # of 180 s that a call takes
    second = waiting(floor, "a")
    floor.handle(c.CustomersFound(second, (customer(agent=MEI, at=floor.now - 86_400),), True))
    apply(floor, _with_agent(floor, TOM, BOTH))
    floor.ready(TOM)
    assert phase(floor, second) is Phase.QUEUED, "he is Mei's for some seconds"
    floor.pass_time(16)
    assert floor.center.contacts[second].agent == TOM


def test_who_knows_him_but_is_busy_for_long_is_not_waited_for() -> None:
    floor = floor_with(sticky=Sticky(up_to_s=15))
    floor.ready(MEI)
    floor.to_agent(waiting(floor, "x"))
    call = floor.call("a")
    floor.handle(c.CustomersFound(call, (customer(agent=MEI, at=floor.now - 86_400),), True))
    apply(floor, _with_agent(floor, TOM, BOTH))
    floor.ready(TOM)
    floor.settle()
    assert floor.center.contacts[call].agent == TOM


# ---- a new plan --------------------------------------------------------------------------------------------------


def test_a_new_plan_counts_at_once_for_who_waits_and_keeps_places() -> None:
    floor = floor_with(steps=(StepPlan(needs=parse_needs("product:loans>=5")),))
    floor.ready(ANA)
    first, second = waiting(floor, "a"), waiting(floor, "b", "+8613800138001")
    before = floor.center.contacts[first].queued_at
    plan = floor.center.plan
    looser = replace(plan.queues[SERVICE], steps=(StepPlan(needs=()),))
    new = replace(_with_agent(floor, ANA, BOTH), queues={**plan.queues, SERVICE: looser}, version=2)
    apply(floor, new)
    assert floor.center.plan.version == 2
    assert floor.center.contacts[first].agent == ANA
    assert floor.center.contacts[first].queued_at == before
    assert floor.center.matcher.place(WorkId(second)) == 1


def test_a_queue_that_is_gone_leaves_nobody_behind() -> None:
    floor = floor_with(steps=(StepPlan(needs=parse_needs("product:loans>=5")),))
    call = waiting(floor)
    plan = floor.center.plan
    apply(floor, replace(plan, queues={q: p for q, p in plan.queues.items() if q != SERVICE}))
    floor.ready(MEI)
    floor.settle()
    assert floor.center.contacts[call].agent == MEI
    assert views.queue_rows(floor.center)


# ---- hours and closures ------------------------------------------------------------------------------------------


def never() -> WeeklyHours:
    return WeeklyHours(days={})


def test_outside_the_hours_a_caller_is_told_and_the_call_ends() -> None:
    plan = replace(make_house().plan, hours={"desk": never()})
    floor = floor_with(plan, hours="desk")
    floor.ready(MEI)
    call = waiting(floor)
    floor.pass_time(200)
    contact = floor.center.contacts.get(call)
    assert contact is None or contact.outcome is Outcome.MESSAGE
    said = [r.prompts for r in floor.requests if isinstance(r, rq.Play)]
    assert (sounds_of(floor.center.plan)[Prompt("zh", BUILT_IN["message"]["zh"])],) in said


def test_an_emergency_closure_reaches_who_waits_and_can_be_taken_back() -> None:
    floor = floor_with()
    call = waiting(floor)
    closure = c.Closure(queue=None, by="sofia", at=floor.now, reason="fire drill", text={"zh": "请疏散"})
    floor.handle(c.Closed(closure, ((Prompt("zh", "请疏散"), "said/fire"),)))
    floor.settle()
    assert ("said/fire",) in [r.prompts for r in floor.requests if isinstance(r, rq.Play)]
    floor.pass_time(10)
    assert phase(floor, call) is Phase.ENDED
    row = next(row for row in views.queue_rows(floor.center) if row.id == SERVICE)
    assert (row.open, row.closed_by_hand) == (False, True)
    floor.handle(c.Reopened(None))
    assert next(row for row in views.queue_rows(floor.center) if row.id == SERVICE).open
    floor.ready(MEI)
    again = waiting(floor, "b", "+8613800138001")
    assert floor.center.contacts[again].agent == MEI


# ---- overflow ----------------------------------------------------------------------------------------------------


def test_overflow_sends_on_and_keeps_the_place() -> None:
    rule = OverflowRule(action=Action(kind="queue", to="support"), waited_over_s=30)
    floor = floor_with(overflow=(rule,))
    call = waiting(floor)
    since = floor.center.contacts[call].queued_at
    floor.pass_time(29)
    assert floor.center.contacts[call].queue == SERVICE
    floor.pass_time(5)
    contact = floor.center.contacts[call]
    assert (contact.queue, contact.queued_at, contact.phase) == (SUPPORT, since, Phase.QUEUED)
    assert any(r.kind == "overflow" for r in floor.records if isinstance(r, CallEventRecord) and r.call == call)


def test_overflow_that_leads_in_a_circle_comes_to_rest() -> None:
    there = OverflowRule(action=Action(kind="queue", to="support"), waited_over_s=5)
    back = OverflowRule(action=Action(kind="queue", to="service"), waited_over_s=5)
    plan = make_house().plan
    support = replace(plan.queues[SUPPORT], overflow=(back,))
    floor = floor_with(replace(plan, queues={**plan.queues, SUPPORT: support}), overflow=(there,))
    call = waiting(floor)
    floor.pass_time(300)
    assert floor.center.contacts[call].queue == SUPPORT
    assert phase(floor, call) is Phase.QUEUED


def test_overflow_by_who_is_there() -> None:
    rule = OverflowRule(action=Action(kind="message"), ready_below=1, waited_over_s=3)
    floor = floor_with(overflow=(rule,))
    floor.ready(MEI)
    floor.command(MEI, m.SetNotReady(id=1, reason="break"))
    call = waiting(floor)
    floor.pass_time(10)
    assert floor.center.contacts[call].outcome is Outcome.MESSAGE


def test_an_offer_of_a_callback_does_not_keep_him_from_an_agent() -> None:
    rule = OverflowRule(action=Action(kind="callback"), waited_over_s=5)
    floor = floor_with(overflow=(rule,))
    call = waiting(floor)
    floor.digit = ""
    floor.pass_time(7)
    assert any(r.kind == "callback_offered" for r in floor.records if isinstance(r, CallEventRecord))
    floor.ready(MEI)
    floor.settle()
    assert floor.center.contacts[call].agent == MEI


def test_who_is_cut_off_in_the_middle_of_a_talk_goes_on_where_he_stood() -> None:
    floor = floor_with()
    floor.ready(MEI)
    call = waiting(floor)
    floor.to_agent(call)
    since = floor.center.contacts[call].queued_at
    floor.now += 60
    floor.gone(floor.center.contacts[call].caller, Cause.CONGESTION)
    floor.settle()
    assert phase(floor, call) is Phase.ENDED
    other = waiting(floor, "b", "+8613800138001")
    floor.now += 30
    again = waiting(floor, "c")
    assert floor.center.contacts[again].queued_at == since
    assert floor.center.matcher.place(WorkId(again)) == 1
    assert floor.center.matcher.place(WorkId(other)) == 2
    hung_up = waiting(floor, "d", "+8613800138002")
    floor.hang_up_caller(hung_up)
    floor.settle()
    floor.now += 400
    late = waiting(floor, "e", "+8613800138002")
    assert floor.center.contacts[late].queued_at == floor.now, "after five minutes the place is gone"


# ---- why not -----------------------------------------------------------------------------------------------------


def test_a_waiting_caller_can_be_explained() -> None:
    floor = floor_with()
    floor.ready(MEI)
    floor.command(MEI, m.SetNotReady(id=1, reason="break"))
    call = waiting(floor)
    why = why_waiting(floor.center, WorkId(call), now=floor.now)
    assert why is not None
    assert (why.change.kind, why.change.agent) == ("agent_ready", MEI)
    assert why.text["zh"]
    floor.command(MEI, m.SetReady(id=2))
    assert floor.center.contacts[call].agent == MEI, "what was said to answer it now does"
    assert why_waiting(floor.center, WorkId(call), now=floor.now) is None
    assert floor.center.agents[MEI].state is AgentState.BUSY


def test_what_is_no_call_can_be_explained() -> None:
    plan = make_house().plan
    agents = {MEI: replace(plan.agents[MEI], tasks=0), TOM: replace(plan.agents[TOM], tasks=1)}
    floor = floor_with(replace(plan, agents={**plan.agents, **agents}))
    for agent in (MEI, TOM):
        floor.ready(agent)
        floor.command(agent, m.SetNotReady(id=1, reason="break"))
    for entry, asked in (
        ("t1", c.TaskAsked(id="t1", queue=SUPPORT, title="refund", by="sam")),
        ("b1", c.CallbackAsked(id="b1", number="+8613800138009", queue=SUPPORT, first="agent", by="sam", name="Wu")),
    ):
        floor.handle(asked)
        floor.pass_time(2)
        [line] = line_page(floor.center, queue=None, limit=10, agent=None, now=floor.now).entries
        assert (line.id, line.place) == (entry, 1)
        why = why_waiting(floor.center, WorkId(line.id), now=floor.now)
        assert why is not None
        assert (why.id, why.queue, why.change.kind) == (entry, "support", "agent_ready")
        assert why.waited_s >= 1.0
        if entry == "t1":
            assert why.change.agent == TOM, "Mei takes no tasks"
            floor.handle(c.TaskCancelled("t1", "sam"))


def test_predicted_waits_are_shown_and_learned_from() -> None:
    floor = floor_with()
    floor.ready(MEI)
    busy = waiting(floor, "x")
    floor.to_agent(busy)
    call = waiting(floor, "a", "+8613800138001")
    row = next(row for row in views.board(floor.center).calls if row.call == call)
    assert row.predicted_p50_s is not None
    assert row.predicted_p90_s is not None
    assert 0 < row.predicted_p50_s < row.predicted_p90_s
    floor.now += 40
    floor.hang_up_caller(busy)
    floor.settle()
    floor.command(MEI, m.WrapUp(id=3, call=busy, disposition="done", notes=""))
    assert floor.center.contacts[call].agent == MEI
    assert floor.center.predictor.accuracy[SERVICE].count == 1


def test_who_waits_in_a_site_of_its_own_is_told_to_the_matcher() -> None:
    plan = replace(make_house().plan, sites={"kunming": frozenset({DNIS})})
    floor = floor_with(plan)
    call = waiting(floor)
    assert next(w.site for w in floor.center.matcher.waiting() if w.id == WorkId(call)) == "kunming"
