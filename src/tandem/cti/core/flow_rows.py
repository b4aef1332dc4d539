"""Rows of the table for the flow: before the line, while he stands in it, after the talk. What the flow wants comes as
``FlowAsks``, ``QueueAsked``, ...; what became of it goes back as ``Advance``."""

from __future__ import annotations

from dataclasses import replace

from tandem.cti.core.contact import Advance, Ask, DeadlinePassed, QueueAsked, StopSeeking
from tandem.cti.core.flow_events import (
    CallbackPromised,
    DraftBegun,
    FlowAnswered,
    FlowAsks,
    FlowEnded,
    FlowOverdue,
    FlowTransfers,
    LineLeft,
)
from tandem.cti.core.memory import remember
from tandem.cti.core.message_rows import message_answered, message_over
from tandem.cti.core.turn import Turn, caller_here, end_contact, new_leg, requeue, survey_here, waited_s
from tandem.cti.model.causes import Cause
from tandem.cti.model.events import (
    MediaEnded,
    Originated,
    Party,
    RequestFailed,
    RouteRequested,
)
from tandem.cti.model.requests import MakeConnection, Play
from tandem.cti.model.states import ConnectionState, Phase
from tandem.cti.model.states import Outcome as End
from tandem.cti.model.timeline import PLACES, Entry

P = Phase

_MEDIA = ("Play", "Collect", "Music")


def invited(t: Turn) -> None:
    c = t.contact
    if c.events == 0:
        ani = c.ani_e164 or c.ani
        t.note(Entry.INVITE if ani else Entry.INVITE_WITHHELD, ani=ani, dnis=c.dnis)


def ivr_originated(t: Turn, e: Originated) -> None:
    invited(t)


def ivr_route(t: Turn, e: RouteRequested) -> None:
    if e.connection != t.contact.caller or not caller_here(t):
        return
    t.set(deadline=None)
    if t.contact.media == 0:
        invited(t)
        c = t.contact
        answered = Entry.ANSWERED_VERSION if c.flow_version else Entry.ANSWERED
        t.note(answered, flow=c.flow, version=c.flow_version)
        t.do(Advance(what="start"))
    else:
        t.do(Advance(what="resume"))


# ---- one thing in hand ----


def flow_asks(t: Turn, e: FlowAsks) -> None:
    c = t.contact
    until = t.now + e.within_s
    patient = e.what in ("dip", "speech") and c.phase is not P.QUEUED and e.within_s > t.rules.dip_silence_s
    t.set(
        media=c.media if e.again and c.media else c.media + 1,
        flow_state=e.flow_state,
        language=e.language,
        pressed=e.pressed,
        in_hand=e.what,
        in_hand_until=t.now + t.rules.dip_silence_s if patient else until,
        patience_until=until if patient else None,
    )
    t.remember()
    if e.request is not None:
        t.do(Ask(replace(e.request, token=t.contact.token)))
    if c.phase is P.QUEUED:
        t.music()  # it stands behind the prompt: whatever becomes of us, he is not left in silence


def flow_media(t: Turn, e: MediaEnded) -> None:
    c = t.contact
    if e.connection != c.caller or e.token != c.token or not c.in_hand:
        return
    if not e.ok:  # mostly he has hung up, and the news of that comes next
        t.set(in_hand_until=t.now + t.rules.broken_off_s)
        return
    if c.in_hand in ("message_prompt", "message"):
        message_answered(t, e)
        return
    t.flow_rests()
    if c.in_hand == "play":
        t.do(Advance(what="played"))
    elif e.secret or e.digits:
        t.do(Advance(what="digits", digits=e.digits, secret=e.secret, secret_length=e.secret_length))
    else:
        t.do(Advance(what="played" if c.in_hand == "music" else "no_input"))


def flow_refused(t: Turn, e: RequestFailed) -> None:
    if e.request not in _MEDIA or e.code in ("resource_missing", "link_down") or not t.contact.in_hand:
        return
    if t.contact.in_hand == "message":
        message_over(t)
        return
    t.flow_rests()
    t.do(Advance(what="failed"))


def flow_answered(t: Turn, e: FlowAnswered) -> None:
    t.flow_rests()


def flow_overdue(t: Turn, e: FlowOverdue) -> None:
    c = t.contact
    if not c.in_hand:
        return
    if c.patience_until is not None and t.now < c.patience_until:
        t.set(in_hand_until=c.patience_until, patience_until=None)
        t.music()
    elif c.in_hand == "message":
        message_over(t)
    else:
        t.flow_rests()
        t.do(Advance(what={"dip": "timeout", "customer": "start"}.get(c.in_hand, "failed")))


# ---- into the line, and out of it ----


def ivr_queue(t: Turn, e: QueueAsked) -> None:
    before = t.contact
    _set_line(t, e)
    t.note(
        Entry.QUEUED_RESCUED if e.failure else Entry.QUEUED,
        queue=e.queue,
        needs=[str(need) for need in e.needs],
        priority=e.priority,
        language=e.language,
        failure=e.failure,
    )
    if e.queued_at is not None:
        t.set(queued_at=e.queued_at)
        if before.left_line_at is not None:
            t.set(line_at=t.now - before.waited_s, left_line_at=None)
        _place_kept(t, e.rule, e.queued_at)
    elif before.left_line_at is not None:
        _back_in_line(t, e, before.queue == e.queue and t.now - before.left_line_at <= t.rules.place_kept_s)
    t.music()
    requeue(t, "flow")


