"""An attempt whose agent is there first: previews, and calls by hand."""

from __future__ import annotations

import pytest
from tests.support.campaign_call import CALL, MEI, OURS, SECOND, THEIRS, TOM, Call, by_hand, preview, seen

from tandem.cti.core import campaign_events as ce
from tandem.cti.core import contact as ct
from tandem.cti.core import path
from tandem.cti.core.contact import Contact
from tandem.cti.core.turn import Rules
from tandem.cti.model import requests as rq
from tandem.cti.model.causes import Cause
from tandem.cti.model.errors import IllegalTransition
from tandem.cti.model.states import ConnectionState, NotReadyReason, Outcome, Phase


def test_a_preview_is_dialled_by_the_agent() -> None:
    call = preview()
    assert call.contact.deadline is None
    call.wait(600.0)
    call.tell(ce.PreviewDialAsked(number="+8613900139000"))
    assert call.contact.ani_e164 == "+8613900139000"
    assert call.requests(rq.MakeConnection)[0].connection == OURS, "his own phone first"
    call.agent_answers()
    assert call.phase() is Phase.DIALLING
    assert call.requests(rq.StartMusic)[0].ringing
    assert call.did(ct.DialAsked)
    call.dial()
    assert call.requests(rq.MakeConnection)[0].device == "+8613900139000"
    call.pick_up()
    assert call.did(ce.PersonThere)
    [join] = call.requests(rq.Join)
    assert not join.tone, "he has heard the ringing"
    call.join()
    assert call.phase() is Phase.TALKING
    call.gone(THEIRS)
    assert call.result == "talked"


def test_a_preview_has_its_time() -> None:
    call = preview(15.0)
    call.wait(14.9)
    assert call.phase() is Phase.PREVIEW
    call.wait(0.1)
    assert call.phase() is Phase.RINGING


def test_a_preview_is_skipped() -> None:
    call = preview()
    call.tell(ce.PreviewSkipped(note="busy with another"))
    assert call.result == "withdrawn"
    assert call.did(ct.AgentFreed) == [ct.AgentFreed(agent=MEI)]


def test_the_page_of_a_preview_is_closed() -> None:
    call = preview()
    call.tell(ct.SeatLeft(page_gone=False))
    assert call.phase() is Phase.PREVIEW
    call.tell(ct.SeatLeft(page_gone=True))
    assert call.phase() is Phase.QUEUED
    assert call.did(ct.Seek)
    call.wait(60.0)
    assert call.result == "withdrawn", "a lead does not lie about with nobody to read it"


@pytest.mark.parametrize("phase", [Phase.QUEUED, Phase.PREVIEW, Phase.RINGING])
def test_it_is_taken_back_before_anybody_is_rung(phase: Phase) -> None:
    call = Call("preview", "agent")
    if phase is not Phase.QUEUED:
        call.match()
    if phase is Phase.RINGING:
        call.tell(ce.PreviewDialAsked())
    assert call.phase() is phase
    call.tell(ct.Recalled())
    assert call.result == "withdrawn"
    assert bool(call.did(ct.AgentFreed)) is (phase is not Phase.QUEUED)


def test_a_call_by_hand_whose_agent_does_not_answer() -> None:
    call = by_hand()
    call.gone(OURS)
    assert call.result == "withdrawn"
    assert call.did(ct.AgentFreed) == [ct.AgentFreed(agent=MEI, refused=NotReadyReason.NO_ANSWER)]
    assert not call.did(ct.Seek)


def test_the_customer_does_not_answer_his_agent() -> None:
    call = by_hand()
    call.agent_answers()
    call.dial()
    call.gone(THEIRS, Cause.BUSY)
    assert call.result == "busy"
    assert call.did(ct.AgentFreed) == [ct.AgentFreed(agent=MEI)]
    assert [(r.connection, r.cause) for r in call.requests(rq.ClearConnection)] == [(OURS, Cause.BUSY)]


def test_the_agent_hangs_up_while_it_rings() -> None:
    call = by_hand()
    call.agent_answers()
    call.dial()
    call.tell(ct.HangUpAsked())
    assert {r.connection for r in call.requests(rq.ClearConnection)} == {THEIRS, OURS}
    call.gone(THEIRS, Cause.CANCELLED)
    assert call.result == "no_answer"


@pytest.mark.parametrize("how", ["page", "phone"])
def test_the_agent_is_lost_while_it_rings(how: str) -> None:
    call = by_hand()
    call.agent_answers()
    call.dial()
    call.tell(ct.SeatLeft(page_gone=True)) if how == "page" else call.gone(OURS)
    assert call.did(ct.AgentFreed)
    assert call.phase() is Phase.DIALLING
    call.pick_up()
    assert (call.phase(), call.contact.connect_by) == (Phase.QUEUED, call.now + 2.0)
    call.match(TOM)
    call.agent_answers(SECOND)
    assert call.requests(rq.Join)[0].tone


def test_the_agent_is_lost_before_they_are_joined() -> None:
    call = by_hand()
    call.agent_answers()
    call.dial()
    call.pick_up()
    call.gone(OURS)
    assert call.phase() is Phase.QUEUED
    call.wait(2.0)
    assert call.outcome() is Outcome.NO_AGENT


def test_the_agents_leg_is_not_ours_at_the_moment_of_the_answer() -> None:
    call = by_hand()
    call.agent_answers()
    call.dial()
    seen(call, caller=ConnectionState.ALERTING, caller_controlled=False, leg=ConnectionState.CONNECTED)
    call.pick_up()
    assert (call.phase(), call.contact.agent) == (Phase.RINGING, MEI)
    assert not call.requests(rq.Join)
    call.agent_answers()
    assert call.requests(rq.Join)


@pytest.mark.parametrize("phase", [Phase.PREVIEW, Phase.RINGING, Phase.DIALLING, Phase.TALKING])
def test_the_page_says_that_it_shows_the_call(phase: Phase) -> None:
    call = preview()
    if phase is not Phase.PREVIEW:
        call.tell(ce.PreviewDialAsked())
    if phase in (Phase.DIALLING, Phase.TALKING):
        call.agent_answers()
    if phase is Phase.TALKING:
        call.dial()
        call.pick_up()
        call.join()
    assert call.phase() is phase
    call.tell(ct.PopPainted(offer=0))
    assert "pop_shown" not in call.notes()
    call.tell(ct.PopPainted(offer=1))
    assert "pop_shown" in call.notes()
    inbound = Contact(id=CALL, caller=THEIRS, phase=phase, agent=MEI)
    with pytest.raises(IllegalTransition):
        path.step(inbound, ct.PopPainted(offer=0), now=0.0, rules=Rules())
