"""Shapes of the REST interface to IVR flows: versions, check, test, canary, live, numbers, replay.

A flow is a bundle of files: ``main`` and those it uses (sub-flows), and beside them its tests. Once loaded it is one
flat graph: step names are the flat ones (``identify/ask_pin``). ``Texts`` are sentences by language.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from tandem.agent_desktop.core.fields import Line, Texts

FLOW_CHARS = 262_144
BUNDLE_BYTES = 4 << 20
"""Of a request with a bundle in it."""
MOST_FILES = 64
"""As many as a flow may have."""
PROMPT_CHARS = 600
"""Of a prompt, as a flow may have it."""

_FILE_NAME = (
    r"^(?!.*\.\.)(?!.*//)(?!\.?/)(?!.*/\./)"
    r"[^\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\\:*?\"<>|]+\.ya?ml$(?!\n)"
)
FileName = Annotated[str, Meta(max_length=120, pattern=_FILE_NAME)]
"""Relative to the flow's own folder: ``main.yaml``, ``parts/identify.yaml``."""
FlowText = Annotated[str, Meta(max_length=FLOW_CHARS, pattern=r"^(?![\s\S]*[\x00-\x08\x0b\x0c\x0e-\x1f])")]
Files = Annotated[dict[FileName, FlowText], Meta(max_length=MOST_FILES)]
"""File name -> text."""
VersionNumber = Annotated[int, Meta(ge=1, le=2**31 - 1)]
Number = Annotated[str, Meta(min_length=1, max_length=32, pattern=r"^[+0-9A-Za-z*#]+$(?!\n)")]
"""A number of ours that is dialled (DNIS)."""
Share = Annotated[float, Meta(ge=0, le=1)]
Days = Annotated[int, Meta(ge=1, le=92)]


class FlowFiles(msgspec.Struct, frozen=True, kw_only=True):
    """A bundle. ``tests``: the test files beside it (``main.test.yaml``)."""

    main: FileName
    files: Annotated[dict[FileName, FlowText], Meta(min_length=1, max_length=MOST_FILES)]
    tests: Files = {}


# ---- versions ------------------------------------------------------------------------------------------------------


class FlowCanary(msgspec.Struct, frozen=True, kw_only=True):
    """A version that some calls get: all that dial one of ``numbers``, and ``share`` (0..1) of the others."""

    version: int
    share: float
    numbers: list[str]


