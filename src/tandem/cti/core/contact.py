"""One contact: its state, the events that move it besides the switch's, and the effects that it asks for.

The machine itself is in ``path.py``. Everything here is data; a contact survives a crash as ``CallRecord.state`` in
the store and, in short, as the text that ``memory.remember`` leaves with the caller's connection at the switch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from tandem.cti.core.campaign_events import CampaignEffect
from tandem.cti.model.campaigns import MachineDetection
from tandem.cti.model.causes import Cause
from tandem.cti.model.ids import (
    AgentId,
    CallId,
    CampaignId,
    ConnectionId,
    CustomerId,
    DeviceId,
    LeadId,
    QueueId,
    RecordingId,
    Token,
)
from tandem.cti.model.requests import SwitchRequest
from tandem.cti.model.skills import Needs
from tandem.cti.model.states import ConnectionState, NotReadyReason, Outcome, Phase
from tandem.cti.model.timeline import Entry


class Contact(msgspec.Struct, frozen=True, kw_only=True):
    """State of one contact. Times are seconds since the Unix epoch; None = not yet.

    A Struct, not a dataclass: a call makes some sixty successors of its state, and this makes one 15 times faster.
    """

    id: CallId
    caller: ConnectionId
    ani: str = ""
    ani_e164: str = ""
    name: str = ""
    dnis: DeviceId = DeviceId("")
    phase: Phase = Phase.IVR
    outcome: Outcome | None = None
    cause: Cause | None = None
    started_at: float = 0.0
    queued_at: float | None = None
    answered_at: float | None = None
    """When the first agent's leg was joined."""
    ended_at: float | None = None
    since: float = 0.0
    """When the present phase began."""
    waited_s: float = 0.0
    talk_s: float = 0.0
    talk_before_s: float = 0.0
    """Of that, with agents before the present one."""
    deadline: float | None = None
    """When the present phase's own timer runs out (delivered as ``DeadlinePassed``)."""

    flow: str = ""
    flow_version: int = 0
    flow_edition: str = ""
    """Which text of the flow the call began with, and stays with."""
    flow_state: str = ""
    in_hand: str = ""
    """What the flow waits for: ``customer`` (who he is, before it begins), ``play``, ``collect``, ``music``, ``dip``,
    ``speech``, ``message_prompt`` (before it is recorded), ``message``; '' nothing. While he waits in line it goes on
    although an agent is being rung."""
    in_hand_until: float | None = None
    """When that counts as failed (delivered as ``FlowOverdue``)."""
    patience_until: float | None = None
    """A dip that takes longer than a moment: music until then."""
    waits: bool = False
    """The flow has a branch for him while he stands in line."""
    after_call: bool = False
    """The flow has a branch for after the talk."""
    flow_transfer: bool = False
    """It is the flow that has a number dialled for him: it goes on when nobody answers."""
    tier: str = ""
    """Given by the flow; goes before the customer's own."""
    left_line_at: float | None = None
    """When he left the line for the flow; ``queued_at`` is the place that he may have again."""
    served_by: AgentId | None = None
    """Whom he talked with, in SURVEY."""
    draft: bool = False
    """Somebody listens to a flow that he writes: nothing of it is kept or counted."""
    visits: int = 0
    """Steps of the flow that he has left."""
    answers: int = 0
    """Questions of surveys that he was asked."""
    language: str = ""
    pressed: tuple[dict[str, str], ...] = ()
    queue: QueueId | None = None
    needs: Needs = ()
    priority: int = 0
    target: AgentId | None = None
    customer: CustomerId | None = None

    legs: dict[ConnectionId, ConnectionState] = msgspec.field(default_factory=dict)
    agent: AgentId | None = None
    device: DeviceId | None = None
    leg: ConnectionId | None = None
    """The agent's leg, or the outside number's while transferring out."""
    caller_ready: bool = False
    """The caller's connection is under our control (not joined, still there)."""
    leg_ready: bool = False
    legs_made: int = 0
    joins: int = 0
    """Join requests since the last phase change (bounded: a switch that refuses for ever must not spin)."""
    offer: int = 0
    seat_away: bool = False
    """The agent's page closed while he talked."""
    leaving: bool = False
    """The agent hung up, or the ringing is given up; what is left is clearing the connections."""
    recording: RecordingId | None = None
    transfer_to: str = ""
    message_s: float = 120.0
    """How long a message he may leave."""
    message_min_s: float = 0.0
    """A shorter one counts as none (of a flow)."""
    message_queue: str = ""
    """Whose ledger a flow enters the message into."""
    message_ends: str = ""
    """The key that ends it."""
    recorded_at: float | None = None
    """Since when a flow's message is recorded."""
    callback_offer: int = 0
    """Number of the media request that offers a call back, while its answer is awaited; 0: none."""
    asks_number: bool = False
    """It is his number that is awaited, and not a choice."""
    callback_offers: int = 0
    """How often a call back was offered."""
    callback: str = ""
    """The entry of the ledger that this call carries out: ``caller`` is then him whom we call; '' for who called us."""
    first: str = ""
    """Who of a call back or an attempt is rung first: ``agent`` or ``customer``."""
    dialled: bool = False
    """The customer's phone was asked for; never twice."""
    line_at: float | None = None
    """Since when he has waited on the line, in this call; ``queued_at``, his place, may be older."""

    mode: str = ""
    """The call is an attempt on a lead, of a campaign that works in this mode; ``manual`` may be of none. '' = none."""
    campaign: CampaignId = CampaignId("")
    lead: LeadId = LeadId("")
    preview: bool = False
    """An agent sees whom before anybody is rung."""
    preview_s: float | None = None
    """Dialled by itself after so long; None: when the agent says so."""
    detect: MachineDetection | None = None
    """It is listened whether a machine answers."""
    machine: str = ""
    """What answered: ``human``, ``unsure``, ``machine``; '' not looked at."""
    within_s: float = 2.0
    """So soon after his greeting an agent is to be joined with the person."""
    connect_by: float | None = None
    """The person is on the line and no agent yet: until then one is to be joined with him."""
    missed: bool = False
    """None was."""
    heard: bool = False
    """The person, or his machine, heard our message to its end."""
    as_caller: bool = False
    """The flow has him, or an agent sent him to a queue: from then on he is served like somebody who called us."""

    media: int = 0
    """Counts media requests; the token of the last one is ``<id>.<media>``."""
    rev: int = 0
    events: int = 0
    """Notes so far: the number of the next line of the timeline."""
    segments: int = 0

    @property
    def token(self) -> Token:
        return Token(f"{self.id}.{self.media}")

    @property
    def wake_at(self) -> float | None:
        """When one of its timers is due next."""
        if self.deadline is None or self.in_hand_until is None:
            return self.in_hand_until if self.deadline is None else self.deadline
        return min(self.deadline, self.in_hand_until)

    @property
    def absent(self) -> bool:
        """There is no caller yet: he is still to be dialled."""
        return self.outbound and not self.dialled

    @property
    def outbound(self) -> bool:
        """It is we who call: a call back, or an attempt on a lead."""
        return bool(self.callback or self.mode)

    @property
    def for_campaign(self) -> bool:
        """It is served by agents of campaigns, and no queue's counts are touched."""
        return bool(self.mode) and not self.as_caller

    @property
    def rings_by_itself(self) -> bool:
        """The agent's page answers the phone that rings for this."""
        before_talk = self.connect_by is not None or self.absent
        return bool(self.mode) and self.phase is Phase.RINGING and before_talk

    @property
    def held(self) -> bool:
        return self.leg is not None and self.legs.get(self.leg) is ConnectionState.HOLD

    @property
    def ended(self) -> bool:
        return self.phase is Phase.ENDED


