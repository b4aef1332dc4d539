"""Rows of the table while the caller is in the flow."""

from __future__ import annotations

from tandem.cti.core.contact import (
    Advance,
    Ask,
    DeadlinePassed,
    FlowEnded,
    FlowPlays,
    QueueAsked,
)
from tandem.cti.core.turn import Turn, caller_here, requeue
from tandem.cti.model.events import (
    MediaEnded,
    Originated,
    RequestFailed,
    RouteRequested,
)
from tandem.cti.model.requests import (
    Collect,
    Play,
)
from tandem.cti.model.states import Outcome as End


def invited(t: Turn) -> None:
    c = t.contact
    if c.events == 0:
        t.note("invite", f"call to {c.dnis}", ani=c.ani_e164 or c.ani, dnis=c.dnis)


def ivr_originated(t: Turn, e: Originated) -> None:
    invited(t)


def ivr_route(t: Turn, e: RouteRequested) -> None:
    if e.connection != t.contact.caller or not caller_here(t):
        return
    if t.contact.media == 0:
        invited(t)
        t.note("answered", f"flow {t.contact.flow} answers", flow=t.contact.flow)
        t.do(Advance(what="start"))
    else:
        t.do(Advance(what="resume"))


def ivr_plays(t: Turn, e: FlowPlays) -> None:
    c = t.contact
    t.set(
        media=c.media if e.again and c.media else c.media + 1,
        flow_state=e.flow_state,
        language=e.language,
        pressed=e.pressed,
        deadline=t.now + t.rules.media_s,
    )
    t.remember()
    call, connection, token = c.id, c.caller, t.contact.token
    t.do(
        Ask(
            Collect(
                call=call,
                connection=connection,
                prompts=e.prompts,
                max_digits=e.max_digits,
                timeout_s=e.timeout_s,
                token=token,
            )
            if e.max_digits
            else Play(call=call, connection=connection, prompts=e.prompts, token=token)
        )
    )


def ivr_media(t: Turn, e: MediaEnded) -> None:
    if e.connection != t.contact.caller or e.token != t.contact.token or t.contact.deadline is None:
        return
    if not e.ok:
        t.set(deadline=t.now + t.rules.broken_off_s)
        return
    t.set(deadline=None)
    if e.digits:
        t.note("digit", f"pressed {e.digits}", digits=e.digits)
        t.do(Advance(what="digits", digits=e.digits))
    else:
        t.do(Advance(what="no_input"))


def ivr_refused(t: Turn, e: RequestFailed) -> None:
    if e.request in ("Play", "Collect") and e.code not in ("resource_missing", "link_down"):
        t.set(deadline=None)
        t.do(Advance(what="failed"))


def ivr_deadline(t: Turn, e: DeadlinePassed) -> None:
    t.set(deadline=None)
    t.do(Advance(what="failed"))


def ivr_queue(t: Turn, e: QueueAsked) -> None:
    t.set(queue=e.queue, needs=e.needs, priority=e.priority, language=e.language, pressed=e.pressed)
    t.note(
        "queued",
        f"queue {e.queue}",
        queue=e.queue,
        needs=[str(need) for need in e.needs],
        priority=e.priority,
        language=e.language,
    )
    if e.queued_at is not None:
        t.set(queued_at=e.queued_at)
        t.note("place_kept", f"waits since {t.now - e.queued_at:.0f} s: {e.rule}", rule=e.rule, queued_at=e.queued_at)
    t.music()
    requeue(t, "flow")


def ivr_ended(t: Turn, e: FlowEnded) -> None:
    t.set(outcome=End.SELF_SERVED, deadline=None)
    t.note("flow_ended", e.reason)
    t.clear(t.contact.caller)
