"""With which flow a call begins, and when: versions, drafts, who calls."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.support.customers import customer
from tests.support.kitchen import KitchenFloor, edition, kitchen_house

from tandem.cti.app import floor_plan as c
from tandem.cti.app.house import Limits
from tandem.cti.model import events as ev
from tandem.cti.model import requests as rq
from tandem.cti.model.ids import CallId, DeviceId
from tandem.cti.model.records import CallRecord
from tandem.cti.model.states import Phase


@pytest.fixture
def floor() -> KitchenFloor:
    return KitchenFloor()


# ---- versions ----


def test_a_call_stays_with_the_version_it_began_with(floor: KitchenFloor) -> None:
    call = floor.arrive()
    floor.deploy(edition(7))
    later = floor.call("later")
    floor.settle()
    floor.press(call, "5")
    floor.restart()
    floor.settle()
    assert (floor.row(call).flow_version, floor.row(later).flow_version) == (1, 7)
    assert floor.center.contacts[call].flow_edition == edition(1).edition
    assert floor.notes(later, "answered")[0].text == "flow kitchen, version 7 answers"
    floor.silence(call)
    assert isinstance(floor.hears(call), rq.Music)


def test_a_share_of_the_calls_gets_the_canary(floor: KitchenFloor) -> None:
    floor.deploy(edition(1), edition(2), 0.3)
    calls = [floor.call(str(number)) for number in range(200)]
    floor.settle(5_000)
    got = [floor.center.contacts[call].flow_version for call in calls]
    assert 35 < got.count(2) < 85
    assert got.count(1) == 200 - got.count(2)


def test_editions_that_no_call_has_are_let_go(floor: KitchenFloor) -> None:
    call = floor.arrive()
    floor.deploy(edition(2))
    floor.deploy(edition(3))
    assert set(floor.center.editions) == {edition(1).edition, edition(3).edition}
    floor.hang_up_caller(call)
    floor.settle()
    floor.deploy(edition(4))
    assert set(floor.center.editions) == {edition(4).edition}


def test_without_the_store_and_with_a_long_state_he_begins_anew(floor: KitchenFloor) -> None:
    call = floor.arrive()
    state = "x" * 3_000
    floor.center.change(call, flow_state=state)
    leg = floor.legs[floor.center.contacts[call].caller]
    leg.memory = ""
    floor.restart(store=False)
    floor.settle()
    assert floor.phase(call) is Phase.IVR
    assert floor.dips[call].dip.kind == "customer"


# ---- a draft ----


def test_a_draft_is_heard_and_leaves_no_trace(floor: KitchenFloor) -> None:
    floor.auto_answer = False
    call = CallId("d-1")
    floor.handle(c.DraftCalled(call, DeviceId("1001"), edition(0), (), "ada"))
    assert floor.requests[-1] == rq.MakeConnection(
        call=call,
        connection=floor.center.contacts[call].caller,
        party=ev.Party.CUSTOMER,
        device=DeviceId("phone:1001"),
        calling="",
        name="Tandem: kitchen",
        timeout_s=30.0,
        memory=floor.requests[-1].memory,  # type: ignore[union-attr]
    )
    floor.settle()
    floor.answer(floor.center.contacts[call].caller)
    floor.settle()
    floor.press(call, "5")
    assert [prompt.text for prompt in floor.speech[call].prompts] == [
        "The flow would now send the caller to the queue loans."
        if floor.center.contacts[call].language == "en"
        else "流程现在会把来电者转到队列 loans。"
    ]
    floor.spoken(call)
    assert floor.center.contacts[call].ended
    assert not any(getattr(each, "call", getattr(each, "id", "")) == call for each in floor.records)
    floor.pass_time(60)
    assert call not in floor.center.contacts
    assert not floor.center.drafts


def test_a_draft_that_nobody_answers(floor: KitchenFloor) -> None:
    floor.auto_answer = False
    call = CallId("d-1")
    floor.handle(c.DraftCalled(call, DeviceId("1001"), edition(0), (), "ada"))
    floor.pass_time(40)
    assert floor.center.contacts[call].ended
    assert not any(isinstance(each, CallRecord) for each in floor.records)


def test_a_draft_after_a_restart_is_over(floor: KitchenFloor) -> None:
    floor.auto_answer = False
    call = CallId("d-1")
    floor.handle(c.DraftCalled(call, DeviceId("1001"), edition(0), (), "ada"))
    floor.settle()
    floor.answer(floor.center.contacts[call].caller)
    floor.settle()
    floor.restart()
    floor.settle()
    floor.pass_time(60)
    assert not floor.legs
    assert not any(isinstance(each, CallRecord) for each in floor.records)


# ---- who calls ----


@pytest.fixture
def patient() -> KitchenFloor:
    """Flows begin when the look-up has answered."""
    return KitchenFloor(replace(kitchen_house(), limits=Limits(known_s=0.25)))


@pytest.mark.parametrize("complete", [True, False])
def test_a_flow_begins_when_it_is_known_who_calls(patient: KitchenFloor, complete: bool) -> None:
    call = patient.call()
    patient.settle()
    assert patient.center.contacts[call].in_hand == "customer"
    assert patient.said == []
    patient.handle(c.CustomersFound(call, (customer("known", language="zh"),), complete))
    patient.settle()
    assert patient.center.contacts[call].language == "zh"
    assert patient.said != []


def test_a_look_up_that_is_late_does_not_hold_the_flow_up(patient: KitchenFloor) -> None:
    call = patient.call()
    patient.settle()
    patient.pass_time(0.2)
    assert patient.said == []
    patient.pass_time(0.1)
    begun = patient.said
    assert len(begun) == 1
    patient.handle(c.CustomersFound(call, (customer("known"),), True))
    patient.settle()
    assert patient.said[: len(begun)] == begun
    assert patient.center.contacts[call].in_hand != "customer"


def test_a_caller_without_a_number_is_not_waited_for(patient: KitchenFloor) -> None:
    patient.call(ani="anonymous")
    patient.settle()
    assert patient.said != []


def test_who_was_waited_for_when_the_server_was_killed_has_his_flow_begun(patient: KitchenFloor) -> None:
    patient.call()
    patient.settle()
    patient.restart()
    patient.settle()
    patient.pass_time(0.3)
    assert patient.said != []
