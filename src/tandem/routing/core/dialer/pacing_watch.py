"""What agents and calls of a campaign do, as the pacing hears of it, and what it learns from that. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

from tandem.cti.model.campaigns import AttemptResult
from tandem.routing.core.dialer.pacing_budget import Budget
from tandem.routing.core.dialer.pacing_learned import Learned
from tandem.routing.core.dialer.pacing_settings import AgentStatus, DayCount, PacingSettings

_UNSEEN_S = 600.0
"""What a day brings is told from what was seen of it, as if nobody had answered for so long before."""
_NEXT_DAY_S = 12 * 3600.0
"""A day that begins so long after another one is another one."""
_STATUSES = frozenset(get_args(AgentStatus))
_UNHEARD_S = 120.0
"""A call that should have stopped ringing so long ago, and of which nothing more was told, keeps no agent from another
one."""


@dataclass(slots=True)
class _Agent:
    """``ready_at``: since when he waits for a call."""

    status: AgentStatus
    since: float
    leaving_at: float | None
    ready_at: float


@dataclass(slots=True)
class _Call:
    """An attempt nobody is connected with yet. ``person_at``: since when somebody waits for an agent. ``let_go``: it is
    to be hung up, because nobody would be there for who answers."""

    segment: str
    launched_at: float
    reserved: bool
    detect: bool
    answered_at: float | None = None
    person_at: float | None = None
    ringing_at: float | None = None
    let_go: bool = False


class Watch:
    """Any order of what is told is taken; what is unknown, doubled or late is no news; a clock that goes back stands
    still. ValueError: a moment that is no number, or an agent's status that is none of ``AgentStatus``."""

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
        self._first_agent_at = float("inf")
        """Today."""
        self._before = 0
        """Of today's answers, those that this pacer did not see: of before a restart."""
        # since when, by what they do: a decision goes through these. Calls: only those without an agent reserved
        self._idle: dict[str, float] = {}
        self._talking: dict[str, float] = {}
        self._wrapping: dict[str, float] = {}
        self._leaving: dict[str, float] = {}
        self._ringing: dict[str, dict[str, float]] = {}
        """By segment."""
        self._screened: dict[str, float] = {}
        """Answered, by a person or a machine."""
        self._waiting: dict[str, float] = {}

    def set(self, settings: PacingSettings) -> None:
        """Other settings (or another mode) from now on."""
        self.settings = settings

    def history(self, days: Sequence[DayCount], today: DayCount | None = None) -> None:
        """The days of the legal window before today, oldest first, in place of those known; ``today``: what was counted
        before a restart, or counted better since (who was taken for a person was a machine)."""
        self._budget.set_history(days, self.settings.window_days)
        if today is not None:
            self._before = max(0, self._before + today.answered - self._budget.answered)
            self._budget.answered, self._budget.abandoned = today.answered, today.abandoned

    def new_day(self, now: float, *, ends_at: float | None = None, began_at: float | None = None) -> None:
        """A day begins: its counts are 0, and those until now are history. ``ends_at``: when dialling ends on it, if
        that is known. ``began_at``: when it really began (local midnight); if that is less than 12 h after the day
        known, it is still the same one, and only ``ends_at`` is news. Without it every call at a later moment begins a
        day, but for the first one, if nobody has answered yet."""
        now = self._tick(now)
        self._day_ends = ends_at if ends_at is not None and math.isfinite(ends_at) else None
        began = now if began_at is None else min(began_at, now)
        if self._day_began is None:
            another = began_at is None and self._budget.answered > self._before
            self._day_began = began
        else:
            another = began - self._day_began >= (_NEXT_DAY_S if began_at is not None else 1e-6)
        if another:
            self._day_began = began
            self._first_agent_at = now if self._agents else float("inf")
            self._before = 0
            self._budget.new_day(self.settings.window_days)
            self.learned.new_day()

    # ---- agents ------------------------------------------------------------------------------------------------

    def agent(self, id_: str, status: AgentStatus, *, now: float, leaving_at: float | None = None) -> None:
        """What an agent does from now on. ``leaving_at``: when his shift, or his time for this campaign, ends, as far
        as is known now: None takes back what was said before."""
        if status not in _STATUSES:
            raise ValueError(f"no status of an agent: {status!r}")
        now = self._tick(now)
        known = self._agents.get(id_)
        if known is not None and known.status != status:
            self._learn_from(known, status, now)
        if known is None or known.status != status:
            for kind in (self._idle, self._talking, self._wrapping):
                kind.pop(id_, None)
            if status == "idle":
                self._idle[id_] = now
            elif status == "talking":
                self._talking[id_] = now
            elif status == "wrapping":
                self._wrapping[id_] = now
        self._leaving.pop(id_, None)
        if status == "away":
            self._agents.pop(id_, None)
            return
        self._first_agent_at = min(self._first_agent_at, now)
        if leaving_at is not None:
            self._leaving[id_] = leaving_at
        if known is None or known.status != status:
            waiting = known is not None and known.status in ("idle", "reserved")
            ready_at = known.ready_at if known is not None and waiting else now
            self._agents[id_] = _Agent(status, now, leaving_at, ready_at)
        else:
            known.leaving_at = leaving_at

    def _learn_from(self, agent: _Agent, then: AgentStatus, now: float) -> None:
        """Of what an agent did until now."""
        learned = self.learned
        lasted_s = now - agent.since
        announced = agent.leaving_at is not None and agent.leaving_at <= now
        if agent.status == "idle":
            learned.idled(lasted_s, then == "away" and not announced)
        elif agent.status == "talking":
            learned.talk.add(lasted_s)
            if then in ("idle", "reserved"):
                learned.wrap_up.add(0.0)
        elif agent.status == "wrapping" and then != "talking":
            learned.wrap_up.add(lasted_s)
        if agent.status in ("idle", "reserved") and then == "talking":
            learned.waited(now - agent.ready_at)
            learned.caution.waited(now - agent.ready_at, self.settings.target_wait_s, len(self._agents))
        if agent.status in ("talking", "wrapping") and then in ("idle", "away") and not announced:
            learned.after_call(went=then == "away")

    # ---- attempts ----------------------------------------------------------------------------------------------

    def launched(self, attempt: str, segment: str, *, now: float, reserved: bool = False, detect: bool = False) -> None:
        """Being dialled from now on. ``reserved``: it has an agent of its own. ``detect``: a machine detection looks at
        who answers before he counts as a person."""
        now = self._tick(now)
        if attempt in self._calls or attempt in self._done:
            return
        self._calls[attempt] = _Call(segment, now, reserved, detect)
        self.learned.rate(segment).launch(now)
        if not reserved:
            self._ringing.setdefault(segment, {})[attempt] = now

    def ringing(self, attempt: str, *, now: float) -> None:
        """It rings. Nothing is learned from it: networks say so at will."""
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
        if call.answered_at is None:
            call.answered_at = now
        call.person_at = now
        self._budget.answered += 1
        learned.caution.answered(self.settings.abandon_limit, len(self._agents))
        learned.answer.add(now - call.launched_at)
        learned.rate(call.segment).answer()
        learned.outcome(machine=False)
        if call.detect:
            learned.verdict(True, now - call.answered_at)
        if not call.reserved:
            self._forget(attempt, call)
            self._waiting[attempt] = now

    def connected(self, attempt: str, agent: str, *, now: float, machine: bool = False) -> None:
        """An agent talks with him from now on; the agent's status follows by itself. ``machine``: he listens to one,
        which is nobody who answered."""
        if machine:
            self.ended(attempt, "machine", now=now)
            known = self._agents.get(agent)
            self.agent(agent, "talking", now=now, leaving_at=known.leaving_at if known else None)
            return
        self.person(attempt, now=now)
        call = self._calls.pop(attempt, None)
        if call is not None:
            self._forget(attempt, call)
            self._done[attempt] = None
            known = self._agents.get(agent)
            self.agent(agent, "talking", now=now, leaving_at=known.leaving_at if known else None)

    def abandoned(self, attempt: str, *, now: float) -> None:
        """No agent was there in time."""
        self.person(attempt, now=now)
        call = self._calls.pop(attempt, None)
        if call is not None:
            self._forget(attempt, call)
            self._done[attempt] = None
            self._budget.abandoned += 1
            self.learned.caution.abandoned(len(self._agents))

    def ended(self, attempt: str, result: AttemptResult, *, now: float) -> None:
        """The attempt is over, whatever it came to. ``abandoned`` counts when it was not said before."""
        if result == "abandoned":
            self.abandoned(attempt, now=now)
        now = self._tick(now)
        self._done.pop(attempt, None)
        call = self._calls.pop(attempt, None)
        if call is None:
            return
        self._forget(attempt, call)
        if call.person_at is not None:
            return
        learned = self.learned
        if result in ("withdrawn", "congestion"):
            learned.rate(call.segment).withdraw(call.launched_at)
            return
        until = now
        if call.answered_at is not None:
            until = call.answered_at
            learned.verdict(False, now - call.answered_at)
        if call.let_go and call.answered_at is None:
            learned.rate(call.segment).cut(call.launched_at)
        else:
            learned.other.add(until - call.launched_at)
        learned.outcome(machine=result in ("machine", "message_left"))

    def _forget(self, attempt: str, call: _Call) -> None:
        if not call.reserved:
            self._ringing[call.segment].pop(attempt, None)
            self._screened.pop(attempt, None)
            self._waiting.pop(attempt, None)

    def let_go(self, now: float) -> tuple[str, ...]:
        """Attempts to hang up now: they ring for long enough, and no agent is idle for whom nobody waits. Each is named
        once. Most of them would not be answered any more; who did would meet nobody."""
        now = self._tick(now)
        if len(self._idle) > len(self._waiting):
            return ()
        found = []
        for calls in self._ringing.values():
            for attempt in calls:
                call = self._calls[attempt]
                rang_long = call.ringing_at is not None and now - call.ringing_at >= self.settings.least_ring_s
                if rang_long and not call.let_go:
                    call.let_go = True
                    found.append(attempt)
        return tuple(found)

    def _coming(self, now: float, segments: Mapping[str, int], leads: int | None) -> float | None:
        """Abandoned calls that the answers until today's end will pay for if they come as they did until now, and as
        far as the ``leads`` reach; None while nobody has said when it ends."""
        if self._day_ends is None:
            return None
        left_s, seen_s = max(0.0, self._day_ends - now), max(0.0, now - self._first_agent_at)
        answered = self._budget.answered - self._before
        expected = answered * left_s / (seen_s + _UNSEEN_S)
        if leads is not None:
            hour, ready = self._hour(now), sum(segments.values())
            rates = [self.learned.rate(name).now(hour)[0] * count for name, count in segments.items() if count > 0]
            expected = min(expected, leads * sum(rates) / max(1, ready))
        return self.settings.abandon_limit * expected

    def _unheard(self, now: float) -> None:
        """Calls whose end was never told do not count as in flight any more. Should one be answered yet, it counts as
        ever."""
        oldest = now - self.settings.ring_s - _UNHEARD_S
        for calls in (*self._ringing.values(), self._screened):
            while calls and next(iter(calls.values())) < oldest:
                del calls[next(iter(calls))]

    def _hour(self, now: float) -> int:
        """Of the day, 0..23."""
        return int((now - (self._day_began or 0.0)) // 3600.0) % 24

    def _tick(self, now: float) -> float:
        if not math.isfinite(now):
            raise ValueError(f"no moment: {now}")
        self._now = max(self._now, now)
        return self._now
