"""What the pacing of a campaign has learned: kept from day to day, handed from one Pacer to the next. Plain data."""

from __future__ import annotations

from dataclasses import dataclass, field

from tandem.routing.core.dialer.pacing_budget import Caution
from tandem.routing.core.dialer.pacing_rates import AnswerRate
from tandem.routing.core.dialer.pacing_times import Delays, Durations, guessed_delays

_KEEP = 0.995
"""What an event counts after another one of its kind."""


@dataclass(slots=True)
class Learned:
    """``rates``: by segment. ``answer``: launch to a person's answer (with a machine detection: to its verdict).
    ``other``: launch to the end, or the machine's answer, of a call that no person answered. Sums forget."""

    rates: dict[str, AnswerRate] = field(default_factory=dict)
    answer: Delays = field(default_factory=lambda: guessed_delays(10.0, 8.0))
    other: Delays = field(default_factory=lambda: guessed_delays(22.0, 8.0))
    talk: Durations = field(default_factory=lambda: Durations(90.0))
    wrap_up: Durations = field(default_factory=lambda: Durations(20.0))
    caution: Caution = field(default_factory=Caution)
    persons: float = 2.0
    """Of those that the machine detection ``judged``."""
    judged: float = 3.0
    verdict_s: float = 0.0
    """Mean time that the machine detection takes; 0 without one."""
    stayed: float = 19.0
    """Agents who were there after a call, and who went away unannounced."""
    went: float = 1.0
    idle_s: float = 3600.0
    """Idle time watched, and agents who went away from it unannounced."""
    idle_went: float = 0.5
    waited_s: float = 0.0
    waits: float = 0.0
    dialled: float = 0.0
    machines: float = 0.0

    def rate(self, segment: str) -> AnswerRate:
        rate = self.rates.get(segment)
        if rate is None:
            rate = self.rates[segment] = AnswerRate()
        return rate

    def new_day(self) -> None:
        for rate in self.rates.values():
            rate.new_day()

    def verdict(self, person: bool, looked_s: float) -> None:
        """Of the machine detection, after so many seconds."""
        self.persons = self.persons * _KEEP + person
        self.judged = self.judged * _KEEP + 1.0
        self.verdict_s += 0.02 * (looked_s - self.verdict_s)

    def outcome(self, machine: bool) -> None:
        """A dialled call came to something."""
        self.dialled = self.dialled * _KEEP + 1.0
        self.machines = self.machines * _KEEP + machine

    def waited(self, seconds: float) -> None:
        """Between two calls of an agent."""
        self.waited_s = self.waited_s * 0.98 + seconds
        self.waits = self.waits * 0.98 + 1.0

    def after_call(self, went: bool) -> None:
        self.went = self.went * _KEEP + went
        self.stayed = self.stayed * _KEEP + (not went)

    def idled(self, seconds: float, went: bool) -> None:
        self.idle_s = self.idle_s * 0.999 + seconds
        self.idle_went = self.idle_went * 0.999 + went

    @property
    def wait_s(self) -> float | None:
        return self.waited_s / self.waits if self.waits else None

    @property
    def stays(self) -> float:
        """Share of the agents who are there after a call."""
        return self.stayed / (self.stayed + self.went)

    @property
    def idle_leaving_per_s(self) -> float:
        """Rate at which idle agents go away unannounced."""
        return self.idle_went / self.idle_s
