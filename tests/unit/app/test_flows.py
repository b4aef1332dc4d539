"""Flows with every kind of step, from the first prompt to the survey."""

from __future__ import annotations

from dataclasses import replace

import pytest
import yaml
from tests.support.customers import customer
from tests.support.house import MEI, TOM
from tests.support.kitchen import KITCHEN, KitchenFloor, deployed, edition, kitchen_house, text_of

from tandem.agent_desktop.core import messages as m
from tandem.cti.app import floor_plan as c
from tandem.cti.app import flow_shelf
from tandem.cti.app.house import Limits
from tandem.cti.model import events as ev
from tandem.cti.model import requests as rq
from tandem.cti.model.ids import CallId, DeviceId, QueueId
from tandem.cti.model.records import CallbackRecord, CallRecord, ContactRecord
from tandem.cti.model.states import AgentState, Outcome, Phase
from tandem.cti.model.tone import TONE


@pytest.fixture
def floor() -> KitchenFloor:
    return KitchenFloor()


def phase(floor: KitchenFloor, call: CallId) -> Phase:
    return floor.center.contacts[call].phase


def in_line(floor: KitchenFloor, key: str = "5") -> CallId:
    call = floor.arrive()
    floor.press(call, key)
    assert phase(floor, call) is Phase.QUEUED
    return call


def said(floor: KitchenFloor) -> list[tuple[str, ...]]:
    return [request.prompts for request in floor.requests if isinstance(request, rq.Play | rq.Collect)]


# ---- dips, digits, secrets ----


def test_a_secret_goes_through_by_reference_only(floor: KitchenFloor) -> None:
    call = floor.arrive()
    floor.press(call, "1")
    asked = floor.hears(call)
    assert isinstance(asked, rq.Collect)
    assert (asked.sensitive, asked.max_digits, asked.terminator) == (True, 4, "#")
    floor.press(call, "4711")
    dip = floor.dips[call].dip
    assert dip.kind == "answers"
    assert "4711" not in repr(dip)
    floor.fetched(call, "ok", money="123.50")
    floor.spoken(call)
    assert said(floor)[-2] == ("made/123.50",)
    assert not any("4711" in repr(each) for each in (*floor.records, *floor.outputs, floor.center.contacts[call]))
    assert floor.notes(call, "digit")[-1].text == "pressed ••••"


def test_a_dip_that_never_answers_takes_its_fallback_and_has_music_meanwhile(floor: KitchenFloor) -> None:
    call = floor.arrive()
    floor.press(call, "1")
    floor.press(call, "1")
    late = floor.dips[call]
    music = sum(isinstance(request, rq.StartMusic) for request in floor.requests)
    floor.pass_time(1.5)
    assert sum(isinstance(request, rq.StartMusic) for request in floor.requests) == music + 1
    floor.pass_time(3)
    assert floor.dips[call].dip.kind == "http"
    assert floor.visits(call)[-1] == ("balance", "fallback", "fetch")
    floor.handle(c.DipAnswered(call, late.token, "ok", {"money": "1"}))  # too late: it is no news
    assert floor.center.contacts[call].in_hand == "dip"
    floor.pass_time(5)
    assert floor.visits(call)[-1] == ("fetch", "fallback", "main")


def test_a_text_that_cannot_be_spoken_takes_the_fallback(floor: KitchenFloor) -> None:
    call = floor.call()
    floor.settle()
    floor.fetched(call, "ok", known=True, name="王小明")
    floor.spoken(call, made=False)
    assert floor.visits(call)[-1] == ("hello_you", "fallback", "main")


def test_what_was_spoken_once_is_there_for_the_next(floor: KitchenFloor) -> None:
    for name in "ab":
        call = floor.call(name)
        floor.settle()
        floor.fetched(call, "ok", known=True, name="王小明")
        if name == "a":
            floor.spoken(call)
        assert phase(floor, call) is Phase.IVR
        assert isinstance(floor.hears(call), rq.Collect)
    assert not floor.speech


def test_what_was_spoken_long_ago_is_asked_for_again(floor: KitchenFloor) -> None:
    for name in "ab":
        call = floor.call(name)
        floor.settle()
        floor.fetched(call, "ok", known=True, name="王小明")
        floor.spoken(call)
        floor.now += 121.0


def test_a_value_that_is_not_set_says_nothing(floor: KitchenFloor) -> None:
    call = floor.call()
    floor.settle()
    floor.fetched(call, "ok", known=True, name="")
    assert not floor.speech
    assert floor.visits(call)[-1] == ("hello_you", "goto", "main")


# ---- messages, call backs, transfers ----


