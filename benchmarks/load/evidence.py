"""What is asked of the telephones, PostgreSQL and Asterisk when the floor is empty."""

from __future__ import annotations

from benchmarks.load import plan
from benchmarks.load.books import CallerLog, CallRow, Evidence, Finding, RingLog, detail_records
from benchmarks.load.plan import Load
from benchmarks.load.seats import Place, Seats
from benchmarks.load.telephones import Callers, Phones, agent_name
from benchmarks.load.timing import Served
from benchmarks.load.world import detail_records_file

from tandem.cti.adapters.asterisk.config import TRUNK
from tandem.cti.app.stack import Stack

_MOST_STORIES = 5
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
_TIMELINE = """
select e.kind, e.text, extract(epoch from e.at)::float8 as at
from call_events e join calls c on c.id = e.call where c.ani = $1 order by e.number
"""


async def evidence_of(stack: Stack, callers: Callers, phones: Phones, seats: Seats, *, open_legs: int) -> Evidence:
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
                ended_by=ring.leg.ended_by,
                heard=frozenset(ring.ear.heard if ring.ear is not None else ()),
            )
            for ring in phones.rings
        ],
        rows=[CallRow(**{**row, "devices": tuple(row["devices"])}) for row in await database.fetch(_ROWS)],
        busy=[(row["device"], row["began"], row["until"], row["call"]) for row in await database.fetch(_BUSY)],
        details=detail_records(detail_records_file(stack).read_text(encoding="utf-8"), TRUNK),
        seats={device: _wrong(place) for device, place in seats.by_device.items()},
        states={row["device"]: row["state"] for row in await database.fetch(_STATES)},
        channels=await channels(stack),
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


def served_by(load: Load, callers: Callers, phones: Phones) -> list[Served]:
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


async def channels(stack: Stack) -> list[str]:
    return [line for line in (await stack.asterisk.rx("core show channels concise")).splitlines() if "!" in line]


async def stories(stack: Stack, evidence: Evidence, findings: list[Finding]) -> list[str]:
    """What the telephones saw and the timeline says of the first calls that are named in a finding; in seconds."""
    told = []
    named = [caller for caller in evidence.callers if any(caller.number in finding.text for finding in findings)]
    for caller in named[:_MOST_STORIES]:
        lines = [
            (line["at"], f"{line['kind']}: {line['text']}")
            for line in await stack.database.fetch(_TIMELINE, caller.number)
        ]
        for ring in evidence.rings:
            if ring.number == caller.number:
                lines.append((ring.invited_at, f"phone {ring.device}: INVITE"))
                lines += [(ring.up_at, f"phone {ring.device}: answered")] if ring.up_at else []
                lines += [(ring.over_at, f"phone {ring.device}: over, {ring.ended_by}")] if ring.over_at else []
        lines += [(caller.over_at, f"caller: over, {caller.ended_by}")] if caller.over_at else []
        began = min((at for at, _ in lines), default=0.0)
        told.append("\n".join([caller.number, *(f"  {at - began:8.3f} {text}" for at, text in sorted(lines))]))
    return told
