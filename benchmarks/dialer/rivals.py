"""Other rules of pacing, written anew from their descriptions, and the bound.

``Vicidial``: every 15 s its level is multiplied by 1 + (agents waiting - calls waiting + target) / agents x intensity,
is halved when more than half of over 20 calls of the last minute were dropped, is at most ``most``, and is 1 once the
day's dropped share is over the limit (after 20 answers); lines = level x agents, calls with agents included.
``Issabel``: every 3 s: free agents, and those busy ones whose talk, taken for exponential, will by its age and the mean
time to answer be over with a probability of ``sureness``, less callers waiting and calls not answered yet; divided by
the success rate of the last 30 minutes, at least 0.2 (over-commit).
"""

from __future__ import annotations

import math
from collections import deque
from heapq import heapify, heappop, heappush

from benchmarks.dialer.simulate import DayFigures, Floor, Silent
from benchmarks.dialer.world import World

FAR = 1e12


def _even(count: int, segments: int) -> list[tuple[int, int]]:
    return [(n, count // segments + (n < count % segments)) for n in range(segments)] if count > 0 else []


class Progressive(Silent):
    """One line per idle agent."""

    ratio = 1.0

    def __init__(self, world: World) -> None:
        self.segments = len(world.design.segments)

    def dial(self, now: float) -> tuple[list[tuple[int, int]], bool, float]:
        floor = self.floor
        return _even(int(self.ratio * floor.idle) - floor.in_flight - floor.waiting, self.segments), False, FAR


class Ratio(Progressive):
    """So many lines per idle agent."""

    def __init__(self, world: World, ratio: float) -> None:
        super().__init__(world)
        self.ratio = ratio


class Vicidial(Silent):
    def __init__(
        self, world: World, *, limit: float = 0.03, most: float = 3.0, target: float = 0.0, intensity: float = 1.0
    ) -> None:
        self.segments = len(world.design.segments)
        self.limit, self.most, self.target, self.intensity = limit, most, target, intensity
        self.level, self.next = 1.0, 0.0
        self.minute: deque[tuple[float, int, int]] = deque()

    def begin_day(self, floor: Floor, now: float) -> None:
        super().begin_day(floor, now)
        self.level, self.next = 1.0, now + 15.0
        self.minute.clear()

    def dial(self, now: float) -> tuple[list[tuple[int, int]], bool, float]:
        floor = self.floor
        while now >= self.next:
            self._adapt(self.next)
            self.next += 15.0
        busy = floor.talking + floor.in_flight + floor.waiting
        lines = int(self.level * floor.agents) - busy if floor.agents else 0
        return _even(lines, self.segments), False, self.next

    def _adapt(self, now: float) -> None:
        floor = self.floor
        self.minute.append((now, floor.answered, floor.abandoned))
        while self.minute[0][0] < now - 61.0:
            self.minute.popleft()
        if floor.agents:
            step = (floor.idle - floor.waiting + self.target) / floor.agents * self.intensity
            self.level *= max(0.5, 1.0 + step)
        answered, dropped = floor.answered - self.minute[0][1], floor.abandoned - self.minute[0][2]
        if answered > 20 and dropped > answered / 2:
            self.level /= 2
        self.level = min(self.most, max(1.0, self.level))
        if floor.answered >= 20 and floor.abandoned > self.limit * floor.answered:
            self.level = 1.0


class Issabel(Silent):
    def __init__(self, world: World, *, sureness: float = 0.97, over_commit: bool = True) -> None:
        self.segments = len(world.design.segments)
        self.sureness, self.over_commit = sureness, over_commit
        self.talking: dict[int, float] = {}
        self.launches: dict[int, float] = {}
        self.talks = self.talk_s = self.answers = self.answer_s = 0.0
        self.placed: deque[tuple[float, bool]] = deque()
        self.good = 0
        self.next = 0.0

    def agent(self, agent: int, status: str, leaving_at: float | None, now: float) -> None:
        began = self.talking.pop(agent, None)
        if began is not None:
            self.talks += 1
            self.talk_s += now - began

    def launched(self, call: int, segment: int, reserved: bool, now: float) -> None:
        self.launches[call] = now

    def person(self, call: int, now: float) -> None:
        self.answers += 1
        self.answer_s += now - self.launches[call]
        self._placed(call, True, now)

    def connected(self, call: int, agent: int, now: float) -> None:
        self.talking[agent] = now

    def ended(self, call: int, result: str, now: float) -> None:
        if call in self.launches:
            self._placed(call, False, now)

    def _placed(self, call: int, good: bool, now: float) -> None:
        del self.launches[call]
        self.placed.append((now, good))
        self.good += good
        while self.placed and self.placed[0][0] < now - 1800.0:
            self.good -= self.placed.popleft()[1]

    def dial(self, now: float) -> tuple[list[tuple[int, int]], bool, float]:
        if now < self.next:
            return [], False, self.next
        self.next = now + 3.0
        floor = self.floor
        free = floor.idle
        if self.talks >= 10 and self.answers:
            mean_s, answer_s = self.talk_s / self.talks, self.answer_s / self.answers
            free += sum(1 - math.exp(-(answer_s + now - at) / mean_s) >= self.sureness for at in self.talking.values())
        count = max(0, free - floor.waiting) - floor.in_flight
        if count > 0 and self.over_commit and len(self.placed) >= 10 and self.good:
            count = round(count / max(0.2, self.good / len(self.placed)))
        return _even(count, self.segments), False, self.next


class Quantile(Silent):
    """Looks one mean time to answer ahead: launches while the answers expected by then, plus ``z`` of their standard
    deviations, find an agent idle or expected free (talks taken for exponential, rate of the last 200 calls)."""

    def __init__(self, world: World, *, z: float = 0.5) -> None:
        self.segments = len(world.design.segments)
        self.z = z
        self.started: dict[int, float] = {}
        self.busy: dict[int, float] = {}
        self.outcomes: deque[int] = deque([1] * 10 + [0] * 30, maxlen=200)
        self.total = 10
        self.handle_s, self.handled, self.answer_s, self.answers = 60.0, 1.0, 9.0, 1.0

    def agent(self, agent: int, status: str, leaving_at: float | None, now: float) -> None:
        if status in ("idle", "away") and (began := self.busy.pop(agent, None)) is not None:
            self.handle_s += now - began
            self.handled += 1

    def launched(self, call: int, segment: int, reserved: bool, now: float) -> None:
        self.started[call] = now

    def person(self, call: int, now: float) -> None:
        self.answer_s += now - self.started[call]
        self.answers += 1
        self._outcome(call, 1)

    def connected(self, call: int, agent: int, now: float) -> None:
        self.busy[agent] = now

    def ended(self, call: int, result: str, now: float) -> None:
        if call in self.started:
            self._outcome(call, 0)

    def _outcome(self, call: int, good: int) -> None:
        del self.started[call]
        if len(self.outcomes) == self.outcomes.maxlen:
            self.total -= self.outcomes[0]
        self.outcomes.append(good)
        self.total += good

    def dial(self, now: float) -> tuple[list[tuple[int, int]], bool, float]:
        floor = self.floor
        ahead = self.answer_s / self.answers
        gone = 1.0 - math.exp(-ahead * self.handled / self.handle_s)
        free = floor.idle + gone * len(self.busy) - floor.waiting
        rate = max(0.02, self.total / len(self.outcomes))
        spread = gone * (1 - gone) * len(self.busy)
        young = sum(now - at < 2.0 * ahead for at in self.started.values())
        count = 0
        while count < 400:
            n = young + count + 1
            if n * rate + self.z * math.sqrt(n * rate * (1 - rate) + spread) > free:
                break
            count += 1
        return _even(count, self.segments), False, now + 1.0


def clairvoyant(world: World) -> list[DayFigures]:
    """Who knows who answers, when, and how long everybody talks and wraps up: each agent has the next person of the
    list on the line in the moment he is free; nobody is abandoned, no machine reaches an agent. Nothing that does not
    know more can be better but by the luck of which contacts fall into the day."""
    rows = []
    design = world.design
    contacts = world.contacts(0)
    factor = design.segments[0][1]
    for day in world.days:
        row = DayFigures()
        heap = [(visit.from_s, number) for number, visit in enumerate(day.visits)]
        heapify(heap)
        busy_until: dict[int, float] = {}
        while heap:
            now, number = heappop(heap)
            visit = day.visits[number]
            if now < busy_until.get(visit.agent, 0.0):
                heappush(heap, (busy_until[visit.agent], number))
                continue
            if now >= visit.to_s:
                row.staffed_s += max(0.0, min(now, design.day_s) - max(visit.from_s, 0.0))
                continue
            rate = day.rate(now, factor)
            for contact in contacts:
                row.launched += 1
                if contact.answer_u < rate:
                    break
            row.answered += 1
            row.connected += 1
            row.talk_s += min(now + contact.talk_s, design.day_s) - now
            busy_until[visit.agent] = now + contact.talk_s + contact.wrap_s
            heappush(heap, (busy_until[visit.agent], number))
        rows.append(row)
    return rows
