"""How many calls of a campaign to launch now, and which. Pure: every moment comes in, nothing is drawn by lot.

One ``Pacer`` per campaign. Tell it what agents and calls do, in any order; ask ``decide``. What it has not heard of,
hears twice or too late is no news. ``now`` is in seconds of any clock that does not go back (one that does is held at
the last moment heard); a day of the campaign begins with ``new_day``.

The order of one attempt: ``launched``, ``ringing``, ``answered`` (with ``detect`` a machine is possible until
``person`` is said; without it who answers is taken for a person), ``connected`` or ``abandoned``, ``ended``. An
attempt launched with ``reserved`` has an agent of its own (status ``reserved``) and is left out of the sums.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tandem.cti.model.campaigns import AttemptResult
from tandem.routing.core.dialer.pacing_budget import Budget
from tandem.routing.core.dialer.pacing_settings import AgentStatus, DayCount, Decision, Gauges, PacingSettings


@dataclass(slots=True)
class _Agent:
    status: AgentStatus
    since: float
    leaving_at: float | None = None


@dataclass(slots=True)
class _Call:
    """An attempt nobody is connected with yet. ``person_at``: since when somebody waits for an agent."""

    segment: str
    launched_at: float
    reserved: bool
    detect: bool
    ringing_at: float | None = None
    answered_at: float | None = None
    person_at: float | None = None


@dataclass(slots=True)
class Learned:
    """What a campaign has learned; may be handed to the next Pacer of the campaign."""


class Pacer:
    """See the module. ``learned``: of an earlier Pacer of this campaign; it is gone on with, not copied."""

    def __init__(self, settings: PacingSettings, learned: Learned | None = None) -> None:
        self.settings = settings
        self.learned = learned or Learned()
        self._budget = Budget()
        self._agents: dict[str, _Agent] = {}
        self._calls: dict[str, _Call] = {}
        self._done: dict[str, None] = {}
        """Attempts connected or abandoned, until they are over: each counts once."""
        self._now = float("-inf")
        self._day_began: float | None = None
        self._day_ends: float | None = None

    def set(self, settings: PacingSettings) -> None:
        """Other settings (or another mode) from now on."""
        self.settings = settings

    def history(self, days: Sequence[DayCount], today: DayCount | None = None) -> None:
        """The days of the legal window before today, oldest first; ``today``: what was counted before a restart."""
        self._budget.set_history(days, self.settings.window_days)
        if today is not None:
            self._budget.answered, self._budget.abandoned = today.answered, today.abandoned

    def new_day(self, now: float, *, ends_at: float | None = None, began_at: float | None = None) -> None:
        """A day begins. ``ends_at``: when dialling ends today, if that is known; ``began_at``: local midnight, when
        that is not now (the first day of a Pacer). Said again for the same day, only ``ends_at`` is news."""
        now = self._tick(now)
        began = now if began_at is None else min(began_at, now)
        if self._day_began is not None and began - self._day_began >= 43_200.0:
            self._budget.new_day(self.settings.window_days)
        if self._day_began is None or began - self._day_began >= 43_200.0:
            self._day_began = began
        self._day_ends = ends_at

    # ---- agents ------------------------------------------------------------------------------------------------

    def agent(self, id_: str, status: AgentStatus, *, now: float, leaving_at: float | None = None) -> None:
        """What an agent does from now on. ``leaving_at``: when his shift or time for this campaign ends."""
        now = self._tick(now)
        known = self._agents.get(id_)
        if known is not None and known.status == status:
            known.leaving_at = leaving_at
            return
        if status == "away":
            self._agents.pop(id_, None)
            return
        self._agents[id_] = _Agent(status, now, leaving_at)

    # ---- attempts ----------------------------------------------------------------------------------------------

    def launched(self, attempt: str, segment: str, *, now: float, reserved: bool = False, detect: bool = False) -> None:
        """``detect``: a machine detection looks at who answers before he counts as a person."""
        now = self._tick(now)
        if attempt not in self._calls and attempt not in self._done:
            self._calls[attempt] = _Call(segment, now, reserved, detect)

    def ringing(self, attempt: str, *, now: float) -> None:
        now = self._tick(now)
        call = self._calls.get(attempt)
        if call is not None and call.ringing_at is None:
            call.ringing_at = now

    def answered(self, attempt: str, *, now: float) -> None:
        """Picked up: by a person, or with ``detect`` by a person or a machine."""
        now = self._tick(now)
        call = self._calls.get(attempt)
        if call is None or call.answered_at is not None:
            return
        call.answered_at = now
        if not call.detect:
            self._person(call, now)

    def person(self, attempt: str, *, now: float) -> None:
        """Who picked up is a person (or is taken for one) and waits for an agent from now on."""
        now = self._tick(now)
        call = self._calls.get(attempt)
        if call is not None and call.person_at is None:
            if call.answered_at is None:
                call.answered_at = now
            self._person(call, now)

    def connected(self, attempt: str, agent: str, *, now: float) -> None:
        """An agent talks with him from now on; the agent's status follows by itself."""
        self.person(attempt, now=now)
        call = self._calls.pop(attempt, None)
        if call is None:
            return
        self._done[attempt] = None
        self.agent(agent, "talking", now=now)

    def abandoned(self, attempt: str, *, now: float) -> None:
        """No agent was there in time."""
        self.person(attempt, now=now)
        if self._calls.pop(attempt, None) is not None:
            self._done[attempt] = None
            self._budget.abandoned += 1

    def ended(self, attempt: str, result: AttemptResult, *, now: float) -> None:
        """The attempt is over, whatever it came to. ``abandoned`` as a result counts when it was not said before."""
        if result == "abandoned":
            self.abandoned(attempt, now=now)
        self._tick(now)
        self._calls.pop(attempt, None)
        self._done.pop(attempt, None)

    def _person(self, call: _Call, now: float) -> None:
        call.person_at = now
        self._budget.answered += 1

    # ---- deciding ----------------------------------------------------------------------------------------------

    def decide(self, *, now: float, segments: Mapping[str, int], lines: int, restricted: int = 0) -> Decision:
        """How many calls to launch now. ``segments``: leads that may be called, by what their answer rate is learned
        by; ``lines``: how many more the carrier bears; ``restricted``: leads that may be called only with an agent
        reserved, besides those of ``segments``."""
        now = self._tick(now)
        idle = sum(agent.status == "idle" for agent in self._agents.values())
        pending = sum(not call.reserved for call in self._calls.values())
        left = self._budget.left(self.settings.abandon_limit)
        reserved_only = left < 1.0
        ratio = self.settings.ratio if self.settings.mode == "power" and not reserved_only else 1.0
        free = max(0, idle - pending)
        wanted = max(0, int(ratio * idle) - pending) if idle else 0
        wanted = max(0, min(wanted, lines))
        launch: list[tuple[str, int]] = []
        for segment, count in segments.items():
            if (take := min(count, wanted)) > 0:
                launch.append((segment, take))
                wanted -= take
        apart = max(0, min(restricted, wanted, free - sum(take for _, take in launch)))
        total = sum(take for _, take in launch) + apart
        why = {
            "en": f"launched {total}: {idle} idle, {pending} in flight",
            "zh": f"发起 {total} 通：空闲坐席 {idle} 名，在途 {pending} 通",
        }
        return Decision(
            launch=tuple(launch),
            restricted=apart,
            why=why,
            evidence={"idle": idle, "in_flight": pending, "budget": left},
            look_at=now + 5.0,
            reserved_only=reserved_only,
        )

    def gauges(self, now: float) -> Gauges:
        now = self._tick(now)
        count = dict.fromkeys(("idle", "talking", "wrapping", "reserved"), 0)
        for agent in self._agents.values():
            count[agent.status] += 1
        limit = self.settings.abandon_limit
        agents = len(self._agents)
        return Gauges(
            agents=agents,
            idle=count["idle"],
            talking=count["talking"],
            wrapping=count["wrapping"],
            in_flight=len(self._calls),
            lines_per_agent=len(self._calls) / agents if agents else 0.0,
            answer_rate=None,
            machine_rate=None,
            wait_s=None,
            talk_s=None,
            wrap_up_s=None,
            answered_today=self._budget.answered,
            abandoned_today=self._budget.abandoned,
            budget_today=self._budget.today(limit),
            budget_window=self._budget.window(limit),
            expected_free=float(count["idle"]),
        )

    def _tick(self, now: float) -> float:
        self._now = max(self._now, now)
        return self._now
