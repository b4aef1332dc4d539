"""The center's part of the place-in-line ledger and of calling people back. Pure.

The order in which an attempt is written and made: the gate is asked, the entry (``dialling``, its number of attempts)
is put out, then the request to the switch; the shell carries them out in this order. An attempt that the entry knows
is never dialled (again): after a crash it is found at the switch, or counts as failed.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

import msgspec

from tandem.cti.app import acd, callback_moment, callback_turns, number_checks, overflow, rows
from tandem.cti.app.announcements import BUILT_IN
from tandem.cti.app.floor_plan import CallbackAltered, CallbackAsked, CallbackCancelled, LookUp, ShowCallbacks
from tandem.cti.app.house import Caller
from tandem.cti.core import beginnings
from tandem.cti.core import contact as ct
from tandem.cti.core import line_events as le
from tandem.cti.core.contact import Contact
from tandem.cti.model.causes import Cause
from tandem.cti.model.errors import BadRequest, IllegalTransition, ResourceMissing, WrongState
from tandem.cti.model.ids import AgentId, CallId, QueueId, WorkId
from tandem.cti.model.needs import kept_needs
from tandem.cti.model.records import CallbackRecord
from tandem.cti.model.skills import Needs
from tandem.cti.model.states import Outcome, Phase
from tandem.routing.core.acd import callback as cb
from tandem.routing.core.acd.ledger import Entry
from tandem.routing.core.dialer.gate import Refusal
from tandem.routing.core.plan import CallbackRule, QueuePlan

if TYPE_CHECKING:
    from tandem.cti.app.center import Center

_WAITS = (Phase.QUEUED, Phase.OFFERED, Phase.RINGING, Phase.DIALLING)
_CUT = (Cause.UNREACHABLE, Cause.CONGESTION, Cause.SWITCH_FAILURE)
"""Why a talk ends that nobody ended."""
_LOST = (Outcome.ABANDONED_IN_QUEUE, Outcome.SWITCH_FAILURE)


# ---- the ledger ----


def keep_place(center: Center, before: Contact, after: Contact) -> None:
    """After every step of a contact: the ledger knows who waits."""
    id_ = WorkId(after.id)
    if after.phase in _WAITS and not after.callback and not after.for_campaign:
        if after.queue != before.queue or before.phase not in _WAITS or id_ not in center.ledger:
            kind: Literal["live", "transferred"] = "live" if after.answered_at is None else "transferred"
            center.ledger.enter(
                Entry(
                    id=id_,
                    kind=kind,
                    queue=after.queue or QueueId(""),
                    number=after.ani_e164,
                    queued_at=center.now if after.queued_at is None else after.queued_at,
                    priority=after.priority,
                )
            )
    elif after.ended and not before.ended and after.outcome in _LOST and id_ in center.ledger:
        queue = center.plan.queues.get(after.queue) if after.queue is not None else None
        center.ledger.left(id_, now=center.now, keep_s=queue.rejoin_within_s if queue else 0.0)
    elif before.phase in _WAITS or (not before.ended and after.ended):
        center.ledger.leave(id_)
        talked = before.phase is not Phase.SURVEY and after.answered_at is not None
        if after.ended and talked and after.cause in _CUT:
            _keep_cut_off(center, after)


def _keep_cut_off(center: Center, contact: Contact) -> None:
    """The network broke off his talk: should he call again soon, he goes on where he stood."""
    queue = center.plan.queues.get(contact.queue) if contact.queue is not None else None
    if queue is None or not contact.ani_e164 or contact.outbound or queue.rejoin_within_s <= 0:
        return
    center.ledger.enter(
        Entry(
            id=WorkId(contact.id),
            kind="cut_off",
            queue=queue.id,
            number=contact.ani_e164,
            queued_at=center.now if contact.queued_at is None else contact.queued_at,
            priority=contact.priority,
            until=center.now + queue.rejoin_within_s,
        )
    )


def with_earlier_place(center: Center, contact: Contact, asked: ct.QueueAsked) -> ct.QueueAsked:
    """He who comes into this queue may have been here before: then he has his earlier place again, and a call back
    that he was promised is done by that."""
    if contact.callback or contact.draft or (contact.queued_at is not None and contact.left_line_at is None):
        return asked
    found = center.ledger.recognise(contact.ani_e164, asked.queue, now=center.now)
    if found is None:
        return asked
    if found.rule == "called_again":
        record = center.callbacks.get(found.id)
        if record is None or record.state not in ("open", "due"):
            return asked  # he is being called at this very moment: that call goes on
        _step(center, record, cb.CalledAgain())
    return replace(asked, queued_at=found.queued_at, rule=found.rule)


# ---- asking for it (callers: see callback_promises.py) ----


def create(center: Center, asked: CallbackAsked) -> None:
    """Somebody promises a customer to call him. After ``call`` he has the place that he had there.

    Raises BadRequest, ResourceMissing, WrongState; nothing is changed then.
    """
    if asked.queue not in center.plan.queues:
        raise ResourceMissing.because("no_queue", queue=asked.queue)
    if asked.id in center.callbacks:
        raise WrongState.because("callback_there")
    e164 = _dialable(center, asked.number)
    start, end = _window(center, asked.window)
    contact = center.contacts.get(asked.call) if asked.call is not None else None
    rule = center.plan.queues[asked.queue].callback
    record = CallbackRecord(
        id=asked.id,
        rev=0,
        call=asked.call,
        number_e164=e164,
        caller_name=asked.name or (contact.name if contact else ""),
        customer=contact.customer if contact else None,
        queue=asked.queue,
        reason="asked",
        created_at=center.now,
        state="open",
        done_by=None,
        done_at=None,
        created_by=asked.by,
        note=asked.note,
        dnis=contact.dnis if contact else next((number for flow in center.flows for number in flow.numbers), ""),
        language=contact.language if contact else "",
        needs=_in_words(contact.needs) if contact else "",
        queued_at=(contact.queued_at if contact else None) or center.now,
        first=asked.first,
        window_from=start,
        window_until=end,
        expires_at=max(center.now + rule.expires_s, end or 0.0),
        next_at=center.now,
    )
    put_new(center, record)


def alter(center: Center, wanted: CallbackAltered) -> None:
    """Raises BadRequest, ResourceMissing, WrongState (he is being dialled)."""
    record = find(center, wanted.id)
    _window(center, wanted.window)
    number = _dialable(center, wanted.number)
    _asked(center, record, cb.Changed(number=number, first=wanted.first, window=wanted.window, note=wanted.note))


def cancel(center: Center, wanted: CallbackCancelled) -> None:
    """Raises ResourceMissing, WrongState (he is being dialled)."""
    _asked(center, find(center, wanted.id), cb.Cancelled(AgentId(wanted.by)))


def done_by_hand(center: Center, id_: str, by: AgentId | None) -> None:
    """Raises ResourceMissing, WrongState (he is being dialled)."""
    _asked(center, find(center, id_), cb.DoneByHand(by))


def find(center: Center, id_: str) -> CallbackRecord:
    record = center.callbacks.get(id_)
    if record is None:
        raise ResourceMissing.because("callback_done")
    return record


# ---- its time ----


def tick(center: Center, id_: str) -> None:
    """The timer of an entry."""
    record = center.callbacks.get(id_)
    if record is None or not record.first or center.callback_looks.get(id_, center.now) > center.now:
        return
    at = cb.wake_at(record, center.now)
    if record.state == "open" and at is not None and at > center.now:
        _schedule(center, record)
        return
    if record.state in ("open", "due"):
        if _unknown(center, record):
            return
        if _step(center, record, cb.TimeCame(refusal_of(center, record.number_e164))) is record:
            _schedule(center, record)
            if record.state == "due":
                _stand(center, record)


def _stand(center: Center, record: CallbackRecord) -> None:
    """He waits for an agent, and stands in the line; or he is rung, if one will be free by the time of his answer."""
    if record.first == "customer":
        _ring_customer_if(center, record)
    elif callback_turns.stands_nowhere(center, record):
        _begin(center, record)
        acd.seek(center, CallId(str(record.attempt)))


def _unknown(center: Center, record: CallbackRecord) -> bool:
    """Nobody knows yet whether he may be called: it is looked at again when the store has said it."""
    over = any(end is not None and end <= center.now for end in (record.expires_at, record.window_until))
    if over or number_checks.known(center, record.number_e164):
        return False
    number_checks.ask(center, record.number_e164)
    center.callback_looks[record.id] = center.now + number_checks.AGAIN_S
    center.wake(center.callback_looks[record.id], "callback", record.id)
    return True


def number_known(center: Center, number: str) -> None:
    """What waited only for that goes on."""
    for record in _on_number(center, number):
        if callback_turns.stands_nowhere(center, record):
            callback_turns.put_off(center, (record,))
        elif record.state in ("open", "due"):
            _schedule(center, record)


def dial(center: Center, call: CallId) -> None:
    """An attempt wants to dial: the gate is asked now, and the entry written before the switch is asked."""
    contact = center.contacts[call]
    record = center.callbacks.get(contact.callback)
    reason = "no_entry"
    if record is not None:
        refusal = refusal_of(center, record.number_e164)
        if refusal is None and not number_checks.known(center, record.number_e164):
            number_checks.ask(center, record.number_e164)
            refusal = Refusal(reason="not_looked_up", again_at=center.now + number_checks.AGAIN_S)
        try:
            if refusal is None:
                after = _step(center, record, cb.Dialled(call))
                center.gate.dialled(record.number_e164, center.now)
                center.step(contact, ct.DialAllowed(ring_s=_rule(center, after).ring_s))
                return
            reason = refusal.reason
            _step(center, record, cb.Refused(refusal))
        except IllegalTransition:
            reason = "other_attempt"
    center.step(contact, ct.DialRefused(reason=reason))


def reached(center: Center, call: CallId) -> None:
    """The customer answered."""
    contact = center.contacts[call]
    record = center.callbacks.get(contact.callback)
    if record is not None and record.state == "dialling":
        _step(center, record, cb.Answered())
    prompts = overflow.said(center, BUILT_IN["callback_answered"], contact.language)
    if contact.agent is None and prompts:
        center.step(contact, le.Announced(prompts=prompts))


def over(center: Center, contact: Contact) -> None:
    """The contact of an attempt has ended."""
    record = center.callbacks.get(contact.callback)
    if record is None:
        return
    if record.attempt == contact.id and record.state in ("due", "dialling", "talking"):
        _step(center, record, cb.AttemptOver(contact.id, _result(contact)))


def _result(contact: Contact) -> cb.Result:
    if not contact.dialled:
        return "withdrawn"
    if contact.answered_at is not None:
        return "answered"
    if contact.line_at is not None:
        return "abandoned"
    match contact.cause:
        case Cause.BUSY | Cause.REJECTED:
            return "busy"
        case Cause.NO_ANSWER | Cause.CANCELLED:
            return "no_answer"
        case Cause.INVALID_NUMBER:
            return "invalid_number"
        case _:
            return "failed"


def taken_up(center: Center) -> None:
    """After a gap, when the switch's calls are adopted: an attempt in the air that the switch does not have is over;
    who stood in the line does so again, with the same attempt."""
    stand: list[CallbackRecord] = []
    for record in list(center.callbacks.values()):
        if record.attempt is None or record.state not in ("due", "dialling", "talking"):
            continue
        contact = center.contacts.get(record.attempt)
        if contact is not None and contact.ended:
            over(center, contact)
        elif record.state == "due":
            stand.append(record)
        elif contact is None:
            _step(center, record, cb.AttemptOver(record.attempt, "failed"))
    stand.sort(key=callback_turns.place)
    for record in stand[: callback_turns.MOST]:
        number_checks.ask(center, record.number_e164)  # or it is asked when an agent has been rung for him
        _stand(center, record)
    callback_turns.put_off(center, stand[callback_turns.MOST :])


def load(center: Center, record: CallbackRecord) -> None:
    """An entry as the store has it, at start."""
    _file(center, record)
    _in_ledger(center, record)
    _schedule(center, record)
    center.put(ShowCallbacks())


def refusal_of(center: Center, number: str, *, ever: bool = False) -> Refusal | None:
    """What the may-call gate says; with ``ever``: only what will not pass by itself."""
    refusal = center.gate.refusal(number, center.now, allowed=center.house.number_allowed)
    return None if refusal is not None and ever and refusal.again_at is not None else refusal


def forbidden(center: Center, numbers: Collection[str]) -> None:
    """Whoever has one of these numbers may not want to be called any more. What was promised him ends now: the entry
    outlives a restart, the gate's memory does not."""
    for record in [record for number in dict.fromkeys(numbers) for record in _on_number(center, number)]:
        if record.state in ("open", "due"):
            refusal = refusal_of(center, record.number_e164)
            if refusal is not None and refusal.reason == "do_not_call":
                _step(center, record, cb.TimeCame(refusal))


