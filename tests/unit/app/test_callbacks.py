"""Keeping the place and being called back: the agent first, the customer first, tried again, called once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec
import pytest
from tests.support.house import MEI, make_house
from tests.support.paths import PathFloor

from tandem.agent_desktop.core import messages as m
from tandem.cti.app import callback_moment, callback_promises, overflow
from tandem.cti.app import floor_plan as c
from tandem.cti.app.center import Center
from tandem.cti.app.floor_plan import CallbackAltered, CallbackAsked, CallbackCancelled
from tandem.cti.app.house import House
from tandem.cti.core import contact as ct
from tandem.cti.core import line_events as le
from tandem.cti.core.contact import Contact
from tandem.cti.model import events as ev
from tandem.cti.model import requests as rq
from tandem.cti.model.causes import Cause
from tandem.cti.model.errors import BadRequest, ResourceMissing, WrongState
from tandem.cti.model.hours import WeeklyHours
from tandem.cti.model.ids import AgentId, CallId, ConnectionId, QueueId
from tandem.cti.model.leads import DoNotCallEntry
from tandem.cti.model.needs import parse_needs
from tandem.cti.model.records import CallbackRecord, CallEventRecord
from tandem.cti.model.states import AgentState, Outcome, Phase
from tandem.routing.core.acd.expected_wait import Expected, Predictor
from tandem.routing.core.plan import EVERYWHERE, CallbackRule, Calling, QueuePlan, StepPlan

ANI = "+8613800138000"


def house(**rule: Any) -> House:
    made = make_house()
    plan = made.plan
    queues = {
        queue: replace(profile, callback=replace(CallbackRule(), **rule)) for queue, profile in plan.queues.items()
    }
    return replace(made, plan=replace(plan, queues=queues))


def kept(floor: PathFloor) -> str:
    """A caller of ``service`` presses 1, hears that his place is kept, and is gone. The id of his entry."""
    floor.digit = "1"
    call = floor.call()
    floor.settle()
    assert floor.center.contacts[call].phase is Phase.QUEUED
    floor.now += 30
    floor.tell(call, le.CallbackOffered(prompts=("offer",)))
    floor.settle()
    contact = floor.center.contacts[call]
    assert contact.outcome is Outcome.CALLBACK
    assert not floor.legs
    return f"cb-{call}"


def attempt(floor: PathFloor) -> Contact:
    [contact] = [contact for contact in floor.center.contacts.values() if contact.callback and not contact.ended]
    return contact


def entry(floor: PathFloor) -> CallbackRecord:
    """Newest row of the entry."""
    return [r for r in floor.records if isinstance(r, CallbackRecord)][-1]


def dials(floor: PathFloor) -> list[rq.MakeConnection]:
    return [r for r in floor.requests if isinstance(r, rq.MakeConnection) and r.party is ev.Party.CUSTOMER]


def to_dial(floor: PathFloor) -> rq.MakeConnection:
    """Agent first, up to the ringing of the customer's phone."""
    floor.auto_answer = False
    before = len(dials(floor))
    contact = attempt(floor)
    assert contact.agent is not None
    floor.to_agent(contact.id)
    leg = floor.center.contacts[contact.id].leg
    assert leg is not None
    assert len(dials(floor)) == before, "the customer is rung before the agent answered"
    floor.answer(leg)
    floor.settle()
    assert floor.center.contacts[contact.id].phase is Phase.DIALLING
    return dials(floor)[-1]


