"""How many calls of a campaign to launch now, and which. Pure: every moment comes in, nothing is drawn by lot.

One ``Pacer`` per campaign. Tell it what agents and calls do, in any order; ask ``decide`` after anything that happened,
and at ``Decision.look_at``. What it has not heard of, hears twice or too late is no news. ``now`` is in seconds of any
clock that does not go back (one that does is held at the last moment heard); a day of the campaign begins with
``new_day``.

The order of one attempt: ``launched``, ``ringing``, ``answered`` (with ``detect`` a machine is possible until
``person`` is said; without it who answers is taken for a person), ``connected`` or ``abandoned``, ``ended``. An attempt
launched with ``reserved`` has an agent of its own (status ``reserved``) and is left out of the sums.

A decision costs the same few arrays for 5 agents and for 1,000: calls and agents are put together by their age. What is
decided depends on what was told only, so the same telling again decides the same (replay); all state is plain data.
The idea, and what it is measured against: docs/explanation/pacing.md.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from tandem.routing.core.dialer import pacing_words as words
from tandem.routing.core.dialer.pacing_budget import lent, strictness, suddenly
from tandem.routing.core.dialer.pacing_learned import Learned
from tandem.routing.core.dialer.pacing_lookahead import Scene, outlook
from tandem.routing.core.dialer.pacing_outlook import Outlook, Risk
from tandem.routing.core.dialer.pacing_settings import (
    AgentStatus,
    DayCount,
    Decision,
    Gauges,
    PacedMode,
    PacingSettings,
)
from tandem.routing.core.dialer.pacing_sure import surely_taken
from tandem.routing.core.dialer.pacing_watch import Watch

__all__ = ["AgentStatus", "DayCount", "Decision", "Gauges", "Learned", "PacedMode", "Pacer", "PacingSettings"]

_LOOK_S = 1.0
_REST_S = 60.0
_PAYS = 1.5
"""Calls for each agent without a reserved one, from which it pays that agents wait for each other."""


class Pacer(Watch):
    """See the module. ``learned``: of an earlier Pacer of this campaign; it is gone on with, not copied."""

    def decide(
        self,
        *,
        now: float,
        segments: Mapping[str, int],
        lines: int,
        restricted: int = 0,
        left: int | None = None,
    ) -> Decision:
        """How many calls to launch now. ``segments``: leads that may be called, by what their answer rate is learned
        by; ``lines``: how many more the carrier bears; ``restricted``: leads that may be called only with an agent
        reserved, besides those of ``segments``. Restricted leads are taken when nothing else may be called, and while
        every call has an agent reserved anyway. ``left``: leads that may yet be called today, now or later; None: there
        are always more."""
        now = self._tick(now)
        self._unheard(now)
        settings, budget = self.settings, self._budget
        leads = sum(count for count in segments.values() if count > 0)
        idle = len(self._idle)
        pending = sum(map(len, self._ringing.values())) + len(self._screened) + len(self._waiting)
        most = min(leads, lines, int(settings.most_lines_per_agent * len(self._agents)) - pending)
        coming = self._coming(now, segments, left)
        borrowed = lent(coming)
        bears = budget.left(settings.abandon_limit, borrowed)
        reserved_only = bears < 1.0
        leaving = self._leaving_soon(now)
        evidence: dict[str, float] = {
            "idle": idle,
            "talking": len(self._talking),
            "wrapping": len(self._wrapping),
            "in_flight": pending,
            "leaving": leaving,
            "answered_today": budget.answered,
            "abandoned_today": budget.abandoned,
            "budget": bears,
            "lent": borrowed,
        }
        if not self._agents or leads + restricted <= 0 or lines <= 0:
            code = "no_agents" if not self._agents else "no_lines" if lines <= 0 else "no_leads"
            return Decision(why=words.none(code), evidence=evidence, look_at=now + _REST_S, reserved_only=reserved_only)
        apart = 0
        free = max(0, min(sum(self.stays(agent, now) for agent in self._idle) - pending, lines))
        if restricted > 0 and (reserved_only or leads <= 0):
            apart = min(restricted, free)
        wait_s = _REST_S
        if leads <= 0:
            wanted, why = 0, words.reserved(apart)
        elif reserved_only:
            sure = self._surely_taken(now, segments, most, pending, evidence) if apart == 0 else None
            if sure is not None:
                wanted, reserved_only, wait_s = sure, False, _LOOK_S
                why = words.surely(wanted, idle, pending, evidence["answer_rate"])
            else:
                wanted = max(0, min(free - apart, most))
                why = words.one_each(apart + wanted, idle, pending, budget.abandoned, budget.answered)
        elif settings.mode == "predictive":
            wait_s = _LOOK_S
            wanted, why = self._predicted(now, segments, most, bears, coming, evidence, pending)
        else:
            ratio = settings.ratio if settings.mode == "power" else 1.0
            staying = self._staying(now)
            wanted = max(0, min(int(ratio * staying) - pending, most))
            if pending + wanted > staying:
                risk = Risk(self._outlook(now, segments), wanted, strictness(coming))
                wanted = max(staying - pending, risk.most_within(1.0, bears, suddenly(len(self._agents))))
            why = words.by_ratio(wanted, idle, pending, ratio)
        return Decision(
            launch=apportioned(segments, wanted),
            restricted=apart,
            why=words.with_leaving(why, leaving),
            evidence=evidence,
            look_at=now + wait_s,
            reserved_only=reserved_only,
        )

    def stays(self, agent: str, now: float) -> bool:
        """He is not known to go before a call launched now is over."""
        return self._leaving.get(agent, math.inf) >= self.over_at(now)

    def over_at(self, now: float) -> float:
        """Until then a call launched now may need an agent."""
        return now + self.settings.ring_s + self.settings.answer_within_s

    def _leaving_soon(self, now: float) -> int:
        return sum(at - now <= words.SOON_S for at in self._leaving.values())

    def _outlook(self, now: float, segments: Mapping[str, int]) -> Outlook:
        return outlook(
            self._scene(),
            self.learned,
            segments,
            now=now,
            hour=self._hour(now),
            patience_s=self.settings.answer_within_s,
            idle=self._staying(now),
        )

    def _staying(self, now: float) -> int:
        """Idle agents who are not known to go before a call launched now is over; at the end of the day all do."""
        over_at = now + self.settings.ring_s + self.settings.answer_within_s
        if self._day_ends is not None and now < self._day_ends < over_at:
            return 0
        return sum(self.stays(agent, now) for agent in self._idle)

    def _surely_taken(
        self, now: float, segments: Mapping[str, int], most: int, pending: int, evidence: dict[str, float]
    ) -> int | None:
        """Calls that the agents who are idle will take, whoever answers; None: each should have one of his own. Agents
        whose reserved calls ring are waited for, when all together can have many more calls than one each."""
        if self.settings.mode != "predictive" or not self._idle:
            return None
        look = self._outlook(now, segments)
        evidence["answer_rate"] = float(look.answer[-1]) / 0.95
        ahead_s = float(look.moments_s[-1]) + self.settings.answer_within_s
        leaving = 1.0 - math.exp(-self.learned.idle_leaving_per_s * ahead_s)
        times = suddenly(len(self._agents))
        together = look.idle + self._reserved(now)
        if not look.idle or surely_taken(look.alone(together), most + pending, times, leaving) < _PAYS * together:
            return None
        sure = surely_taken(look, most, times, leaving)
        return sure if pending + sure >= look.idle else 0

    def _reserved(self, now: float) -> int:
        """Agents who are reserved for a call that may still ring, and are not known to go."""
        earliest = now - self.settings.ring_s
        return sum(
            agent.status == "reserved" and agent.since >= earliest and self.stays(name, now)
            for name, agent in self._agents.items()
        )

    def _predicted(
        self,
        now: float,
        segments: Mapping[str, int],
        most: int,
        left: float,
        coming: float | None,
        evidence: dict[str, float],
        pending: int,
    ) -> tuple[int, dict[str, str]]:
        look = self._outlook(now, segments)
        allowed = self.learned.caution.allowed(left, len(self._agents), coming)
        risk = Risk(look, max(0, min(most, 4 * len(self._agents) + 20)), strictness(coming))
        # one call for each idle agent who stays is always right
        least = max(0, min(look.idle - pending, most))
        count = max(least, risk.most_within(allowed, left, suddenly(len(self._agents))))
        rate = float(look.answer[-1]) / 0.95
        expected = look.expected_free()
        evidence |= {
            "answer_rate": rate,
            "answer_rate_doubt": look.doubt,
            "expected_free": expected,
            "ahead_s": float(look.moments_s[-1]),
            "expected_answers": float(look.calls @ look.answers[:, -1]),
            "risk_allowed": allowed,
            "risk": risk.nobody(max(0, count - 1)),
        }
        freed = max(0.0, expected + len(self._waiting) - len(self._idle))
        return count, words.predicted(
            count, len(self._idle), freed, float(look.moments_s[-1]), rate, int(evidence["in_flight"])
        )

    def _scene(self) -> Scene:
        return Scene(
            idle=self._idle,
            talking=self._talking,
            wrapping=self._wrapping,
            leaving=self._leaving,
            ringing=self._ringing,
            screened=self._screened,
            waiting=self._waiting,
        )

    def gauges(self, now: float) -> Gauges:
        """The pacing at a moment, for a page; nothing changes by asking."""
        now = max(self._now, now)
        learned, limit = self.learned, self.settings.abandon_limit
        agents = len(self._agents)
        rates = [rate.now(self._hour(now)) for rate in learned.rates.values()]
        sizes = [rate.calls[-1] for rate in learned.rates.values()]
        return Gauges(
            agents=agents,
            idle=len(self._idle),
            talking=len(self._talking),
            wrapping=len(self._wrapping),
            in_flight=len(self._calls),
            lines_per_agent=len(self._calls) / agents if agents else 0.0,
            answer_rate=sum(r[0] * n for r, n in zip(rates, sizes, strict=True)) / sum(sizes) if rates else None,
            machine_rate=learned.machines / learned.dialled if learned.dialled else None,
            wait_s=learned.wait_s,
            talk_s=learned.talk.mean_s() if learned.talk.seen else None,
            wrap_up_s=learned.wrap_up.mean_s() if learned.wrap_up.seen else None,
            answered_today=self._budget.answered,
            abandoned_today=self._budget.abandoned,
            budget_today=self._budget.today(limit),
            budget_window=self._budget.window(limit),
        )


def apportioned(segments: Mapping[str, int], wanted: int) -> tuple[tuple[str, int], ...]:
    """``wanted`` calls over the segments by their numbers of leads (largest remainders)."""
    segments = {segment: count for segment, count in segments.items() if count > 0}
    leads = sum(segments.values())
    wanted = min(wanted, leads)
    if wanted <= 0:
        return ()
    exact = {segment: wanted * count / leads for segment, count in segments.items()}
    parts = {segment: int(part) for segment, part in exact.items()}
    rest = sorted(exact, key=lambda name: (parts[name] - exact[name], name))
    for segment in rest[: wanted - sum(parts.values())]:
        parts[segment] += 1
    return tuple((segment, count) for segment, count in parts.items() if count)
