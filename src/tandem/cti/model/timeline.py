"""What a call's timeline can say: each kind of entry with its code and its English sentence.

Whoever reads JSON gets code and values; the pages have their own sentences, in Chinese and English
(``agent_desktop/web/src/i18n/timeline.*.ts``; a test compares them). The English text is kept beside them, for the
command line. An entry without a code is older than these codes, and is shown as its text.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any


class Entry(Enum):
    """Code and sentence. The code's part before the dot is the entry's kind; the rest tells apart what is said of it.

    ``{why}``: mostly a sentence that whoever decided says in both languages itself.
    """

    code: str
    kind: str
    sentence: str

    # ---- a call, its flow, the line
    INVITE = "invite", "call from {ani} to {dnis}"
    INVITE_WITHHELD = "invite.withheld", "call to {dnis}, without a number"
    CUSTOMER = "customer", "customers with this number: {count}"
    CUSTOMER_LATE = "customer.late", "the look-up is late"
    ANSWERED = "answered", "flow {flow} answers"
    ANSWERED_VERSION = "answered.version", "flow {flow}, version {version} answers"
    ANSWERED_DIALLED = "answered.dialled", "flow {flow} begins"
    DIGIT = "digit", "pressed {digits}"
    FLOW_RAISED = "flow_raised", "the flow could not go on: {error}"
    FLOW_FAILED = "flow_failed", "{failure}: he waits on with music"
    FLOW_ENDED = "flow_ended", "the flow is over"
    FLOW_ENDED_FAILED = "flow_ended.failed", "the flow ends: {failure}"
    SURVEY = "survey", "{question}: {answer}"
    SURVEY_SILENT = "survey.silent", "{question}: nothing"
    QUEUED = "queued", "queue {queue}"
    QUEUED_RESCUED = "queued.rescued", "queue {queue}, for the flow could not go on: {failure}"
    PLACE_KEPT = "place_kept", "has the earlier place again, waits since {waited_s} s"
    PLACE_KEPT_CAME_BACK = "place_kept.came_back", "came back from the flow, waits since {waited_s} s"
    PLACE_KEPT_REJOINED = "place_kept.rejoined", "was cut off or gave up, waits since {waited_s} s"
    PLACE_KEPT_CALLED_AGAIN = "place_kept.called_again", "was to be called back, waits since {waited_s} s"
    LINE_LEFT = "line_left", "leaves the line of {queue} for the flow"
    WIDENED = "widened", "step {number}: a long wait is predicted"
    OVERFLOW = "overflow", "{why}"
    AS_CALLER = "as_caller", "no agent of the campaign was free in time: he waits like somebody who called"
    TARGET_GIVEN_UP = "target_given_up", "{target} was not free in time; anyone with the needs will do"
    FALLBACK_RETAKEN = "fallback.retaken", "taken back from the switch's own queue"
    FALLBACK_CONNECTED = "fallback.connected", "the switch's own queue connected the caller while the server was away"

    # ---- to be called back, a message
    CALLBACK_OFFERED = "callback_offered", "may keep the place and be called back"
    CALLBACK_AGREED = "callback_agreed", "is called back on {number}"
    CALLBACK_AGREED_PLACE = "callback_agreed.place", "keeps the place and is called back on {number}"
    CALLBACK_REFUSED = "callback_refused", "this number cannot be called back"
    NUMBER_UNKNOWN = "number_unknown", "the do-not-call list has not answered yet"
    MESSAGE = "message", "the caller leaves a message"
    MESSAGE_FULL = "message_full", "the longest message is this long"

    # ---- an agent
    MATCHED = "matched", "{why}"
    POP_SHOWN = "pop_shown", "the pop is on the agent's page"
    RINGING = "ringing", "phone {device} rings"
    RINGING_CUSTOMER = "ringing.customer", "{device} rings"
    ACCEPTED = "accepted", "the agent answered"
    OFFERED_ON_NO_ANSWER = "offered_on.no_answer", "no answer"
    OFFERED_ON_DECLINED = "offered_on.declined", "declined"
    OFFERED_ON_PHONE = "offered_on.phone", "the phone did not answer ({cause})"
    OFFERED_ON_NOT_SHOWN = "offered_on.not_shown", "the page did not show the call"
    OFFERED_ON_PAGE_CLOSED = "offered_on.page_closed", "the agent's page was closed"
    OFFERED_ON_NOT_BACK = "offered_on.not_back", "the agent did not come back"
    OFFERED_ON_UNSEEN = "offered_on.unseen", "the ringing ended while the server was away"
    OFFERED_ON_FALLBACK = "offered_on.fallback", "the dead-man switch took the caller"
    OFFERED_ON_LATE = "offered_on.late", "not joined in time"
    TALKING = "talking", "caller and agent are joined"
    TALKING_DIALLED = "talking.dialled", "customer and agent are joined"
    HELD = "held", "the agent put the caller on hold"
    RETRIEVED = "retrieved", "the agent is back from hold"
    AGENT_LOST = "agent_lost", "the agent's connection ended ({cause})"
    AGENT_LOST_UNSEEN = "agent_lost.unseen", "the agent's connection ended while the server was away"
    AGENT_LOST_EARLY = "agent_lost.early", "the agent's connection was not there when the customer answered"
    AGENT_LOST_PAGE_CLOSED = "agent_lost.page_closed", "the agent's page was closed or reloaded"
    AGENT_LOST_PAGE_BACK = "agent_lost.page_back", "the agent's page came back without its call"
    REJOINING = "rejoining", "the agent's phone is rung again"
    HUNG_UP = "hung_up", "the agent hung up"
    HUNG_UP_PHONE = "hung_up.phone", "the agent hung up on the phone"
    TRANSFER_NUMBER = "transfer.number", "transferred to {number}"
    TRANSFER_AGENT = "transfer.agent", "transferred to {target}"
    TRANSFER_QUEUE = "transfer.queue", "transferred to {queue}"
    TRANSFER_FLOW = "transfer.flow", "the flow transfers to {number}"
    TRANSFER_REFUSED = "transfer_refused", "{number} may not be dialled"
    TRANSFER_FAILED = "transfer_failed", "the number did not answer"
    TRANSFER_FAILED_CAUSE = "transfer_failed.cause", "the number did not answer ({cause})"
    TRANSFERRED_OUT = "transferred_out", "caller and number are joined"
    WRAP_UP = "wrap_up", "wrap-up began"
    HISTORY_WRITTEN = "history_written", "disposition {disposition} and notes kept"
    RECORDING_SAVED = "recording_saved", "{duration_s} s, both sides"
    RECORDING_FAILED = "recording_failed", "the recording is not kept: {detail}"
    RECORDING_MISSING = "recording_failed.missing", "the recording's file is not there: {detail}"
    RECORDING_DAMAGED = "recording_failed.damaged", "the recording's file is damaged: {detail}"
    RECORDING_NOT_SAVED = "recording_failed.not_saved", "the recording cannot be written: {detail}"

    # ---- we call
    CALLBACK_AGENT = "callback.agent", "call back, agent first"
    CALLBACK_CUSTOMER = "callback.customer", "call back, customer first"
    CAMPAIGN_AGENT = "campaign.agent", "{mode} call to {number}, agent first"
    CAMPAIGN_CUSTOMER = "campaign.customer", "{mode} call to {number}, customer first"
    PREVIEW = "preview", "the agent reads whom he calls"
    PREVIEW_DIAL = "preview_dial", "the agent has {number} dialled"
    PREVIEW_DIAL_TIME = "preview_dial.time", "the time to read is over: {number} is dialled"
    PREVIEW_SKIPPED = "preview_skipped", "the agent does not call now"
    PREVIEW_SKIPPED_NOTE = "preview_skipped.note", "the agent does not call now: {note}"
    DIALLED = "dialled", "{number} is dialled"
    DIAL_REFUSED = "dial_refused", "{why}"
    DIAL_REFUSED_CODE = "dial_refused.code", "may not be dialled now: {refusal}"
    REACHED = "reached", "the customer's phone was answered"
    REACHED_UNSEEN = "reached.unseen", "the customer's phone was answered while the server was away"
    LET_GO = "let_go", "it rang for long enough, and no agent is free: given up"
    SCREENED = "screened", "the detector says: {verdict} ({why})"
    MACHINE_SAMPLED = "machine_sampled", "one in {one_in} goes to an agent, who hears whether it is one"
    MACHINE_MARKED = "machine_marked", "the agent says that a machine answered"
    MACHINE_BEEP = "machine_message.beep", "a beep: the message begins after {at_s} s"
    MACHINE_BEEP_AGAIN = "machine_message.beep_again", "a beep: the message begins once more, after {at_s} s"
    MACHINE_TONE = (
        "machine_message.tone",
        "beep at {beep_at_s} s, {beep_hz} Hz, {beep_s} s: the message begins after {at_s} s",
    )
    MACHINE_TONE_AGAIN = (
        "machine_message.tone_again",
        "beep at {beep_at_s} s, {beep_hz} Hz, {beep_s} s: the message begins once more, after {at_s} s",
    )
    MACHINE_QUIET = "machine_message.quiet", "no beep, but a long quiet: the message begins after {at_s} s"
    MACHINE_TIME = "machine_message.time", "no end of the greeting: the message begins after {at_s} s"
    MACHINE_SILENCE = (
        "machine_message.silence",
        "silence, the beep could not be listened for: the message begins after {at_s} s",
    )
    PROMISE_MISSED = "promise_missed", "no agent within {within_s} s"
    NO_AGENT = "no_agent", "he hears who called"
    DO_NOT_CALL = "do_not_call", "is not to be called any more ({scope})"
    CALL_AGAIN_AGENT = "call_again.agent", "is called again, by this agent"
    CALL_AGAIN_TEAM = "call_again.team", "is called again, by the team"

    # ---- the end
    ENDED = "ended", "{outcome} ({cause})"
    NOBODY_CALLED = "note.demo", "made up for the demo: nobody called"

    def __init__(self, code: str, sentence: str) -> None:
        self.code = code
        self.kind = code.partition(".")[0]
        self.sentence = sentence

    def text(self, values: Mapping[str, Any]) -> str:
        """The sentence with its values, in English."""
        if "{" not in self.sentence:
            return self.sentence
        return self.sentence.format_map(_Said({name: _shown(value) for name, value in values.items()}))


PLACES: Mapping[str, Entry] = {
    "came_back": Entry.PLACE_KEPT_CAME_BACK,
    "rejoined": Entry.PLACE_KEPT_REJOINED,
    "called_again": Entry.PLACE_KEPT_CALLED_AGAIN,
}
"""By the rule that gave him his earlier place."""
GREETINGS: Mapping[str, Entry] = {
    "beep": Entry.MACHINE_BEEP,
    "quiet": Entry.MACHINE_QUIET,
    "time": Entry.MACHINE_TIME,
    "silence": Entry.MACHINE_SILENCE,
}
"""By what told that a machine's greeting was over (``MessageBegun.why``)."""
UNKEPT: Mapping[str, Entry] = {
    "recording_missing": Entry.RECORDING_MISSING,
    "recording_damaged": Entry.RECORDING_DAMAGED,
    "recording_not_saved": Entry.RECORDING_NOT_SAVED,
}
"""By the error's code."""


class _Said(dict[str, Any]):
    def __missing__(self, name: str) -> str:
        """A call goes on although a value is not there for its timeline."""
        return ""


def _shown(value: Any) -> Any:
    if isinstance(value, Mapping):
        return value.get("en", "")
    return f"{value:.10g}" if isinstance(value, float) else value