def test_the_agent_first() -> None:
    floor = PathFloor()
    id_ = kept(floor)
    queued_at = floor.now - 30
    floor.pass_time(1)
    waiting = attempt(floor)
    assert (waiting.phase, waiting.queued_at, entry(floor).state) == (Phase.QUEUED, queued_at, "due")
    assert floor.place(waiting.id) == 1
    later = floor.call("later", "+8613900139000")
    floor.settle()
    assert (floor.place(waiting.id), floor.place(later)) == (1, 2)
    floor.ready(MEI)
    request = to_dial(floor)
    assert (request.device, request.calling, request.call) == (ANI, "95001", waiting.id)
    assert (entry(floor).state, entry(floor).attempts) == ("dialling", 1)
    floor.answer(request.connection)
    floor.settle()
    contact = floor.center.contacts[waiting.id]
    assert (contact.phase, contact.waited_s, floor.talks) == (
        Phase.TALKING, 0.0, [frozenset({request.connection, contact.leg})],
    )  # fmt: skip
    floor.gone(request.connection)
    floor.settle()
    assert (entry(floor).id, entry(floor).state, entry(floor).last_result) == (id_, "done", "answered")
    assert floor.center.agents[MEI].state is AgentState.WORKING_AFTER_CALL
    assert floor.center.callbacks == {}


@pytest.mark.parametrize(
    ("cause", "result", "again_s"), [(Cause.BUSY, "busy", 300), (Cause.NO_ANSWER, "no_answer", 1800)]
)
def test_not_reached_he_is_tried_again_and_the_agent_is_free(cause: Cause, result: str, again_s: float) -> None:
    floor = PathFloor(house(attempts=2))
    kept(floor)
    floor.pass_time(1)
    for number in (1, 2):
        floor.ready(MEI)
        request = to_dial(floor)
        floor.gone(request.connection, cause)
        floor.settle()
        assert floor.center.agents[MEI].state is AgentState.READY, "no wrap-up of a call that never was"
        row = entry(floor)
        assert (row.last_result, row.attempts) == (result, number)
        if number == 1:
            assert row.state == "open"
            floor.pass_time(again_s - 2)
            assert entry(floor).state == "open"
            floor.pass_time(2.5)
    assert entry(floor).state == "failed"
    assert [t.outcome for t in entry(floor).tries] == [result, result]
    assert len({request.connection for request in dials(floor)}) == 2


def test_a_number_that_does_not_exist_is_not_tried_again() -> None:
    floor = PathFloor()
    kept(floor)
    floor.pass_time(1)
    floor.ready(MEI)
    floor.gone(to_dial(floor).connection, Cause.INVALID_NUMBER)
    floor.settle()
    assert (entry(floor).state, entry(floor).last_result) == ("failed", "invalid_number")


def test_nobody_says_anything_and_the_deadline_ends_it() -> None:
    floor = PathFloor()
    kept(floor)
    floor.pass_time(1)
    floor.ready(MEI)
    request = to_dial(floor)
    floor.news.clear()
    floor.pass_time(31)
    assert (entry(floor).state, entry(floor).last_result) == ("open", "no_answer")
    assert request.connection not in floor.legs


def test_the_agent_hangs_up_while_it_rings() -> None:
    floor = PathFloor()
    kept(floor)
    floor.pass_time(1)
    floor.ready(MEI)
    request = to_dial(floor)
    floor.command(MEI, m.HangUp(id=1, call=request.call))
    assert floor.center.contacts[request.call].outcome is Outcome.NOT_REACHED
    assert not floor.legs
    assert entry(floor).state == "open"


def test_an_agent_who_is_lost_while_it_rings_is_not_needed_for_the_answer() -> None:
    floor = PathFloor()
    kept(floor)
    floor.pass_time(1)
    floor.ready(MEI)
    request = to_dial(floor)
    floor.handle(c.SeatClosed(MEI, page_gone=True))
    floor.settle()
    contact = floor.center.contacts[request.call]
    assert (contact.phase, contact.agent) == (Phase.DIALLING, None)
    floor.answer(request.connection)
    floor.settle()
    contact = floor.center.contacts[request.call]
    assert (contact.phase, contact.caller_ready) == (Phase.QUEUED, True)
    floor.ready(MEI)
    assert floor.center.contacts[request.call].agent == MEI
    assert len(dials(floor)) == 1


def test_an_offer_that_is_declined_goes_on_without_a_dial() -> None:
    floor = PathFloor()
    kept(floor)
    floor.pass_time(1)
    floor.ready(MEI)
    contact = attempt(floor)
    floor.command(MEI, m.Decline(id=1, call=contact.id))
    assert floor.center.contacts[contact.id].phase is Phase.QUEUED
    floor.ready(MEI)
    assert floor.center.contacts[contact.id].offer == 2
    assert not dials(floor)


