"""One run: everybody comes to work, the callers ring in, the floor empties, the books are closed."""

from __future__ import annotations

import asyncio
import re
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass

from benchmarks.load import plan
from benchmarks.load.books import Finding, audit
from benchmarks.load.evidence import channels, evidence_of, served_by, stories
from benchmarks.load.line import Line
from benchmarks.load.meters import Meters
from benchmarks.load.plan import Load
from benchmarks.load.seats import Seats
from benchmarks.load.telephones import Callers, Phones
from benchmarks.load.timing import Timing
from benchmarks.load.voice import Voice
from benchmarks.load.world import (
    CALLERS_AUDIO,
    DISPOSITION,
    PASSWORD,
    PHONES_AUDIO,
    PHONES_PORT,
    PORTS,
    TRUNK_PORT,
    world,
)
from benchmarks.report import Figure, say

from tandem.cti.app.stack import Stack

_SAY_EVERY_S = 30.0
_LAST_TALK_S = 60.0
"""Beyond the longest patience and talk: after that whoever is still there is stuck."""
_SETTLE_S = 20.0
_OCCUPANCY = """
with spans as (
    select state, at as began, coalesce(lead(at) over (partition by agent order by number), now()) as until
    from agent_state_history
)
select coalesce(sum(extract(epoch from least(until, to_timestamp($2)) - greatest(began, to_timestamp($1)))), 0)::float8
    / $3 / ($2 - $1) as occupancy
from spans
where state in ('busy', 'working_after_call') and began < to_timestamp($2) and until > to_timestamp($1)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What a run leaves behind. ``stories``: of the calls about which something was found. ``notes``: what somebody
    should look at, although no bar is broken by it."""

    findings: list[Finding]
    stories: list[str]
    timing: Timing
    costs: list[Figure]
    notes: list[str]


async def run(load: Load) -> Run:
    """Raises TimeoutError when the floor does not get ready."""
    async with AsyncExitStack() as open_:
        stack, passwords = await open_.enter_async_context(world(load))
        audio = [open_.enter_context(Voice(port)) for port in (CALLERS_AUDIO, PHONES_AUDIO)]
        sip_port = PORTS["sip_port"]
        trunk = open_.enter_context(Line(TRUNK_PORT, sip_port, audio_port=CALLERS_AUDIO))
        house = open_.enter_context(Line(PHONES_PORT, sip_port, audio_port=PHONES_AUDIO))
        callers = Callers(trunk, audio[0])
        phones = Phones(house, audio[1], load, callers)
        agents = plan.seats(load)
        say(f"{load.agents} phones register, {load.agents} agents log in")
        await phones.register(agents, passwords.__getitem__)
        seats = Seats(load, http_port=PORTS["http_port"], seat_port=PORTS["seat_port"], disposition=DISPOSITION)
        phones.freed = seats.freed
        open_.push_async_callback(seats.close)
        await seats.open(agents, PASSWORD)

        meters = await _meters(stack)
        watching = asyncio.create_task(meters.watch())
        open_.callback(watching.cancel)
        plans = plan.callers(load)
        say(f"{len(plans)} callers within {load.duration_s:g} s")
        began = time.time()
        await callers.ring_in(plans, _Progress())
        ended = time.time()
        costs = meters.figures(len(plans))
        say("the last ones are served")
        await callers.all_over(load.patience_s[1] + load.talk_s[1] + _LAST_TALK_S)
        await seats.all_idle(_SETTLE_S)
        settled_s = await _settled(stack)

        evidence = await evidence_of(stack, callers, phones, seats, open_legs=len(trunk.legs) + len(house.legs))
        findings = audit(evidence)
        return Run(
            findings=findings,
            stories=await stories(stack, evidence, findings),
            timing=Timing(
                served=served_by(load, callers, phones),
                calls=len(callers.all),
                gave_up=sum(1 for caller in callers.all.values() if caller.gave_up),
                replies_s=seats.replies_s,
                occupancy=await _occupancy(stack, began, ended, load.agents),
            ),
            costs=[*costs, Figure("until nothing was open after the last call", settled_s, "s")],
            notes=[
                *(f"{count} x page command refused: {code}" for code, count in _counted(seats.refused)),
                *_complaints(stack),
                *([f"{again} SIP messages came or went again"] if (again := trunk.repeated + house.repeated) else []),
            ],
        )


async def _meters(stack: Stack) -> Meters:
    assert stack.server is not None
    row = await stack.database.fetch_row("select pg_backend_pid() as pid")
    assert row is not None
    parts = {"the server": stack.server.pid, "Asterisk": stack.asterisk.pid}
    return Meters(parts, {"PostgreSQL": _parent(row["pid"])})


def _parent(pid: int) -> int:
    with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
        return int(file.read().rpartition(")")[2].split()[1])


class _Progress:
    """Says how it goes, twice a minute."""

    def __init__(self) -> None:
        self._next = time.monotonic() + _SAY_EVERY_S

    def __call__(self, rung_in: int, there: int) -> None:
        if time.monotonic() >= self._next:
            self._next += _SAY_EVERY_S
            say(f"{rung_in} have rung in, {there} are on the line")


async def _settled(stack: Stack) -> float:
    """The records are written behind the calls, recordings finished after them, Asterisk takes its channels down:
    until nothing is open, or too late. Seconds that it took."""
    began = time.monotonic()
    question = (
        "select (select count(*) from calls where ended_at is null) + "
        "(select count(*) from recordings where state = 'recording') as open"
    )
    while time.monotonic() < began + _SETTLE_S:
        row = await stack.database.fetch_row(question)
        if row is not None and row["open"] == 0 and not await channels(stack):
            break
        await asyncio.sleep(0.5)
    took_s = time.monotonic() - began
    await asyncio.sleep(1.0)
    return took_s


async def _occupancy(stack: Stack, began: float, ended: float, agents: int) -> float:
    """Share of the time, without the first fifth, in which agents were busy or wrapped up; 0..1."""
    row = await stack.database.fetch_row(_OCCUPANCY, began + (ended - began) / 5, ended, agents)
    assert row is not None
    return float(row["occupancy"])


def _counted(codes: list[str]) -> list[tuple[str, int]]:
    return [(code, codes.count(code)) for code in sorted(set(codes))]


def _complaints(stack: Stack) -> list[str]:
    """Kinds of ERROR lines, numbers and ids left out."""
    lines = [*stack.asterisk.complaints()]
    lines += [line for line in stack.server_log.read_text(encoding="utf-8").splitlines() if " ERROR " in line]
    kinds = [re.sub(r"[0-9a-f]{8,}[-\d]*|\d+", "#", line.partition("ERROR")[2])[:120] for line in lines]
    return [f"{count} x ERROR{kind}" for kind, count in _counted(kinds)[:20]]
