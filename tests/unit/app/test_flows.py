"""Flows in the center, before the line: every kind of step, and what goes wrong in them."""

from __future__ import annotations

from dataclasses import replace

import pytest
import yaml
from tests.support.kitchen import KITCHEN, KitchenFloor, deployed, kitchen_house, text_of

from tandem.cti.app import floor_plan as c
from tandem.cti.app import flow_shelf
from tandem.cti.model import events as ev
from tandem.cti.model import requests as rq
from tandem.cti.model.records import CallbackRecord
from tandem.cti.model.states import Outcome, Phase
from tandem.cti.model.tone import TONE


@pytest.fixture
def floor() -> KitchenFloor:
    return KitchenFloor()


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
    assert floor.said[-2] == ("made/123.50",)
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
        assert floor.phase(call) is Phase.IVR
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
    assert floor.said[-2][-1] == TONE
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
    assert floor.phase(call) is Phase.TRANSFERRING
    leg = floor.center.contacts[call].leg
    assert leg is not None
    assert floor.legs[leg].device == "+861095588"
    floor.gone(leg)
    floor.settle()
    assert floor.phase(call) is Phase.IVR
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
    call = floor.in_line()

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
    assert floor.phase(call) is Phase.IVR
    assert floor.center.contacts[call].in_hand == "play"
    floor.pass_time(600)
    assert floor.center.contacts[call].in_hand != "play", "a switch that says nothing is not waited for for ever"
