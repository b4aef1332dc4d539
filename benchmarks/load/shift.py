"""One run: everybody comes to work, the callers ring in, the floor empties, the books are closed."""

from __future__ import annotations

import asyncio
import re
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass

from benchmarks.load import plan
from benchmarks.load.books import CallerLog, CallRow, Evidence, RingLog, detail_records
from benchmarks.load.line import Line
from benchmarks.load.meters import Meters
from benchmarks.load.plan import Load
from benchmarks.load.seats import Place, Seats
from benchmarks.load.telephones import Callers, Phones, agent_name
from benchmarks.load.timing import Served, Timing
from benchmarks.load.voice import Voice
from benchmarks.load.world import (
    CALLERS_AUDIO,
    DISPOSITION,
    PASSWORD,
    PHONES_AUDIO,
    PHONES_PORT,
    PORTS,
    TRUNK_PORT,
    detail_records_file,
    world,
)
from benchmarks.report import Figure, say

from tandem.cti.adapters.asterisk.config import TRUNK
from tandem.cti.app.stack import Stack

_SAY_EVERY_S = 30.0
_LAST_TALK_S = 60.0
"""Beyond the longest patience and talk: after that whoever is still there is stuck."""
_SETTLE_S = 20.0
_ROWS = """
select c.ani as number, c.ended_at is not null as ended, c.outcome,
    array(select distinct u.device from segments s join users u on u.login = s.agent
          where s.call = c.id and s.kind = 'talk' order by 1) as devices,
    (select count(*) from contacts where call = c.id and disposition is not null)::int as disposed,
    (select count(*) from recordings where call = c.id and state = 'saved')::int as saved
from calls c
"""
_BUSY = """
select u.device, extract(epoch from s.started_at)::float8 as began, extract(epoch from s.ended_at)::float8 as until,
    s.call
from segments s join users u on u.login = s.agent where s.kind in ('ring', 'talk')
"""
_STATES = """
select distinct on (h.agent) u.device, h.state from agent_state_history h join users u on u.login = h.agent
order by h.agent, h.number desc
"""
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
    """What a run leaves behind. ``notes``: what somebody should look at, although no bar is broken by it."""

    evidence: Evidence
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

        return Run(
            evidence=await _evidence(stack, callers, phones, seats, open_legs=len(trunk.legs) + len(house.legs)),
            timing=Timing(
                served=_served(load, callers, phones),
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
        if row is not None and row["open"] == 0 and not await _channels(stack):
            break
        await asyncio.sleep(0.5)
    took_s = time.monotonic() - began
    await asyncio.sleep(1.0)
    return took_s


async def _channels(stack: Stack) -> list[str]:
    return [line for line in (await stack.asterisk.rx("core show channels concise")).splitlines() if "!" in line]


async def _evidence(stack: Stack, callers: Callers, phones: Phones, seats: Seats, *, open_legs: int) -> Evidence:
    database = stack.database
    dead = await database.fetch_row("select count(*)::int as count from dead_letters where resolved_at is null")
    assert dead is not None
    return Evidence(
        callers=[
            CallerLog(
                number=number,
                name=caller.name,
                gave_up=caller.gave_up,
                ended_by=caller.leg.ended_by if caller.leg is not None else "",
                over_at=caller.leg.over_at if caller.leg is not None else None,
                heard=frozenset(caller.ear.heard if caller.ear is not None else ()),
            )
            for number, caller in callers.all.items()
        ],
        rings=[
            RingLog(
                device=ring.device,
                name=agent_name(ring.device),
                number=ring.leg.number,
                invited_at=ring.leg.invited_at,
                up_at=ring.leg.up_at,
                over_at=ring.leg.over_at,
                heard=frozenset(ring.ear.heard if ring.ear is not None else ()),
            )
            for ring in phones.rings
        ],
        rows=[CallRow(**{**row, "devices": tuple(row["devices"])}) for row in await database.fetch(_ROWS)],
        busy=[(row["device"], row["began"], row["until"], row["call"]) for row in await database.fetch(_BUSY)],
        details=detail_records(detail_records_file(stack).read_text(encoding="utf-8"), TRUNK),
        seats={device: _wrong(place) for device, place in seats.by_device.items()},
        states={row["device"]: row["state"] for row in await database.fetch(_STATES)},
        channels=await _channels(stack),
        open_legs=open_legs,
        dead_letters=dead["count"],
    )


def _wrong(place: Place) -> str:
    if place.lost:
        return f"was closed: {place.lost}"
    if place.idle or place.shown is None:
        return "" if place.idle else "shows nothing"
    agent, call = place.shown.agent, place.shown.call
    return f"{agent.state} ({agent.reason}), {f'call {call.id} {call.phase}' if call else 'no call'}"


def _served(load: Load, callers: Callers, phones: Phones) -> list[Served]:
    """Each ring, with the moment from which its caller was in line for this agent: from his INVITE, from the end of an
    earlier ring that came to nothing, or from the step of his queue that takes agents like this one."""
    routing, numbers = plan.routing(load), plan.dialled(load)
    skills = {seat.device: seat.skills for seat in plan.seats(load)}
    in_line: dict[str, float] = {}
    served = []
    for ring in phones.rings:
        caller = callers.all.get(ring.leg.number)
        if caller is None or caller.leg is None:
            continue  # the books say so
        called_at, queue = caller.leg.invited_at, routing.queues[numbers[caller.plan.dnis]]
        eligible_at = called_at + plan.eligible_after_s(queue, skills.get(ring.device, {}))
        served.append(
            Served(
                called_at=called_at,
                waiting_since=max(in_line.get(ring.leg.number, called_at), eligible_at),
                freed_at=ring.freed_at,
                rung_at=ring.leg.invited_at,
                answered_at=ring.leg.up_at,
                ignored=ring.ignored,
            )
        )
        if ring.leg.over_at is not None:
            in_line[ring.leg.number] = ring.leg.over_at
    return served


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