def test_the_customer_first() -> None:
    floor = PathFloor(house(first="customer"))
    floor.auto_answer = False
    kept(floor)
    floor.pass_time(5)
    assert entry(floor).state == "due"
    assert not dials(floor), "nobody is there for him"
    floor.ready(MEI)
    floor.pass_time(3)
    [request] = dials(floor)
    assert floor.center.agents[MEI].state is AgentState.READY, "the agent is not kept waiting"
    floor.answer(request.connection)
    floor.settle()
    contact = floor.center.contacts[request.call]
    assert (contact.phase, contact.agent) == (Phase.OFFERED, MEI)
    floor.auto_answer = True
    floor.to_agent(request.call)
    assert floor.center.contacts[request.call].phase is Phase.TALKING
    floor.gone(request.connection)
    floor.settle()
    assert entry(floor).state == "done"


def test_a_supervisor_says_that_it_is_done() -> None:
    floor = PathFloor()
    id_ = kept(floor)
    floor.pass_time(5)
    due = attempt(floor)
    floor.command(AgentId("sofia"), m.CallbackDone(id=1, callback=id_))
    assert (entry(floor).state, entry(floor).done_by) == ("done", "sofia")
    assert due.id not in floor.center.contacts or floor.center.contacts[due.id].ended
    floor.ready(MEI)
    floor.pass_time(5)
    assert not dials(floor)


def test_nobody_is_rung_while_no_agent_is_at_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """However short the waits were before, and so are predicted to be."""
    soon = Expected(queue=QueueId("service"), tier=2, p10_s=0.0, p50_s=1.0, p90_s=3.0)
    monkeypatch.setattr(Predictor, "wait_left", lambda *_, **__: soon)
    floor = PathFloor(house(first="customer"))
    floor.auto_answer = False
    floor.ready(MEI)
    floor.command(MEI, m.SetNotReady(id=1, reason="break"))
    kept(floor)
    floor.pass_time(10)
    assert entry(floor).state == "due"
    assert not dials(floor)
    floor.command(MEI, m.SetReady(id=2))
    floor.pass_time(3)
    assert len(dials(floor)) == 1


def test_the_step_that_counts_is_the_one_that_somebody_meets() -> None:
    made = house(first="customer")
    nobody = (StepPlan(needs=parse_needs("product:moon>=5")), StepPlan(needs=(), after_s=600.0))
    queues = {queue: replace(profile, steps=nobody) for queue, profile in made.plan.queues.items()}
    floor = PathFloor(replace(made, plan=replace(made.plan, queues=queues)))
    floor.auto_answer = False
    kept(floor)
    floor.ready(MEI)
    floor.pass_time(3)
    assert len(dials(floor)) == 1


def test_a_customer_who_answers_and_gives_up_is_tried_again() -> None:
    floor = PathFloor(house(first="customer"))
    floor.auto_answer = False
    kept(floor)
    floor.ready(MEI)
    floor.pass_time(3)
    [request] = dials(floor)
    floor.handle(c.SeatClosed(MEI, page_gone=True))
    floor.answer(request.connection)
    floor.settle()
    assert floor.center.contacts[request.call].phase is Phase.QUEUED
    floor.gone(request.connection)
    floor.settle()
    assert (entry(floor).state, entry(floor).last_result) == ("open", "abandoned")
    service = floor.center.counts[QueueId("service")]
    assert service.abandoned == 0


def test_he_calls_himself_and_has_his_place() -> None:
    floor = PathFloor()
    kept(floor)
    queued_at = floor.now - 30
    floor.pass_time(1)
    due = attempt(floor)
    again = floor.call("again")
    floor.settle()
    assert entry(floor).last_result == "called_again"
    assert floor.center.contacts[due.id].ended
    assert floor.center.contacts[again].queued_at == queued_at
    [line] = [r for r in floor.records if isinstance(r, CallEventRecord) and r.kind == "place_kept"]
    assert (line.call, line.data["rule"]) == (again, "called_again")
    assert not dials(floor)


