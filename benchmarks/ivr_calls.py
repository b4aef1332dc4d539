"""The same at a real Asterisk: ``python -m benchmarks.ivr_calls`` (needs root, or a network of its own).

A second Asterisk plays the public network: 100 callers with sound in both directions press keys (RFC 4733) in the flow
of ``ivr_sessions``. Timed on the wire between the server and Asterisk, with the kernel's stamps: from Asterisk's event
of the key that completes the answer to the action with the next prompt, and to Asterisk's word that it has begun; first
beside whatever else the machine does, then with the benchmark's processes before all others.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from random import Random

from benchmarks.ami_watch import AmiWatch
from benchmarks.ivr_sessions import CARD, MAY_GO_FIRST, SETTINGS, balances, times
from benchmarks.report import Figure, Machine, cpu_s, first_on_every_core, percentile, say, show, waited_s

from tandem.cti.adapters.asterisk.carrier import Carrier, PlacedCall
from tandem.cti.app.installation import DEMO_DNIS
from tandem.cti.app.stack import Stack
from tandem.cti.model.errors import OutcomeUnknown

PORTS = {
    "http_port": 20200,
    "seat_port": 20201,
    "ami_port": 20202,
    "phone_port": 20203,
    "sip_port": 20204,
    "trunk_port": 20205,
    "rtp_first": 20300,
    "rtp_last": 20799,
}
CARRIER_AMI_PORT = 20207
CALLS = (10, 100)
ARRIVALS_PER_S = 5.0
WARM_S, MEASURE_S = 8.0, 30.0
_ROUNDS = 12
_TYPISTS = 10
"""Sessions with the carrier's AMI: while a key sounds, 0.1 s, its session does nothing else."""
_BALANCE_S = 12.0
"""Until it is told, with no key that stops it."""


def presses(random: Random) -> list[tuple[float, str]]:
    """(seconds after the one before, keys): round and round."""
    keys: list[tuple[float, str]] = [(random.uniform(2, 5), "1")]
    for _ in range(_ROUNDS):
        keys += [(random.uniform(2, 5), "1"), (random.uniform(2, 5), CARD), (random.uniform(0, 3) + _BALANCE_S, "2")]
    return keys


@asynccontextmanager
async def carriers(stack: Stack) -> AsyncIterator[list[Carrier]]:
    several = [Carrier(stack.carrier.settings) for _ in range(_TYPISTS)]
    async with asyncio.TaskGroup() as links:
        tasks = [links.create_task(each.run()) for each in several]
        for each in several:
            await each.ready()
        yield several
        for task in tasks:
            task.cancel()


async def _stage(stack: Stack, several: list[Carrier], watch: AmiWatch, count: int) -> list[Figure]:
    say(f"{count} calls, about {count / ARRIVALS_PER_S + WARM_S + 2 * MEASURE_S:.0f} s")
    random, calls = Random(count), []
    began = time.monotonic()
    for turn in range(count):
        await asyncio.sleep(max(0.0, began + turn / ARRIVALS_PER_S - time.monotonic()))
        with suppress(OutcomeUnknown):  # an Asterisk that has no core
            carrier = several[turn % len(several)]
            calls.append(await carrier.place_call(DEMO_DNIS, f"+86138{turn:08}", digits=presses(random)))
    await asyncio.sleep(WARM_S)
    figures = await _measured(stack, watch, count, f"{count} calls,")
    if MAY_GO_FIRST:
        with first_on_every_core():
            figures += await _measured(stack, watch, count, f"{count} calls, cores to itself,")
    talking = sum(call.talking for call in calls)
    await _gone(calls)
    return [
        *figures,
        Figure(f"{count} calls, still there at the end", talking, f"of {len(calls)}"),
        Figure(f"{count} calls, packets not seen", watch.lost, ""),
    ]


async def _measured(stack: Stack, watch: AmiWatch, count: int, label: str) -> list[Figure]:
    assert stack.server is not None
    pid = stack.server.pid
    watch.clear()
    machine, busy_s, unserved_s = Machine(), cpu_s(pid), waited_s(pid)
    await asyncio.sleep(MEASURE_S)
    busy_s, unserved_s = cpu_s(pid) - busy_s, waited_s(pid) - unserved_s
    answers = len(watch.answers)
    return [
        Figure(f"{label} answers", answers, ""),
        *times(watch.asked(), label),
        *(
            Figure(f"{label} {part}, {what}: p{percent}", percentile(each, percent) * 1e3, "ms")
            for part, took in (("of these in Asterisk", watch.read()), ("until the prompt has begun", watch.begun))
            for what, each in took.items()
            for percent in (50, 99)
        ),
        Figure(f"{label} the server's CPU per call", busy_s / MEASURE_S / count * 1e3, "ms/s"),
        Figure(f"{label} the server's CPU per answer", busy_s / answers * 1e3, "ms"),
        Figure(f"{label} the server's main thread waited for a core", unserved_s / MEASURE_S * 100, "% of the time"),
        *(figure._replace(what=f"{label} {figure.what}") for figure in machine.figures()),
    ]


async def _gone(calls: list[PlacedCall]) -> None:
    for call in calls:
        await call.hang_up()
    for call in calls:
        if call.ended_at is None:
            await call.wait_ended(10)
    await asyncio.sleep(1)


async def measure() -> None:
    home = Path(tempfile.mkdtemp(prefix="tandem-bench-"))
    try:
        async with (
            balances(),
            Stack(home, progress=say, changes={**PORTS, **SETTINGS}, carrier_ami_port=CARRIER_AMI_PORT) as stack,
            carriers(stack) as several,
        ):
            with AmiWatch(PORTS["ami_port"]) as watch:
                for count in CALLS:
                    show(f"{count} calls in a flow at a real Asterisk", await _stage(stack, several, watch, count))
    finally:
        shutil.rmtree(home, ignore_errors=True)


def main() -> None:
    asyncio.run(measure())


if __name__ == "__main__":
    main()
