"""The path of a contact, as a machine: ``step(contact, event, now) -> Outcome(contact, effects, wake_at)``.

The table at the end is keyed by (phase, event type). A pair that is not in it: news of the switch is ignored (it may
come late or twice), a person's command raises IllegalTransition. Either way the state is unchanged.

    IVR -> QUEUED -> OFFERED -> RINGING -> TALKING -> ENDED
             ^---------+----------+          |  ^
             ^-------- REJOINING <-----------+--+     (agent's leg lost; back by itself, or queued again)
             ^-------- TRANSFERRING <--------+        (outside number; queued again when it does not answer)

    A call back, the agent first:      QUEUED -> OFFERED -> RINGING -> DIALLING -> TALKING
                 the customer first:   QUEUED -> DIALLING -> QUEUED -> OFFERED -> ...

    An attempt on a lead:              see campaign_rows

    IVR, QUEUED -> TRANSFERRING | PARTING | VOICEMAIL     (overflow, closed; PARTING also with a call back agreed on)

    The flow: IVR; with the caller in line QUEUED, OFFERED, RINGING; TALKING -> SURVEY when the agent has hung up.
    It takes a caller out of the line (QUEUED -> IVR) and has numbers dialled (IVR -> TRANSFERRING -> IVR).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tandem.cti.core.any_rows import (
    customer,
    gone,
    held,
    joined,
    news_of_a_leg,
    retrieved,
    seen,
    switch_gone,
)
from tandem.cti.core.callback_rows import (
    callback_begun,
    dial_allowed,
    dial_deadline,
    dial_established,
    dial_failed,
    dial_refused,
    dial_route,
    dial_seat_left,
    dialling_delivered,
    recalled,
)
from tandem.cti.core.campaign_events import (
    AttemptBegun,
    LetGo,
    MachineMarked,
    PreviewDialAsked,
    PreviewSkipped,
    TextGiven,
)
from tandem.cti.core.campaign_rows import (
    attempt_begun,
    let_go,
    machine_marked,
    message_begun,
    painted,
    preview_dial,
    preview_left,
    preview_over,
    preview_skipped,
    screened,
    screening_over,
    screening_refused,
    text_given,
)
from tandem.cti.core.connections import advance
from tandem.cti.core.contact import (
    CallbackBegun,
    Contact,
    CustomerKnown,
    DeadlinePassed,
    DeclineAsked,
    DialAllowed,
    DialRefused,
    Effect,
    HangUpAsked,
    Matched,
    Note,
    PopPainted,
    QueueAsked,
    Recalled,
    SeatLeft,
    SeatReached,
    Seen,
    Stretch,
    SwitchGone,
    TransferAsked,
    changed,
)
from tandem.cti.core.flow_events import (
    CallbackPromised,
    DraftBegun,
    FlowAnswered,
    FlowAsks,
    FlowEnded,
    FlowOverdue,
    FlowRecords,
    FlowTransfers,
    LineLeft,
)
from tandem.cti.core.flow_rows import (
    callback_promised,
    draft_begun,
    draft_deadline,
    flow_answered,
    flow_asks,
    flow_ended,
    flow_media,
    flow_overdue,
    flow_refused,
    flow_transfers,
    ivr_originated,
    ivr_queue,
    ivr_route,
    line_left,
    line_moved,
    survey_deadline,
    survey_route,
)
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
from tandem.cti.core.message_rows import flow_records
from tandem.cti.core.offer_rows import (
    caller_back,
    decline,
    flow_overtaken,
    offer_deadline,
    offer_painted,
    offer_seat_left,
    queued_deadline,
    queued_match,
    request_failed,
    ringing_deadline,
    ringing_delivered,
    ringing_route,
)
from tandem.cti.core.overflow_rows import (
    announced,
    callback_agreed,
    callback_offered,
    last_words,
    message_asked,
    message_deadline,
    message_media,
    message_refused,
    message_route,
    number_prompted,
    offer_overtaken,
    parting_media,
    parting_over,
    queue_changed,
    queued_media,
    queued_refused,
    sent_outside,
)
from tandem.cti.core.talk_rows import (
    ended_route,
    rejoin_deadline,
    rejoin_left,
    rejoin_reached,
    talk_hang_up,
    talk_route,
    talk_seat_left,
    talk_seat_reached,
    talk_transfer,
    transfer_deadline,
    transfer_route,
)
from tandem.cti.core.turn import WITH_FLOW, Rules, Turn
from tandem.cti.model.errors import IllegalTransition
from tandem.cti.model.events import (
    ConnectionCleared,
    Delivered,
    Established,
    Failed,
    Held,
    Joined,
    MachineDetected,
    MediaEnded,
    MessageBegun,
    Originated,
    Parted,
    RequestFailed,
    Retrieved,
    RouteRequested,
)
from tandem.cti.model.ids import ConnectionId
from tandem.cti.model.states import Phase

P = Phase


@dataclass(frozen=True, slots=True)
class Outcome:
    contact: Contact
    effects: tuple[Effect, ...]
    wake_at: float | None
    """When ``DeadlinePassed`` or ``FlowOverdue`` is due, on the same clock as ``now``; None = never."""


_Row = Callable[[Turn, Any], None]

ALWAYS: dict[type, _Row] = {
    ConnectionCleared: gone,
    Failed: gone,
    Joined: joined,
    Established: news_of_a_leg,
    Delivered: news_of_a_leg,
    Parted: news_of_a_leg,
    Held: held,
    Retrieved: retrieved,
    CustomerKnown: customer,
    SwitchGone: switch_gone,
    Seen: seen,
}

TABLE: dict[tuple[Phase, type], _Row] = {
    **{(phase, event): row for phase in P if phase is not P.ENDED for event, row in ALWAYS.items()},
    (P.IVR, Originated): ivr_originated,
    (P.IVR, RouteRequested): ivr_route,
    (P.IVR, DraftBegun): draft_begun,
    (P.IVR, DeadlinePassed): draft_deadline,
    (P.IVR, QueueAsked): ivr_queue,
    (P.QUEUED, QueueAsked): line_moved,
    (P.QUEUED, LineLeft): line_left,
    (P.IVR, FlowTransfers): flow_transfers,
    **{(phase, FlowAsks): flow_asks for phase in (P.IVR, P.QUEUED, P.SURVEY)},
    **{(phase, FlowRecords): flow_records for phase in (P.IVR, P.SURVEY)},
    **{(phase, FlowAnswered): flow_answered for phase in WITH_FLOW},
    **{(phase, FlowOverdue): flow_overdue for phase in (P.IVR, P.QUEUED, P.SURVEY)},
    **{(phase, FlowOverdue): flow_overtaken for phase in (P.OFFERED, P.RINGING)},
    **{(phase, FlowEnded): flow_ended for phase in (P.IVR, P.SURVEY)},
    **{(phase, CallbackPromised): callback_promised for phase in (P.IVR, P.SURVEY)},
    **{(phase, MediaEnded): flow_media for phase in (P.IVR, P.SURVEY)},
    **{(phase, RequestFailed): flow_refused for phase in (P.IVR, P.SURVEY)},
    (P.SURVEY, RouteRequested): survey_route,
    (P.SURVEY, DeadlinePassed): survey_deadline,
    (P.QUEUED, RouteRequested): caller_back,
    (P.QUEUED, Matched): queued_match,
    (P.QUEUED, DeadlinePassed): queued_deadline,
    (P.QUEUED, CallbackBegun): callback_begun,
    **{(phase, Recalled): recalled for phase in (P.QUEUED, P.PREVIEW, P.OFFERED, P.RINGING)},
    **{(phase, AttemptBegun): attempt_begun for phase in (P.QUEUED, P.DIALLING)},
    (P.PREVIEW, PreviewDialAsked): preview_dial,
    (P.PREVIEW, PreviewSkipped): preview_skipped,
    (P.PREVIEW, DeadlinePassed): preview_over,
    (P.PREVIEW, SeatLeft): preview_left,
    **{(phase, PopPainted): painted for phase in (P.PREVIEW, P.RINGING, P.DIALLING, P.TALKING)},
    (P.SCREENING, MachineDetected): screened,
    (P.SCREENING, RequestFailed): screening_refused,
    (P.SCREENING, DeadlinePassed): screening_over,
    (P.PARTING, TextGiven): text_given,
    (P.PARTING, MessageBegun): message_begun,
    **{(phase, MachineMarked): machine_marked for phase in (P.TALKING, P.REJOINING)},
    (P.DIALLING, DialAllowed): dial_allowed,
    (P.DIALLING, DialRefused): dial_refused,
    (P.DIALLING, Delivered): dialling_delivered,
    (P.DIALLING, Established): dial_established,
    (P.DIALLING, RouteRequested): dial_route,
    (P.DIALLING, RequestFailed): dial_failed,
    (P.DIALLING, DeadlinePassed): dial_deadline,
    (P.DIALLING, HangUpAsked): talk_hang_up,
    (P.DIALLING, LetGo): let_go,
    (P.DIALLING, SeatLeft): dial_seat_left,
    (P.QUEUED, Announced): announced,
    (P.QUEUED, CallbackOffered): callback_offered,
    (P.QUEUED, NumberPrompted): number_prompted,
    (P.QUEUED, CallbackAgreed): callback_agreed,
    (P.QUEUED, MediaEnded): queued_media,
    (P.QUEUED, RequestFailed): queued_refused,
    (P.OFFERED, MediaEnded): offer_overtaken,
    (P.RINGING, MediaEnded): offer_overtaken,
    (P.QUEUED, QueueChanged): queue_changed,
    **{(phase, SentOutside): sent_outside for phase in (P.IVR, P.QUEUED)},
    **{(phase, LastWords): last_words for phase in (P.IVR, P.QUEUED)},
    **{(phase, MessageAsked): message_asked for phase in (P.IVR, P.QUEUED)},
    (P.PARTING, MediaEnded): parting_media,
    (P.PARTING, DeadlinePassed): parting_over,
    (P.PARTING, RouteRequested): parting_over,
    (P.PARTING, RequestFailed): parting_over,
    (P.VOICEMAIL, MediaEnded): message_media,
    (P.VOICEMAIL, RouteRequested): message_route,
    (P.VOICEMAIL, RequestFailed): message_refused,
    (P.VOICEMAIL, DeadlinePassed): message_deadline,
    (P.OFFERED, RouteRequested): caller_back,
    (P.OFFERED, PopPainted): offer_painted,
    (P.OFFERED, DeadlinePassed): offer_deadline,
    (P.OFFERED, DeclineAsked): decline,
    (P.OFFERED, SeatLeft): offer_seat_left,
    (P.RINGING, Delivered): ringing_delivered,
    (P.RINGING, RouteRequested): ringing_route,
    (P.RINGING, RequestFailed): request_failed,
    (P.RINGING, DeadlinePassed): ringing_deadline,
    (P.RINGING, DeclineAsked): decline,
    (P.RINGING, SeatLeft): offer_seat_left,
    (P.TALKING, RouteRequested): talk_route,
    (P.TALKING, RequestFailed): request_failed,
    (P.TALKING, HangUpAsked): talk_hang_up,
    (P.TALKING, TransferAsked): talk_transfer,
    (P.TALKING, SeatLeft): talk_seat_left,
    (P.TALKING, SeatReached): talk_seat_reached,
    (P.REJOINING, RouteRequested): ringing_route,
    (P.REJOINING, RequestFailed): request_failed,
    (P.REJOINING, HangUpAsked): talk_hang_up,
    (P.REJOINING, SeatReached): rejoin_reached,
    (P.REJOINING, SeatLeft): rejoin_left,
    (P.REJOINING, DeadlinePassed): rejoin_deadline,
    (P.TRANSFERRING, RouteRequested): transfer_route,
    (P.TRANSFERRING, RequestFailed): request_failed,
    (P.TRANSFERRING, DeadlinePassed): transfer_deadline,
    (P.ENDED, RouteRequested): ended_route,
}

_COMMANDS = (
    PopPainted, DeclineAsked, HangUpAsked, TransferAsked, PreviewDialAsked, PreviewSkipped, MachineMarked,
)  # fmt: skip
_OF_ONE_LEG = (Held, Retrieved)


def step(contact: Contact, event: Any, *, now: float, rules: Rules) -> Outcome:
    """The contact after ``event``, and what is to be done.

    Raises IllegalTransition for a command that makes no sense in this phase; anything else that has no row is no news.
    """
    row = TABLE.get((contact.phase, type(event)))
    connection: ConnectionId | None = getattr(event, "connection", None)
    legs = contact.legs
    if connection is not None:
        before = legs.get(connection)
        if before is not None:
            after = advance(before, event)
            if after is before and isinstance(event, (*_OF_ONE_LEG, Delivered, Failed, ConnectionCleared)):
                return Outcome(contact, (), contact.wake_at)  # late or doubled
            if after is not before:
                legs = {**legs, connection: after}
        elif not isinstance(event, RouteRequested):
            return Outcome(contact, (), contact.wake_at)  # a leg that is not, or no longer, of this contact
    if row is None:
        if isinstance(event, _COMMANDS):
            raise IllegalTransition(f"the call is {contact.phase.value}: {type(event).__name__} is not possible now")
        if contact.legs is legs:
            return Outcome(contact, (), contact.wake_at)
        return Outcome(changed(contact, legs=legs, rev=contact.rev + 1), (), contact.wake_at)
    turn = Turn(contact if legs is contact.legs else changed(contact, legs=legs), now, rules)
    row(turn, event)
    after_turn = turn.contact
    if after_turn is not contact or turn.effects:
        after_turn = changed(
            after_turn,
            rev=contact.rev + 1,
            events=contact.events + sum(isinstance(effect, Note) for effect in turn.effects),
            segments=contact.segments + sum(isinstance(effect, Stretch) for effect in turn.effects),
        )
    return Outcome(after_turn, tuple(turn.effects), after_turn.wake_at)
