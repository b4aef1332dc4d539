"""Shapes of the REST interface to routing: the plan, the line, reasons, tasks."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

from tandem.agent_desktop.core.fields import Count, FilledLine, Id, Line, Moment, Text, Texts

PLAN_CHARS = 4_000_000
PlanText = Annotated[str, msgspec.Meta(max_length=PLAN_CHARS, pattern=r"^(?![\s\S]*[\x00-\x08\x0b\x0c\x0e-\x1f])")]
"""A routing plan (YAML)."""
ShortTexts = dict[Literal["zh", "en"], Line]


# ---- the plan ------------------------------------------------------------------------------------------------------


class PlanProblem(msgspec.Struct, frozen=True, kw_only=True):
    """``line``: from 1; 0 = the whole text. ``path``: where in the form it is (``["shifts", "day", "teams", "0"]``; the
    last of it may be what is missing); empty when that is not known. A plan with an ``error`` cannot be applied, one
    with a ``warning`` can.
    """

    line: int
    path: list[str]
    severity: Literal["error", "warning"]
    what: Texts
    fix: Texts
    """What to do about it."""


class ClosureView(msgspec.Struct, frozen=True, kw_only=True):
    """A queue (None: all) that somebody closed by hand, until he opens it again."""

    queue: str | None
    reason: str
    text: Texts
    """Spoken to callers; {} for the plan's own text."""
    by: str
    at: float


class PlanVersion(msgspec.Struct, frozen=True, kw_only=True):
    version: int
    note: str
    created_by: str
    created_at: float
    active: bool


class RoutingPlan(msgspec.Struct, frozen=True, kw_only=True):
    """The plan in force. ``form``: the same document as plain JSON, in its own words (``"80% in 20 s"``) and its
    canonical order; what equals its default is left out."""

    version: int
    text: str
    form: dict[str, Any]
    problems: list[PlanProblem]
    note: str
    created_by: str
    created_at: float
    closures: list[ClosureView]


class PlanDraft(msgspec.Struct, frozen=True, kw_only=True):
    text: PlanText


class PlanChecked(msgspec.Struct, frozen=True, kw_only=True):
    """``form`` is None when the text cannot be read; what it says may still be wrong (``problems``)."""

    problems: list[PlanProblem]
    form: dict[str, Any] | None


class FormEdit(msgspec.Struct, frozen=True, kw_only=True):
    """Puts ``value`` where ``path`` leads in the form; None takes it away. ``["queues", "service", "target_s"]``;
    an entry of a list by its index (``"0"``), ``"-"`` appends to it. Missing parents are made.
    """

    path: Annotated[list[Line], msgspec.Meta(min_length=1, max_length=12)]
    value: Any


class FormEdits(msgspec.Struct, frozen=True, kw_only=True):
    text: PlanText
    edits: Annotated[list[FormEdit], msgspec.Meta(min_length=1, max_length=2000)]


class PlanEdited(msgspec.Struct, frozen=True, kw_only=True):
    """The plan with the edits, written canonically."""

    text: str
    problems: list[PlanProblem]
    form: dict[str, Any] | None


class PlanChange(msgspec.Struct, frozen=True, kw_only=True):
    """One difference to the plan in force. ``path``: ``queues.service.target_s``."""

    path: str
    kind: Literal["added", "removed", "changed"]
    text: Texts


class PlanEffect(msgspec.Struct, frozen=True, kw_only=True):
    """What applying would do now: ``12 waiting callers would match at once``."""

    severity: Literal["info", "warning"]
    text: Texts


class PlanPreview(msgspec.Struct, frozen=True, kw_only=True):
    """Compared to version ``base_version``, which goes back in ``ApplyPlan``."""

    base_version: int
    problems: list[PlanProblem]
    changes: list[PlanChange]
    more_changes: int
    """Changes beyond those listed."""
    effects: list[PlanEffect]


class ApplyPlan(msgspec.Struct, frozen=True, kw_only=True):
    """``base_version``: the version that was edited; 409 ``plan_changed`` when another one is in force by now."""

    text: PlanText
    note: Line
    base_version: Count


class PlanVersions(msgspec.Struct, frozen=True, kw_only=True):
    """Newest first."""

    versions: list[PlanVersion]


class PlanVersionText(msgspec.Struct, frozen=True, kw_only=True):
    version: PlanVersion
    text: str


class SetClosure(msgspec.Struct, frozen=True, kw_only=True):
    """``closed`` False opens it again (what the plan's hours say then counts)."""

    closed: bool
    reason: Line = ""
    text: ShortTexts = {}


class Closures(msgspec.Struct, frozen=True, kw_only=True):
    closures: list[ClosureView]


# ---- the line ------------------------------------------------------------------------------------------------------


class CallAttempt(msgspec.Struct, frozen=True, kw_only=True):
    """One time that somebody was called back. ``outcome``: ``answered``, ``busy``, ``no_answer``, ``failed``,
    ``refused`` (the may-call gate), ``dialling``."""

    at: float
    outcome: str


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """When somebody wants to be called back."""

    start_at: Moment
    end_at: Moment


class LineEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One who waits, on the line or not.

    ``kind``: ``live``, ``virtual`` (keeps his place, is called back), ``cut_off`` (his place is kept for when he calls
    again), ``transferred``, ``task``. ``place`` is None while he cannot be served (window not open, retry not due).
    """

    id: str
    kind: str
    place: int | None
    state: str
    """``waiting``, ``offered``, ``dialling``, ``ringing``, ``scheduled``, ``retry``, ``kept``."""
    call: str | None
    number: str
    name: str
    """Of the caller; a task's title."""
    queue: str
    tier: str
    tier_rank: int
    priority: int
    since: float
    """Since when he waits; decides his place and survives every requeue."""
    waited_s: float
    predicted_p50_s: float | None
    """The wait still to come: with equal chances longer or shorter than this."""
    predicted_p90_s: float | None
    """.. and longer than this for one in ten."""
    step: int
    step_needs: str
    agent: str | None
    site: str
    mode: Literal["", "agent", "customer"]
    """Of a callback: who is rung first."""
    window: Window | None
    attempts: list[CallAttempt]
    attempts_allowed: int
    next_attempt_at: float | None
    created_by: str
    """Login of who asked for the callback; '' = the caller himself."""
    note: str = ""


class LineQuery(msgspec.Struct, frozen=True, kw_only=True):
    queue: Id | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=5000)] = 1000


class LinePage(msgspec.Struct, frozen=True, kw_only=True):
    """In the order in which they are served; those without a place last."""

    now: float
    entries: list[LineEntry]
    total: int
    """How many there are, shown or not."""


class NewCallback(msgspec.Struct, frozen=True, kw_only=True):
    """``window`` None: as soon as it is his turn."""

    number: FilledLine
    queue: Id
    mode: Literal["agent", "customer"] = "agent"
    window: Window | None = None
    name: Line = ""
    call: Id | None = None
    """The call after which he is to be called back: he gets the place that he had."""
    note: Line = ""


class CallbackChange(msgspec.Struct, frozen=True, kw_only=True):
    """Replaces all four."""

    number: FilledLine
    mode: Literal["agent", "customer"]
    window: Window | None
    note: Line = ""


# ---- why -----------------------------------------------------------------------------------------------------------


class CandidateLine(msgspec.Struct, frozen=True, kw_only=True):
    """An agent who could have had it, and the one reason why he did not."""

    agent: str
    name: str
    idle_s: float
    cost_s: float
    reason: str
    text: Texts


class OvertakenLine(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who stood before and whom this agent could have served, and the rule that let this one pass."""

    id: str
    queue: str
    waited_s: float
    rule: str
    text: Texts


class DecisionLine(msgspec.Struct, frozen=True, kw_only=True):
    at: float
    agent: str
    agent_name: str
    queue: str
    rule: str
    text: Texts
    """One sentence: why this agent."""
    step: int
    step_needs: str
    place: int
    waited_s: float
    idle_s: float
    cost_s: float
    eligible: int
    """Free agents who could have taken it."""
    waiting: int
    """Waiting works that this agent could have taken."""
    predicted_p50_s: float | None
    """What the wait was predicted to be when he came into the line."""
    predicted_p90_s: float | None
    candidates: list[CandidateLine]
    overtaken: list[OvertakenLine]
    skipped: list[int]
    """Steps passed over because no logged-on agent meets them."""


class ChangeLine(msgspec.Struct, frozen=True, kw_only=True):
    """The one change that would answer it now. ``kind``: ``agent_ready``, ``lower_need``, ``next_step``, ``none``."""

    kind: str
    text: Texts
    agent: str | None
    agent_name: str
    need: str
    in_s: float


class WhyWaiting(msgspec.Struct, frozen=True, kw_only=True):
    """Why nobody yet, at this moment."""

    id: str
    queue: str
    place: int
    waited_s: float
    step: int
    step_needs: str
    next_step_in_s: float | None
    logged_on: int
    """Logged-on agents who meet the present step."""
    free: int
    ahead: int
    """Works before it that one of those agents could take."""
    skipped: list[int]
    predicted_p50_s: float | None
    predicted_p90_s: float | None
    text: Texts
    change: ChangeLine


class CallWhy(msgspec.Struct, frozen=True, kw_only=True):
    """``decisions``: oldest first. ``waiting``: None when the call waits for nobody."""

    call: str
    decisions: list[DecisionLine]
    waiting: WhyWaiting | None


# ---- tasks ---------------------------------------------------------------------------------------------------------


class TaskView(msgspec.Struct, frozen=True, kw_only=True):
    """Work that is not a call. ``state``: ``waiting``, ``offered``, ``in_hand``, ``done``, ``cancelled``."""

    id: str
    queue: str
    queue_name: Texts
    title: str
    text: str
    customer: str | None
    customer_name: str
    number: str
    priority: int
    state: str
    agent: str | None
    created_by: str
    created_at: float
    offered_until: float | None
    """When an offer that was not accepted goes back into the line."""
    accepted_at: float | None
    done_at: float | None
    note: str
    """What the agent said when it was done or returned."""
    why: Texts
    """Why this agent; {} while it waits."""


class TasksQuery(msgspec.Struct, frozen=True, kw_only=True):
    queue: Id | None = None
    state: Literal["waiting", "offered", "in_hand", "done", "cancelled"] | None = None
    """None: all that are not over."""
    limit: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 200


class TaskList(msgspec.Struct, frozen=True, kw_only=True):
    tasks: list[TaskView]


class NewTask(msgspec.Struct, frozen=True, kw_only=True):
    queue: Id
    title: FilledLine
    text: Text = ""
    customer: Id | None = None
    number: Line = ""
    priority: Annotated[int, msgspec.Meta(ge=-100, le=100)] = 0
