"""A message that a flow has the caller leave: prompts, then he alone is recorded, until a key ends it or its time."""

from __future__ import annotations

from tandem.cti.core.contact import Advance, Ask, RecordingBegan
from tandem.cti.core.flow_events import FlowRecords
from tandem.cti.core.turn import Turn, keep_message
from tandem.cti.model.events import MediaEnded
from tandem.cti.model.ids import RecordingId
from tandem.cti.model.requests import Collect, Play, Record
from tandem.cti.model.timeline import Entry

_SLACK_S = 2.0
"""The switch ends the listening; the deadline is for the case that it never says so."""
_LEAST_S = 1.0
"""So little of the time is not worth listening on for."""


def flow_records(t: Turn, e: FlowRecords) -> None:
    c = t.contact
    t.set(flow_state=e.flow_state, language=e.language, pressed=e.pressed)
    if c.recorded_at is not None:  # his predecessor has begun it: he talks on
        _listen(t)
        return
    t.set(message_s=e.most_s, message_min_s=e.min_s, message_queue=e.queue, message_ends=e.terminator)
    if not e.prompts:
        _begin(t)
        return
    t.set(media=c.media + 1, in_hand="message_prompt", in_hand_until=t.now + e.heard_s)
    t.remember()
    t.do(Ask(Play(call=c.id, connection=c.caller, prompts=e.prompts, token=t.contact.token)))


def message_answered(t: Turn, e: MediaEnded) -> None:
    if t.contact.in_hand == "message_prompt":
        _begin(t)
    elif e.digits not in ("", t.contact.message_ends) and _left_s(t) > _LEAST_S:
        _listen(t)  # another key than the one that ends it
    else:
        message_over(t)


def _begin(t: Turn) -> None:
    c = t.contact
    t.set(recorded_at=t.now)
    if not c.draft:
        recording = RecordingId(f"{c.id}-message{c.media}")
        t.set(recording=recording)
        t.note(Entry.MESSAGE, recording=recording)
        t.do(Ask(Record(call=c.id, connection=c.caller, recording=recording)), RecordingBegan(recording=recording))
    _listen(t)


def _listen(t: Turn) -> None:
    c = t.contact
    left_s = max(_LEAST_S, _left_s(t))
    t.set(media=c.media + 1, in_hand="message", in_hand_until=t.now + left_s + _SLACK_S)
    t.remember()
    t.do(
        Ask(
            Collect(
                call=c.id,
                connection=c.caller,
                prompts=(),
                max_digits=1,
                timeout_s=left_s,
                token=t.contact.token,
                terminator=c.message_ends,
                flush=True,
            )
        )
    )


def _left_s(t: Turn) -> float:
    c = t.contact
    return c.message_s - (0.0 if c.recorded_at is None else t.now - c.recorded_at)


def message_over(t: Turn) -> None:
    c = t.contact
    assert c.recorded_at is not None
    seconds = t.now - c.recorded_at
    keep_message(t)
    t.flow_rests()
    t.do(Advance(what="recorded", recording=c.recording or "", seconds=seconds))
