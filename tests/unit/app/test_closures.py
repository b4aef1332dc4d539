"""Queues that are closed, by hand or by their hours: who waits there on the line, who is to be called back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.support.house import MEI, Floor, make_house
from tests.unit.app.test_routing_rules import customer, never, phase, sounds_of, waiting

from tandem.cti.app import floor_plan as c
from tandem.cti.app import views
from tandem.cti.app.why import why_waiting
from tandem.cti.model import requests as rq
from tandem.cti.model.events import Party
from tandem.cti.model.ids import CallId, QueueId, WorkId
from tandem.cti.model.states import Outcome, Phase
from tandem.routing.core.plan import Action, CallbackRule, OverflowRule

SERVICE, SUPPORT = QueueId("service"), QueueId("support")
MESSAGE_AT_ONCE = OverflowRule(action=Action(kind="message"), ready_below=1)


def floor_with(**service: Any) -> Floor:
    """Its callers come into ``service``; nobody is there."""
    house = make_house()
    plan = replace(house.plan, hours={"never": never()})
    plan = replace(plan, queues={**plan.queues, SERVICE: replace(plan.queues[SERVICE], **service)})
    return Floor(house=replace(house, plan=plan, sounds={**house.sounds, **sounds_of(plan)}))


def close(floor: Floor, queue: QueueId | None = SERVICE) -> None:
    floor.handle(c.Closed(c.Closure(queue=queue, by="sofia", at=floor.now), ()))


def being_asked(floor: Floor) -> CallId:
    """A caller who hears the offer of a call back and has not chosen yet."""
    call = floor.call()
    while phase_of(floor, call) is not Phase.QUEUED:
        floor.handle(floor.news.popleft())
    assert floor.center.contacts[call].callback_offer
    return call


def phase_of(floor: Floor, call: CallId) -> Phase | None:
    contact = floor.center.contacts.get(call)
    return contact.phase if contact else None


def promised(floor: Floor, first: str = "agent") -> CallId | None:
    """The attempt to call somebody back who was promised it."""
    floor.handle(c.CallbackAsked(id="p1", number="+8613800138000", queue=SERVICE, first=first, by=MEI))  # type: ignore[arg-type]
    floor.pass_time(1)
    return floor.center.callbacks["p1"].attempt


def dialled(floor: Floor) -> bool:
    return any(isinstance(r, rq.MakeConnection) and r.party is Party.CUSTOMER for r in floor.requests)


# ---- on the line -------------------------------------------------------------------------------------------------


def test_a_closure_holds_after_a_restart() -> None:
    floor = floor_with()
    closure = c.Closure(queue=SERVICE, by="sofia", at=floor.now)
    floor.handle(c.Restored(calls=(), agent_states={}, callbacks=(), counts={}, closures=(closure,)))
    row = next(row for row in views.queue_rows(floor.center) if row.id == SERVICE)
    assert (row.open, row.closed_by_hand) == (False, True)
    floor.ready(MEI)
    call = waiting(floor)
    floor.pass_time(1)
    assert floor.center.contacts[call].outcome is Outcome.MESSAGE


def test_news_of_who_he_is_does_not_cut_off_what_he_is_asked() -> None:
    floor = floor_with(hours="never", closed=Action(kind="callback"))
    call = being_asked(floor)
    floor.handle(c.CustomersFound(call, (customer(tier="vip"),), True))
    close(floor)
    floor.now += 25
    floor.handle(c.Tick())
    assert (phase(floor, call), bool(floor.center.contacts[call].callback_offer)) == (Phase.QUEUED, True)
    floor.settle()  # he presses 1
    assert floor.center.contacts[call].outcome is Outcome.CALLBACK


def test_who_does_not_choose_is_told_and_leaves() -> None:
    floor = floor_with(hours="never", closed=Action(kind="callback"))
    call = being_asked(floor)
    floor.news.clear()
    floor.pass_time(600)  # and no news of what he did ever comes
    assert phase_of(floor, call) in (None, Phase.ENDED)


def test_overflow_does_not_act_on_whom_a_closed_queue_asks() -> None:
    floor = floor_with(hours="never", closed=Action(kind="callback"), overflow=(MESSAGE_AT_ONCE,))
    call = being_asked(floor)
    floor.settle()
    assert floor.center.contacts[call].outcome is Outcome.CALLBACK


def test_reopened_while_he_is_asked_he_is_served() -> None:
    floor = floor_with(closed=Action(kind="callback"))
    close(floor)
    call = being_asked(floor)
    floor.handle(c.Reopened(SERVICE))
    floor.ready(MEI)
    assert floor.center.contacts[call].agent == MEI


def test_nobody_is_given_to_an_agent_while_he_is_told_that_it_is_closed() -> None:
    floor = floor_with(closed=Action(kind="callback"))
    call = floor.call()
    while phase_of(floor, call) is not Phase.QUEUED:
        floor.handle(floor.news.popleft())
    close(floor)
    floor.ready(MEI)
    assert phase(floor, call) is Phase.QUEUED


# ---- to be called back -------------------------------------------------------------------------------------------


def test_who_is_to_be_called_back_keeps_his_place_until_it_opens() -> None:
    floor = floor_with()
    call = promised(floor)
    assert call is not None
    close(floor)
    floor.ready(MEI)
    floor.pass_time(300)
    assert phase(floor, call) is Phase.QUEUED
    assert not dialled(floor)
    floor.handle(c.Reopened(SERVICE))
    assert floor.center.contacts[call].agent == MEI


def test_why_nobody_calls_him_back_is_that_it_is_closed() -> None:
    floor = floor_with()
    close(floor)
    attempt = promised(floor)
    assert attempt is not None
    why = why_waiting(floor.center, WorkId("p1"), now=floor.now)
    assert why is not None
    assert why.text["en"] == "Place 1 in line. Its queue is closed (closed by sofia)."
    assert "由 sofia 关闭" in why.text["zh"]
    assert why.change.text["en"] == "It goes on when the queue opens."
    floor.handle(c.Reopened(SERVICE))
    floor.pass_time(1)
    why = why_waiting(floor.center, WorkId("p1"), now=floor.now)
    assert why is not None
    assert "closed" not in why.text["en"]
    assert "no special skill" not in why.text["en"]


def test_the_customer_is_not_rung_for_a_queue_that_is_closed() -> None:
    floor = floor_with()
    floor.ready(MEI)
    close(floor)
    promised(floor, "customer")
    floor.pass_time(300)
    assert not dialled(floor)
    floor.handle(c.Reopened(SERVICE))
    floor.pass_time(3)
    assert dialled(floor)


def test_who_is_not_on_the_line_is_neither_told_anything_nor_sent_outside() -> None:
    outside = OverflowRule(action=Action(kind="number", to="+861095588"), waited_over_s=1)
    voicemail = OverflowRule(action=Action(kind="voicemail"), waited_over_s=1)
    for rule in (MESSAGE_AT_ONCE, outside, voicemail):
        floor = floor_with(overflow=(rule,), callback=CallbackRule(first="agent"))
        call = promised(floor)
        assert call is not None
        floor.pass_time(30)
        assert phase(floor, call) is Phase.QUEUED, rule
        assert not floor.legs


def test_who_is_to_be_called_back_overflows_into_another_queue() -> None:
    there = OverflowRule(action=Action(kind="queue", to="support"), waited_over_s=5)
    floor = floor_with(overflow=(there,))
    call = promised(floor)
    assert call is not None
    floor.pass_time(10)
    assert floor.center.contacts[call].queue == SUPPORT
