"""Campaigns: what an operator sets. Documents, kept and sent as they are; ``routing.core.dialer`` checks their sense.

Durations are seconds, ratios 0..1, moments seconds since the Unix epoch, numbers E.164.
"""

from __future__ import annotations

import zlib
from typing import Literal

import msgspec

from tandem.cti.model.durations import DAY_S
from tandem.cti.model.ids import CallId, CampaignId, QueueId

Mode = Literal["manual", "preview", "progressive", "power", "predictive", "agentless"]
"""``manual``: agents dial. ``preview``: an agent sees a lead, then it is dialled. ``progressive``: one line per free
agent. ``power``: ``ratio`` lines per free agent. ``predictive``: as many as the promise allows. ``agentless``: who
answers hears the flow."""
MODES: tuple[Mode, ...] = ("manual", "preview", "progressive", "power", "predictive", "agentless")

State = Literal["draft", "running", "paused", "draining", "stopped", "completed"]
"""``paused``: no new call, everything else stays. ``draining``: no new call; ``stopped`` when the last one is over.
``completed``: by itself, when the goal is reached or nothing is left."""

AttemptResult = Literal[
    "talked",
    "abandoned",
    "machine",
    "message_left",
    "served",
    "hung_up",
    "busy",
    "no_answer",
    "rejected",
    "invalid_number",
    "congestion",
    "failed",
    "withdrawn",
]
"""How an attempt ended. ``talked``: with an agent. ``abandoned``: a person answered and no agent was there within two
seconds. ``machine``: hung up on it. ``message_left``: on it. ``served``: by the flow of an agentless campaign.
``hung_up``: the person, within two seconds of his answer. ``congestion``: the network had no line; counts as no attempt
on the person. ``withdrawn``: nothing was dialled."""

SUCCESS = "success"
"""A lead whose disposition counts for the goal is over with this state."""

LeadState = Literal["open", "in_hand", "success", "done", "exhausted", "do_not_call", "invalid", "removed"]
"""``open``: may be dialled when its time comes. ``in_hand``: with the dialer. ``done``: disposed of, not to be called
again. ``exhausted``: its attempts are used up. ``invalid``: no number is left. ``removed``: its list was taken back."""


