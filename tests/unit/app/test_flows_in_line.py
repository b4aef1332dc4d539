"""Flows in the center while a caller waits, and after his talk."""

from __future__ import annotations

import pytest
from tests.support.house import MEI, TOM
from tests.support.kitchen import KitchenFloor

from tandem.agent_desktop.core import messages as m
from tandem.cti.model import events as ev
from tandem.cti.model import requests as rq
from tandem.cti.model.ids import CallId, QueueId
from tandem.cti.model.records import ContactRecord
from tandem.cti.model.states import AgentState, Outcome, Phase


@pytest.fixture
def floor() -> KitchenFloor:
    return KitchenFloor()


# ---- in line ----


def test_in_line_he_hears_his_place_then_music(floor: KitchenFloor) -> None:
    call = floor.in_line()
    heard = floor.hears(call)
    assert isinstance(heard, rq.Music)
    assert (heard.seconds, heard.keys) == (10.0, "123459")
    assert isinstance(floor.requests[-1], rq.StartMusic)  # should the server die now, he has music all the same
    floor.silence(call)
    assert floor.visits(call)[-3:] == [
        ("listen", "goto", "your_place"),
        ("your_place", "goto", "still_open"),
        ("still_open", "otherwise", "listen"),
    ]


def test_he_keeps_his_place_when_an_offer_fails_and_the_flow_goes_on(floor: KitchenFloor) -> None:
    floor.auto_answer = False
    call = floor.in_line()
    token = floor.center.contacts[call].token
    place = floor.center.contacts[call].queued_at
    floor.ready(MEI)
    assert floor.phase(call) is Phase.OFFERED
    floor.command(MEI, m.Decline(id=1, call=call))
    contact = floor.center.contacts[call]
    assert (contact.phase, contact.queued_at, contact.token) == (Phase.QUEUED, place, token)
    floor.press(call, "2")  # the music of before is still on
    assert floor.visits(call)[-1] == ("go_away", "goto", "main")


def test_what_ends_while_an_agent_is_rung_is_asked_again(floor: KitchenFloor) -> None:
    floor.auto_answer = False
    call = floor.in_line()
    floor.ready(MEI)
    floor.press(call, "2")  # too late: an agent is on his way
    assert floor.phase(call) is Phase.OFFERED
    floor.command(MEI, m.Decline(id=1, call=call))
    assert floor.phase(call) is Phase.QUEUED
    assert isinstance(floor.hears(call), rq.Music)


@pytest.mark.parametrize("rings", [False, True])
@pytest.mark.parametrize("in_time", [False, True])
def test_a_dip_that_ends_while_an_agent_is_rung_is_made_again(floor: KitchenFloor, rings: bool, in_time: bool) -> None:
    floor.auto_answer = False
    call = floor.in_line()
    floor.press(call, "1")
    floor.pass_time(2)
    floor.ready(MEI)
    if rings:
        floor.command(MEI, m.PopShown(id=1, call=call, offer=1))
    assert floor.phase(call) is (Phase.RINGING if rings else Phase.OFFERED)
    if in_time:
        floor.fetched(call)
    else:
        floor.pass_time(2.5 if rings else 1.5)
    assert floor.center.contacts[call].in_hand == ""
    floor.command(MEI, m.Decline(id=2, call=call))
    assert floor.center.contacts[call].in_hand == "dip"


def test_an_agent_takes_him_out_of_the_branch(floor: KitchenFloor) -> None:
    call = floor.in_line()
    floor.ready(MEI)
    floor.to_agent(call)
    assert floor.phase(call) is Phase.TALKING
    assert floor.visits(call)[-1] == ("listen", "agent", "")


def test_who_leaves_the_line_and_comes_back_soon_has_his_place(floor: KitchenFloor) -> None:
    call = floor.in_line()
    place = floor.center.contacts[call].queued_at
    floor.now += 30.0
    floor.press(call, "2")
    contact = floor.center.contacts[call]
    assert (contact.phase, contact.left_line_at) == (Phase.IVR, floor.now)
    assert not floor.center.waiting_in[QueueId("loans")]
    floor.now += 100.0
    floor.press(call, "5")
    contact = floor.center.contacts[call]
    assert (contact.phase, contact.queued_at, contact.left_line_at) == (Phase.QUEUED, place, None)
    assert contact.line_at == floor.now - 30.0
    assert floor.notes(call, "place_kept")[-1].data["rule"] == "came_back"


@pytest.mark.parametrize(("away_s", "key"), [(601.0, "5"), (10.0, "6")])
def test_who_comes_back_late_or_elsewhere_begins_anew(floor: KitchenFloor, away_s: float, key: str) -> None:
    call = floor.in_line()
    floor.press(call, "2")
    floor.now += away_s
    floor.press(call, key)
    assert floor.center.contacts[call].queued_at == floor.now


def test_he_moves_to_another_queue_with_his_place(floor: KitchenFloor) -> None:
    call = floor.in_line()
    place = floor.center.contacts[call].queued_at
    floor.now += 20.0
    floor.press(call, "5")
    contact = floor.center.contacts[call]
    assert (contact.phase, contact.queue, contact.queued_at) == (Phase.QUEUED, "service", place)
    assert isinstance(floor.hears(call), rq.Music)


def test_a_dip_in_line(floor: KitchenFloor) -> None:
    call = floor.in_line()
    floor.press(call, "1")
    assert floor.phase(call) is Phase.QUEUED
    floor.fetched(call, "not_found")
    assert floor.visits(call)[-3][:2] == ("ask_in_line", "not_found")


