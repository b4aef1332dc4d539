"""An attempt when the switch is lost, and found again."""

from __future__ import annotations

import pytest
from tests.support.campaign_call import (
    CALL,
    THEIRS,
    TOM,
    Call,
    by_hand,
    dialled,
    preview,
    rung,
    screening,
    seen,
    talking,
    up,
)

from tandem.cti.core import campaign_events as ce
from tandem.cti.core import contact as ct
from tandem.cti.model import events as ev
from tandem.cti.model import requests as rq
from tandem.cti.model.ids import ConnectionId
from tandem.cti.model.states import ConnectionState, Outcome, Phase


def test_the_switch_is_gone() -> None:
    for call, result, missed in [
        (Call(), "withdrawn", 0),
        (preview(), "withdrawn", 0),
        (dialled(), "failed", 0),
        (up(), "abandoned", 1),
        (talking(), "talked", 0),
    ]:
        call.tell(ct.SwitchGone())
        assert (call.result, call.count(ce.PromiseMissed)) == (result, missed)
        assert not call.count(ct.CallBackOwed), "the plan of attempts says when he is called again"
    call = up()
    call.wait(2.0)
    call.tell(ct.SwitchGone())
    assert call.outcome() is Outcome.NO_AGENT


def test_found_while_his_phone_rings() -> None:
    call = dialled()
    call.now += 100.0
    seen(call, caller=ConnectionState.ALERTING, caller_controlled=False)
    assert call.phase() is Phase.DIALLING
    assert call.contact.deadline is not None
    assert call.contact.deadline > call.now


def test_found_when_he_had_answered_meanwhile() -> None:
    call = dialled()
    call.now += 5.0
    seen(call)
    assert call.did(ct.Reached)
    assert call.did(ce.PromiseMissed)
    assert (call.contact.outcome, call.did(ce.TextWanted)) == (Outcome.NO_AGENT, [ce.TextWanted(what="no_agent")])


def test_found_answered_with_his_agent_on_the_line() -> None:
    call = by_hand()
    call.agent_answers()
    call.dial()
    seen(call, leg=ConnectionState.CONNECTED, leg_controlled=True)
    assert call.requests(rq.Join)
    assert call.did(ce.PromiseMissed), "since when he waits nobody knows"
    call.join()
    assert call.phase() is Phase.TALKING
    gone = by_hand()
    gone.agent_answers()
    gone.dial()
    seen(gone)
    assert gone.did(ct.AgentFreed)
    assert gone.outcome() is Outcome.NO_AGENT


def test_found_answered_and_agentless() -> None:
    call = Call("agentless", flow="survey", flow_edition="e1")
    call.dial()
    seen(call)
    assert call.phase() is Phase.IVR


def test_found_talking_already() -> None:
    for call in (dialled(), rung()):
        seen(call, joined=True, caller_controlled=False, leg=ConnectionState.CONNECTED)
        assert call.phase() is Phase.TALKING
        assert call.did(ce.AgentJoined)
        assert not call.contact.missed


@pytest.mark.parametrize(("gap_s", "outcome"), [(0.5, None), (2.5, Outcome.NO_AGENT)])
def test_found_waiting(gap_s: float, outcome: Outcome | None) -> None:
    for call in (up(), rung(), screening()):
        call.now += gap_s
        seen(call)
        assert call.outcome() is outcome
        if outcome is None:
            assert call.did(ct.Seek)
            call.wait(2.0)
            assert call.outcome() is Outcome.NO_AGENT
        else:
            assert call.count(ce.PromiseMissed) == 1
            assert call.did(ce.TextWanted)


def test_found_with_an_agent_who_answered_meanwhile() -> None:
    call = rung()
    call.now += 0.5
    seen(call, leg=ConnectionState.CONNECTED, leg_controlled=True)
    assert call.requests(rq.Join)[0].tone


def test_found_during_the_text() -> None:
    call = up()
    call.wait(2.0)
    call.tell(ce.TextGiven(prompts=("who",)))
    seen(call, caller_controlled=False)
    assert not call.done, "it is being played"
    seen(call)
    assert call.did(ce.TextWanted), "whether he has heard it nobody knows"
    marked = talking()
    marked.tell(ce.MachineMarked())
    seen(marked)
    assert marked.requests(rq.ClearConnection)


def test_found_in_the_switchs_own_queue() -> None:
    call = up()
    call.now += 5.0
    seen(call, caller_controlled=False, in_fallback=True)
    assert call.requests(rq.Retake)
    assert (call.contact.outcome, call.count(ce.PromiseMissed)) == (Outcome.NO_AGENT, 1)
    call.tell(ce.TextGiven(prompts=("who",)))
    assert not call.requests(rq.Play), "he is not ours yet"
    call.tell(ev.RouteRequested(call=CALL, connection=THEIRS, party=ev.Party.CUSTOMER))
    assert call.did(ce.TextWanted)


def test_given_up_and_found_in_the_switchs_own_queue() -> None:
    """The giving up was lost with the connection to the switch: he hears the message like everybody."""
    call = dialled()
    call.tell(ce.LetGo())
    seen(call, caller_controlled=False, in_fallback=True)
    call.tell(ce.TextGiven(prompts=("who",)))
    call.tell(ev.RouteRequested(call=CALL, connection=THEIRS, party=ev.Party.CUSTOMER))
    assert call.did(ce.TextWanted)
    assert not call.requests(rq.ClearConnection)


@pytest.mark.parametrize("given_up", [False, True])
def test_found_with_an_agent_of_the_switchs_own_queue(given_up: bool) -> None:
    call = dialled()
    if given_up:
        call.tell(ce.LetGo())
    seen(
        call,
        caller_controlled=False,
        in_fallback=True,
        joined=True,
        fallback_agent=TOM,
        fallback_leg=ConnectionId("q"),
    )
    assert (call.phase(), call.contact.agent, call.contact.missed) == (Phase.TALKING, TOM, True)
    assert call.did(ce.AgentJoined)
    assert not call.contact.leaving


def test_found_gone() -> None:
    for call, result in [(dialled(), "failed"), (up(), "abandoned"), (talking(), "talked")]:
        call.now += 5.0
        seen(call, caller=None)
        assert call.result == result
    call = up()
    call.now += 0.5
    seen(call, caller=None)
    assert call.result == "hung_up"


def test_a_preview_stays_over_a_gap() -> None:
    call = preview()
    seen(call, caller=None)
    assert call.phase() is Phase.PREVIEW