def test_a_message_is_recorded_after_the_tone_and_entered_into_the_ledger(floor: KitchenFloor) -> None:
    call = floor.arrive()
    floor.press(call, "2")
    assert said(floor)[-2][-1] == TONE
    listens = floor.hears(call)
    assert isinstance(listens, rq.Collect)
    assert (listens.prompts, listens.max_digits, listens.timeout_s) == ((), 1, 20.0)
    floor.now += 6.0
    floor.press(call, "5")  # not the key that ends it: he talks on
    listens = floor.hears(call)
    assert isinstance(listens, rq.Collect)
    assert listens.timeout_s == 14.0
    floor.now += 3.0
    floor.press(call, "#")
    assert floor.visits(call)[-2] == ("leave_message", "goto", "bye")
    assert floor.center.contacts[call].outcome is Outcome.VOICEMAIL
    kept = [each for each in floor.records if isinstance(each, CallbackRecord)]
    assert [(each.reason, each.queue, each.recording) for each in kept] == [("voicemail", "service", floor.recorded[0])]


def test_a_message_is_kept_when_he_hangs_up_in_it(floor: KitchenFloor) -> None:
    call = floor.arrive()
    floor.press(call, "2")
    floor.now += 6.0
    floor.hang_up_caller(call)
    floor.settle()
    assert floor.center.contacts[call].outcome is Outcome.VOICEMAIL
    assert any(isinstance(each, CallbackRecord) and each.recording for each in floor.records)
    assert floor.visits(call)[-1] == ("leave_message", "hung_up", "")


def test_a_message_that_is_too_short_is_none(floor: KitchenFloor) -> None:
    call = floor.arrive()
    floor.press(call, "2")
    floor.now += 0.5
    floor.silence(call)
    assert floor.visits(call)[-1] == ("leave_message", "too_short", "main")
    assert not any(isinstance(each, CallbackRecord) for each in floor.records)
    floor.hang_up_caller(call)
    floor.settle()
    assert floor.center.contacts[call].outcome is Outcome.ABANDONED_IN_IVR


def test_a_server_killed_within_a_message_lets_him_talk_on(floor: KitchenFloor) -> None:
    call = floor.arrive()
    floor.press(call, "2")
    floor.now += 6.0
    floor.restart()
    floor.settle()
    listens = floor.hears(call)
    assert isinstance(listens, rq.Collect)
    assert listens.timeout_s == 14.0
    assert len(floor.recorded) == 1
    floor.silence(call)
    assert floor.visits(call)[-2] == ("leave_message", "goto", "bye")


def test_a_call_back_that_the_flow_promises(floor: KitchenFloor) -> None:
    call = floor.arrive()
    floor.press(call, "3")
    floor.settle()
    assert floor.center.contacts[call].outcome is Outcome.CALLBACK
    [kept] = [each for each in floor.records if isinstance(each, CallbackRecord)]
    assert (kept.queue, kept.number_e164, kept.state) == ("loans", "+8613800138000", "open")


def test_a_number_that_may_not_be_called_is_refused(floor: KitchenFloor) -> None:
    call = floor.call(ani="+4930123456")
    floor.settle()
    floor.fetched(call, "not_found")
    floor.press(call, "3")
    assert floor.visits(call)[-1] == ("call_me", "refused", "main")
    assert not floor.center.callbacks


def test_a_transfer_that_nobody_answers_comes_back_into_the_flow(floor: KitchenFloor) -> None:
    floor.auto_answer = False
    call = floor.arrive()
    floor.press(call, "4")
    assert phase(floor, call) is Phase.TRANSFERRING
    leg = floor.center.contacts[call].leg
    assert leg is not None
    assert floor.legs[leg].device == "+861095588"
    floor.gone(leg)
    floor.settle()
    assert phase(floor, call) is Phase.IVR
    assert floor.visits(call)[-1] == ("to_number", "failed", "main")


def test_a_transfer_that_is_answered_ends_the_flow(floor: KitchenFloor) -> None:
    call = floor.arrive()
    floor.press(call, "8")
    assert floor.visits(call)[-1] == ("to_sip", "transferred", "")
    made = [request for request in floor.requests if isinstance(request, rq.MakeConnection)]
    assert made[-1].device == "sip:desk@partner.example.com"
    floor.hang_up_caller(call)
    floor.settle()
    assert floor.center.contacts[call].outcome is Outcome.TRANSFERRED_OUT
    assert floor.visits(call)[-1] == ("to_sip", "transferred", "")


def test_a_sip_address_of_another_house_is_not_dialled() -> None:
    floor = KitchenFloor(replace(kitchen_house(), sip_hosts=frozenset()))
    call = floor.arrive()
    floor.press(call, "8")
    assert floor.visits(call)[-1] == ("to_sip", "failed", "main")
    assert not any(isinstance(request, rq.MakeConnection) for request in floor.requests)


# ---- in line ----


