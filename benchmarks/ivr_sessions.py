"""Callers in a flow: from the digit to the next prompt command. ``python -m benchmarks.ivr_sessions``.

A real server with its PostgreSQL, Asterisk scripted (``exchange.py``): 500 callers go round in a bank's menu with a
data dip (``ivr_sessions.yaml``), first beside whatever else the machine does, then with the benchmark's processes
before all others. Timed from just before the bytes of the key that completes the answer are written to the server's AMI
socket until the action with the next prompt has been read there; both ends are in this process. Then a hundred callers,
with and without one more who sends a thousand keys a second.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path
from random import Random

from aiohttp import web
from benchmarks.exchange import Channel, Exchange
from benchmarks.floor import Floor, floor
from benchmarks.report import (
    Figure,
    Machine,
    cpu_s,
    first_on_every_core,
    percentile,
    resident_mib,
    say,
    show,
    waited_s,
)

from tandem.cti.app.installation import DEMO_DNIS

FLOW = Path(__file__).with_name("ivr_sessions.yaml")
DATA_PORT = 20110
SETTINGS = {"flows": {DEMO_DNIS: str(FLOW)}, "data_allow": ["127.0.0.0/8"], "record": False}
CARD = "123456"
SESSIONS, FEWER = 500, 100
ARRIVALS_PER_S = 20.0
WARM_S, MEASURE_S, FLOOD_S = 10.0, 30.0, 12.0
FLOODS = 3
"""How often both are measured, in turns."""
PROMPT_S = 1.0
THINKS_S = (3.0, 9.0)
FLOOD_KEYS_PER_S = 1000
_TURN_S = 0.01
MAY_GO_FIRST = os.geteuid() == 0
"""Only root may put its processes before all others."""


class Callers(Exchange):
    """Each presses what leads him round: 1; then 1, the card, 2 again and again. ``took``: seconds by what was
    pressed, ``menu`` (the next prompt follows at once) or ``dip`` (it follows on an answer of the source of data)."""

    def __init__(self, port: int, system_name: str) -> None:
        super().__init__(port, system_name)
        self.took: dict[str, list[float]] = defaultdict(list)
        self._random = Random(1)
        self._answers: dict[str, int] = {}
        self._pressed: dict[str, tuple[str, float]] = {}
        self.flooder = ""

    def lasts_s(self, channel: Channel, command: str) -> float:
        if command.startswith("EXEC Background "):
            return PROMPT_S
        return 600.0 if channel.name == self.flooder else self._random.uniform(*THINKS_S)

    def keys(self, channel: Channel, command: str) -> str:
        count = self._answers[channel.name] = self._answers.get(channel.name, -1) + 1
        keys = "1" if count == 0 else ("2", "1", CARD)[count % 3]
        self._pressed[channel.name] = ("dip" if keys == CARD else "menu", time.monotonic())
        return keys

    def asked(self, channel: Channel, command: str) -> None:
        if command.startswith(("EXEC Background ", "EXEC Read ")) and channel.name in self._pressed:
            what, at = self._pressed.pop(channel.name)
            self.took[what].append(time.monotonic() - at)

    def answers(self) -> int:
        return sum(map(len, self.took.values()))


@asynccontextmanager
async def balances() -> AsyncIterator[None]:
    """A source of data on loopback that answers at once."""

    async def balance(request: web.Request) -> web.Response:
        return web.json_response({"account": {"balance": "1234.50"}})

    app = web.Application()
    app.router.add_get("/balance/{card}", balance)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", DATA_PORT).start()
    try:
        yield
    finally:
        await runner.cleanup()


async def ring_in(callers: Callers, count: int) -> list[Channel]:
    """At a steady rate."""
    began, channels = time.monotonic(), []
    for turn in range(count):
        await asyncio.sleep(max(0.0, began + turn / ARRIVALS_PER_S - time.monotonic()))
        channels.append(callers.call_in(DEMO_DNIS, f"+86139{turn:08}", f"caller {turn}"))
    return channels


async def gone(here: Floor, channels: list[Channel]) -> None:
    for channel in channels:
        here.exchange.hang_up(channel)
        await asyncio.sleep(0.01)
    await asyncio.sleep(2)


async def many(here: Floor, callers: Callers) -> list[Figure]:
    await gone(here, await _settled(callers, FEWER))  # what every server needs once
    empty_mib = resident_mib(here.server_pid)
    say(f"{SESSIONS} callers")
    channels = await _settled(callers, SESSIONS)
    full_mib = resident_mib(here.server_pid)
    figures = await _round_and_round(here, callers, f"{SESSIONS} callers,")
    if MAY_GO_FIRST:
        with first_on_every_core():
            figures += await _round_and_round(here, callers, f"{SESSIONS} callers, cores to itself,")
    figures += [
        Figure("memory of the server per caller", (full_mib - empty_mib) / SESSIONS * 1024, "KiB"),
        Figure("callers whose flow stands still", await _lost(callers, channels), ""),
    ]
    await gone(here, channels)
    return figures


async def _round_and_round(here: Floor, callers: Callers, label: str) -> list[Figure]:
    machine = Machine()  # looking at every process of a busy machine holds this one up
    await asyncio.sleep(1)
    callers.took.clear()
    busy_s, unserved_s = cpu_s(here.server_pid), waited_s(here.server_pid)
    await asyncio.sleep(MEASURE_S)
    busy_s, unserved_s = cpu_s(here.server_pid) - busy_s, waited_s(here.server_pid) - unserved_s
    return [
        Figure(f"{label} answers", callers.answers(), ""),
        *times(callers.took, label),
        Figure(f"{label} the server's CPU", busy_s / MEASURE_S * 100, "% of a core"),
        Figure(f"{label} the server's CPU per caller", busy_s / MEASURE_S / SESSIONS * 1e3, "ms/s"),
        Figure(f"{label} the server's CPU per answer", busy_s / callers.answers() * 1e3, "ms"),
        Figure(f"{label} the server's main thread waited for a core", unserved_s / MEASURE_S * 100, "% of the time"),
        *(figure._replace(what=f"{label} {figure.what}") for figure in machine.figures()),
    ]


async def flooded(here: Floor, callers: Callers) -> list[Figure]:
    say(f"{FEWER} callers, with and without a flood of keys")
    channels = await _settled(callers, FEWER)
    took: dict[bool, dict[str, list[float]]] = {False: defaultdict(list), True: defaultdict(list)}
    busy_s = {False: 0.0, True: 0.0}
    machine = Machine()
    await asyncio.sleep(1)
    with first_on_every_core() if MAY_GO_FIRST else nullcontext():
        for turn in range(2 * FLOODS):
            with_flood = turn % 2 == 1
            callers.took.clear()
            before_s = cpu_s(here.server_pid)
            await (_flood(callers, FLOOD_S) if with_flood else asyncio.sleep(FLOOD_S))
            busy_s[with_flood] += cpu_s(here.server_pid) - before_s
            for what, each in callers.took.items():
                took[with_flood][what] += each
    lost = await _lost(callers, channels)
    await gone(here, channels)
    alone, beside = (percentile(took[flood]["menu"], 99) for flood in (False, True))
    return [
        *times(took[False], f"{FEWER} callers,"),
        *times(took[True], f"{FEWER} callers beside {FLOOD_KEYS_PER_S} keys/s,"),
        Figure("p99 of the menus, with the flood / without", beside / alone, "x"),
        Figure("the server's CPU without the flood", busy_s[False] / FLOODS / FLOOD_S * 100, "% of a core"),
        Figure("the server's CPU with the flood", busy_s[True] / FLOODS / FLOOD_S * 100, "% of a core"),
        Figure("callers whose flow stands still", lost, ""),
        *machine.figures(),
    ]


async def _settled(callers: Callers, count: int) -> list[Channel]:
    channels = await ring_in(callers, count)
    await asyncio.sleep(WARM_S)
    return channels


async def _flood(callers: Callers, for_s: float) -> None:
    """One caller presses keys as fast as a machine can, then hangs up."""
    channel = callers.call_in(DEMO_DNIS, "+8613700000000", "flood")
    callers.flooder = channel.name
    began, sent = time.monotonic(), 0
    while (passed := time.monotonic() - began) < for_s and channel.name in callers.channels:
        while sent < passed * FLOOD_KEYS_PER_S:
            callers.press(channel, "1234567890"[sent % 10])
            sent += 1
        await asyncio.sleep(_TURN_S)
    callers.hang_up(channel)


async def _lost(callers: Callers, channels: list[Channel]) -> int:
    """Who is gone, or hears nothing for two seconds."""
    idle = [each for each in channels if not each.commands]
    await asyncio.sleep(2)
    return sum(each.name not in callers.channels or (each in idle and not each.commands) for each in channels)


def times(took: dict[str, list[float]], label: str) -> list[Figure]:
    names = {"menu": "digit -> next prompt", "dip": "digits -> data dip -> next prompt"}
    return [
        Figure(f"{label} {names[what]}: {name}", of(each) * 1e3, "ms")
        for what, each in sorted(took.items(), reverse=True)
        for name, of in (
            ("p50", lambda values: percentile(values, 50)),
            ("p99", lambda values: percentile(values, 99)),
            ("longest", max),
        )
    ]


async def measure() -> list[Figure]:
    async with balances(), floor(0, changes=SETTINGS, exchange_of=Callers) as here:
        assert isinstance(here.exchange, Callers)
        return await many(here, here.exchange) + await flooded(here, here.exchange)


def main() -> None:
    show("Callers in a flow: from the digit to the next prompt", asyncio.run(measure()))


if __name__ == "__main__":
    main()
