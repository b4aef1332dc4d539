"""An attempt that meets a machine, or a flow in place of agents."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.support.campaign_call import CALL, DETECT, MEI, OURS, THEIRS, Call, agentless, screening, talking

from tandem.cti.core import campaign_events as ce
from tandem.cti.core import contact as ct
from tandem.cti.core import path
from tandem.cti.core.contact import Contact
from tandem.cti.core.turn import Rules
from tandem.cti.model import events as ev
from tandem.cti.model import requests as rq
from tandem.cti.model.errors import IllegalTransition
from tandem.cti.model.ids import Token
from tandem.cti.model.states import Outcome, Phase


def verdict(call: Call, said: str) -> None:
    call.tell(ev.MachineDetected(call=CALL, connection=THEIRS, token=call.contact.token, verdict=said, why="x"))


def test_it_is_listened() -> None:
    call = screening()
    [detect] = call.requests(rq.DetectMachine)
    assert (detect.initial_silence_ms, detect.greeting_ms, detect.total_ms, detect.words) == (2500, 1500, 3500, 4)
    call.tell(ev.MachineDetected(call=CALL, connection=THEIRS, token=Token("old"), verdict="machine"))
    assert call.phase() is Phase.SCREENING
    call.gone(THEIRS)
    assert call.result == "hung_up"


def test_a_person_is_promised_his_time_from_the_end_of_his_greeting() -> None:
    call = screening()
    call.now += 2.0
    verdict(call, "human")
    assert call.did(ce.PersonThere) == [ce.PersonThere(verdict="human", why="x")]
    assert call.contact.connect_by == pytest.approx(call.now - 0.8 + 2.0), "800 ms of silence were listened to"
    assert call.contact.machine == "human"


@pytest.mark.parametrize("how", ["unsure", "silent", "refused"])
def test_who_may_be_a_person_is_one(how: str) -> None:
    call = screening()
    call.now += 1.0
    if how == "unsure":
        verdict(call, "unsure")
    elif how == "silent":
        call.wait(6.0)
    else:
        call.tell(ev.RequestFailed(call=CALL, connection=THEIRS, request="Remember", code="timeout"))
        assert call.phase() is Phase.SCREENING
        call.tell(ev.RequestFailed(call=CALL, connection=THEIRS, request="DetectMachine", code="overload"))
    assert (call.phase(), call.contact.machine) == (Phase.QUEUED, "unsure")
    assert call.did(ct.Seek)


def test_hang_up_on_a_machine() -> None:
    call = screening()
    verdict(call, "machine")
    assert call.did(ce.MachineThere)
    assert call.requests(rq.ClearConnection)
    assert (call.contact.outcome, call.result) == (Outcome.MACHINE, "machine")
    assert not call.count(ce.PersonThere)


@pytest.mark.parametrize("ok", [True, False])
def test_a_message_for_a_machine(ok: bool) -> None:
    call = screening(on_machine="message")
    verdict(call, "machine")
    assert call.did(ce.TextWanted) == [ce.TextWanted(what="machine")]
    call.tell(ce.TextGiven(prompts=("offer",)))
    [leave] = call.requests(rq.LeaveMessage)
    assert leave.prompts == ("offer",)
    call.tell(ev.MediaEnded(call=CALL, connection=THEIRS, token=leave.token, ok=ok))
    assert bool(call.did(ce.MachineMessageLeft)) is ok
    call.gone(THEIRS)
    assert call.result == ("message_left" if ok else "machine")


def test_the_timeline_tells_when_the_message_began_and_why() -> None:
    call = screening(on_machine="message")
    verdict(call, "machine")
    call.tell(ce.TextGiven(prompts=("offer",)))
    begun = ev.MessageBegun(call=CALL, connection=THEIRS, token=call.contact.token, why="quiet")
    call.now += 6.9
    call.tell(begun)
    [note] = call.did(ct.Note)
    assert (note.kind, note.data) == ("machine_message", {"why": "quiet", "at_s": 6.9, "again": False})
    call.tell(replace(begun, why="beep", again=True, beep_hz=1_000.4, beep_s=0.41, beep_ago_s=0.6))
    [note] = call.did(ct.Note)
    assert note.text == "beep at 6.3 s, 1000 Hz, 0.41 s: the message begins once more, after 6.9 s"
    assert (note.data["beep_at_s"], note.data["beep_hz"], note.data["beep_s"]) == (6.3, 1_000, 0.41)
    call.tell(replace(begun, token=Token("old")))
    assert not call.did(ct.Note)


@pytest.mark.parametrize("on_machine", ["hang_up", "message"])
def test_one_of_so_many_machines_is_heard_by_an_agent(on_machine: str) -> None:
    call = screening(on_machine=on_machine, sample_one_in=1)
    verdict(call, "machine")
    assert call.phase() is Phase.QUEUED
    assert call.did(ce.MachineThere) == [ce.MachineThere(why="x", to_agent=True)]
    assert [note.kind for note in call.did(ct.Note)] == ["screened", "machine_sampled"]
    call.wait(2.0)
    assert not call.did(ce.PromiseMissed)
    if on_machine == "message":
        assert call.did(ce.TextWanted) == [ce.TextWanted(what="machine")]
    else:
        assert call.requests(rq.ClearConnection)
        assert call.result == "machine"


def test_without_agents_nobody_hears_a_sample() -> None:
    call = screening("agentless", sample_one_in=1)
    verdict(call, "machine")
    assert call.requests(rq.ClearConnection)


@pytest.mark.parametrize("rung", [True, False])
def test_a_machine_for_an_agent(rung: bool) -> None:
    call = screening(on_machine="agent")
    verdict(call, "machine")
    assert call.phase() is Phase.QUEUED
    assert call.did(ct.Seek)
    assert not call.did(ce.PersonThere)
    if rung:
        call.match()
    call.wait(2.0)
    assert call.result == "machine", "nobody was promised anything"
    assert not call.count(ce.PromiseMissed)
    assert bool(call.count(ct.AgentFreed)) is rung
    assert not call.count(ce.TextWanted)


@pytest.mark.parametrize("phase", [Phase.TALKING, Phase.REJOINING])
def test_the_agent_says_that_it_was_a_machine(phase: Phase) -> None:
    call = talking()
    if phase is Phase.REJOINING:
        call.gone(OURS)
    call.tell(ce.MachineMarked())
    assert call.did(ct.AgentFreed) == [ct.AgentFreed(agent=MEI)], "there is nothing to write down"
    assert THEIRS in [r.connection for r in call.requests(rq.ClearConnection)]
    call.tell(ev.RouteRequested(call=CALL, connection=THEIRS, party=ev.Party.CUSTOMER))
    assert not call.did(ce.TextWanted)
    call.gone(THEIRS)
    assert (call.contact.outcome, call.result, call.contact.machine) == (Outcome.MACHINE, "machine", "machine")


def test_only_a_campaigns_call_is_on_a_machine() -> None:
    inbound = Contact(id=CALL, caller=THEIRS, phase=Phase.TALKING, agent=MEI)
    with pytest.raises(IllegalTransition):
        path.step(inbound, ce.MachineMarked(), now=0.0, rules=Rules())


# ---- nobody at our end: the flow ----


def test_who_answers_hears_the_flow() -> None:
    call = agentless()
    assert (call.phase(), call.contact.connect_by) == (Phase.IVR, None)
    assert ct.Advance(what="start") in call.done
    assert not call.contact.for_campaign, "from now on he is served like a caller"
    call.gone(THEIRS)
    assert call.result == "served"


def test_the_flow_begins_when_it_was_a_person() -> None:
    call = agentless(detect=DETECT)
    assert call.phase() is Phase.SCREENING
    verdict(call, "human")
    assert call.phase() is Phase.IVR