@pytest.mark.parametrize("after_s", [60.0, 400.0])
def test_who_gave_up_and_calls_again_has_his_place_for_a_while(after_s: float) -> None:
    floor = PathFloor()
    first = floor.call("first")
    floor.settle()
    queued_at = floor.center.contacts[first].queued_at
    floor.now += 20
    floor.hang_up_caller(first)
    floor.settle()
    floor.pass_time(after_s)
    second = floor.call("second")
    floor.settle()
    contact = floor.center.contacts[second]
    assert contact.queued_at == (queued_at if after_s == 60.0 else floor.now)
    floor.ready(MEI)
    floor.to_agent(second)
    answered = floor.center.contacts[second]
    assert answered.line_at is not None
    assert answered.waited_s == pytest.approx(floor.now - answered.line_at)


@pytest.mark.parametrize("when", ["due", "offered", "ringing", "dialling", "talking"])
@pytest.mark.parametrize("store", [True, False])
def test_the_server_dies_and_nobody_is_dialled_twice(when: str, store: bool) -> None:
    floor = PathFloor()
    kept(floor)
    floor.pass_time(1)
    floor.auto_answer = False
    floor.ready(MEI)
    call = attempt(floor).id
    if when == "due":
        floor.command(MEI, m.Decline(id=1, call=call))
        floor.handle(c.SeatClosed(MEI, page_gone=True))
    elif when == "ringing":
        floor.to_agent(call)
    elif when in ("dialling", "talking"):
        request = to_dial(floor)
        if when == "talking":
            floor.answer(request.connection)
            floor.settle()
    before = len(dials(floor))
    floor.restart(store=store)
    floor.settle()
    if not store and when in ("due", "offered", "ringing"):
        return  # the entry was in the store, and nobody was on the line
    assert len(dials(floor)) == before
    if when == "due":
        assert floor.place(call) == 1
    contact = floor.center.contacts[call]
    if when == "dialling":
        assert contact.phase is Phase.DIALLING
        floor.answer(contact.caller)
        floor.settle()
        contact = floor.center.contacts[call]
    if when in ("dialling", "talking"):
        assert contact.phase is Phase.TALKING
        assert floor.talks
        floor.gone(contact.caller)
        floor.settle()
        if store:
            assert entry(floor).state == "done"


def test_an_attempt_that_the_switch_does_not_have_any_more_is_over() -> None:
    floor = PathFloor()
    kept(floor)
    floor.pass_time(1)
    floor.ready(MEI)
    request = to_dial(floor)
    floor.legs.pop(request.connection)
    floor.restart()
    floor.settle()
    row = entry(floor)
    assert (row.state, row.attempts) == ("open", 1)
    assert floor.center.contacts[request.call].ended
    assert len(dials(floor)) == 1


def test_a_dial_that_the_entry_knows_is_never_made_again() -> None:
    """The contact's row was lost, the entry's was not."""
    floor = PathFloor()
    kept(floor)
    floor.pass_time(1)
    floor.ready(MEI)
    request = to_dial(floor)
    contact = floor.center.contacts[request.call]
    lost = ct.changed(contact, dialled=False)
    floor.center.contacts[contact.id] = lost
    floor.tell(contact.id, _unseen())
    assert len(dials(floor)) == 1
    assert floor.center.contacts[contact.id].ended
    assert entry(floor).state == "open"


def _unseen() -> ct.Seen:
    return ct.Seen(
        caller=None, caller_controlled=False, leg=None, leg_controlled=False, joined=False, in_fallback=False
    )