# ---- moves ----


def put_new(center: Center, record: CallbackRecord) -> CallbackRecord:
    known = center.callbacks.get(record.id)
    record = msgspec.structs.replace(record, rev=known.rev + 1 if known else 1)
    _put(center, record)
    return record


def _asked(center: Center, record: CallbackRecord, event: cb.Event) -> CallbackRecord:
    try:
        return _step(center, record, event)
    except IllegalTransition as error:
        raise WrongState(str(error)) from error


def _step(center: Center, record: CallbackRecord, event: cb.Event) -> CallbackRecord:
    after = cb.step(record, event, now=center.now, rule=_rule(center, record))
    if after is record:
        return record
    _put(center, after)
    if record.state == "due" and after.state not in ("due", "dialling"):
        contact = center.contacts.get(record.attempt) if record.attempt is not None else None
        if contact is not None and not contact.ended and contact.absent:
            center.step(contact, ct.Recalled())
    elif after.state == "due" and record.state != "due":
        _stand(center, after)
    return after


def _put(center: Center, record: CallbackRecord) -> None:
    _file(center, record)
    if record.state in cb.OVER:
        center.callback_looks.pop(record.id, None)
    else:
        _schedule(center, record)
    _in_ledger(center, record)
    center.keep(record)
    center.put(ShowCallbacks())


