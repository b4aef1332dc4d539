"""Our own pacer as a policy of the benchmark."""

from __future__ import annotations

import time
from typing import cast

from benchmarks.dialer.simulate import Floor
from benchmarks.dialer.world import World

from tandem.cti.model.campaigns import AttemptResult
from tandem.routing.core.dialer.pacing import AgentStatus, Pacer, PacingSettings

_LEADS = 1_000_000


class Tandem:
    """``told``: whether the pacer hears when the day ends, as it does of a campaign with hours. ``spent_s``,
    ``slowest_s``: CPU seconds of its decisions, all and the longest."""

    def __init__(self, world: World, settings: PacingSettings | None = None, *, told: bool = True) -> None:
        self.design = world.design
        self.pacer = Pacer(settings or PacingSettings(ring_s=world.design.ring_s))
        self.told = told
        self.names = [name for name, _ in world.design.segments]
        self.numbers = {name: number for number, name in enumerate(self.names)}
        self.leads = dict.fromkeys(self.names, _LEADS)
        self.decisions, self.spent_s, self.slowest_s = 0, 0.0, 0.0

    def begin_day(self, floor: Floor, now: float) -> None:
        self.pacer.new_day(now, ends_at=now + self.design.day_s if self.told else None)

    def agent(self, agent: int, status: str, leaving_at: float | None, now: float) -> None:
        self.pacer.agent(str(agent), cast(AgentStatus, status), now=now, leaving_at=leaving_at)

    def launched(self, call: int, segment: int, reserved: bool, now: float) -> None:
        self.pacer.launched(str(call), self.names[segment], now=now, reserved=reserved, detect=self.design.detection)
        self.pacer.ringing(str(call), now=now)

    def answered(self, call: int, now: float) -> None:
        self.pacer.answered(str(call), now=now)

    def person(self, call: int, now: float) -> None:
        self.pacer.person(str(call), now=now)

    def connected(self, call: int, agent: int, now: float) -> None:
        self.pacer.connected(str(call), str(agent), now=now)

    def ended(self, call: int, result: str, now: float) -> None:
        self.pacer.ended(str(call), cast(AttemptResult, result), now=now)

    def dial(self, now: float) -> tuple[list[tuple[int, int]], bool, float]:
        began = time.thread_time()
        decision = self.pacer.decide(now=now, segments=self.leads, lines=_LEADS)
        spent = time.thread_time() - began
        self.decisions += 1
        self.spent_s += spent
        self.slowest_s = max(self.slowest_s, spent)
        return (
            [(self.numbers[segment], count) for segment, count in decision.launch],
            decision.reserved_only,
            decision.look_at,
        )

    def let_go(self, now: float) -> list[int]:
        return [int(call) for call in self.pacer.let_go(now)]
