"""The path of an inbound call through all cores, on a model of a switch."""

from __future__ import annotations

import pytest
from tests.support.house import ANA, MEI, TOM, Floor

from tandem.agent_desktop.core import messages as m
from tandem.cti.app import floor_plan as c
from tandem.cti.app import views
from tandem.cti.model import events as ev
from tandem.cti.model import requests as rq
from tandem.cti.model.causes import Cause
from tandem.cti.model.errors import BadRequest, WrongState
from tandem.cti.model.ids import CallId, ConnectionId, WorkId
from tandem.cti.model.records import CallbackRecord, CallEventRecord, ContactRecord
from tandem.cti.model.states import AgentState, NotReadyReason, Outcome, Phase


def kinds(floor: Floor, call: str) -> list[str]:
    return [r.kind for r in floor.records if isinstance(r, CallEventRecord) and r.call == call]


def talking() -> tuple[Floor, CallId]:
    floor = Floor()
    floor.ready(MEI)
    call = floor.call()
    floor.settle()
    floor.to_agent(call)
    assert floor.center.contacts[call].phase is Phase.TALKING
    return floor, call


def test_the_whole_path() -> None:
    floor, call = talking()
    floor.now += 30
    floor.hang_up_caller(call)
    floor.settle()
    contact = floor.center.contacts[call]
    assert contact.outcome is Outcome.ANSWERED
    assert contact.talk_s == 30
    assert floor.center.agents[MEI].state is AgentState.WORKING_AFTER_CALL
    floor.command(MEI, m.WrapUp(id=2, call=call, disposition="done", notes="ok"))
    assert floor.center.agents[MEI].state is AgentState.READY
    assert kinds(floor, call) == [
        "invite", "answered", "digit", "digit", "queued", "matched", "pop_shown", "ringing", "accepted", "talking",
        "ended", "wrap_up", "history_written",
    ]  # fmt: skip
    written = [r for r in floor.records if isinstance(r, ContactRecord)]
    assert [(r.rev, r.disposition) for r in written] == [(1, None), (2, "done")]
    numbers = [r.number for r in floor.records if isinstance(r, CallEventRecord)]
    assert numbers == list(range(len(numbers)))


def test_the_phone_rings_only_after_the_pop_is_painted() -> None:
    floor = Floor()
    floor.ready(MEI)
    call = floor.call()
    floor.settle()
    assert floor.center.contacts[call].phase is Phase.OFFERED
    assert not [r for r in floor.requests if isinstance(r, rq.MakeConnection)]
    floor.to_agent(call)
    assert [r for r in floor.requests if isinstance(r, rq.MakeConnection)]


def test_a_page_that_does_not_paint_loses_the_offer_but_not_the_caller() -> None:
    floor = Floor()
    floor.ready(MEI)
    call = floor.call()
    floor.settle()
    queued_at = floor.center.contacts[call].queued_at
    floor.pass_time(4)
    assert floor.center.agents[MEI].reason is NotReadyReason.SEAT_LOST
    contact = floor.center.contacts[call]
    assert (contact.phase, contact.queued_at) == (Phase.QUEUED, queued_at)
    assert floor.center.matcher.place(WorkId(contact.id)) == 1


@pytest.mark.parametrize("how", ["decline", "no_answer", "rejected"])
def test_not_taken_goes_to_the_next_agent(how: str) -> None:
    floor = Floor()
    floor.ready(MEI, TOM)
    floor.auto_answer = False
    floor.digit = "2"
    call = floor.call()
    floor.settle()
    floor.to_agent(call)
    leg = floor.center.contacts[call].leg
    assert leg is not None
    if how == "decline":
        floor.command(MEI, m.Decline(id=1, call=call))
    else:
        floor.gone(leg, Cause.NO_ANSWER if how == "no_answer" else Cause.REJECTED)
        floor.settle()
    reason = NotReadyReason.NO_ANSWER if how == "no_answer" else NotReadyReason.DECLINED
    assert floor.center.agents[MEI].state is AgentState.NOT_READY
    assert floor.center.agents[MEI].reason is reason
    assert floor.center.contacts[call].agent == TOM


def test_a_caller_who_hangs_up_while_it_rings_counts_as_abandoned_and_the_agent_stays_ready() -> None:
    floor = Floor()
    floor.ready(MEI)
    floor.auto_answer = False
    call = floor.call()
    floor.settle()
    floor.to_agent(call)
    floor.hang_up_caller(call)
    floor.settle()
    assert floor.center.contacts[call].outcome is Outcome.ABANDONED_IN_QUEUE
    assert floor.center.agents[MEI].state is AgentState.READY
    assert not floor.legs
    assert sum(counts.abandoned for counts in floor.center.counts.values()) == 1