def test_the_switch_restarts_while_it_rings() -> None:
    floor = PathFloor()
    id_ = kept(floor)
    floor.pass_time(1)
    floor.ready(MEI)
    to_dial(floor)
    floor.legs.clear()
    floor.news.clear()
    floor.handle(ev.SwitchLost(gone=True, reason="gone"))
    floor.handle(ev.SwitchFound(snapshot=floor.snapshot(), restarted=True))
    assert (entry(floor).id, entry(floor).state, entry(floor).last_result) == (id_, "open", "failed")
    floor.pass_time(301)
    assert entry(floor).state == "due"


def test_the_gate_is_asked_at_the_last_moment() -> None:
    floor = PathFloor()
    kept(floor)
    floor.pass_time(1)
    floor.ready(MEI)
    floor.center.gate.set_rules(Calling(never=frozenset({ANI})), {})
    floor.auto_answer = True
    contact = attempt(floor)
    floor.to_agent(contact.id)
    floor.settle()
    assert not dials(floor)
    assert (entry(floor).state, entry(floor).last_result) == ("failed", "do_not_call")
    assert floor.center.agents[MEI].state is AgentState.READY


def test_who_does_not_want_to_be_called_any_more_is_promised_nothing() -> None:
    """Kept in his entry: after a restart the gate may not know of it."""
    floor = PathFloor()
    kept(floor)
    other = DoNotCallEntry(
        id="e1",
        rev=1,
        scope="global",
        number="+8613800000009",
        person="",
        campaign=None,
        at=0.0,
        by="sam",
        source="api",
    )
    floor.handle(c.CallsForbidden((other,)))
    assert entry(floor).state != "failed"
    floor.handle(c.CallsForbidden((msgspec.structs.replace(other, id="e2", number=ANI),)))
    assert (entry(floor).state, entry(floor).last_result) == ("failed", "do_not_call")


def test_outside_the_allowed_hours_he_waits_for_them() -> None:
    never = WeeklyHours(days={}, timezone="Asia/Shanghai")
    day = WeeklyHours(days=dict.fromkeys(range(7), ((9 * 60, 20 * 60),)), timezone="Asia/Shanghai")
    made = make_house()
    calling = Calling(hours={EVERYWHERE: "never", "+86": "day"})
    plan = replace(made.plan, hours={"never": never, "day": day}, calling=calling)
    floor = PathFloor(replace(made, plan=plan))
    floor.now = 1_800_000_000.0 - 1_800_000_000.0 % 86400 + 86400 * 3  # midnight UTC, 8 in Shanghai
    id_ = kept(floor)
    floor.pass_time(60)
    row = floor.center.callbacks[id_]
    assert (row.state, row.last_result) == ("open", "hours")
    floor.pass_time(3600)
    assert floor.center.callbacks[id_].state == "due"


def test_it_expires() -> None:
    floor = PathFloor(house(expires_s=600.0))
    kept(floor)
    floor.pass_time(700)
    assert entry(floor).state == "expired"
    assert not floor.center.matcher.waiting()
    assert len(floor.center.ledger) == 0


def test_somebody_promises_it_changes_it_and_cancels_it() -> None:
    floor = PathFloor()
    center, loans = floor.center, QueueId("loans")
    window = (floor.now + 600, floor.now + 1200)
    asked = CallbackAsked(id="k1", number=ANI, queue=loans, first="agent", by="sam", note="again", window=window)
    floor.handle(asked)
    assert (entry(floor).state, entry(floor).created_by) == ("open", "sam")
    with pytest.raises(WrongState):
        floor.handle(asked)
    with pytest.raises(BadRequest):
        floor.handle(replace(asked, id="k2", number="+1900"))
    with pytest.raises(ResourceMissing):
        floor.handle(replace(asked, id="k2", queue=QueueId("x")))
    altered = CallbackAltered(id="k1", number="+8613900139000", first="agent", window=None, note="now")
    with pytest.raises(BadRequest):
        floor.handle(replace(altered, window=(5.0, 2.0)))
    floor.pass_time(500)
    assert center.callbacks["k1"].state == "open"
    floor.handle(altered)
    floor.pass_time(2)
    assert attempt(floor).ani_e164 == "+8613900139000"
    floor.handle(CallbackCancelled("k1", MEI))
    assert (entry(floor).state, entry(floor).done_by) == ("cancelled", MEI)
    assert not center.matcher.waiting()
    with pytest.raises(ResourceMissing):
        floor.handle(CallbackCancelled("k1", MEI))


