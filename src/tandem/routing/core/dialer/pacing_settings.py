"""What goes into the pacing of a campaign, and what comes out of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, get_args

PacedMode = Literal["progressive", "power", "predictive"]
PACED_MODES: tuple[PacedMode, ...] = get_args(PacedMode)
AgentStatus = Literal["idle", "talking", "wrapping", "away", "reserved"]
"""``away``: not to be counted on (break, another kind of work, logged out). ``reserved``: promised to one attempt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PacingSettings:
    """What an operator and the jurisdiction set. Ratios are 0..1; raises ValueError for what makes no sense."""

    mode: PacedMode = "predictive"
    abandon_limit: float = 0.03
    """Of the calls that a person answered, on a day and over the window."""
    target_wait_s: float = 0.0
    """Between two calls of an agent: no more is risked than it takes to keep to this. 0: as short as the limit lets."""
    ratio: float = 1.5
    """Mode ``power``: lines per idle agent."""
    window_days: int = 30
    """Days over which the limit is counted besides the day itself; 0: the day only."""
    answer_within_s: float = 2.0
    """How long who answers may wait for an agent."""
    ring_s: float = 25.0
    """How long a call rings at most."""
    least_ring_s: float = 15.0
    """How long it rings at least, from the moment when the network says that it does (47 CFR 64.1200(a)(6), Ofcom)."""
    most_lines_per_agent: float = 20.0
    """Calls in flight for each agent at work, at most."""

    def __post_init__(self) -> None:
        if self.mode not in PACED_MODES:
            raise ValueError(f"no paced mode: {self.mode!r}")
        if not 0.0 <= self.abandon_limit < 1.0:
            raise ValueError(f"abandon_limit is a share from 0 to 1: {self.abandon_limit}")
        if not (self.ratio >= 1.0 and self.most_lines_per_agent >= 1.0):
            raise ValueError("fewer than one line per agent")
        if not (self.ring_s > 0.0 and min(self.least_ring_s, self.answer_within_s, self.target_wait_s) >= 0.0):
            raise ValueError("negative seconds")
        if self.window_days < 0:
            raise ValueError("negative days")


@dataclass(frozen=True, slots=True)
class DayCount:
    """Of one day of a campaign. ``answered``: by a person, or by what was taken for one."""

    answered: int = 0
    abandoned: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """``launch``: how many calls of which segment, now. ``restricted``: how many of the leads that may only be called
    with an agent reserved, one idle agent each. ``reserved_only``: the calls of ``launch``, too, are to have one idle
    agent reserved for each (the budget does not bear another abandoned call). ``look_at``: when to ask again at the
    latest (any event is a reason to ask before). ``why``: one sentence in ``zh`` and ``en``."""

    launch: tuple[tuple[str, int], ...] = ()
    restricted: int = 0
    why: dict[str, str] = field(default_factory=dict)
    evidence: dict[str, float] = field(default_factory=dict)
    look_at: float
    reserved_only: bool = False

    @property
    def total(self) -> int:
        """Calls to launch, restricted ones included."""
        return sum(count for _, count in self.launch) + self.restricted


@dataclass(frozen=True, slots=True, kw_only=True)
class Gauges:
    """The pacing at a moment, for a page. Rates are None while nothing was seen."""

    agents: int
    """At work: all but those away."""
    idle: int
    talking: int
    wrapping: int
    in_flight: int
    """Calls that nobody has answered yet, or whose callee waits for an agent."""
    lines_per_agent: float
    answer_rate: float | None
    """Share of the calls launched now that a person would answer."""
    machine_rate: float | None
    wait_s: float | None
    """Mean idle time between two calls of an agent, lately."""
    talk_s: float | None
    wrap_up_s: float | None
    answered_today: int
    abandoned_today: int
    budget_today: float
    """Abandoned calls that today still bears now (less than 1: none)."""
    budget_window: float
    """The same over the window, today included."""
