"""Rows of the table for those who wait and are told something, offered a call back, or served in another way."""

from __future__ import annotations

from tandem.cti.core.campaign_rows import text_heard, text_here, text_refused
from tandem.cti.core.contact import (
    Ask,
    CallbackWanted,
    DeadlinePassed,
    NumberWanted,
    RecordingBegan,
    StopSeeking,
)
from tandem.cti.core.flow_rows import flow_media, flow_refused
from tandem.cti.core.line_events import (
    Announced,
    CallbackAgreed,
    CallbackOffered,
    LastWords,
    MessageAsked,
    NumberPrompted,
    QueueChanged,
    SentOutside,
)
from tandem.cti.core.turn import Turn, caller_here, new_leg, requeue
from tandem.cti.model.events import MediaEnded, Party, RequestFailed, RouteRequested
from tandem.cti.model.ids import DeviceId, RecordingId
from tandem.cti.model.requests import Collect, Play, Record
from tandem.cti.model.states import Outcome as End
from tandem.cti.model.states import Phase
from tandem.cti.model.timeline import Entry

P = Phase

KEEP_MY_PLACE = "1"
ANOTHER_NUMBER = "2"
_NUMBER_DIGITS = 20
_OF_CAMPAIGNS = (End.NO_AGENT, End.MACHINE)


def announced(t: Turn, e: Announced) -> None:
    if t.contact.caller_ready and not t.contact.callback_offer and not t.contact.waits:
        _play(t, e.prompts)
        t.music()


# ---- the offer of a call back ----


def callback_offered(t: Turn, e: CallbackOffered) -> None:
    c = t.contact
    if not c.caller_ready or c.callback_offer:
        return  # not ours at this moment, or asked already
    t.note(Entry.CALLBACK_OFFERED)
    t.flow_rests()
    t.set(callback_offers=c.callback_offers + 1, waits=False)
    _collect(t, e.prompts, len(KEEP_MY_PLACE), e.timeout_s, flush=True)


def number_prompted(t: Turn, e: NumberPrompted) -> None:
    if t.contact.caller_ready:
        _collect(t, e.prompts, _NUMBER_DIGITS, e.timeout_s)
        t.set(asks_number=True)


def _collect(t: Turn, prompts: tuple[str, ...], max_digits: int, timeout_s: float, *, flush: bool = False) -> None:
    media = t.contact.media + 1
    t.set(media=media, callback_offer=media, asks_number=False)
    call, connection, token = t.contact.id, t.contact.caller, t.contact.token
    ask = Collect(
        call=call,
        connection=connection,
        prompts=prompts,
        max_digits=max_digits,
        timeout_s=timeout_s,
        token=token,
        flush=flush,
    )
    t.do(Ask(ask))
    t.music()  # it stands behind the prompt: whatever he does, he is not left in silence


def queued_media(t: Turn, e: MediaEnded) -> None:
    if t.contact.callback_offer:
        _offer_answered(t, e)
    else:
        flow_media(t, e)


def queued_refused(t: Turn, e: RequestFailed) -> None:
    if not t.contact.callback_offer:
        flow_refused(t, e)
    elif e.request == "Collect":
        t.set(callback_offer=0, asks_number=False)


def _offer_answered(t: Turn, e: MediaEnded) -> None:
    c = t.contact
    if e.connection != c.caller or e.token != c.token or c.callback_offer != c.media:
        return
    t.set(callback_offer=0, asks_number=False)
    if not e.digits:
        return
    t.note(Entry.DIGIT, digits=e.digits)
    if c.asks_number:
        t.do(CallbackWanted(number=e.digits))
    elif e.digits == KEEP_MY_PLACE:
        t.do(CallbackWanted())
    elif e.digits == ANOTHER_NUMBER:
        t.do(NumberWanted())


def offer_overtaken(t: Turn, e: MediaEnded) -> None:
    """An agent was found before he had chosen: what he pressed does not count any more."""
    if e.connection == t.contact.caller and e.token == t.contact.token:
        t.set(callback_offer=0, asks_number=False)
        t.flow_rests()


def callback_agreed(t: Turn, e: CallbackAgreed) -> None:
    t.note(Entry.CALLBACK_AGREED_PLACE, number=e.number)
    _part(t, e.prompts, End.CALLBACK, "callback")


# ---- to another queue, outside, a last word, a message ----