def _set_line(t: Turn, e: QueueAsked) -> None:
    t.flow_rests()
    t.set(
        queue=e.queue,
        needs=e.needs,
        priority=e.priority,
        language=e.language,
        pressed=e.pressed,
        flow_state=e.flow_state or t.contact.flow_state,
        tier=e.tier,
        target=e.agent,
        waits=e.waits,
        after_call=e.after_call,
        outcome=None,
    )


def _place_kept(t: Turn, rule: str, queued_at: float) -> None:
    entry = PLACES.get(rule, Entry.PLACE_KEPT)
    t.note(entry, rule=rule, queued_at=queued_at, waited_s=round(t.now - queued_at))


def _back_in_line(t: Turn, e: QueueAsked, same: bool) -> None:
    c = t.contact
    assert c.queued_at is not None
    if same:
        _place_kept(t, "came_back", c.queued_at)
        t.set(line_at=t.now - c.waited_s, left_line_at=None)
    else:
        t.set(queued_at=None, line_at=None, left_line_at=None, waited_s=0.0)


def line_moved(t: Turn, e: QueueAsked) -> None:
    """The branch of those who wait came to a queue step, or to its end. The place is kept."""
    c = t.contact
    if e.failure:
        t.note(Entry.FLOW_FAILED, failure=e.failure)
        t.flow_rests()
        t.set(waits=False, after_call=e.after_call, flow_state=e.flow_state)
        t.remember()
        t.music()
        return
    before = (c.queue, c.needs, c.priority, c.tier)
    _set_line(t, e)
    if before == (e.queue, e.needs, e.priority, e.tier) and not e.agent:
        t.remember()
        t.music()
        if e.waits:
            t.do(Advance(what="wait"))
        return
    t.note(Entry.QUEUED, queue=e.queue, needs=[str(need) for need in e.needs], priority=e.priority)
    t.do(StopSeeking())
    t.music()
    # the stretch of waiting that ends here was in the old queue
    t.set(queue=c.queue)
    requeue(t, "flow", queue=e.queue)


def line_left(t: Turn, e: LineLeft) -> None:
    c = t.contact
    t.note(Entry.LINE_LEFT, queue=c.queue)
    t.do(StopSeeking())
    waited = waited_s(c, t.now)
    t.enter(P.IVR, "left the line")
    t.set(left_line_at=t.now, waited_s=waited, line_at=None, target=None, waits=False, after_call=False)
    t.set(callback_offer=0, asks_number=False)


# ---- to its end ----


def flow_ended(t: Turn, e: FlowEnded) -> None:
    t.flow_rests()
    t.set(deadline=None, flow_state=e.flow_state or t.contact.flow_state)
    if t.contact.phase is P.IVR:
        t.set(outcome=t.contact.outcome or End.SELF_SERVED)
    t.note(Entry.FLOW_ENDED_FAILED if e.reason else Entry.FLOW_ENDED, failure=e.reason)
    t.clear(t.contact.caller)


def callback_promised(t: Turn, e: CallbackPromised) -> None:
    t.note(Entry.CALLBACK_AGREED, number=e.number)
    if t.contact.phase is P.IVR:
        t.set(outcome=End.CALLBACK)


def flow_transfers(t: Turn, e: FlowTransfers) -> None:
    c = t.contact
    t.note(Entry.TRANSFER_FLOW, number=e.device)
    t.enter(P.TRANSFERRING, "flow", deadline=t.now + e.timeout_s + 5.0)
    t.set(flow_state=e.flow_state, flow_transfer=True, transfer_to=e.device, media=c.media + 1)
    if e.prompts:
        t.do(Ask(Play(call=c.id, connection=c.caller, prompts=e.prompts, token=t.contact.token)))
    t.music()
    new_leg(t, e.device, Party.OUTSIDE, e.timeout_s)


# ---- after the talk ----


def survey_route(t: Turn, e: RouteRequested) -> None:
    if e.connection != t.contact.caller:
        t.clear(e.connection)
    elif caller_here(t):
        survey_here(t)


def survey_deadline(t: Turn, e: DeadlinePassed) -> None:
    """He never came back to us."""
    t.set(deadline=None)
    t.clear(t.contact.caller)


# ---- a draft ----


def draft_begun(t: Turn, e: DraftBegun) -> None:
    c = t.contact
    t.set(legs={**c.legs, c.caller: ConnectionState.INITIATED}, deadline=t.now + e.ring_s + 5.0)
    ask = MakeConnection(
        call=c.id,
        connection=c.caller,
        party=Party.CUSTOMER,
        device=e.device,
        calling=c.dnis,
        name=f"Tandem: {c.flow}",
        timeout_s=e.ring_s,
        memory=remember(t.contact),
    )
    t.do(Ask(ask))


def draft_deadline(t: Turn, e: DeadlinePassed) -> None:
    """The author did not answer."""
    if t.contact.draft:
        t.set(deadline=None)
        t.clear(t.contact.caller, Cause.CANCELLED)
        end_contact(t, End.NOT_REACHED, Cause.NO_ANSWER)