def test_skills_decide() -> None:
    floor = Floor()
    floor.ready(ANA)
    call = floor.call()  # digit 1: Chinese, which Ana does not speak
    floor.settle()
    assert floor.center.contacts[call].phase is Phase.QUEUED
    floor.ready(MEI)
    assert floor.center.contacts[call].agent == MEI


def test_reload_of_the_page_during_the_talk() -> None:
    floor, call = talking()
    floor.handle(c.SeatClosed(MEI, page_gone=True))
    floor.settle()
    contact = floor.center.contacts[call]
    assert contact.phase is Phase.REJOINING
    assert isinstance(floor.requests[-1], rq.StartMusic)
    floor.handle(ev.OutOfService(device=floor.center.agents[MEI].device))
    floor.handle(c.SeatOpened(MEI, on_call=False))
    floor.handle(ev.BackInService(device=floor.center.agents[MEI].device))
    floor.settle()
    assert floor.center.contacts[call].phase is Phase.TALKING
    assert len(floor.talks) == 2
    assert floor.center.agents[MEI].call == call


def test_a_page_that_came_back_without_its_call_is_joined_again() -> None:
    floor, call = talking()
    floor.handle(c.SeatOpened(MEI, on_call=False))
    floor.settle()
    assert floor.center.contacts[call].phase is Phase.TALKING
    assert len(floor.talks) == 2


def test_a_seat_that_stays_away_gives_the_caller_to_the_next() -> None:
    floor, call = talking()
    floor.ready(TOM)
    floor.handle(c.SeatClosed(MEI, page_gone=True))
    floor.settle()
    floor.auto_answer = False
    floor.pass_time(40)
    contact = floor.center.contacts[call]
    assert contact.agent is None
    assert contact.phase is Phase.QUEUED  # Tom speaks too little Chinese
    assert floor.center.agents[MEI].reason is NotReadyReason.SEAT_LOST


def test_hanging_up_on_the_phone_ends_the_call() -> None:
    floor, call = talking()
    leg = floor.center.contacts[call].leg
    assert leg is not None
    floor.gone(leg)
    floor.settle()
    floor.pass_time(3)
    assert floor.center.contacts[call].outcome is Outcome.ANSWERED
    assert not floor.legs


def test_transfer_to_a_queue_keeps_the_place() -> None:
    floor, call = talking()
    queued_at = floor.center.contacts[call].queued_at
    floor.command(MEI, m.Transfer(id=1, call=call, kind="queue", to="loans"))
    contact = floor.center.contacts[call]
    assert (contact.phase, contact.queue, contact.queued_at) == (Phase.QUEUED, "loans", queued_at)
    assert floor.center.agents[MEI].state is AgentState.WORKING_AFTER_CALL
    floor.command(MEI, m.WrapUp(id=2, call=call, disposition="done", notes=""))
    assert floor.center.contacts[call].phase is Phase.OFFERED


def test_transfer_to_a_person_waits_for_that_person() -> None:
    floor, call = talking()
    floor.ready(ANA)
    floor.command(MEI, m.Transfer(id=1, call=call, kind="agent", to=ANA))
    assert floor.center.contacts[call].agent == ANA
    assert "Ana" in floor.center.callers[floor.center.contacts[call].id].why["en"]


def test_transfer_to_a_number_and_its_failure() -> None:
    floor, call = talking()
    floor.auto_answer = False
    floor.command(MEI, m.Transfer(id=1, call=call, kind="number", to="+861095588"))
    contact = floor.center.contacts[call]
    assert contact.phase is Phase.TRANSFERRING
    assert contact.leg is not None
    floor.gone(contact.leg, Cause.BUSY)
    floor.settle()
    assert floor.center.contacts[call].phase is Phase.QUEUED


def test_transfer_to_a_number() -> None:
    floor, call = talking()
    floor.command(MEI, m.Transfer(id=1, call=call, kind="number", to="+861095588"))
    assert floor.center.contacts[call].phase is Phase.TRANSFERRING
    assert len(floor.talks) == 2
    floor.hang_up_caller(call)
    floor.settle()
    assert floor.center.contacts[call].outcome is Outcome.TRANSFERRED_OUT
    assert not floor.legs


def test_refused_commands_say_why_and_change_nothing() -> None:
    floor, call = talking()
    before = floor.center.contacts[call]
    for command in (
        m.Transfer(id=1, call=call, kind="number", to="500&PJSIP/x/1900"),
        m.Transfer(id=1, call=call, kind="number", to="+1900123456"),
        m.SetNotReady(id=1, reason="no_answer"),
    ):
        with pytest.raises(BadRequest):
            floor.command(MEI, command)
    with pytest.raises(WrongState):
        floor.command(MEI, m.HangUp(id=1, call="another"))
    assert floor.center.contacts[call] is before


