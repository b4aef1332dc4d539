"""The live channel between a page and the server: typed, versioned messages (JSON over WebSocket).

The server sends ``Seat`` and ``Board`` as whole documents or keyed changes: applying one twice changes nothing, so a
page that reconnects can never show a call twice. Every server message but ``Welcome`` and ``Reply`` carries ``seq``,
which grows by one per page session; a page that comes back with ``Hello.resume`` gets what it missed, or, when that is
no longer held (or the server was restarted), a fresh ``Welcome(resumed=False)`` with whole documents.

All times are seconds since the Unix epoch, by the server's clock (``Welcome.now`` lets a page correct its own).
"""

from __future__ import annotations

from typing import Literal

import msgspec

from tandem.agent_desktop.core.fields import Count, Id, Line, Text, Texts, Watched
from tandem.agent_desktop.core.routing_resources import TaskView
from tandem.agent_desktop.core.seat_views import AgentView, CallView, WrapUpView

PROTOCOL = 2
"""Raised when a page of before would misread a message, or miss one: such a page is told to load anew."""


# ---- what a supervisor's board shows -------------------------------------------------------------------------------


class SeatRow(msgspec.Struct, frozen=True, kw_only=True):
    login: str
    name: str
    device: str
    state: str
    reason: str | None
    since: float
    online: bool
    phone_ok: bool
    call: str | None
    phase: str | None
    with_number: str
    with_name: str
    queue: str | None
    skills: dict[str, int]
    site: str = ""
    tasks: int = 0
    """In hand or offered."""
    until: float | None = None
    """When his shift ends or has a break next, or should have had; None: nothing is known of it, or he is not here."""