@pytest.mark.parametrize(
    ("key", "outcome"), [("3", Outcome.CALLBACK), ("9", Outcome.SELF_SERVED), ("4", Outcome.VOICEMAIL)]
)
def test_ways_out_of_the_line(floor: KitchenFloor, key: str, outcome: Outcome) -> None:
    call = floor.in_line()
    place = floor.center.contacts[call].queued_at
    floor.now += 5.0
    floor.press(call, key)
    if key == "4":
        floor.now += 5.0
        floor.silence(call)
    assert floor.center.contacts[call].outcome is outcome
    if key == "3":
        [kept] = floor.center.callbacks.values()
        assert kept.queued_at == place


def test_in_line_what_cannot_be_played_leaves_him_with_music(floor: KitchenFloor) -> None:
    call = floor.in_line()
    heard = floor.hears(call)
    assert heard is not None
    floor.handle(ev.RequestFailed(call=call, connection=heard.connection, request="Music", code="error"))
    contact = floor.center.contacts[call]
    assert (contact.phase, contact.waits, contact.queue) == (Phase.QUEUED, False, "loans")
    assert isinstance(floor.requests[-1], rq.StartMusic)
    assert floor.notes(call, "flow_failed")


def test_a_restart_in_line_asks_again_and_the_key_counts_once(floor: KitchenFloor) -> None:
    call = floor.in_line()
    token = floor.center.contacts[call].token
    floor.restart()
    floor.settle()
    contact = floor.center.contacts[call]
    assert (contact.phase, contact.token, contact.in_hand) == (Phase.QUEUED, token, "music")
    floor.press(call, "2")
    assert floor.phase(call) is Phase.IVR


def test_a_caller_of_a_person_waits_for_him_first(floor: KitchenFloor) -> None:
    floor.ready(MEI)
    busy = floor.arrive("busy")
    floor.press(busy, "7")
    assert floor.to_agent(busy) == MEI
    floor.ready(TOM)
    assert floor.center.contacts[busy].tier == "vip"
    second = floor.arrive("second")
    floor.press(second, "7")
    assert floor.phase(second) is Phase.QUEUED  # Tom is free, but Mei is wanted
    floor.pass_time(31)
    assert floor.notes(second, "target_given_up")
    assert floor.notes(second, "matched")[0].data["agent"] == TOM


# ---- after the talk ----


def talked(floor: KitchenFloor) -> CallId:
    floor.ready(MEI)
    call = floor.arrive()
    floor.press(call, "6")
    floor.to_agent(call)
    floor.now += 60.0
    floor.command(MEI, m.HangUp(id=2, call=call))
    return call


def test_after_the_talk_the_caller_is_asked_and_the_agent_wraps_up(floor: KitchenFloor) -> None:
    call = talked(floor)
    assert floor.phase(call) is Phase.SURVEY
    assert floor.center.agents[MEI].state is AgentState.WORKING_AFTER_CALL
    assert any(isinstance(request, rq.StopRecording) for request in floor.requests)
    floor.press(call, "4")
    floor.press(call, "2")
    floor.fetched(call, "not_found")
    assert [(each.question, each.answer, each.agent, each.queue, each.number) for each in floor.survey(call)] == [
        ("friendly", 4, MEI, "service", 0),
        ("solved", 0, MEI, "service", 1),
    ]
    floor.now += 5.0
    floor.silence(call)  # the comment
    contact = floor.center.contacts[call]
    assert contact.ended
    assert contact.outcome is Outcome.ANSWERED
    assert (floor.row(call).agent, floor.row(call).talk_s) == (MEI, 60.0)
    assert [each.agent for each in floor.records if isinstance(each, ContactRecord)] == [MEI]


def test_a_call_back_that_is_promised_after_the_talk_leaves_the_call_answered(floor: KitchenFloor) -> None:
    call = talked(floor)
    floor.press(call, "4")
    floor.press(call, "1")
    floor.fetched(call)
    [kept] = floor.center.callbacks.values()
    assert (kept.queue, kept.number_e164) == ("service", "+8613800138000")
    assert floor.visits(call)[-1] == ("call_again", "goto", "comment")
    floor.hang_up_caller(call)
    floor.settle()
    assert floor.center.contacts[call].outcome is Outcome.ANSWERED


def test_who_hangs_up_in_the_survey_was_answered(floor: KitchenFloor) -> None:
    call = talked(floor)
    floor.press(call, "5")
    floor.hang_up_caller(call)
    floor.settle()
    assert floor.center.contacts[call].outcome is Outcome.ANSWERED
    assert floor.visits(call)[-1] == ("solved", "hung_up", "")
    assert len(floor.survey(call)) == 1


def test_a_caller_who_hangs_up_first_is_asked_nothing(floor: KitchenFloor) -> None:
    floor.ready(MEI)
    call = floor.arrive()
    floor.press(call, "6")
    floor.to_agent(call)
    floor.hang_up_caller(call)
    floor.settle()
    assert floor.center.contacts[call].ended
    assert not floor.survey(call)


def test_a_restart_in_the_survey_goes_on_with_the_question(floor: KitchenFloor) -> None:
    call = talked(floor)
    floor.press(call, "5")
    floor.restart()
    floor.settle()
    assert floor.phase(call) is Phase.SURVEY
    floor.press(call, "1")
    assert [(each.question, each.answer, each.agent) for each in floor.survey(call)] == [
        ("friendly", 5, MEI),
        ("solved", 1, MEI),
    ]
