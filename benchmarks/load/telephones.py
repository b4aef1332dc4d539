"""Callers and agents' phones: light telephones in this process, and their own logs of what happened."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from benchmarks.load.line import Leg, Line
from benchmarks.load.plan import CallerPlan, Load, SeatPlan
from benchmarks.load.voice import Ear, Voice

_REGISTERING_AT_ONCE = 10


@dataclass(slots=True, eq=False)
class Caller:
    """One who rang in. ``talks_since``: a phone was picked up for him. None: has not happened."""

    plan: CallerPlan
    leg: Leg | None = None
    ear: Ear | None = None
    gave_up: bool = False
    talks_since: float | None = None
    picked_up: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def name(self) -> str:
        return caller_name(self.plan.number)


@dataclass(slots=True, eq=False)
class Ring:
    """One INVITE to an agent's phone. ``freed_at``: the agent's last click before it, once."""

    device: str
    leg: Leg
    freed_at: float | None
    ignored: bool = False
    ear: Ear | None = None


def caller_name(number: str) -> str:
    return f"c{number[-7:]}"


def agent_name(device: str) -> str:
    return f"a{device:0>7}"


class Callers:
    """The public network: calls of ``plans`` go in over the trunk's line."""

    def __init__(self, line: Line, voice: Voice) -> None:
        self.all: dict[str, Caller] = {}
        self._line, self._voice = line, voice

    async def ring_in(self, plans: list[CallerPlan], progress: Callable[[int, int], None]) -> None:
        """Returns when the last one has begun."""
        began = time.monotonic()
        for plan in plans:
            await asyncio.sleep(max(0.0, began + plan.rings_at_s - time.monotonic()))
            caller = self.all[plan.number] = Caller(plan)
            self._line.spawn(asyncio.create_task(self._live(caller)))
            progress(len(self.all), sum(1 for one in self.all.values() if one.leg is None or not one.leg.over.is_set()))

    async def all_over(self, timeout_s: float) -> bool:
        """Whether they were within the time."""
        deadline = time.monotonic() + timeout_s
        while not (over := all(one.leg is not None and one.leg.over.is_set() for one in self.all.values())):
            if time.monotonic() > deadline:
                break
            await asyncio.sleep(0.2)
        return over

    async def _live(self, caller: Caller) -> None:
        plan = caller.plan
        leg = caller.leg = await self._line.call(plan.dnis, ani=plan.number, name=caller.name)
        if leg.up_at is None or leg.remote_audio is None:
            return
        caller.ear = self._voice.join(leg.remote_audio, caller.name)
        try:
            await _first(leg.over, caller.picked_up, within_s=plan.patience_s)
            if not caller.picked_up.is_set():
                caller.gave_up = not leg.over.is_set()
                leg.hang_up()
            elif plan.agent_hangs_up:
                await leg.over.wait()
            else:
                await _first(leg.over, within_s=plan.talk_s)
                leg.hang_up()
        finally:
            self._voice.leave(caller.ear)


class Phones:
    """All agents' phones, behind one line. ``freed``: asked at each INVITE, by device, when its agent became free."""

    def __init__(self, line: Line, voice: Voice, load: Load, callers: Callers) -> None:
        self.rings: list[Ring] = []
        self.freed: Callable[[str], float | None] = lambda device: None
        self._line, self._voice, self._load, self._callers = line, voice, load, callers
        self._chance = random.Random(load.seed + 1)
        line.on_invite = lambda leg: line.spawn(asyncio.create_task(self._rung(leg)))

    async def register(self, agents: list[SeatPlan], password: Callable[[str], str]) -> None:
        turns = asyncio.Semaphore(_REGISTERING_AT_ONCE)

        async def one(device: str) -> None:
            async with turns:
                await self._line.register(device, password(device))

        await asyncio.gather(*(one(agent.device) for agent in agents))

    async def _rung(self, leg: Leg) -> None:
        assert leg.invite is not None
        device = leg.invite.called
        ring = Ring(device, leg, self.freed(device))
        self.rings.append(ring)
        leg.ring()
        ring.ignored = self._chance.random() < self._load.no_answer
        await _first(leg.over, within_s=self._chance.uniform(*self._load.ring_s))
        if ring.ignored:
            await leg.over.wait()
        if leg.over.is_set():
            return
        leg.answer()
        assert leg.remote_audio is not None
        ring.ear = self._voice.join(leg.remote_audio, agent_name(device))
        caller = self._callers.all.get(leg.number)
        if caller is not None:
            caller.talks_since = time.time()
            caller.picked_up.set()
        if caller is not None and caller.plan.agent_hangs_up:
            await _first(leg.over, within_s=caller.plan.talk_s)
            leg.hang_up()
        await leg.over.wait()
        self._voice.leave(ring.ear)


async def _first(*events: asyncio.Event, within_s: float) -> None:
    """Until one of them is set, or the time is over."""
    waiting = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        await asyncio.wait(waiting, timeout=within_s, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for one in waiting:
            one.cancel()
