"""AMI event in, pop bytes out: ``python -m benchmarks.pop_latency``.

The cause: the ``AsyncAGIExec`` of a caller's last prompt, which sends him to the queue while an agent is free. Timed
from just before its bytes are written to the server's AMI socket until the ``Seat`` message with the offer has been
read from the agent's WebSocket. Both ends are in this process, on CLOCK_MONOTONIC; the server, a real one with its
PostgreSQL, is another process, and so everything between the two sockets counts: codec, vetting, translator, center,
encoding, the loop's other work, and this process's own delays as well.

Where other programs want the two cores as well, the longest times are those of waiting for a core. The last stage
tells them apart: in it this benchmark's processes, and they alone, have real-time priority.

Asterisk is scripted (``exchange.py``). A supervisor's board is open all the time, and every call does everything that
calls do: IVR, look-up, match, pop, ring, bridge, recording, wrap-up, 40 journal records.
"""

from __future__ import annotations

import asyncio
from contextlib import nullcontext
from dataclasses import dataclass

from benchmarks.floor import Floor, floor
from benchmarks.report import Figure, Machine, cpu_s, first_on_every_core, percentile, say, show

AIM_S = 0.020


@dataclass(frozen=True, slots=True)
class Stage:
    """``seats`` connected in all, ``calls_per_s`` for ``warm_s`` unmeasured and then ``measure_s`` seconds."""

    seats: int
    calls_per_s: float
    talk_s: float
    warm_s: float
    measure_s: float
    first: bool = False
    """This benchmark's processes go before everything else on the machine."""


STAGES = (
    Stage(seats=1, calls_per_s=1.5, talk_s=0.1, warm_s=2, measure_s=40),
    Stage(seats=50, calls_per_s=10, talk_s=2.0, warm_s=4, measure_s=30),
    Stage(seats=500, calls_per_s=10, talk_s=20.0, warm_s=20, measure_s=30),
    Stage(seats=500, calls_per_s=10, talk_s=20.0, warm_s=20, measure_s=30, first=True),
)


async def measure(stages: tuple[Stage, ...] = STAGES) -> list[Figure]:
    figures: list[Figure] = []
    async with floor(max(stage.seats for stage in stages)) as here:
        await here.open_board()
        opened = 0
        for stage in stages:
            say(f"{stage.seats} seats, {stage.calls_per_s:g} calls/s, about {stage.warm_s + stage.measure_s:.0f} s")
            await here.open_seats(stage.seats - opened)
            opened = stage.seats
            try:
                with first_on_every_core() if stage.first else nullcontext():
                    figures += await _stage(here, stage)
            except PermissionError:
                say("left out: only root may put its processes before all others")
    return figures


async def _stage(here: Floor, stage: Stage) -> list[Figure]:
    await here.load(stage.calls_per_s, stage.warm_s, stage.talk_s)
    machine, busy_s = Machine(), cpu_s(here.server_pid)
    names = await here.load(stage.calls_per_s, stage.measure_s, stage.talk_s)
    busy_s, of_machine = cpu_s(here.server_pid) - busy_s, machine.figures()
    await here.quiet(stage.talk_s + 20)
    took, waited = latencies(here, names)
    label = f"{stage.seats} seats, {stage.calls_per_s:g} calls/s{', cores to itself' if stage.first else ''}:"
    if here.pages.refused:
        say(f"refused commands: {here.pages.refused[:5]}")
    return [
        Figure(f"{label} p50", percentile(took, 50) * 1e3, "ms"),
        Figure(f"{label} p99", percentile(took, 99) * 1e3, "ms"),
        Figure(f"{label} longest", max(took) * 1e3, "ms"),
        Figure(f"{label} over {AIM_S * 1e3:.0f} ms", sum(each > AIM_S for each in took), f"of {len(took)} pops"),
        Figure(f"{label} not counted, no agent was free", waited, "calls"),
        Figure(f"{label} the server's CPU", busy_s / stage.measure_s * 100, "% of a core"),
        *(figure._replace(what=f"{label} {figure.what}") for figure in of_machine),
    ]


def latencies(here: Floor, names: list[str]) -> tuple[list[float], int]:
    """Seconds of each call that found an agent free, and how many had to wait."""
    missing = [name for name in names if name not in here.pages.offered]
    if missing:
        raise RuntimeError(f"{len(missing)} of {len(names)} callers reached no page")
    timed = [(here.pages.offered[name], here.exchange.caused_at[name]) for name in names]
    took = [read_at - caused_at for (read_at, waited_s), caused_at in timed if waited_s < 0.001]
    return took, len(timed) - len(took)


def main() -> None:
    show("AMI event in -> pop bytes out", asyncio.run(measure()))


if __name__ == "__main__":
    main()