def test_not_ready_asked_in_a_talk_waits_for_its_end() -> None:
    floor, call = talking()
    floor.command(MEI, m.SetNotReady(id=1, reason="meal"))
    assert floor.center.agents[MEI].state is AgentState.BUSY
    floor.hang_up_caller(call)
    floor.settle()
    floor.command(MEI, m.WrapUp(id=2, call=call, disposition="done", notes=""))
    assert floor.center.agents[MEI].reason is NotReadyReason.MEAL


def test_the_switch_restarts() -> None:
    floor, call = talking()
    floor.legs.clear()
    floor.handle(ev.SwitchLost(gone=True, reason="refused"))
    assert floor.center.contacts[call].outcome is Outcome.SWITCH_FAILURE
    assert floor.center.agents[MEI].state is AgentState.WORKING_AFTER_CALL
    owed = [r for r in floor.records if isinstance(r, CallbackRecord)]
    assert [r.number_e164 for r in owed] == ["+8613800138000"]
    floor.command(MEI, m.CallbackDone(id=1, callback=owed[0].id))
    assert not floor.center.callbacks


def test_a_cut_line_ends_no_call() -> None:
    floor, call = talking()
    floor.handle(ev.SwitchLost(gone=False, reason="cut"))
    floor.handle(ev.SwitchFound(snapshot=floor.snapshot(), restarted=False))
    floor.settle()
    assert floor.center.contacts[call].phase is Phase.TALKING
    assert len(floor.talks) == 1


def test_a_late_answer_of_a_withdrawn_offer_is_hung_up() -> None:
    floor = Floor()
    floor.ready(MEI)
    floor.auto_answer = False
    call = floor.call()
    floor.settle()
    floor.to_agent(call)
    leg = floor.center.contacts[call].leg
    assert leg is not None
    saved = floor.legs[leg]
    floor.command(MEI, m.Decline(id=1, call=call))
    floor.legs[ConnectionId(leg)] = saved  # the phone was faster than our hang-up
    floor.center.contacts[call].legs[leg] = saved.state
    floor.answer(leg)
    floor.settle()
    assert leg not in floor.legs


def test_late_news_of_an_ended_call_leaves_the_next_one_at_the_seat() -> None:
    floor = Floor()
    floor.ready(MEI)
    floor.auto_answer = False
    first, second = floor.call("first"), floor.call("second")
    floor.settle()
    floor.to_agent(first)
    floor.hang_up_caller(first)
    floor.settle()  # the caller goes, the next is offered, and only then the first one's leg is reported gone
    contact = floor.center.contact_of(MEI)
    assert contact is not None
    assert contact.id == second


def test_a_lost_hang_up_is_found_by_looking() -> None:
    floor = Floor()
    call = floor.call()
    floor.settle()
    floor.hang_up_caller(call)
    floor.news.clear()
    floor.now += 1
    floor.handle(c.Healed(floor.snapshot(), asked_at=floor.now))
    assert floor.center.contacts[call].ended


def test_a_look_that_agrees_changes_nothing() -> None:
    floor, call = talking()
    before = floor.center.contacts[call]
    floor.now += 1
    floor.requests.clear()
    floor.handle(c.Healed(floor.snapshot(), asked_at=floor.now))
    assert floor.center.contacts[call] is before
    assert not floor.requests


def test_what_a_queue_needs_is_needed_after_a_transfer_too() -> None:
    floor, call = talking()
    floor.ready(ANA)  # loans only at 1
    floor.command(MEI, m.Transfer(id=1, call=call, kind="queue", to="loans"))
    contact = floor.center.contacts[call]
    assert contact.phase is Phase.QUEUED
    ready = {row.id: row.ready for row in views.queue_rows(floor.center)}
    assert ready == {"service": 1, "loans": 0, "support": 1, "operator": 1}


def test_the_history_is_looked_up_again_for_the_offer() -> None:
    floor = Floor()
    call = floor.call()
    floor.settle()
    assert len(floor.looked_up) == 1
    floor.ready(MEI)
    assert [look.call for look in floor.looked_up] == [call, call]
    for _ in range(2):
        floor.handle(c.CustomersFound(call, (), complete=True))
    assert kinds(floor, call).count("customer") == 1


def test_a_leg_of_a_call_that_is_long_over_is_hung_up() -> None:
    floor, call = talking()
    leg = floor.center.contacts[call].leg
    assert leg is not None
    floor.hang_up_caller(call)
    floor.settle()
    floor.command(MEI, m.WrapUp(id=2, call=call, disposition="done", notes=""))
    floor.pass_time(120)
    assert call not in floor.center.contacts
    floor.requests.clear()
    floor.handle(ev.RouteRequested(call=call, connection=leg, party=ev.Party.AGENT))
    assert [type(request) for request in floor.requests] == [rq.ClearConnection]