def test_in_line_he_hears_his_place_then_music(floor: KitchenFloor) -> None:
    call = in_line(floor)
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
    call = in_line(floor)
    token = floor.center.contacts[call].token
    place = floor.center.contacts[call].queued_at
    floor.ready(MEI)
    assert phase(floor, call) is Phase.OFFERED
    floor.command(MEI, m.Decline(id=1, call=call))
    contact = floor.center.contacts[call]
    assert (contact.phase, contact.queued_at, contact.token) == (Phase.QUEUED, place, token)
    floor.press(call, "2")  # the music of before is still on
    assert floor.visits(call)[-1] == ("go_away", "goto", "main")


def test_what_ends_while_an_agent_is_rung_is_asked_again(floor: KitchenFloor) -> None:
    floor.auto_answer = False
    call = in_line(floor)
    floor.ready(MEI)
    floor.press(call, "2")  # too late: an agent is on his way
    assert phase(floor, call) is Phase.OFFERED
    floor.command(MEI, m.Decline(id=1, call=call))
    assert phase(floor, call) is Phase.QUEUED
    assert isinstance(floor.hears(call), rq.Music)


@pytest.mark.parametrize("rings", [False, True])
@pytest.mark.parametrize("in_time", [False, True])
def test_a_dip_that_ends_while_an_agent_is_rung_is_made_again(floor: KitchenFloor, rings: bool, in_time: bool) -> None:
    floor.auto_answer = False
    call = in_line(floor)
    floor.press(call, "1")
    floor.pass_time(2)
    floor.ready(MEI)
    if rings:
        floor.command(MEI, m.PopShown(id=1, call=call, offer=1))
    assert phase(floor, call) is (Phase.RINGING if rings else Phase.OFFERED)
    if in_time:
        floor.fetched(call)
    else:
        floor.pass_time(2.5 if rings else 1.5)
    assert floor.center.contacts[call].in_hand == ""
    floor.command(MEI, m.Decline(id=2, call=call))
    assert floor.center.contacts[call].in_hand == "dip"


def test_an_agent_takes_him_out_of_the_branch(floor: KitchenFloor) -> None:
    call = in_line(floor)
    floor.ready(MEI)
    floor.to_agent(call)
    assert phase(floor, call) is Phase.TALKING
    assert floor.visits(call)[-1] == ("listen", "agent", "")


def test_who_leaves_the_line_and_comes_back_soon_has_his_place(floor: KitchenFloor) -> None:
    call = in_line(floor)
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
    call = in_line(floor)
    floor.press(call, "2")
    floor.now += away_s
    floor.press(call, key)
    assert floor.center.contacts[call].queued_at == floor.now


def test_he_moves_to_another_queue_with_his_place(floor: KitchenFloor) -> None:
    call = in_line(floor)
    place = floor.center.contacts[call].queued_at
    floor.now += 20.0
    floor.press(call, "5")
    contact = floor.center.contacts[call]
    assert (contact.phase, contact.queue, contact.queued_at) == (Phase.QUEUED, "service", place)
    assert isinstance(floor.hears(call), rq.Music)


def test_a_dip_in_line(floor: KitchenFloor) -> None:
    call = in_line(floor)
    floor.press(call, "1")
    assert phase(floor, call) is Phase.QUEUED
    floor.fetched(call, "not_found")
    assert floor.visits(call)[-3][:2] == ("ask_in_line", "not_found")


@pytest.mark.parametrize(
    ("key", "outcome"), [("3", Outcome.CALLBACK), ("9", Outcome.SELF_SERVED), ("4", Outcome.VOICEMAIL)]
)
def test_ways_out_of_the_line(floor: KitchenFloor, key: str, outcome: Outcome) -> None:
    call = in_line(floor)
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
    call = in_line(floor)
    heard = floor.hears(call)
    assert heard is not None
    floor.handle(ev.RequestFailed(call=call, connection=heard.connection, request="Music", code="error"))
    contact = floor.center.contacts[call]
    assert (contact.phase, contact.waits, contact.queue) == (Phase.QUEUED, False, "loans")
    assert isinstance(floor.requests[-1], rq.StartMusic)
    assert floor.notes(call, "flow_failed")


def test_a_restart_in_line_asks_again_and_the_key_counts_once(floor: KitchenFloor) -> None:
    call = in_line(floor)
    token = floor.center.contacts[call].token
    floor.restart()
    floor.settle()
    contact = floor.center.contacts[call]
    assert (contact.phase, contact.token, contact.in_hand) == (Phase.QUEUED, token, "music")
    floor.press(call, "2")
    assert phase(floor, call) is Phase.IVR