def _file(center: Center, record: CallbackRecord) -> None:
    """Among those that are open, by id and by number; not any more, when it is over."""
    known, over = center.callbacks.get(record.id), record.state in cb.OVER
    if known is not None and (over or known.number_e164 != record.number_e164):
        same = center.callbacks_of[known.number_e164]
        del same[known.id]
        if not same:
            del center.callbacks_of[known.number_e164]
    if over:
        center.callbacks.pop(record.id, None)
        return
    center.callbacks[record.id] = record
    center.callbacks_of.setdefault(record.number_e164, {})[record.id] = None


def _on_number(center: Center, number: str) -> list[CallbackRecord]:
    """At a restart thousands are due, and each number is looked up for itself."""
    return [center.callbacks[id_] for id_ in center.callbacks_of.get(number, ())]


def _in_ledger(center: Center, record: CallbackRecord) -> None:
    id_ = WorkId(record.id)
    if record.state in cb.OVER or record.state == "talking" or record.queue is None or not record.first:
        center.ledger.leave(id_)
        return
    center.ledger.enter(
        Entry(
            id=id_,
            kind="virtual",
            queue=record.queue,
            number=record.number_e164,
            queued_at=cb.place_of(record),
            tier=record.tier,
            priority=record.priority,
        )
    )


