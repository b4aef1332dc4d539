"""What a call and a seat cost the server's process: ``python -m benchmarks.cost``.

The floor of ``floor.py`` (real server, real PostgreSQL, scripted Asterisk, pages that speak the live channel), figures
from ``/proc``. A call is a whole one: IVR with two menus, look-up, match, pop, ring, talk, recording, wrap-up.
"""

from __future__ import annotations

import asyncio

from benchmarks.floor import floor
from benchmarks.report import Figure, Machine, cpu_s, resident_mib, say, show

SEATS = 500
CALLS_PER_S = 10.0
TALK_S = 2.0
IDLE_S = 10.0
LOAD_S = 30.0


async def measure() -> list[Figure]:
    async with floor(SEATS) as here:
        await asyncio.sleep(2)
        empty_mib = resident_mib(here.server_pid)
        await here.open_board()
        say(f"{SEATS} seats")
        await here.open_seats(SEATS)
        await asyncio.sleep(2)
        open_mib = resident_mib(here.server_pid)
        idle_s = cpu_s(here.server_pid)
        await asyncio.sleep(IDLE_S)
        idle_share = (cpu_s(here.server_pid) - idle_s) / IDLE_S
        say(f"{CALLS_PER_S:g} calls/s for {LOAD_S:g} s")
        machine, events = Machine(), here.exchange.events
        busy_s = cpu_s(here.server_pid)
        calls = len(await here.load(CALLS_PER_S, LOAD_S, TALK_S))
        await here.quiet(TALK_S + 20)
        await asyncio.sleep(1)
        busy_s = cpu_s(here.server_pid) - busy_s
        passed_s = machine.passed_s
        loaded_mib = resident_mib(here.server_pid)
        events = here.exchange.events - events
    return [
        Figure("memory of the server, nobody there", empty_mib, "MiB"),
        Figure(f"memory with {SEATS} seats", open_mib, "MiB"),
        Figure("memory per seat", (open_mib - empty_mib) / SEATS * 1024, "KiB"),
        Figure(f"memory after {calls} calls more", loaded_mib, "MiB"),
        Figure(f"CPU, {SEATS} seats, no calls", idle_share * 100, "% of a core"),
        Figure("CPU per call", (busy_s - idle_share * passed_s) / calls * 1e3, "ms"),
        Figure("AMI events per call, after the filters of manager.conf", events / calls, "events"),
        *machine.figures(),
    ]


def main() -> None:
    show("What calls and seats cost the server", asyncio.run(measure()))


if __name__ == "__main__":
    main()