def test_a_caller_of_a_person_waits_for_him_first(floor: KitchenFloor) -> None:
    floor.ready(MEI)
    busy = floor.arrive("busy")
    floor.press(busy, "7")
    assert floor.to_agent(busy) == MEI
    floor.ready(TOM)
    assert floor.center.contacts[busy].tier == "vip"
    second = floor.arrive("second")
    floor.press(second, "7")
    assert phase(floor, second) is Phase.QUEUED  # Tom is free, but Mei is wanted
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
    assert phase(floor, call) is Phase.SURVEY
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
    assert phase(floor, call) is Phase.SURVEY
    floor.press(call, "1")
    assert [(each.question, each.answer, each.agent) for each in floor.survey(call)] == [
        ("friendly", 5, MEI),
        ("solved", 1, MEI),
    ]


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
    assert phase(floor, call) is Phase.IVR
    assert floor.dips[call].dip.kind == "customer"


# ---- what goes wrong ----


def test_a_flow_that_raises_sends_him_to_the_queue_for_errors(
    floor: KitchenFloor, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = floor.arrive()

    def broken(*_: object) -> None:
        raise ZeroDivisionError("card 6222021234567890")

    monkeypatch.setattr("tandem.ivr.core.interpreter.step", broken)
    floor.press(call, "5")
    contact = floor.center.contacts[call]
    assert (contact.phase, contact.queue) == (Phase.QUEUED, "operator")
    note = floor.notes(call, "flow_raised")[0]
    assert note.data["error"] == "ZeroDivisionError"
    assert "broken:" in str(note.data["where"])
    assert "6222" not in repr(floor.records), "the text of an error may hold what the caller typed"


def test_a_flow_that_raises_in_line_leaves_him_there(floor: KitchenFloor, monkeypatch: pytest.MonkeyPatch) -> None:
    call = in_line(floor)

    def broken(*_: object) -> None:
        raise ZeroDivisionError("a defect")

    monkeypatch.setattr("tandem.ivr.core.interpreter.step", broken)
    floor.silence(call)
    contact = floor.center.contacts[call]
    assert (contact.phase, contact.queue, contact.waits) == (Phase.QUEUED, "loans", False)
    assert isinstance(floor.requests[-1], rq.StartMusic)


def test_a_prompt_that_is_gone_takes_the_fallback_or_the_queue_for_errors(floor: KitchenFloor) -> None:
    call = floor.arrive()
    asked = floor.hears(call)
    assert asked is not None
    floor.listening[asked.connection].clear()
    floor.handle(ev.MediaEnded(call=call, connection=asked.connection, token=asked.token, ok=False))
    floor.pass_time(1)
    assert floor.center.contacts[call].queue == "operator"
    assert floor.notes(call, "queued")[0].data["failure"] == "media_failed"


def test_a_long_notice_is_heard_to_its_end() -> None:
    """600 characters of Mandarin take four minutes when they are read out slowly."""
    text = KITCHEN.read_text(encoding="utf-8")
    notice = f"  notice: {{type: play, prompts: {{zh: {'长' * 600}, en: {'a' * 600}}}, goto: START}}\n"
    start = yaml.safe_load(text)["start"]
    text = text.replace("steps:\n", "steps:\n" + notice.replace("START", start)).replace(
        f"start: {start}", "start: notice"
    )
    house = kitchen_house()
    version = text_of(text, 2)
    sounds = dict.fromkeys(flow_shelf.load(version).spoken(), "p/notice")
    floor = KitchenFloor(replace(house, flows=(deployed(version),), sounds=sounds))
    floor.plays = False
    call = floor.call("a")
    floor.settle()
    assert isinstance(floor.hears(call), rq.Play)
    floor.pass_time(300)
    assert phase(floor, call) is Phase.IVR
    assert floor.center.contacts[call].in_hand == "play"
    floor.pass_time(600)
    assert floor.center.contacts[call].in_hand != "play", "a switch that says nothing is not waited for for ever"


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
    assert said(patient) == []
    patient.handle(c.CustomersFound(call, (customer("known", language="zh"),), complete))
    patient.settle()
    assert patient.center.contacts[call].language == "zh"
    assert said(patient) != []


def test_a_look_up_that_is_late_does_not_hold_the_flow_up(patient: KitchenFloor) -> None:
    call = patient.call()
    patient.settle()
    patient.pass_time(0.2)
    assert said(patient) == []
    patient.pass_time(0.1)
    begun = said(patient)
    assert len(begun) == 1
    patient.handle(c.CustomersFound(call, (customer("known"),), True))
    patient.settle()
    assert said(patient)[: len(begun)] == begun
    assert patient.center.contacts[call].in_hand != "customer"


def test_a_caller_without_a_number_is_not_waited_for(patient: KitchenFloor) -> None:
    patient.call(ani="anonymous")
    patient.settle()
    assert said(patient) != []


def test_who_was_waited_for_when_the_server_was_killed_has_his_flow_begun(patient: KitchenFloor) -> None:
    patient.call()
    patient.settle()
    patient.restart()
    patient.settle()
    patient.pass_time(0.3)
    assert said(patient) != []
