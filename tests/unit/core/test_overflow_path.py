"""Callers whom their queue does not serve: another queue, outside, last words, a message, the offer of a call back."""

from __future__ import annotations

from typing import Any

import pytest
from tests.support.house import MEI
from tests.support.paths import PathFloor

from tandem.cti.core import contact as ct
from tandem.cti.core import line_events as le
from tandem.cti.core import path
from tandem.cti.core.contact import Contact
from tandem.cti.core.turn import Rules
from tandem.cti.model import events as ev
from tandem.cti.model import requests as rq
from tandem.cti.model.causes import Cause
from tandem.cti.model.ids import CallId, ConnectionId, QueueId
from tandem.cti.model.records import CallbackRecord, CallRecord
from tandem.cti.model.states import ConnectionState, Outcome, Phase

WHY = {"zh": "等待过长", "en": "waited too long"}


def waiting() -> tuple[PathFloor, CallId]:
    """A caller in the line of ``service``, with nobody there."""
    floor = PathFloor()
    call = floor.call()
    floor.settle()
    assert floor.center.contacts[call].phase is Phase.QUEUED
    return floor, call


def asked(floor: PathFloor, kind: type) -> list[Any]:
    return [request for request in floor.requests if isinstance(request, kind)]


def test_another_queue_keeps_the_place() -> None:
    floor, call = waiting()
    queued_at = floor.center.contacts[call].queued_at
    floor.now += 30
    floor.tell(call, le.QueueChanged(queue=QueueId("operator"), needs=(), priority=3, why=WHY))
    contact = floor.center.contacts[call]
    assert (contact.phase, contact.queue, contact.priority, contact.queued_at) == (
        Phase.QUEUED, "operator", 3, queued_at,
    )  # fmt: skip
    assert floor.place(call) == 1
    floor.ready(MEI)
    assert floor.center.contacts[call].phase is Phase.OFFERED


@pytest.mark.parametrize("answers", [True, False])
def test_an_outside_number_or_back_at_the_old_place(answers: bool) -> None:
    floor, call = waiting()
    queued_at = floor.center.contacts[call].queued_at
    floor.auto_answer = False
    floor.tell(call, le.SentOutside(number="+861095588", why=WHY, prompts=("moment",)))
    floor.settle()
    leg = floor.center.contacts[call].leg
    assert leg is not None
    assert floor.place(call) is None
    if answers:
        floor.answer(leg)
        floor.settle()
        assert floor.talks
        floor.hang_up_caller(call)
        floor.settle()
        assert floor.center.contacts[call].outcome is Outcome.TRANSFERRED_OUT
    else:
        floor.gone(leg, Cause.BUSY)
        floor.settle()
        contact = floor.center.contacts[call]
        assert (contact.phase, contact.queued_at) == (Phase.QUEUED, queued_at)
        assert floor.place(call) == 1


def test_last_words_and_the_end() -> None:
    floor, call = waiting()
    floor.tell(call, le.LastWords(prompts=("closed",), why=WHY))
    floor.settle()
    contact = floor.center.contacts[call]
    assert (contact.ended, contact.outcome) == (True, Outcome.MESSAGE)
    assert not floor.legs
    assert floor.place(call) is None


@pytest.mark.parametrize("who", ["caller", "limit"])
def test_a_message_is_recorded_and_owed_a_call_back(who: str) -> None:
    floor, call = waiting()
    floor.tell(call, le.MessageAsked(prompts=("leave-a-message",), why=WHY, most_s=60))
    floor.settle()
    [record] = asked(floor, rq.Record)
    contact = floor.center.contacts[call]
    assert (contact.phase, contact.recording) == (Phase.VOICEMAIL, record.recording)
    if who == "caller":
        floor.hang_up_caller(call)
    else:
        floor.pass_time(61)
    floor.settle()
    contact = floor.center.contacts[call]
    assert (contact.outcome, contact.recording) == (Outcome.VOICEMAIL, None)
    owed = next(r for r in floor.records if isinstance(r, CallbackRecord))
    assert (owed.reason, owed.number_e164, owed.recording) == ("voicemail", "+8613800138000", record.recording)


def test_who_hangs_up_before_the_tone_has_given_up() -> None:
    floor, call = waiting()
    floor.tell(call, le.MessageAsked(prompts=("leave-a-message",), why=WHY))
    contact = floor.center.contacts[call]
    floor.news.clear()  # the prompt plays
    broken_off = ev.MediaEnded(call=call, connection=contact.caller, token=contact.token, ok=False)
    floor.handle(broken_off)
    floor.hang_up_caller(call)
    floor.settle()
    assert floor.center.contacts[call].outcome is Outcome.ABANDONED_IN_QUEUE
    assert not asked(floor, rq.Record)
    assert not [r for r in floor.records if isinstance(r, CallbackRecord)]