changed = msgspec.structs.replace
"""``changed(contact, field=value)``: its successor."""


def encode(contact: Contact) -> dict[str, Any]:
    """JSON-able form of the whole state."""
    state: dict[str, Any] = msgspec.to_builtins(contact)
    return state


def decode(state: dict[str, Any]) -> Contact:
    """Inverse of ``encode``. Raises msgspec.ValidationError when the state is from another version."""
    return msgspec.convert(state, Contact)


# ---- events besides the switch's -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueAsked:
    """The flow sends the caller to a queue, or, while he waits, to another one. ``queued_at``: an earlier place that he
    has again, by ``rule``. ``agent``: wanted first. ``failure``: why the flow could not go on, '' if it did."""

    queue: QueueId
    needs: Needs
    priority: int
    language: str
    pressed: tuple[dict[str, str], ...]
    queued_at: float | None = None
    rule: str = ""
    flow_state: str = ""
    agent: AgentId | None = None
    tier: str = ""
    waits: bool = False
    after_call: bool = False
    failure: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    agent: AgentId
    device: DeviceId
    why: dict[str, str]
    decision: dict[str, Any] = field(default_factory=dict)
    """Everything that explains it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PopPainted:
    offer: int


@dataclass(frozen=True, slots=True)
class DeclineAsked:
    pass


@dataclass(frozen=True, slots=True)
class HangUpAsked:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferAsked:
    """Blind transfer. Exactly one of ``queue`` (with ``needs``), ``target``, ``number`` is given."""

    queue: QueueId | None = None
    needs: Needs = ()
    target: AgentId | None = None
    number: str = ""


@dataclass(frozen=True, slots=True)
class CallbackBegun:
    """The entry is due: an agent is looked for, or the customer is dialled at once (``Contact.first``)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DialAllowed:
    """Answer to ``DialAsked``: the attempt is written down, the customer may be rung.

    ``calling``: our number that he sees, '' = ``Contact.dnis``. ``carrier``: see ``MakeConnection``. ``within_s``,
    ``detect``: of a campaign's call, see ``Contact``.
    """

    ring_s: float
    calling: str = ""
    carrier: str = ""
    within_s: float = 2.0
    detect: MachineDetection | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DialRefused:
    """Answer to ``DialAsked``: not now, or dialled before. ``why``: the sentence by language; without one ``reason`` is
    a code: that of ``gate.Refusal``, ``no_entry`` or ``other_attempt``."""

    reason: str
    why: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Recalled:
    """Taken back (the entry cancelled, its window over; the campaign stopped): nobody was dialled, nobody will be."""