def queue_changed(t: Turn, e: QueueChanged) -> None:
    t.note(Entry.OVERFLOW, why=e.why, queue=e.queue)
    t.do(StopSeeking())
    t.set(target=None)
    # the stretch of waiting that ends here was in the old queue
    requeue(t, "overflow", queue=e.queue, needs=e.needs, priority=e.priority)


def sent_outside(t: Turn, e: SentOutside) -> None:
    t.note(Entry.OVERFLOW, why=e.why, number=e.number)
    t.do(StopSeeking())
    t.enter(P.TRANSFERRING, "overflow", deadline=t.now + t.rules.outside_s + 5.0)
    queued_at = t.contact.queued_at if t.contact.queued_at is not None else t.now
    t.set(transfer_to=e.number, target=None, queued_at=queued_at)
    if e.prompts and t.contact.caller_ready:
        _play(t, e.prompts)
    t.music()
    new_leg(t, DeviceId(e.number), Party.OUTSIDE, t.rules.outside_s)


def last_words(t: Turn, e: LastWords) -> None:
    t.note(Entry.OVERFLOW, why=e.why)
    _part(t, e.prompts, End.MESSAGE, "overflow")


def _part(t: Turn, prompts: tuple[str, ...], outcome: End, ended_by: str) -> None:
    t.do(StopSeeking())
    t.enter(P.PARTING, ended_by, deadline=t.now + t.rules.media_s)
    t.set(outcome=outcome, callback_offer=0, asks_number=False)
    t.remember()
    if prompts and t.contact.caller_ready:
        _play(t, prompts)
    else:
        t.clear(t.contact.caller)


def parting_media(t: Turn, e: MediaEnded) -> None:
    if t.contact.outcome in _OF_CAMPAIGNS:
        text_heard(t, e)
    elif e.connection == t.contact.caller and e.token == t.contact.token:
        t.clear(t.contact.caller)


def parting_over(t: Turn, e: DeadlinePassed | RouteRequested | RequestFailed) -> None:
    """Nothing (more) can be played to him."""
    if t.contact.outcome in _OF_CAMPAIGNS and isinstance(e, RouteRequested):
        text_here(t, e)
        return
    if t.contact.outcome in _OF_CAMPAIGNS and isinstance(e, RequestFailed):
        text_refused(t, e)
        return
    if isinstance(e, RequestFailed) and e.request != "Play":
        return
    t.set(deadline=None)
    t.clear(t.contact.caller)


def message_asked(t: Turn, e: MessageAsked) -> None:
    t.note(Entry.OVERFLOW, why=e.why)
    t.do(StopSeeking())
    t.enter(P.VOICEMAIL, "overflow", deadline=t.now + t.rules.media_s)
    t.set(message_s=e.most_s, callback_offer=0, asks_number=False)
    t.remember()
    if e.prompts and t.contact.caller_ready:
        _play(t, e.prompts)
    else:
        record_message(t)


def message_media(t: Turn, e: MediaEnded) -> None:
    if e.connection != t.contact.caller or e.token != t.contact.token or t.contact.recording is not None:
        return
    if e.ok:
        record_message(t)
    else:  # mostly he has hung up, and the news of that comes next
        t.set(deadline=t.now + t.rules.broken_off_s)


def message_refused(t: Turn, e: RequestFailed) -> None:
    if e.request == "Play":
        record_message(t)


def message_route(t: Turn, e: RouteRequested) -> None:
    if e.connection == t.contact.caller and caller_here(t):
        record_message(t)


def message_deadline(t: Turn, e: DeadlinePassed) -> None:
    if t.contact.recording is None:
        record_message(t)
    else:
        t.set(deadline=None)
        t.note(Entry.MESSAGE_FULL)
        t.clear(t.contact.caller)


def record_message(t: Turn) -> None:
    """The caller alone is recorded, from now on."""
    c = t.contact
    if c.recording is not None:
        return
    recording = RecordingId(f"{c.id}-message{c.media}")
    t.set(recording=recording, deadline=t.now + c.message_s)
    t.note(Entry.MESSAGE, recording=recording)
    t.do(Ask(Record(call=c.id, connection=c.caller, recording=recording)), RecordingBegan(recording=recording))


def _play(t: Turn, prompts: tuple[str, ...]) -> None:
    t.set(media=t.contact.media + 1)
    call, connection, token = t.contact.id, t.contact.caller, t.contact.token
    t.do(Ask(Play(call=call, connection=connection, prompts=prompts, token=token)))