class QueueRow(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    name: dict[str, str]
    waiting: int
    longest_wait_since: float | None
    offered: int
    answered: int
    abandoned: int
    in_service_level: int
    service_level: float | None
    """answered within target / (offered - abandoned within target), 0..1; None before the first call."""
    target_s: float
    asa_s: float | None
    ready: int
    talking: int
    predicted_p50_s: float | None = None
    """The wait of who would call now."""
    predicted_p90_s: float | None = None
    coverage: float | None = None
    """Share of the waits so far that ended within the predicted band (which is made to hold 0.8 of them)."""
    open: bool = True
    closed_why: Texts = {}
    closed_by_hand: bool = False
    """By the emergency button; otherwise by its hours."""
    opens_at: float | None = None
    on_shift: int = 0
    """Logged-on agents who meet any of its steps."""
    virtual: int = 0
    """Who wait to be called back (not in ``waiting``)."""
    kind: str = "voice"
    """``voice``, ``task``."""


class WaitingRow(msgspec.Struct, frozen=True, kw_only=True):
    call: str
    phase: str
    queue: str | None
    place: int | None
    number: str
    name: str
    tier: str
    language: str
    since: float
    priority: int
    needs: str
    agent: str | None
    kind: str = "live"
    """``live``, ``virtual``, ``task``; ``call`` is then the id of the callback or task."""
    step: int | None = None
    """Index of the step that counts now."""
    tier_rank: int = 2
    """0 is served first."""
    predicted_p50_s: float | None = None
    """Wait still to come."""
    predicted_p90_s: float | None = None
    why_not: Texts = {}
    """Short: why nobody yet."""
    site: str = ""


class CampaignRow(msgspec.Struct, frozen=True, kw_only=True):
    """A campaign now. Ratios 0..1, None = nothing to divide by. "Today": since midnight in the campaign's zone."""

    id: str
    name: str
    state: str
    mode: str
    """That it works in now: by rule, or as set."""
    mode_set: str
    agents: int
    """Who work for it now: idle, in its calls, wrapping up."""
    agents_idle: int
    agents_talking: int
    agents_wrapping: int
    ringing: int
    waiting: int
    """Answered, and nobody there yet."""
    lines_per_agent: float | None
    """Calls in flight per idle agent, mean of the last minute."""
    answer_rate: float | None
    """By a person, last hour."""
    wait_s: float | None
    """Of an agent between two calls, mean of the last hour."""
    connects_per_hour: float
    dialled_today: int
    answered_today: int
    machines_today: int
    talked_today: int
    successes_today: int
    abandoned_today: int
    abandon_ratio_today: float | None
    abandon_ratio_window: float | None
    """Over the days of the jurisdiction's window (30)."""
    abandon_limit: float
    budget_today: float
    """So many answered calls may still meet nobody today (can be negative)."""
    budget_window: float
    left: int | None
    """Leads that are not over; None = being counted."""
    callable_now: int | None
    ends_at: float | None
    """When the list will be through, as things go; None = not known."""
    cost_today: float
    why: Texts
    """The last decision of the pacing, one sentence; {} before the first."""
    why_not: Texts
    """Why nothing is dialled now; {} = it dials."""
    zone: str = ""
    """Of the campaign."""
    answers_owed: int = 0
    """Today's share is over the limit until so many more people have answered; 0: it is kept."""


class CallbackRow(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who should be called back, as far as a list of them shows him."""

    id: str
    number_e164: str
    caller_name: str
    queue: str | None
    reason: str
    created_at: float


# ---- server -> page ------------------------------------------------------------------------------------------------


class Welcome(msgspec.Struct, frozen=True, kw_only=True, tag="welcome"):
    """``seq``: where the page stands; the next numbered message carries ``seq + 1``. ``resumed``: nothing was missed
    that does not follow now. When it is False the page forgets what it had: whole documents follow.
    """

    protocol: int
    session: str
    seq: int
    resumed: bool
    now: float


class Seat(msgspec.Struct, frozen=True, kw_only=True, tag="seat"):
    seq: int
    agent: AgentView
    call: CallView | None
    wrap_up: WrapUpView | None
    tasks: list[TaskView] = []
    """Offered to this agent or in hand."""


class Board(msgspec.Struct, frozen=True, kw_only=True, tag="board"):
    """``whole``: replaces everything; else rows replace rows of the same key and ``gone_*`` are taken away."""

    seq: int
    whole: bool
    seats: list[SeatRow]
    queues: list[QueueRow]
    calls: list[WaitingRow]
    gone_seats: list[str]
    gone_calls: list[str]


class Callbacks(msgspec.Struct, frozen=True, kw_only=True, tag="callbacks"):
    """To pages that watch them. ``total``: all that are open; ``rows``: of the first so many that the page watches, the
    oldest at the top. ``whole``: replaces everything; else rows replace rows of the same id or are added at the end,
    and ``gone`` are taken away.
    """

    seq: int
    whole: bool
    total: int
    rows: list[CallbackRow]
    gone: list[str]


class Campaigns(msgspec.Struct, frozen=True, kw_only=True, tag="campaigns"):
    """``whole``: replaces everything; else rows replace rows of the same id and ``gone`` are taken away."""

    seq: int
    whole: bool
    rows: list[CampaignRow]
    gone: list[str]


class Service(msgspec.Struct, frozen=True, kw_only=True, tag="service"):
    """Health of what a page cannot see: the telephone switch and the database."""

    seq: int
    switch_up: bool
    database_up: bool


class ErrorView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """As ``resources.Problem``."""

    code: str
    message: str
    retryable: bool
    reason: str = ""
    values: dict[str, str | float] = {}
    texts: dict[str, str] = {}


class Reply(msgspec.Struct, frozen=True, kw_only=True, tag="reply"):
    """The answer to the command with this ``id``; ``error`` is None when it was accepted."""

    id: int
    error: ErrorView | None


class Replaced(msgspec.Struct, frozen=True, kw_only=True, tag="replaced"):
    """Another page of the same user took over; this one is closed next and must not reconnect by itself."""

    seq: int


ServerMessage = Welcome | Seat | Board | Callbacks | Campaigns | Service | Reply | Replaced


# ---- page -> server ------------------------------------------------------------------------------------------------


class Resume(msgspec.Struct, frozen=True, kw_only=True):
    session: Id
    seq: Count


class Hello(msgspec.Struct, frozen=True, kw_only=True, tag="hello"):
    """First message of a page, within 5 s. ``view``: ``seat`` (agents) or ``board`` (supervisors, operators)."""

    protocol: int
    view: Literal["seat", "board"]
    resume: Resume | None = None
    on_call: bool = False
    """The page's softphone has a live session (False after a reload): tells a cut line from a lost page."""


class WatchCallbacks(msgspec.Struct, frozen=True, kw_only=True, tag="watch_callbacks"):
    """The page shows how many callbacks are open, and the ``first`` of them (0: none): the answer is ``Callbacks``, and
    again whenever that changes. A page that has not said this hears nothing of them.
    """

    id: Count
    first: Watched


class SetReady(msgspec.Struct, frozen=True, kw_only=True, tag="set_ready"):
    id: Count


class SetNotReady(msgspec.Struct, frozen=True, kw_only=True, tag="set_not_ready"):
    id: Count
    reason: Id


class PopShown(msgspec.Struct, frozen=True, kw_only=True, tag="pop_shown"):
    """The pop of this offer has been painted. The phone is rung only after this."""

    id: Count
    call: Id
    offer: Count


class Decline(msgspec.Struct, frozen=True, kw_only=True, tag="decline"):
    id: Count
    call: Id


class HangUp(msgspec.Struct, frozen=True, kw_only=True, tag="hang_up"):
    id: Count
    call: Id


class Transfer(msgspec.Struct, frozen=True, kw_only=True, tag="transfer"):
    """Blind transfer. ``kind``: ``agent`` (``to`` = login), ``queue`` (queue id), ``number`` (as dialled)."""

    id: Count
    call: Id
    kind: Literal["agent", "queue", "number"]
    to: Line


class ChooseCustomer(msgspec.Struct, frozen=True, kw_only=True, tag="choose_customer"):
    """Which of several matches (or a customer just created) the caller is."""

    id: Count
    call: Id
    customer: Id


class WrapUp(msgspec.Struct, frozen=True, kw_only=True, tag="wrap_up"):
    """Ends the wrap-up. ``disposition`` is a leaf of the tree; ``next``: ``ready`` or ``not_ready``."""

    id: Count
    call: Id
    disposition: Line
    notes: Text
    next: Literal["ready", "not_ready"] = "ready"


class MoreTime(msgspec.Struct, frozen=True, kw_only=True, tag="more_time"):
    """Adds a minute to the wrap-up timer."""

    id: Count
    call: Id


class CallbackDone(msgspec.Struct, frozen=True, kw_only=True, tag="callback_done"):
    id: Count
    callback: Id


class TaskAccept(msgspec.Struct, frozen=True, kw_only=True, tag="task_accept"):
    id: Count
    task: Id


class TaskReturn(msgspec.Struct, frozen=True, kw_only=True, tag="task_return"):
    """Back into the line, to the place it had; this agent is not offered it again soon."""

    id: Count
    task: Id
    note: Line = ""


class TaskDone(msgspec.Struct, frozen=True, kw_only=True, tag="task_done"):
    id: Count
    task: Id
    note: Text = ""


class PreviewDial(msgspec.Struct, frozen=True, kw_only=True, tag="preview_dial"):
    """Dial him whom the card shows; ``number``: one of his, '' = the one that is proposed."""

    id: Count
    call: Id
    number: Line = ""


class PreviewSkip(msgspec.Struct, frozen=True, kw_only=True, tag="preview_skip"):
    """Not now: the lead goes back, and comes again later."""

    id: Count
    call: Id
    note: Line = ""


class DialNumber(msgspec.Struct, frozen=True, kw_only=True, tag="dial_number"):
    """The agent dials by hand, or clicks a number. ``campaign``: whose call it is; '' = none's."""

    id: Count
    number: Line
    campaign: Line = ""


class MarkMachine(msgspec.Struct, frozen=True, kw_only=True, tag="mark_machine"):
    """ "That was a machine": the call ends, the attempt counts as one on a machine, and the detector learns."""

    id: Count
    call: Id


class DoNotCall(msgspec.Struct, frozen=True, kw_only=True, tag="do_not_call"):
    """He does not want to be called: from the next second on. ``scope``: his number in all campaigns, in this one, or
    the person on any number."""

    id: Count
    call: Id
    scope: Literal["global", "campaign", "person"] = "global"


class CallAgain(msgspec.Struct, frozen=True, kw_only=True, tag="call_again"):
    """He is promised a campaign's call at ``at``. ``personal``: from this agent. ``number``: '' = the one dialled."""

    id: Count
    call: Id
    at: float
    personal: bool = False
    number: Line = ""
    note: Line = ""


PageCommand = (
    SetReady
    | SetNotReady
    | PopShown
    | Decline
    | HangUp
    | Transfer
    | ChooseCustomer
    | WrapUp
    | MoreTime
    | CallbackDone
    | TaskAccept
    | TaskReturn
    | TaskDone
    | PreviewDial
    | PreviewSkip
    | DialNumber
    | MarkMachine
    | DoNotCall
    | CallAgain
)
PageMessage = Hello | WatchCallbacks | PageCommand