class FlowSummary(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the list of flows. ``problems``: errors of the newest version.

    ``containment``: share (0..1) of the calls of the last 7 days that the flow served to their end; None: no calls.
    """

    name: str
    numbers: list[str]
    """The dialled numbers (DNIS) that it answers."""
    live_version: int | None
    canary: FlowCanary | None
    newest_version: int
    versions: int
    languages: list[str]
    problems: int
    calls: int
    """Of the last 7 days."""
    containment: float | None
    changed_at: float
    changed_by: str


class FlowCatalogue(msgspec.Struct, frozen=True, kw_only=True):
    flows: list[FlowSummary]


class FlowVersion(msgspec.Struct, frozen=True, kw_only=True):
    """``problems``: errors; a version with one cannot go live. ``base``: the version that was edited, 0 if none.

    ``tested``: None: it has no tests, or they were not run yet.
    """

    version: int
    base: int
    note: str
    by: str
    at: float
    state: Literal["draft", "canary", "live", "retired"]
    edition: str
    problems: int
    tested: bool | None


class FlowDeployment(msgspec.Struct, frozen=True, kw_only=True):
    """What calls get from ``at`` on, until the next one. ``what``: ``imported``, ``live``, ``canary``,
    ``canary_ended``, ``rollback``."""

    number: int
    live: int
    canary: FlowCanary | None
    by: str
    at: float
    what: str


class FlowDetail(msgspec.Struct, frozen=True, kw_only=True):
    """``versions`` and ``history`` newest first. ``deployment`` None: nothing of this flow was ever live.

    ``rollback_to``: the version that one step back leads to (the live one, when that only ends a canary); None: there
    is no way back.
    """

    name: str
    numbers: list[str]
    versions: list[FlowVersion]
    deployment: FlowDeployment | None
    history: list[FlowDeployment]
    rollback_to: int | None


class FlowVersionText(msgspec.Struct, frozen=True, kw_only=True):
    version: FlowVersion
    main: str
    files: dict[str, str]
    tests: dict[str, str]


class NewDraft(msgspec.Struct, frozen=True, kw_only=True):
    """Saved as a new version even when it has problems. ``base_version``: what was edited; 0: a new flow."""

    base_version: Annotated[int, Meta(ge=0, le=2**31 - 1)]
    main: FileName
    files: Annotated[dict[FileName, FlowText], Meta(min_length=1, max_length=MOST_FILES)]
    tests: Files = {}
    note: Line = ""


class GoLive(msgspec.Struct, frozen=True, kw_only=True):
    """``force``: although tests fail (never although there are errors)."""

    version: VersionNumber
    force: bool = False


class GoCanary(msgspec.Struct, frozen=True, kw_only=True):
    """``numbers``: of the flow's own, to get this version always. ``share`` of the calls to its other numbers."""

    version: VersionNumber
    share: Share = 0.0
    numbers: Annotated[list[Number], Meta(max_length=100)] = []
    force: bool = False


# ---- check ---------------------------------------------------------------------------------------------------------


class BundleProblem(msgspec.Struct, frozen=True, kw_only=True):
    """``line``: from 1; 0 = the whole file. ``step``: the flat name, '' when it is none's. With an ``error`` a version
    cannot go live."""

    file: str
    line: int
    step: str
    severity: Literal["error", "warning"]
    code: str
    what: Texts
    fix: Texts


class GraphExit(msgspec.Struct, frozen=True, kw_only=True):
    """``to``: a step, or '' where the flow is over."""

    name: str
    to: str


class GraphStep(msgspec.Struct, frozen=True, kw_only=True):
    """A step of the flat graph. ``said``: what the caller hears there first, by language.

    ``mode``: ``ivr``, ``waiting`` (in a branch for those who stand in line), ``after`` (after the talk).
    """

    name: str
    kind: str
    file: str
    line: int
    exits: list[GraphExit]
    said: Texts
    mode: Literal["ivr", "waiting", "after"]


class FlowGraph(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    languages: list[str]
    start: str
    on_error: str
    steps: list[GraphStep]


class FlowChecked(msgspec.Struct, frozen=True, kw_only=True):
    """``graph`` is None when there are errors."""

    problems: list[BundleProblem]
    graph: FlowGraph | None


# ---- tests and coverage --------------------------------------------------------------------------------------------


class CaseRun(msgspec.Struct, frozen=True, kw_only=True):
    """One test as it went. ``failures``: what was expected and what came, by language. ``path``: steps in order.

    ``heard``: what the virtual caller heard, in order.
    """

    file: str
    name: str
    ok: bool
    failures: list[Texts]
    heard: list[str]
    path: list[str]


class EdgeCount(msgspec.Struct, frozen=True, kw_only=True):
    step: str
    exit: str
    to: str
    count: int


class Coverage(msgspec.Struct, frozen=True, kw_only=True):
    """How often the tests came by each step and took each exit (0: never). Ratios are 0..1."""

    nodes: dict[str, int]
    edges: list[EdgeCount]
    node_ratio: float
    edge_ratio: float


class FlowTested(msgspec.Struct, frozen=True, kw_only=True):
    """``problems``: of the flow and of the test files; with an error nothing ran and ``coverage`` is None."""

    problems: list[BundleProblem]
    cases: list[CaseRun]
    coverage: Coverage | None


# ---- numbers -------------------------------------------------------------------------------------------------------


class NumbersQuery(msgspec.Struct, frozen=True, kw_only=True):
    """``version`` None: all that had calls."""

    version: VersionNumber | None = None
    days: Days = 7


class NodeNumbers(msgspec.Struct, frozen=True, kw_only=True):
    """Visits of a step. ``abandoned``: callers who hung up there. ``mean_s``: how long they were there."""

    step: str
    entered: int
    exits: dict[str, int]
    abandoned: int
    mean_s: float
    no_input: int
    no_match: int


EndReason = Literal["served", "message", "callback", "transferred", "queue", "hung_up", "error"]


class FlowEnd(msgspec.Struct, frozen=True, kw_only=True):
    """Where callers went: ``served`` (the flow said good-bye), ``message`` (left one), ``callback`` (was promised one),
    ``transferred``, ``queue`` (``queue`` says which), ``hung_up`` (in the middle of the flow), ``error`` (the queue
    ``on_error``). Only ``served`` is contained: everybody else still wants, or got, a person."""

    reason: EndReason
    queue: str
    calls: int
    contained: bool


class Ratio(msgspec.Struct, frozen=True, kw_only=True):
    """A share (0..1) with its 95 % confidence interval."""

    value: float
    low: float
    high: float


class Containment(msgspec.Struct, frozen=True, kw_only=True):
    """``ends``: the most frequent first; they add up to ``calls``. ``ratio`` None: no calls."""

    calls: int
    contained: int
    ends: list[FlowEnd]
    ratio: Ratio | None


class JourneyLink(msgspec.Struct, frozen=True, kw_only=True):
    """A ribbon of the Sankey picture: ``calls`` went from ``source`` to ``target`` at their step number ``depth``
    (from 0). ``target``: a step, or ``end:REASON`` / ``end:queue:NAME``; ``other`` sums what is too rare to draw."""

    depth: int
    source: str
    target: str
    calls: int


class FlowNumbers(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    version: int | None
    since: float
    until: float
    nodes: list[NodeNumbers]
    containment: Containment
    journeys: list[JourneyLink]


# ---- replay --------------------------------------------------------------------------------------------------------


class NewReplay(msgspec.Struct, frozen=True, kw_only=True):
    """Recorded journeys of the last ``days`` against a saved ``version``, or against a draft (``bundle``)."""

    version: VersionNumber | None = None
    bundle: FlowFiles | None = None
    days: Days = 7


class ReplayMove(msgspec.Struct, frozen=True, kw_only=True):
    """So many callers ended ``before`` there, and would end ``after`` there (``served``, ``queue:cards``,
    ``undetermined``, ...)."""

    before: str
    after: str
    calls: int


class ReplayStop(msgspec.Struct, frozen=True, kw_only=True):
    """Where it cannot be said how callers would go on: at a step that they never met, or whose answer does not fit."""

    step: str
    why: Texts
    calls: int


class ReplayCall(msgspec.Struct, frozen=True, kw_only=True):
    """One call that would go otherwise. ``stopped_at``: '' when it came to an end. Paths are steps in order."""

    call: str
    at: float
    before: str
    after: str
    stopped_at: str
    path_before: list[str]
    path_after: list[str]


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """``after - before`` of the calls that came to an end in both (paired), with its 95 % confidence interval."""

    value: float
    low: float
    high: float


class ReplayReport(msgspec.Struct, frozen=True, kw_only=True):
    """``same`` + ``moved`` + ``undetermined`` = ``calls``. ``before``/``after``/``difference``: containment among the
    calls that came to an end in both; None when there are none. ``dead_ends``: steps after which a caller would have
    been sent to ``on_error``, with how many."""

    name: str
    version: int | None
    since: float
    until: float
    calls: int
    left_out: int
    """Calls beyond the newest that were replayed."""
    same: int
    moved: int
    undetermined: int
    moves: list[ReplayMove]
    stops: list[ReplayStop]
    dead_ends: dict[str, int]
    examples: list[ReplayCall]
    before: Ratio | None
    after: Ratio | None
    difference: Difference | None


# ---- listening and calling -----------------------------------------------------------------------------------------


class CallMe(msgspec.Struct, frozen=True, kw_only=True):
    """Rings the browser phone of who asks; at the answer the draft begins. Nothing of it is counted."""

    main: FileName
    files: Annotated[dict[FileName, FlowText], Meta(min_length=1, max_length=MOST_FILES)]


class DraftCall(msgspec.Struct, frozen=True, kw_only=True):
    call: str


SpeechLanguage = Annotated[str, Meta(max_length=16, pattern=r"^[a-z]{2}(-[A-Za-z0-9]{2,8})?$(?!\n)")]
SpeechText = Annotated[
    str, Meta(min_length=1, max_length=PROMPT_CHARS, pattern=r"^(?![\s\S]*[\x00-\x08\x0b-\x1f\x7f])(?=.*\S)")
]


class SpeechAsked(msgspec.Struct, frozen=True, kw_only=True):
    """What a caller would hear for this text: the uploaded recording if there is one, else the synthetic voice."""

    language: SpeechLanguage
    text: SpeechText


class PromptQuery(msgspec.Struct, frozen=True, kw_only=True):
    language: SpeechLanguage
    text: SpeechText


class PromptRecording(msgspec.Struct, frozen=True, kw_only=True):
    """A recording that callers hear for this text. ``gain_db``: how much louder it was made. ``warnings``: what was
    found wrong with it, but not so wrong that it is refused."""

    language: str
    text: str
    seconds: float
    gain_db: float
    warnings: list[Texts]
    by: str
    at: float


class PromptRecordings(msgspec.Struct, frozen=True, kw_only=True):
    recordings: list[PromptRecording]