def offered(number: bool = False) -> tuple[PathFloor, CallId, ev.SwitchEvent]:
    """A caller who is offered a call back; his answer, which waits."""
    floor, call = waiting()
    floor.tell(call, le.CallbackOffered(prompts=("press-1",), other_number=number))
    return floor, call, floor.news.pop()


def pressed(floor: PathFloor, call: CallId, digits: str) -> tuple[ct.Effect, ...]:
    """What the machine makes of the keys."""
    contact = floor.center.contacts[call]
    event = ev.MediaEnded(call=call, connection=contact.caller, token=contact.token, digits=digits)
    return path.step(contact, event, now=floor.now, rules=floor.house.rules).effects


@pytest.mark.parametrize(
    ("digits", "wanted"), [("1", ct.CallbackWanted()), ("2", ct.NumberWanted()), ("7", None), ("", None)]
)
def test_one_keeps_the_place(digits: str, wanted: ct.Effect | None) -> None:
    floor, call, _ = offered()
    effects = pressed(floor, call, digits)
    assert [e for e in effects if isinstance(e, ct.CallbackWanted | ct.NumberWanted)] == ([wanted] if wanted else [])


def test_another_number_is_typed() -> None:
    floor, call, _ = offered()
    contact = floor.center.contacts[call]
    event = ev.MediaEnded(call=call, connection=contact.caller, token=contact.token, digits="2")
    after = path.step(contact, event, now=floor.now, rules=Rules()).contact
    after = path.step(after, le.NumberPrompted(prompts=("number",)), now=floor.now, rules=Rules()).contact
    assert after.asks_number
    typed = ev.MediaEnded(call=call, connection=contact.caller, token=after.token, digits="13900001111")
    outcome = path.step(after, typed, now=floor.now, rules=Rules())
    assert ct.CallbackWanted(number="13900001111") in outcome.effects
    assert outcome.contact.callback_offer == 0


def test_he_waits_on_while_he_chooses_and_a_match_interrupts() -> None:
    floor, call, answer = offered()
    assert floor.place(call) == 1
    floor.ready(MEI)
    assert floor.center.contacts[call].phase is Phase.OFFERED
    floor.handle(answer)  # he pressed 1 while the agent was being found: too late
    contact = floor.center.contacts[call]
    assert (contact.phase, contact.callback_offer) == (Phase.OFFERED, 0)


def test_agreed_he_hears_it_and_the_call_ends() -> None:
    floor, call, _ = offered()
    floor.tell(call, le.CallbackAgreed(prompts=("we-call-you",), number="+8613800138000"))
    assert floor.place(call) is None
    floor.settle()
    assert floor.center.contacts[call].outcome is Outcome.CALLBACK


def test_the_place_is_told_and_the_music_goes_on() -> None:
    floor, call = waiting()
    before = len(floor.requests)
    floor.tell(call, le.Announced(prompts=("you-are", "digits/2")))
    assert [type(request) for request in floor.requests[before:]] == [rq.Play, rq.StartMusic]
    floor.settle()
    assert floor.center.contacts[call].phase is Phase.QUEUED


@pytest.mark.parametrize("phase", ["parting", "message", "outside"])
@pytest.mark.parametrize("store", [True, False])
def test_nobody_is_lost_when_the_server_dies(phase: str, store: bool) -> None:
    floor, call = waiting()
    floor.auto_answer = False
    told: Any = {
        "parting": le.LastWords(prompts=("closed",), why=WHY),
        "message": le.MessageAsked(prompts=("leave",), why=WHY, most_s=60),
        "outside": le.SentOutside(number="+861095588", why=WHY),
    }[phase]
    floor.tell(call, told)
    if phase == "message":
        floor.settle()
    floor.restart(store=store)
    floor.settle()
    contact = floor.center.contacts[call]
    if phase == "parting":
        assert contact.outcome is Outcome.MESSAGE
    elif phase == "message":
        assert (contact.phase, contact.recording is not None) == (Phase.VOICEMAIL, True)
        floor.hang_up_caller(call)
        floor.settle()
        assert floor.center.contacts[call].outcome is Outcome.VOICEMAIL
    else:
        assert contact.phase is Phase.TRANSFERRING
        assert contact.leg is not None
        floor.answer(contact.leg)
        floor.settle()
        assert floor.talks
    last = [r for r in floor.records if isinstance(r, CallRecord)][-1]
    assert last.phase == floor.center.contacts[call].phase


def test_a_caller_who_is_not_ours_is_offered_nothing() -> None:
    contact = Contact(id=CallId("c"), caller=ConnectionId("c.0"), phase=Phase.QUEUED,
                      legs={ConnectionId("c.0"): ConnectionState.CONNECTED})  # fmt: skip
    for event in (le.CallbackOffered(prompts=("p",)), le.Announced(prompts=("p",)), le.NumberPrompted(prompts=("p",))):
        assert path.step(contact, event, now=1.0, rules=Rules()).contact is contact
