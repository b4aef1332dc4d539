"""An attempt on a lead, row by row: dialled, answered, with an agent in time or not."""

from __future__ import annotations

import pytest
from tests.support.campaign_call import CALL, MEI, NUMBER, OURS, SECOND, THEIRS, TOM, Call, dialled, rung, talking, up

from tandem.cti.core import campaign_events as ce
from tandem.cti.core import contact as ct
from tandem.cti.model import events as ev
from tandem.cti.model import requests as rq
from tandem.cti.model.causes import Cause
from tandem.cti.model.ids import DeviceId, QueueId, Token
from tandem.cti.model.states import ConnectionState, NotReadyReason, Outcome, Phase

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


def test_one_that_rings_for_nobody_is_given_up() -> None:
    call = dialled()
    call.tell(ce.LetGo())
    [clear] = call.requests(rq.ClearConnection)
    assert (clear.connection, clear.cause) == (THEIRS, Cause.CANCELLED)
    call.tell(ce.LetGo())
    assert not call.done, "given up twice"
    call.gone(THEIRS, Cause.CANCELLED)
    assert (call.result, call.outcome()) == ("no_answer", Outcome.NOT_REACHED)
    assert not call.contact.missed


def test_who_has_answered_when_he_is_given_up_is_served() -> None:
    """The switch leaves him, for he does not ring any more."""
    call = dialled()
    call.tell(ce.LetGo())
    [clear] = call.requests(rq.ClearConnection)
    assert clear.unanswered
    call.pick_up()
    assert not call.requests(rq.ClearConnection)
    assert call.phase() is Phase.QUEUED
    assert not call.contact.missed


@pytest.mark.parametrize("ours", [False, True])
def test_who_answers_and_is_hung_up_all_the_same_was_abandoned(ours: bool) -> None:
    call = dialled()
    call.tell(ce.LetGo())
    if ours:
        call.pick_up()
    else:
        call.tell(ev.Established(call=CALL, connection=THEIRS, device=DeviceId(NUMBER)))
    call.gone(THEIRS, Cause.CANCELLED)
    assert call.result == "abandoned"
    assert call.count(ce.PromiseMissed) == 1


def test_who_answers_then_and_hangs_up_at_once_hung_up() -> None:
    call = dialled()
    call.tell(ce.LetGo())
    call.tell(ev.Established(call=CALL, connection=THEIRS, device=DeviceId(NUMBER)))
    call.gone(THEIRS)
    assert (call.result, call.count(ce.PromiseMissed)) == ("hung_up", 0)


def test_who_was_given_up_in_a_gap_and_is_there_after_it_is_served() -> None:
    call = dialled()
    call.tell(ce.LetGo())
    call.tell(
        ct.Seen(
            caller=ConnectionState.CONNECTED,
            caller_controlled=True,
            leg=None,
            leg_controlled=False,
            joined=False,
            in_fallback=False,
            answered_for_s=0.5,
        )
    )
    assert call.phase() is Phase.QUEUED
    assert not call.contact.missed


def test_a_switch_that_never_says_that_it_was_given_up() -> None:
    call = dialled()
    call.tell(ce.LetGo())
    call.wait(60.0)
    assert call.result == "no_answer"


def test_only_what_rings_first_at_the_customers_is_given_up() -> None:
    call = Call()
    call.tell(ce.LetGo())
    assert not call.done, "it is not dialled yet"
    call.dial()
    call.pick_up()
    call.tell(ce.LetGo())
    assert not call.done, "somebody is there"


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
