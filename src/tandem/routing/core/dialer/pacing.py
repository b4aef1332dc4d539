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
from dataclasses import dataclass, field

import numpy as np

from tandem.cti.model.campaigns import AttemptResult
from tandem.routing.core.dialer.pacing_budget import Budget
from tandem.routing.core.dialer.pacing_outlook import MOMENTS, Outlook, Risk
from tandem.routing.core.dialer.pacing_rates import AnswerRate
from tandem.routing.core.dialer.pacing_settings import AgentStatus, DayCount, Decision, Gauges, PacingSettings
from tandem.routing.core.dialer.pacing_times import LONGEST_DELAY_S, Array, Delays, Durations, guessed_delays

GAMMA = 0.08
TARGET = 0.028
B0, B1 = 4.0, 0.05
_SHARES = np.array([0.07, 0.21, 0.36, 0.5, 0.64, 0.79, 0.95])
_SECONDS = np.arange(LONGEST_DELAY_S + 1, dtype=np.float64)


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

    rates: dict[str, AnswerRate] = field(default_factory=dict)
    answer: Delays = field(default_factory=lambda: guessed_delays(10.0, 8.0))
    """Launch to a person's answer."""
    other: Delays = field(default_factory=lambda: guessed_delays(22.0, 8.0))
    """Launch to the end (or the machine's answer) of a call that no person answered."""
    talk: Durations = field(default_factory=lambda: Durations(90.0))
    wrap: Durations = field(default_factory=lambda: Durations(20.0))
    persons: float = 2.0
    """Of the calls that a machine detection looked at; older ones less."""
    looked_at: float = 3.0
    detect_s: float = 0.0
    stays: float = 19.0
    """Times that an agent was there after a call; ``went``: that he went away."""
    went: float = 1.0
    wait_s: float = 0.0
    waits: float = 0.0
    theta: float = 0.15


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
        # by what they do, and since when: what a decision goes through
        self._idle: dict[str, float] = {}
        self._talking: dict[str, float] = {}
        self._wrapping: dict[str, float] = {}
        self._ringing: dict[str, dict[str, float]] = {}
        self._screened: dict[str, float] = {}
        self._waiting: dict[str, float] = {}

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
            for rate in self.learned.rates.values():
                rate.new_day()
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
        if known is not None:
            self._was(id_, known, status, now)
        if status == "away":
            self._agents.pop(id_, None)
            return
        self._agents[id_] = _Agent(status, now, leaving_at)
        if status == "idle":
            self._idle[id_] = now
        elif status == "talking":
            self._talking[id_] = now
        elif status == "wrapping":
            self._wrapping[id_] = now

    def _was(self, id_: str, agent: _Agent, then: AgentStatus, now: float) -> None:
        """Learns from what an agent did until now."""
        learned = self.learned
        lasted_s = now - agent.since
        if agent.status == "idle":
            del self._idle[id_]
            if then == "talking":
                learned.wait_s = learned.wait_s * 0.98 + lasted_s
                learned.waits = learned.waits * 0.98 + 1.0
        elif agent.status == "talking":
            del self._talking[id_]
            learned.talk.add(lasted_s)
            if then in ("idle", "reserved"):
                learned.wrap.add(0.0)
        elif agent.status == "wrapping":
            del self._wrapping[id_]
            if then != "talking":
                learned.wrap.add(lasted_s)
        if agent.status in ("talking", "wrapping") and then in ("idle", "away"):
            went = then == "away" and not (agent.leaving_at is not None and agent.leaving_at <= now)
            learned.went = learned.went * 0.998 + went
            learned.stays = learned.stays * 0.998 + (then == "idle")

    # ---- attempts ----------------------------------------------------------------------------------------------

    def launched(self, attempt: str, segment: str, *, now: float, reserved: bool = False, detect: bool = False) -> None:
        """``detect``: a machine detection looks at who answers before he counts as a person."""
        now = self._tick(now)
        if attempt in self._calls or attempt in self._done:
            return
        self._calls[attempt] = _Call(segment, now, reserved, detect)
        if not reserved:
            self._ringing.setdefault(segment, {})[attempt] = now
        self._rate(segment).launch(now)

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
        if not call.detect:
            self.person(attempt, now=now)
            return
        call.answered_at = now
        if not call.reserved:
            self._ringing[call.segment].pop(attempt, None)
            self._screened[attempt] = now

    def person(self, attempt: str, *, now: float) -> None:
        """Who picked up is a person (or is taken for one) and waits for an agent from now on."""
        now = self._tick(now)
        call = self._calls.get(attempt)
        if call is None or call.person_at is not None:
            return
        learned = self.learned
        if call.detect:
            looked_s = now - (call.answered_at or now)
            learned.persons = learned.persons * 0.995 + 1.0
            learned.looked_at = learned.looked_at * 0.995 + 1.0
            learned.detect_s += 0.02 * (looked_s - learned.detect_s)
        call.person_at = now
        if call.answered_at is None:
            call.answered_at = now
        self._budget.answered += 1
        learned.theta *= 1.0 + self._gamma() * TARGET
        learned.answer.add(now - call.launched_at)
        self._rate(call.segment).answer()
        if not call.reserved:
            self._ringing[call.segment].pop(attempt, None)
            self._screened.pop(attempt, None)
            self._waiting[attempt] = now

    def connected(self, attempt: str, agent: str, *, now: float) -> None:
        """An agent talks with him from now on; the agent's status follows by itself."""
        self.person(attempt, now=now)
        call = self._calls.pop(attempt, None)
        if call is None:
            return
        self._waiting.pop(attempt, None)
        self._done[attempt] = None
        self.agent(agent, "talking", now=now)

    def abandoned(self, attempt: str, *, now: float) -> None:
        """No agent was there in time."""
        self.person(attempt, now=now)
        if self._calls.pop(attempt, None) is not None:
            self._waiting.pop(attempt, None)
            self._done[attempt] = None
            self._budget.abandoned += 1
            self.learned.theta *= 1.0 - self._gamma()

    def ended(self, attempt: str, result: AttemptResult, *, now: float) -> None:
        """The attempt is over, whatever it came to. ``abandoned`` as a result counts when it was not said before."""
        if result == "abandoned":
            self.abandoned(attempt, now=now)
        now = self._tick(now)
        self._done.pop(attempt, None)
        call = self._calls.pop(attempt, None)
        if call is None:
            return
        if not call.reserved:
            self._ringing[call.segment].pop(attempt, None)
            self._screened.pop(attempt, None)
            self._waiting.pop(attempt, None)
        if call.person_at is None and result in ("withdrawn", "congestion"):
            self._rate(call.segment).withdraw(call.launched_at)
        elif call.person_at is None:
            learned = self.learned
            if call.answered_at is not None:
                learned.persons *= 0.995
                learned.looked_at = learned.looked_at * 0.995 + 1.0
            learned.other.add((now if call.answered_at is None else call.answered_at) - call.launched_at)

    def _gamma(self) -> float:
        return GAMMA / max(1.0, len(self._agents) / 10.0)

    def _rate(self, segment: str) -> AnswerRate:
        rate = self.learned.rates.get(segment)
        if rate is None:
            rate = self.learned.rates[segment] = AnswerRate()
        return rate

    def _hour(self, now: float) -> int:
        return int((now - (self._day_began or 0.0)) // 3600.0) % 24

    # ---- deciding ----------------------------------------------------------------------------------------------

    def decide(self, *, now: float, segments: Mapping[str, int], lines: int, restricted: int = 0) -> Decision:
        """How many calls to launch now. ``segments``: leads that may be called, by what their answer rate is learned
        by; ``lines``: how many more the carrier bears; ``restricted``: leads that may be called only with an agent
        reserved, besides those of ``segments``."""
        now = self._tick(now)
        settings = self.settings
        idle = len(self._idle)
        pending = sum(map(len, self._ringing.values())) + len(self._screened) + len(self._waiting)
        left = self._budget.left(settings.abandon_limit)
        reserved_only = left < 1.0
        most = min(sum(segments.values()), lines, int(settings.most_lines_per_agent * len(self._agents)) - pending)
        evidence: dict[str, float] = {"idle": idle, "in_flight": pending, "budget": left}
        if most <= 0:
            wanted = 0
        elif settings.mode == "predictive" and not reserved_only:
            wanted = self._predicted(now, segments, most, left, evidence)
        else:
            ratio = settings.ratio if settings.mode == "power" and not reserved_only else 1.0
            wanted = max(0, min(int(ratio * idle) - pending, most))
        launch = _apportioned(segments, wanted)
        apart = 0
        total = wanted
        why = {
            "en": f"launched {total}: {idle} idle, {pending} in flight",
            "zh": f"发起 {total} 通：空闲坐席 {idle} 名，在途 {pending} 通",
        }
        return Decision(
            launch=launch,
            restricted=apart,
            why=why,
            evidence=evidence,
            look_at=now + 1.0,
            reserved_only=reserved_only,
        )

    def _predicted(
        self, now: float, segments: Mapping[str, int], most: int, left: float, evidence: dict[str, float]
    ) -> int:
        if not self._agents:
            return 0
        outlook = self._outlook(now, segments)
        most = min(most, 4 * len(self._agents) + 20)
        risk = Risk(outlook, most)
        agents = len(self._agents)
        reserve = B0 + B1 * agents
        theta = self.learned.theta * min(2.5, max(0.0, (left - 1.0) / (reserve - 1.0)))
        count = risk.most_within(theta, most)
        evidence["theta"] = theta
        return count

    def _outlook(self, now: float, segments: Mapping[str, int]) -> Outlook:
        learned = self.learned
        reached = learned.answer.reached()
        alive = np.maximum(1e-3, 1.0 - learned.other.reached())
        shares = _SHARES
        moments = np.interp(shares, reached, _SECONDS)
        kinds: list[Array] = []
        counts: list[float] = []
        answer = np.zeros(MOMENTS)
        doubt = 0.0
        leads = sum(segments.values())
        for segment in {**dict.fromkeys(segments), **dict.fromkeys(self._ringing)}:
            calls = self._ringing.get(segment, {})
            ages = now - np.fromiter(calls.values(), dtype=np.float64, count=len(calls))
            if len(ages) > 40:
                seconds = np.bincount(np.minimum(LONGEST_DELAY_S - 1, ages.astype(np.int64)))
                ages = np.flatnonzero(seconds) + 0.5
                number = seconds[seconds > 0].astype(np.float64)
            else:
                number = np.ones(len(ages))
            over = np.interp(ages + learned.detect_s, _SECONDS, reached)
            hour = self._hour(now)
            rate = self._rate(segment)
            rate.advance(now, hour, reached)
            mean, spread = rate.now(hour)
            stay = np.interp(ages, _SECONDS, alive)
            base = mean * (1.0 - over) + (1.0 - mean) * stay
            later = np.interp(ages[:, None] + moments[None, :], _SECONDS, reached)
            kinds.append(mean * np.maximum(0.0, later - over[:, None]) / np.maximum(1e-6, base)[:, None])
            counts.extend(number.tolist())
            share = segments.get(segment, 0) / leads if leads else 0.0
            answer += share * mean * np.interp(moments, _SECONDS, reached)
            doubt += share * spread / mean
        if self._screened:
            soon = np.clip(moments / max(0.5, 2.0 * learned.detect_s), 0.0, 1.0) * learned.persons / learned.looked_at
            kinds.append(soon[None, :])
            counts.append(float(len(self._screened)))
        free, free_count = self._frees(now, moments + self.settings.answer_within_s)
        return Outlook(
            sure=len(self._idle) - len(self._waiting),
            free=free,
            free_count=free_count,
            answers=np.concatenate(kinds) if kinds else np.zeros((0, MOMENTS)),
            answers_count=np.array(counts),
            answer=answer,
            weights=np.full(MOMENTS, 1.0 / MOMENTS),
            doubt=doubt,
        )

    def _frees(self, now: float, moments: Array) -> tuple[Array, Array]:
        """Probability of each busy agent to be idle by each of ``moments`` (seconds from now)."""
        learned = self.learned
        talking = now - np.fromiter(self._talking.values(), dtype=np.float64, count=len(self._talking))
        wrapping = now - np.fromiter(self._wrapping.values(), dtype=np.float64, count=len(self._wrapping))
        ahead = np.arange(0.0, 31.0)
        # a talk that ends in the s-th second from now, then the wrap-up
        alive = np.exp(-(learned.talk.hazard_at(talking[:, None] + ahead) - learned.talk.hazard_at(talking)[:, None]))
        ends = alive[:, :-1] - alive[:, 1:]
        left = np.maximum(0.0, moments[None, :] - (ahead[:-1, None] + 0.5))
        done = 1.0 - np.exp(-learned.wrap.hazard_at(left))
        wrapped = 1.0 - np.exp(
            -(learned.wrap.hazard_at(wrapping[:, None] + moments[None, :]) - learned.wrap.hazard_at(wrapping)[:, None])
        )
        stays = learned.stays / (learned.stays + learned.went)
        free = np.concatenate([ends @ done, wrapped]) * stays
        return free, np.ones(len(free))

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


def _apportioned(segments: Mapping[str, int], wanted: int) -> tuple[tuple[str, int], ...]:
    """``wanted`` calls over the segments by their numbers of leads (largest remainders)."""
    leads = sum(segments.values())
    if wanted <= 0 or leads <= 0:
        return ()
    wanted = min(wanted, leads)
    exact = {segment: wanted * count / leads for segment, count in segments.items()}
    parts = {segment: int(part) for segment, part in exact.items()}
    for segment in sorted(exact, key=lambda name: parts[name] - exact[name])[: wanted - sum(parts.values())]:
        parts[segment] += 1
    return tuple((segment, count) for segment, count in parts.items() if count)