class Span(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Minutes after local midnight, half-open."""

    begin: int
    end: int


class Hours(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When the campaign works, in its own time zone; ``days``: 0 = Monday. See ``model.hours.WeeklyHours``."""

    timezone: str = "Asia/Shanghai"
    days: dict[int, list[Span]] = {}
    holidays: str = ""
    closed_on: list[str] = []
    """Dates (2026-10-01)."""


class Retry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """After this result of an attempt: again after ``after_s``, at most ``times`` attempts that ended like it."""

    after_s: float
    times: int
    other_number: bool = True
    """The person's next number first, when there is one."""
    other_part_of_day: bool = False
    """In another of ``AttemptPlan.day_parts`` than this attempt."""


def _usual_retries() -> dict[str, Retry]:
    return {
        "busy": Retry(after_s=900.0, times=3),
        "no_answer": Retry(after_s=14_400.0, times=4, other_part_of_day=True),
        "machine": Retry(after_s=14_400.0, times=3),
        "message_left": Retry(after_s=DAY_S, times=1),
        "abandoned": Retry(after_s=DAY_S, times=1),
        "hung_up": Retry(after_s=DAY_S, times=1),
        "failed": Retry(after_s=1_800.0, times=3),
        "rejected": Retry(after_s=DAY_S, times=1),
    }


class AttemptPlan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    retries: dict[str, Retry] = msgspec.field(default_factory=_usual_retries)
    """By AttemptResult; a result that is not here ends the lead (but for ``congestion`` and ``withdrawn``)."""
    most_per_number: int = 6
    most_per_person: int = 8
    most_per_person_a_day: int = 3
    gap_s: float = 900.0
    """Between two attempts on one person, whatever the result."""
    day_parts: tuple[Span, ...] = (Span(begin=480, end=720), Span(begin=720, end=1020), Span(begin=1020, end=1260))


class CallerIds(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Our numbers that the callee sees. The one of his country and area first, then the one with the best answer rate;
    one whose rate falls under ``rest_below`` of the pool's (after 50 calls) rests for ``rest_s``."""

    numbers: list[str] = []
    rest_below: float = 0.5
    rest_s: float = DAY_S
    most_per_day: int = 1_000
    """Calls with one number."""


class TuningStep(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A threshold that was changed by itself. ``cost_s``: what the errors of the detection had cost until then, in
    seconds of an agent for each call that was listened to, and ``cost_error_s`` the standard error of that."""

    at: float
    threshold: str
    before: int
    after: int
    why: dict[str, str]
    """One sentence in ``zh`` and ``en``."""
    taken_back: bool = False
    """It undoes the step before it of this threshold, which cost more than it saved."""
    cost_s: float = 0.0
    cost_error_s: float = 0.0


class MachineDetection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Asterisk ``AMD()``; its parameters in milliseconds."""

    use: bool = False
    on_machine: Literal["hang_up", "message", "agent"] = "hang_up"
    message: dict[str, str] = {}
    """Left after the beep, by language."""
    initial_silence_ms: int = 2_500
    greeting_ms: int = 1_500
    after_greeting_silence_ms: int = 800
    total_ms: int = 3_500
    words: int = 4
    tune: Literal["by_hand", "by_itself"] = "by_hand"
    """The next step for a threshold waits for somebody's click, or is taken and, when it costs more, taken back."""
    sample_one_in: int = 0
    """Of the calls taken for machines, one in so many goes to an agent nevertheless, who hears what it is; 0: none."""
    steps: list[TuningStep] = []
    """What ``by_itself`` has done, the newest last."""
    mistaken_share: float = 0.0
    """Persons among those who are taken for machines, as you found by listening: what Ofcom's formula counts as
    abandoned besides (a "reasoned estimate" of false positives)."""


def in_sample(detection: MachineDetection, call: CallId) -> bool:
    """Whether an agent is to hear this call though it was taken for a machine's. Of the call's id alone: the same
    whenever it is asked, and like chance from call to call."""
    one_in = detection.sample_one_in
    return one_in > 0 and detection.on_machine != "agent" and zlib.crc32(call.encode()) % one_in == 0


class ModeRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """While every given condition holds the campaign works in ``mode``; the first rule that holds counts."""

    mode: Mode
    agents_below: int | None = None
    answer_rate_below: float | None = None
    answer_rate_above: float | None = None
    left_below: int | None = None
    """Leads that may still be dialled."""


class Goal(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    successes: int | None = None
    """Leads with a disposition of ``Campaign.success``; then the campaign is completed."""


class Quota(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """No lead with ``value`` in ``field`` is dialled once so many of them were successes."""

    field: str
    value: str
    most: int


class Campaign(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The operator needs to set two things: ``abandon_limit`` and ``target_wait_s``; the rest has defaults."""

    id: CampaignId
    name: str
    mode: Mode = "progressive"
    queue: QueueId = QueueId("")
    """Whose skills its agents need, and under which its calls are reported. '' only when agentless."""
    flow: str = ""
    """Agentless: what who answers hears."""
    rules: str = "none"
    """The jurisdiction: a name of the rule book."""
    countries: list[str] = []
    """ISO 3166; [] = those of the installation."""
    consent_needed: bool = False
    hours: Hours | None = None
    abandon_limit: float = 0.03
    """Of the calls that a person answered; the jurisdiction's counts when it is lower."""
    target_wait_s: float = 10.0
    """That an agent waits between two calls."""
    ratio: float = 1.5
    preview_s: float | None = None
    """Preview: dialled by itself after so long; None: never by itself."""
    ring_s: float = 25.0
    wrap_up_s: float | None = None
    """None: the installation's."""
    caller_ids: CallerIds = CallerIds()
    carrier: str = ""
    """A name of the settings; '' = the first."""
    cost_cap: float | None = None
    """A day, in the currency of the carrier's prices; no call is begun beyond it."""
    attempts: AttemptPlan = AttemptPlan()
    machine_detection: MachineDetection = MachineDetection()
    order: Literal["list", "newest", "fewest_attempts", "random"] = "list"
    """Callbacks whose time has come go first, then leads of a higher priority, then this."""
    weight: float = 1.0
    """Of the agents whom campaigns of one priority share."""
    priority: int = 0
    """Higher has agents first."""
    mode_rules: list[ModeRule] = []
    goal: Goal = Goal()
    quotas: list[Quota] = []
    script: str = ""
    """What the agent reads; ``{field}`` stands for a field of the lead."""
    dispositions: list[str] = []
    """Codes that agents may choose; [] = all."""
    success: list[str] = []
    """Codes that count for the goal."""
    message: dict[str, str] = {}
    """Who calls, for whom no agent was there in time; by language. {} = the built-in text with ``name``."""


class CampaignRecord(msgspec.Struct, frozen=True, kw_only=True, tag="campaign"):
    """A campaign and where it is. ``rev`` grows with every change; ``by``: login, '' = by itself; ``why``: a sentence
    for a change that it made itself."""

    id: CampaignId
    rev: int
    state: State
    document: Campaign
    by: str
    at: float
    why: str = ""
