"""Callers who hang up early, hide their number, or are on their way to a number outside."""

from __future__ import annotations

import pytest
from tests.support.house import MEI, Floor

from tandem.agent_desktop.core import messages as m
from tandem.cti.app import floor_plan as c
from tandem.cti.model import events as ev
from tandem.cti.model import requests as rq
from tandem.cti.model.ids import CallId
from tandem.cti.model.records import AgentStateRecord
from tandem.cti.model.states import Outcome, Phase


def in_a_menu() -> tuple[Floor, CallId]:
    floor = Floor()
    floor.ready(MEI)
    call = floor.call()
    while not any(isinstance(request, rq.Play | rq.Collect) for request in floor.requests):
        floor.handle(floor.news.popleft())
    floor.news.clear()
    return floor, call


def broken_off(floor: Floor, call: CallId) -> None:
    contact = floor.center.contacts[call]
    floor.handle(ev.MediaEnded(call=call, connection=contact.caller, token=contact.token, ok=False))


def test_a_caller_who_hangs_up_in_the_menu_troubles_no_agent() -> None:
    floor, call = in_a_menu()
    states = [record for record in floor.records if isinstance(record, AgentStateRecord)]
    broken_off(floor, call)  # the switch tells this before the hang-up
    floor.hang_up_caller(call)
    floor.settle()
    contact = floor.center.contacts[call]
    assert contact.outcome is Outcome.ABANDONED_IN_IVR
    assert contact.queued_at is None
    assert [record for record in floor.records if isinstance(record, AgentStateRecord)] == states


def test_a_prompt_that_cannot_be_played_leads_to_the_queue() -> None:
    floor, call = in_a_menu()
    broken_off(floor, call)
    assert floor.center.contacts[call].phase is Phase.IVR
    floor.pass_time(1.0)
    assert floor.center.contacts[call].queued_at is not None


@pytest.mark.parametrize(("number", "name"), [("anonymous", "Anonymous"), ("", ""), ("Unavailable", "")])
def test_a_number_that_is_not_shown_is_none(number: str, name: str) -> None:
    floor = Floor()
    floor.handle(_rings(number, name))
    contact = floor.center.contacts[CallId("c-x")]
    assert (contact.ani, contact.name) == ("", "")


def test_a_caller_without_a_number_may_tell_his_name() -> None:
    floor = Floor()
    floor.handle(_rings("anonymous", "王小明"))
    assert floor.center.contacts[CallId("c-x")].name == "王小明"


def _rings(number: str, name: str) -> ev.Originated:
    call = Floor().call("x")
    caller = f"{call}.0"
    return ev.Originated(call=call, connection=caller, calling=number, name=name, called="4001")  # type: ignore[arg-type]


def test_a_caller_who_does_not_wait_for_the_number_outside() -> None:
    floor = Floor()
    floor.ready(MEI)
    call = floor.call()
    floor.settle()
    floor.to_agent(call)
    floor.auto_answer = False
    floor.handle(c.Commanded(MEI, m.Transfer(id=9, call=call, kind="number", to="+861095588")))
    floor.settle()
    assert floor.center.contacts[call].phase is Phase.TRANSFERRING
    floor.hang_up_caller(call)
    floor.settle()
    assert floor.center.contacts[call].outcome is Outcome.ANSWERED