@dataclass(frozen=True, slots=True)
class SeatReached:
    """The agent's page is open and his phone registered (again)."""

    on_call: bool


@dataclass(frozen=True, slots=True)
class SeatLeft:
    page_gone: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerKnown:
    customer: CustomerId


@dataclass(frozen=True, slots=True)
class DeadlinePassed:
    pass


@dataclass(frozen=True, slots=True)
class SwitchGone:
    """The switch restarted: every connection it had is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a snapshot of the switch says of this contact's connections (None: not there)."""

    caller: ConnectionState | None
    caller_controlled: bool
    leg: ConnectionState | None
    leg_controlled: bool
    joined: bool
    in_fallback: bool
    fallback_agent: AgentId | None = None
    fallback_leg: ConnectionId | None = None
    answered_for_s: float | None = None
    """So long ago the customer's phone was answered; None when the switch does not know."""


# ---- effects ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ask:
    """Have the switch do this."""

    request: SwitchRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Advance:
    """Move the flow on: ``start``, ``wait`` (in line), ``after`` (the talk), ``resume``; or tell it of ``played``,
    ``digits``, ``no_input``, ``failed``, ``timeout`` (of a dip), ``recorded``, ``transfer_failed``.

    ``secret``: where the digits of a sensitive step are, with their number. ``recording``, ``seconds``: of a message.
    """

    what: str
    digits: str = ""
    secret: str = ""
    secret_length: int = 0
    recording: str = ""
    seconds: float = 0.0
    again: bool = False


@dataclass(frozen=True, slots=True)
class Seek:
    """Look for an agent."""


@dataclass(frozen=True, slots=True)
class StopSeeking:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentFreed:
    """The agent's part is over. ``talked``: he goes to wrap-up; else ``refused`` says why, None = not his doing."""

    agent: AgentId
    talked: bool = False
    refused: NotReadyReason | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A line for the call's timeline."""

    entry: Entry
    data: dict[str, Any] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        return self.entry.kind

    @property
    def text(self) -> str:
        return self.entry.text(self.data)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A part of the call is over (see ``SegmentRecord``)."""

    kind: str
    started_at: float
    ended_by: str
    agent: AgentId | None
    queue: QueueId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingBegan:
    recording: RecordingId


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingOver:
    recording: RecordingId
    agent: AgentId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallBackOwed:
    """We lost this caller, or he left a message (``recording``); somebody should call back.

    ``queue``: whose ledger; '' for that of the queue he is in.
    """

    reason: str
    recording: RecordingId | None = None
    queue: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackWanted:
    """He wants to keep his place and be called back; on ``number`` as he typed it, '' for the one he calls from.

    ``CallbackAgreed`` answers; without it he goes on waiting.
    """

    number: str = ""


@dataclass(frozen=True, slots=True)
class DialAsked:
    """May the customer be dialled? ``DialAllowed`` or ``DialRefused`` answers at once."""


@dataclass(frozen=True, slots=True)
class Reached:
    """The customer answered."""


@dataclass(frozen=True, slots=True)
class NumberWanted:
    """He wants to be called back on another number; ``NumberPrompted`` answers."""


Effect = (
    Ask
    | Advance
    | Seek
    | StopSeeking
    | AgentFreed
    | Note
    | Stretch
    | RecordingBegan
    | RecordingOver
    | CallBackOwed
    | CallbackWanted
    | NumberWanted
    | DialAsked
    | Reached
    | CampaignEffect
)