def test_nobody_cancels_a_phone_that_rings() -> None:
    floor = PathFloor()
    id_ = kept(floor)
    floor.pass_time(1)
    floor.ready(MEI)
    to_dial(floor)
    with pytest.raises(WrongState):
        floor.handle(CallbackCancelled(id_, MEI))


def test_a_withheld_number_is_offered_nothing() -> None:
    floor = PathFloor()
    call = floor.call(ani="anonymous")
    floor.settle()
    assert not callback_promises.may_offer(floor.center, floor.center.contacts[call])
    floor.tell(call, le.CallbackOffered(prompts=("offer",)))
    floor.settle()
    assert floor.center.contacts[call].phase is Phase.QUEUED
    assert not floor.center.callbacks


def test_a_customers_leg_of_nobody_is_hung_up() -> None:
    floor = PathFloor()
    kept(floor)
    floor.pass_time(1)
    floor.ready(MEI)
    request = to_dial(floor)
    floor.gone(request.connection, Cause.BUSY)
    floor.settle()
    floor.pass_time(60)
    late = ev.RouteRequested(
        call=request.call, connection=ConnectionId(request.connection), party=ev.Party.CUSTOMER, called=request.device
    )
    floor.handle(late)
    assert isinstance(floor.requests[-1], rq.ClearConnection)
    assert CallId(request.call) not in floor.center.contacts


def test_however_often_it_is_altered_it_is_looked_at_once_at_a_time() -> None:
    floor = PathFloor(house())
    floor.handle(CallbackAsked(id="p1", number=ANI, queue=QueueId("service"), first="customer", by="mei"))
    for _ in range(5):
        floor.handle(CallbackAltered(id="p1", number=ANI, first="customer", window=None, note=""))
        floor.pass_time(1)
    floor.pass_time(120)
    assert floor.center.callbacks["p1"].state == "due"
    timers = [at for at, _, kind, _ in floor.center._timers if kind == "callback"]
    assert len([at for at in timers if at <= floor.now + callback_moment.LOOK_EVERY_S]) == 1
    floor.handle(CallbackCancelled("p1", "mei"))
    assert not floor.center.callback_looks


def test_who_stands_behind_one_who_cannot_be_rung_yet_is_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    floor = PathFloor(house())
    looks: list[float] = []
    opening = overflow.opening

    def counted(center: Center, queue: QueuePlan) -> overflow.Opening:
        looks.append(floor.now)
        return opening(center, queue)

    monkeypatch.setattr(overflow, "opening", counted)
    for number in range(50):
        floor.handle(
            CallbackAsked(
                id=f"p{number}", number=f"+861380013{number:04}", queue=QueueId("service"), first="customer", by="mei"
            )
        )
        floor.now += 0.01
    floor.pass_time(10)
    looks.clear()
    floor.pass_time(20)
    assert 10 <= len(looks) <= 21
    floor.ready(MEI)
    floor.pass_time(5)
    assert len(dials(floor)) == 1


def test_the_message_of_one_who_was_called_back_is_not_lost() -> None:
    floor = PathFloor(house())
    floor.auto_answer = False
    floor.ready(MEI)
    floor.handle(CallbackAsked(id="p1", number=ANI, queue=QueueId("service"), first="customer", by="mei"))
    floor.pass_time(1)
    floor.handle(c.SeatClosed(MEI, page_gone=True))
    floor.answer(dials(floor)[-1].connection)
    floor.settle()
    waiting = attempt(floor)
    assert waiting.phase is Phase.QUEUED
    floor.tell(waiting.id, le.MessageAsked(prompts=(), why={"en": "nobody is there", "zh": "无人"}))
    floor.settle()
    floor.gone(waiting.caller)
    floor.settle()
    assert [r.reason for r in floor.center.callbacks.values() if r.recording] == ["voicemail"]
