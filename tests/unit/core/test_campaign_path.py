"""An attempt on a lead, row by row: the contact's machine alone, with no center around it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tandem.cti.core import beginnings, path
from tandem.cti.core import campaign_events as ce
from tandem.cti.core import contact as ct
from tandem.cti.core.attempt_result import result_of
from tandem.cti.core.contact import Contact
from tandem.cti.core.turn import Rules
from tandem.cti.model import events as ev
from tandem.cti.model import requests as rq
from tandem.cti.model.campaigns import AttemptResult, MachineDetection, Mode
from tandem.cti.model.causes import Cause
from tandem.cti.model.errors import IllegalTransition
from tandem.cti.model.ids import AgentId, CallId, CampaignId, ConnectionId, DeviceId, LeadId, QueueId, Token
from tandem.cti.model.states import ConnectionState, NotReadyReason, Outcome, Phase

CALL = CallId("lead-7.1")
THEIRS, OURS = ConnectionId("lead-7.1.0"), ConnectionId("lead-7.1.1")
SECOND = ConnectionId("lead-7.1.2")
NUMBER = "+8613800138000"
MEI, TOM = AgentId("mei"), AgentId("tom")
DETECT = MachineDetection(use=True)
CLEARED = {"call": CALL, "cause": Cause.NORMAL}


class Call:
    """One contact and its clock; ``done`` are the effects of the last event."""

    def __init__(self, mode: Mode = "predictive", first: str = "customer", **more: Any) -> None:
        self.now, self.rules = 1000.0, Rules()
        self.done: list[Any] = []
        self.all: list[Any] = []
        chosen: Any = first
        self.contact: Contact = beginnings.begin_attempt(
            CALL,
            campaign=CampaignId("loans"),
            lead=LeadId("lead-7"),
            mode=mode,
            first=chosen,
            number=NUMBER,
            now=self.now,
            queue=QueueId("service"),
            calling="+861095588",
            **more,
        )
        self.tell(ce.AttemptBegun())

    def tell(self, event: Any) -> None:
        outcome = path.step(self.contact, event, now=self.now, rules=self.rules)
        self.contact, self.done = outcome.contact, list(outcome.effects)
        self.all += self.done

    def wait(self, seconds: float) -> None:
        """Time passes; what is due on the way happens."""
        end = self.now + seconds
        while (at := self.contact.wake_at) is not None and at <= end:
            self.now = at
            self.tell(ct.DeadlinePassed())
            assert self.contact.wake_at is None or self.contact.wake_at > at, "a timer that is due for ever"
        self.now = end

    def requests(self, kind: type) -> list[Any]:
        return [
            effect.request for effect in self.done if isinstance(effect, ct.Ask) and isinstance(effect.request, kind)
        ]

    def did(self, kind: type) -> list[Any]:
        return [effect for effect in self.done if isinstance(effect, kind)]

    def count(self, kind: type) -> int:
        return sum(isinstance(effect, kind) for effect in self.all)

    def notes(self) -> list[str]:
        return [effect.kind for effect in self.all if isinstance(effect, ct.Note)]

    # ---- what happens ----

    def dial(self, **more: Any) -> None:
        self.tell(ct.DialAllowed(ring_s=25.0, **more))

    def pick_up(self) -> None:
        self.tell(ev.Established(call=CALL, connection=THEIRS, device=DeviceId(NUMBER)))
        self.tell(ev.RouteRequested(call=CALL, connection=THEIRS, party=ev.Party.CUSTOMER, called=DeviceId(NUMBER)))

    def match(self, agent: AgentId = MEI) -> None:
        self.tell(ct.Matched(agent=agent, device=DeviceId("1001"), why={"zh": "", "en": "longest idle"}))

    def agent_answers(self, leg: ConnectionId = OURS) -> None:
        self.tell(ev.RouteRequested(call=CALL, connection=leg, party=ev.Party.AGENT))

    def join(self, leg: ConnectionId = OURS) -> None:
        self.tell(ev.Joined(call=CALL, connection=THEIRS))
        done = self.done
        self.tell(ev.Joined(call=CALL, connection=leg))
        self.done = done

    def gone(self, leg: ConnectionId, cause: Cause = Cause.NORMAL) -> None:
        self.tell(ev.ConnectionCleared(call=CALL, connection=leg, cause=cause))

    def phase(self) -> Phase:
        return self.contact.phase

    def outcome(self) -> Outcome | None:
        return self.contact.outcome

    @property
    def result(self) -> AttemptResult:
        assert self.contact.ended
        return result_of(self.contact)


def dialled(mode: Mode = "predictive", **more: Any) -> Call:
    call = Call(mode)
    call.dial(**more)
    return call


def up(**more: Any) -> Call:
    """A person who has just answered, and no agent yet."""
    call = dialled(**more)
    call.pick_up()
    return call


def rung() -> Call:
    call = up()
    call.match()
    return call


def talking() -> Call:
    call = rung()
    call.agent_answers()
    call.join()
    assert call.phase() is Phase.TALKING
    return call


# ---- dialling ----


def test_the_person_first_is_dialled_when_it_was_allowed() -> None:
    call = Call()
    assert call.phase() is Phase.DIALLING
    assert call.contact.absent
    assert call.did(ct.DialAsked)
    call.dial(calling="+861012345", carrier="second", within_s=1.5)
    [made] = call.requests(rq.MakeConnection)
    assert (made.connection, made.device, made.calling, made.carrier, made.party) == (
        THEIRS, NUMBER, "+861012345", "second", ev.Party.CUSTOMER,
    )  # fmt: skip
    assert made.memory
    assert (call.contact.dialled, call.contact.dnis, call.contact.within_s) == (True, "+861012345", 1.5)
    call.dial()
    assert not call.done, "dialled twice"
    call.tell(ce.AttemptBegun())
    assert not call.done, "begun twice"


def test_what_is_refused_is_not_dialled() -> None:
    call = Call()
    call.tell(ct.DialRefused(reason="outside the hours"))
    assert call.result == "withdrawn"
    assert not any(isinstance(effect, ct.Ask) for effect in call.all)


def test_the_ringing_is_told_once() -> None:
    call = dialled()
    call.tell(ev.Delivered(call=CALL, connection=THEIRS, device=DeviceId(NUMBER)))
    assert call.did(ce.CustomerRings)
    call.tell(ev.Delivered(call=CALL, connection=THEIRS, device=DeviceId(NUMBER)))
    assert not call.done


@pytest.mark.parametrize(
    ("cause", "result"),
    [
        (Cause.BUSY, "busy"),
        (Cause.NO_ANSWER, "no_answer"),
        (Cause.CANCELLED, "no_answer"),
        (Cause.REJECTED, "rejected"),
        (Cause.INVALID_NUMBER, "invalid_number"),
        (Cause.CONGESTION, "congestion"),
        (Cause.UNREACHABLE, "failed"),
        (Cause.UNKNOWN, "failed"),
    ],
)
def test_who_does_not_answer(cause: Cause, result: str) -> None:
    call = dialled()
    call.tell(ev.Failed(call=CALL, connection=THEIRS, cause=cause))
    assert call.outcome() is Outcome.NOT_REACHED
    assert call.result == result
    assert not call.count(ce.PersonThere)


def test_a_switch_that_never_says_so() -> None:
    call = dialled()
    call.wait(40.0)
    assert call.result == "no_answer"


def test_the_switch_does_not_dial() -> None:
    call = dialled()
    call.tell(ev.RequestFailed(call=CALL, connection=THEIRS, request="MakeConnection", code="overload"))
    assert call.result == "failed"


# ---- a person, an agent, the two of them ----


def test_person_agent_tone_talk() -> None:
    call = up()
    assert (call.phase(), call.contact.connect_by) == (Phase.QUEUED, call.now + 2.0)
    kinds = [type(effect) for effect in call.done]
    assert kinds.index(ct.Reached) < kinds.index(ce.PersonThere) < kinds.index(ct.Seek)
    assert not call.requests(rq.StartMusic), "who has just said hello hears no music"
    call.now += 0.3
    call.match()
    assert call.phase() is Phase.RINGING
    [made] = call.requests(rq.MakeConnection)
    assert (made.connection, made.device, made.party) == (OURS, "1001", ev.Party.AGENT)
    call.now += 0.2
    call.agent_answers()
    [join] = call.requests(rq.Join)
    assert (join.connection, join.other, join.tone) == (THEIRS, OURS, True)
    assert call.phase() is Phase.RINGING, "it counts when they hear each other"
    call.now += 0.2
    call.join()
    assert (call.phase(), call.contact.connect_by, call.contact.missed) == (Phase.TALKING, None, False)
    assert call.contact.waited_s == pytest.approx(0.7)
    assert call.did(ce.AgentJoined)
    assert call.requests(rq.Record)
    call.wait(60.0)
    call.tell(ct.HangUpAsked())
    call.gone(THEIRS)
    assert call.result == "talked"
    assert call.did(ct.AgentFreed) == [ct.AgentFreed(agent=MEI, talked=True)]
    assert call.contact.talk_s == pytest.approx(60.0)
    assert not call.count(ce.PromiseMissed)


def test_nobody_in_time() -> None:
    call = up()
    call.wait(1.65)
    assert call.phase() is Phase.QUEUED
    call.wait(0.1)
    assert (call.phase(), call.contact.outcome) == (Phase.PARTING, Outcome.NO_AGENT)
    assert call.did(ct.StopSeeking)
    assert call.did(ce.PromiseMissed)
    assert call.did(ce.TextWanted) == [ce.TextWanted(what="no_agent")]
    call.tell(ce.TextGiven(prompts=("who", "why")))
    [play] = call.requests(rq.Play)
    assert play.prompts == ("who", "why")
    call.tell(ev.MediaEnded(call=CALL, connection=THEIRS, token=play.token))
    assert call.requests(rq.ClearConnection)
    assert call.contact.heard
    call.gone(THEIRS)
    assert (call.contact.outcome, call.result) == (Outcome.NO_AGENT, "abandoned")


def test_no_text_is_there() -> None:
    call = up()
    call.wait(2.0)
    call.tell(ce.TextGiven(prompts=()))
    assert call.requests(rq.ClearConnection)


def test_the_text_cannot_be_played() -> None:
    call = up()
    call.wait(2.0)
    call.tell(ce.TextGiven(prompts=("who",)))
    [play] = call.requests(rq.Play)
    call.tell(ev.MediaEnded(call=CALL, connection=THEIRS, token=Token("another")))
    assert not call.done
    call.tell(ev.RequestFailed(call=CALL, connection=THEIRS, request="Remember", code="timeout"))
    assert not call.done
    call.tell(ev.RequestFailed(call=CALL, connection=THEIRS, request="Play", code="wrong_state"))
    assert not call.requests(rq.ClearConnection), "he may come back to us"
    call.tell(ev.RouteRequested(call=CALL, connection=THEIRS, party=ev.Party.CUSTOMER))
    assert call.did(ce.TextWanted), "he is ours again: now"
    call.tell(ce.TextGiven(prompts=("who",)))
    [again] = call.requests(rq.Play)
    assert again.token != play.token
    call.tell(ev.RequestFailed(call=CALL, connection=THEIRS, request="Play", code="wrong_state"))
    call.wait(1.0)
    assert call.requests(rq.ClearConnection)
    assert not call.contact.heard


def test_he_hangs_up_before_his_time_is_over() -> None:
    call = up()
    call.wait(1.2)
    call.gone(THEIRS)
    assert call.did(ct.StopSeeking)
    assert (call.contact.outcome, call.result) == (Outcome.NOT_REACHED, "hung_up")
    assert not call.count(ce.PromiseMissed)


def test_he_hangs_up_while_the_agents_phone_rings() -> None:
    call = rung()
    call.gone(THEIRS)
    assert call.result == "hung_up"
    assert call.did(ct.AgentFreed) == [ct.AgentFreed(agent=MEI)]
    assert [r.connection for r in call.requests(rq.ClearConnection)] == [OURS]


def test_he_hangs_up_during_the_text() -> None:
    call = up()
    call.wait(2.0)
    call.tell(ce.TextGiven(prompts=("who",)))
    call.gone(THEIRS)
    assert call.result == "abandoned"


# ---- an agent who is lost on the way ----


@pytest.mark.parametrize("how", ["busy", "page", "declines", "not made"])
def test_another_agent_or_the_text(how: str) -> None:
    call = rung()
    promised = call.contact.connect_by
    call.now += 0.5
    if how == "busy":
        call.tell(ev.Failed(call=CALL, connection=OURS, cause=Cause.BUSY))
        assert call.did(ct.AgentFreed) == [ct.AgentFreed(agent=MEI, refused=NotReadyReason.DECLINED)]
    elif how == "page":
        call.tell(ct.SeatLeft(page_gone=True))
        assert call.did(ct.AgentFreed) == [ct.AgentFreed(agent=MEI)]
    elif how == "declines":
        call.tell(ct.DeclineAsked())
    else:
        call.tell(ev.RequestFailed(call=CALL, connection=OURS, request="MakeConnection", code="overload"))
    assert call.did(ct.Seek)
    assert (call.phase(), call.contact.connect_by) == (Phase.QUEUED, promised)
    call.match(TOM)
    call.agent_answers(SECOND)
    [join] = call.requests(rq.Join)
    assert join.tone
    call.gone(SECOND)
    assert (call.phase(), call.contact.connect_by) == (Phase.QUEUED, promised)
    call.wait(1.5)
    assert call.outcome() is Outcome.NO_AGENT


def test_a_page_that_only_blinks_changes_nothing() -> None:
    call = rung()
    call.tell(ct.SeatLeft(page_gone=False))
    assert call.phase() is Phase.RINGING


@pytest.mark.parametrize(("after_s", "refused"), [(0.2, NotReadyReason.NO_ANSWER), (1.2, None)])
def test_a_phone_that_does_not_answer_in_time(after_s: float, refused: NotReadyReason | None) -> None:
    call = up()
    call.now += after_s
    call.match()
    call.wait(2.0 - after_s)
    assert call.outcome() is Outcome.NO_AGENT
    assert call.did(ct.AgentFreed) == [ct.AgentFreed(agent=MEI, refused=refused)], "rung long enough, or not"
    assert OURS in [r.connection for r in call.requests(rq.ClearConnection)]
    call.tell(ce.TextGiven(prompts=("who",)))
    assert call.requests(rq.Play)
    call.agent_answers()  # too late
    assert not call.requests(rq.Join)


def test_a_join_under_way_is_not_broken_off_and_counts_as_late() -> None:
    call = rung()
    call.wait(1.65)
    call.agent_answers()
    call.wait(0.1)
    assert (call.phase(), call.contact.missed) == (Phase.RINGING, False)
    call.wait(0.3)
    assert call.did(ce.PromiseMissed)
    call.join()
    assert call.phase() is Phase.TALKING
    assert call.did(ce.AgentJoined)
    call.gone(THEIRS)
    assert call.result == "abandoned", "two seconds are two seconds"
    assert call.count(ce.PromiseMissed) == 1


def test_the_news_of_the_join_comes_before_the_timer() -> None:
    call = rung()
    call.agent_answers()
    call.now += 2.1
    call.join()
    assert call.did(ce.PromiseMissed)
    assert call.contact.missed


def test_a_join_that_never_comes() -> None:
    call = rung()
    call.wait(1.0)
    call.agent_answers()
    call.wait(3.0)
    assert call.outcome() is Outcome.NO_AGENT
    assert call.count(ce.PromiseMissed) == 1
    assert call.did(ct.AgentFreed) == [ct.AgentFreed(agent=MEI)]


def test_a_join_that_fails_is_asked_for_again() -> None:
    call = rung()
    call.agent_answers()
    for _ in range(2):
        call.tell(ev.RequestFailed(call=CALL, connection=THEIRS, request="Join", code="wrong_state"))
        assert call.requests(rq.Join)
    call.tell(ev.RequestFailed(call=CALL, connection=THEIRS, request="Join", code="wrong_state"))
    assert not call.done, "not for ever"


def test_once_they_talked_it_is_a_talk_like_any() -> None:
    call = talking()
    call.tell(ct.SeatLeft(page_gone=True))
    assert call.phase() is Phase.REJOINING
    call.wait(30.0)
    assert (call.phase(), call.contact.connect_by) == (Phase.QUEUED, None)
    assert call.contact.for_campaign
    call.wait(30.0)
    assert not call.contact.for_campaign, "the campaign has nobody: now anybody of the queue will do"
    assert [type(effect) for effect in call.done if not isinstance(effect, ct.Note)] == [ct.StopSeeking, ct.Seek]
    call.match(TOM)
    assert call.phase() is Phase.OFFERED, "now he waits, and the page shows first whom it gets"
    call.gone(THEIRS)
    assert call.result == "talked"


def test_transferred_to_a_queue_he_is_a_caller() -> None:
    call = talking()
    call.tell(ct.TransferAsked(queue=QueueId("support")))
    assert (call.phase(), call.contact.for_campaign) == (Phase.QUEUED, False)
    call = talking()
    call.tell(ct.TransferAsked(target=TOM))
    assert (call.phase(), call.contact.for_campaign) == (Phase.QUEUED, True)


# ---- machines ----


def screening(mode: Mode = "predictive", **more: Any) -> Call:
    call = dialled(mode, detect=MachineDetection(use=True, **more))
    call.pick_up()
    assert call.phase() is Phase.SCREENING
    return call


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
    assert note.text == ("beep at 6.3 s, 1,000 Hz, 0.4 s: the message begins after 6.9 s, once more from its beginning")
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


def agentless(**more: Any) -> Call:
    call = Call("agentless", flow="survey", flow_edition="e1")
    call.dial(**more)
    call.pick_up()
    return call


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


# ---- the agent first ----


def preview(preview_s: float | None = None) -> Call:
    call = Call("preview", "agent", preview_s=preview_s)
    assert call.did(ct.Seek)
    call.match()
    assert call.phase() is Phase.PREVIEW
    return call


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


def by_hand() -> Call:
    call = Call("manual", "agent")
    assert not call.did(ct.Seek), "it is his own"
    call.match()
    assert call.phase() is Phase.RINGING
    return call


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


# ---- the switch is gone, and found again ----


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


UP: dict[str, Any] = {
    "caller": ConnectionState.CONNECTED, "caller_controlled": True, "leg": None, "leg_controlled": False,
    "joined": False, "in_fallback": False,
}  # fmt: skip


def seen(call: Call, **more: Any) -> None:
    call.tell(ct.Seen(**(UP | more)))


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


def test_found_with_an_agent_of_the_switchs_own_queue() -> None:
    call = dialled()
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
