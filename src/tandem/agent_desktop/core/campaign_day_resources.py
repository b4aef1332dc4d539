"""Shapes of the REST interface to what a campaign does: its day, decisions and machine detection, and what may come.

Moments are seconds since the Unix epoch, ratios 0..1.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

from tandem.agent_desktop.core.fields import Amount, Count, Day, Texts

Result = Literal["busy", "no_answer", "machine", "message_left", "abandoned", "hung_up", "rejected", "failed"]
"""How attempts end that may be tried again."""


class DayQuery(msgspec.Struct, frozen=True, kw_only=True):
    day: Day | None = None
    """In the campaign's zone; None = today."""


class DayPoint(msgspec.Struct, frozen=True, kw_only=True):
    """Five minutes from ``at``: counts in them, agents and lines per agent as means (None = not known)."""

    at: float
    dialled: int
    answered: int
    abandoned: int
    machines: int
    talked: int
    agents_idle: float | None
    agents_talking: float | None
    agents_wrapping: float | None
    lines_per_agent: float | None
    answer_rate: float | None


class CallerIdLine(msgspec.Struct, frozen=True, kw_only=True):
    """One of our numbers, as it is now. ``answer_rate``: of its calls lately, by whomever or whatever; None = too few
    yet. ``rests_until``: until then the others are shown, as at the beginning of the rest ``rested_rate`` of its calls
    were answered and ``others_rate`` of theirs; all None = it does not rest."""

    number: str
    calls_today: int
    answer_rate: float | None
    rests_until: float | None
    rested_rate: float | None
    others_rate: float | None


class CarrierLine(msgspec.Struct, frozen=True, kw_only=True):
    """A carrier, as it is now, with the calls of all campaigns. ``rate_share``: of its calls a second that congestion
    has left, above 0 to 1. ``rests_until`` None: it does not rest."""

    name: str
    used: bool
    """The campaign dials there."""
    in_use: int
    lines: int
    rate_share: float
    rests_until: float | None


class DaySeries(msgspec.Struct, frozen=True, kw_only=True):
    """``caller_ids``, ``carriers``: at this moment; None on any day but today, and for a draft. No ``caller_ids``: the
    carrier shows its own number."""

    campaign: str
    day: str
    zone: str
    step_s: float
    points: list[DayPoint]
    caller_ids: list[CallerIdLine] | None
    carriers: list[CarrierLine] | None


class DetectionAdvice(msgspec.Struct, frozen=True, kw_only=True):
    """The next step for the machine detection. ``change``: a field of it; '' = none, and ``text`` says why."""

    text: Texts
    change: Literal["", "initial_silence_ms", "greeting_ms", "after_greeting_silence_ms", "total_ms", "words"]
    before: int
    after: int
    effect: Texts
    more_mistaken: bool
    """It may take more persons for machines."""


class DetectionReport(msgspec.Struct, frozen=True, kw_only=True):
    """What the machine detection did since ``since``, and what its errors cost. ``human``, ``unsure``, ``machines``:
    its verdicts on the calls that are over."""

    campaign: str
    since: float
    human: int
    unsure: int
    machines: int
    connected: int
    """Of human and unsure: with an agent."""
    missed: int
    """Of these, agents said that they were machines."""
    missed_agent_s: float
    """The time of agents on those calls."""
    put_through: int
    """Machines that went to an agent: all, or the sample that the campaign wants."""
    unmarked: int
    """Of these the agent did not say that it was a machine: persons, or he forgot."""
    mistaken_share: float
    """Persons among those who were taken for machines, as the operator found by listening."""
    verdict_p50_s: float | None
    verdict_p90_s: float | None
    """From the answer of a person to the verdict."""
    silence_s: float
    """So much of the promised two seconds is gone when somebody is known to be a person."""
    advice: DetectionAdvice
    mistaken_low: float
    mistaken_high: float
    """The band (95 %) of the share of persons among machines, by those who were put through."""
    cost_s: float
    cost_error_s: float
    """Of the errors, in seconds of an agent for each call that was listened to, and its standard error. A person who is
    hung up on counts as three minutes."""


class DecisionsQuery(msgspec.Struct, frozen=True, kw_only=True):
    before: Count | None = None
    """Number of a decision."""
    limit: Amount = 100


class PacingDecision(msgspec.Struct, frozen=True, kw_only=True):
    number: int
    at: float
    launched: int
    why: Texts
    evidence: dict[str, Any]


class PacingDecisions(msgspec.Struct, frozen=True, kw_only=True):
    """Newest first. ``before``: for the page that follows; None = there is none."""

    decisions: list[PacingDecision]
    before: int | None


class CampaignForecast(msgspec.Struct, frozen=True, kw_only=True):
    """How it goes on as things are. None = not known yet."""

    at: float
    left: int
    attempts: float
    """Attempts that are still to be made."""
    attempts_per_hour: float | None
    agent_hours: float | None
    reach_ratio: float | None
    """Of those who are left: how many will be talked with."""
    ends_at: float | None
    text: Texts


class AgentsWhatIf(msgspec.Struct, frozen=True, kw_only=True):
    """``agents``: so many more (or fewer) than work for it now."""

    agents: Annotated[int, msgspec.Meta(ge=-2000, le=2000)]


class PacingFigures(msgspec.Struct, frozen=True, kw_only=True):
    agents: int
    talk_ratio: float
    """Of the agents' time."""
    wait_s: float | None
    connects_per_hour: float
    lines_per_agent: float | None
    abandon_ratio: float | None
    ends_at: float | None


class AgentsWhatIfAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Simulated with what the campaign has learned, as means over ``runs`` pairs of runs with the same luck for both.
    ``hours``: of work, of all runs together. ``more_per_hour``: talks; with 95 % certainty it is within ``margin`` of
    that (of the simulation's chance, not of what it assumes); None = one run does not say."""

    now: PacingFigures
    then: PacingFigures
    hours: float
    runs: int
    more_per_hour: float
    margin: float | None
    text: Texts


class Recycle(msgspec.Struct, frozen=True, kw_only=True):
    """Leads that are over with these results are dialled again. ``try_only``: only say what it would bring."""

    results: Annotated[list[Result], msgspec.Meta(min_length=1, max_length=8)]
    try_only: bool = True


class Recycled(msgspec.Struct, frozen=True, kw_only=True):
    leads: int
    agent_hours: float | None
    reach_ratio: float | None
    text: Texts
    done: bool