def _schedule(center: Center, record: CallbackRecord) -> None:
    at = cb.wake_at(record, center.now)
    if at is not None:
        if record.state == "due" and record.first == "customer":
            at = min(at, center.now + callback_moment.LOOK_EVERY_S)
        center.callback_looks[record.id] = max(at, center.now)
        center.wake(center.callback_looks[record.id], "callback", record.id)


def _begin(center: Center, record: CallbackRecord) -> None:
    call = record.attempt
    if call is None or call in center.contacts or not center.switch_up:
        return
    contact = beginnings.begin_callback(call, entry=record, needs=kept_needs(record.needs), now=center.now)
    center.contacts[call] = contact
    center.callers[call] = Caller()
    center.put(LookUp(call, record.number_e164))
    center.step(contact, ct.CallbackBegun())


def _ring_customer_if(center: Center, record: CallbackRecord) -> None:
    queue = _queue(center, record)
    if record.attempt not in center.contacts and callback_moment.has_come(center, record, queue):
        first = callback_moment.first_like(center, record)
        _begin(center, first if first is record or callback_moment.has_come(center, first, queue) else record)


def record_of(center: Center, contact: Contact, *, reason: str, number: str) -> CallbackRecord:
    queue = center.plan.queues.get(contact.queue) if contact.queue is not None else None
    rule = queue.callback if queue else CallbackRule()
    caller = center.callers.get(contact.id)
    work = caller.work if caller else None
    return msgspec.structs.replace(
        rows.callback_row(contact, reason, at=center.now),
        number_e164=number,
        dnis=contact.dnis,
        language=contact.language,
        needs=_in_words(contact.needs),
        priority=contact.priority,
        tier=work.tier if work else 2,
        queued_at=contact.queued_at if contact.queued_at is not None else center.now,
        first=rule.first,
        expires_at=center.now + rule.expires_s,
        next_at=center.now,
    )


def _queue(center: Center, record: CallbackRecord) -> QueuePlan:
    queue = center.plan.queues.get(record.queue) if record.queue is not None else None
    return queue or center.plan.for_calls[0]


def _rule(center: Center, record: CallbackRecord) -> CallbackRule:
    return _queue(center, record).callback


def _in_words(needs: Needs) -> str:
    return " and ".join(map(str, needs))


def _dialable(center: Center, number: str) -> str:
    e164: str = center.house.normalise(number)
    if not e164 or refusal_of(center, e164, ever=True) is not None:
        raise BadRequest.because("number_not_called", number=number)
    return e164


def _window(center: Center, window: tuple[float, float] | None) -> tuple[float | None, float | None]:
    if window is None:
        return None, None
    start, end = window
    if not start < end or end <= center.now:
        raise BadRequest.because("window_to_come")
    return start, end
