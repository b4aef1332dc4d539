"""From INVITE to the agent's phone ringing: ``python -m benchmarks.ring_time`` (needs root, or a network of its own).

One real Asterisk, called from a second one that plays the public network. Callers ring in alternately, at the same
rate: every other one dials the number of Tandem (a flow of one step: to the queue), the others a number that goes
straight to the same Asterisk's own ``Queue()``. Both sides have eight agents with plain SIP phones at the second
Asterisk; those of Tandem have pages as well, and the phone rings only after the page has shown the pop.

Timed on the wire: from the caller's INVITE to the 180 of the agent's phone with the same caller number.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.floor import DISPOSITION
from benchmarks.pages import Pages
from benchmarks.report import Figure, Machine, cpu_s, percentile, say, show
from benchmarks.sip_watch import SipWatch

from tandem.agent_desktop.adapters.api import COOKIE
from tandem.cti.adapters.asterisk.carrier import PlacedCall
from tandem.cti.adapters.asterisk.config import AgentPhone
from tandem.cti.app.stack import Stack
from tandem.cti.model.ids import DeviceId

PORTS = {
    "http_port": 20200,
    "seat_port": 20201,
    "ami_port": 20202,
    "phone_port": 20203,
    "sip_port": 20204,
    "trunk_port": 20205,
    "rtp_first": 20300,
    "rtp_last": 20499,
}
PHONES_PORT = PORTS["trunk_port"] + 1
CARRIER_AMI_PORT = 20207
TANDEM, QUEUE = "95001", "95002"
_PHONE_RINGS_S = 0.3
"""Until the agent answers (``Behaviour.ANSWER``)."""
_TALK_S = 0.8
_FLOW = """format: 1
name: straight
version: "1"
languages: [zh, en]
default_language: zh
start: service
on_error: service
prompts: {}
steps:
  service: {type: queue, queue: service}
"""
_QUEUE = """
[bench]
musicclass = default
strategy = leastrecent
timeout = 20
retry = 1
ringinuse = no
joinempty = yes
leavewhenempty = no
"""


@asynccontextmanager
async def exchange() -> AsyncIterator[tuple[Stack, Pages]]:
    """Both sides, ready: Tandem's agents at their pages, the other phones in the plain queue."""
    home = Path(tempfile.mkdtemp(prefix="tandem-bench-"))
    try:
        (home / "straight.yaml").write_text(_FLOW, encoding="utf-8")
        ours = [_phone(1001 + n) for n in range(8)]
        theirs = [_phone(3001 + n) for n in range(8)]
        phones = (*ours, *theirs)
        async with Stack(
            home,
            progress=say,
            changes={**PORTS, "flows": {TANDEM: "straight.yaml"}},
            switch_changes={"phones": phones},
            plain_phones=phones,
            carrier_ami_port=CARRIER_AMI_PORT,
        ) as stack:
            await _own_queue(stack, theirs)
            pages = Pages(PORTS["seat_port"], PORTS["http_port"], disposition=DISPOSITION)
            try:
                await _phones_up(stack, len(phones))
                await pages.open(await _cookies(stack))
                yield stack, pages
            finally:
                await pages.close()
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _phone(number: int) -> AgentPhone:
    return AgentPhone(device=DeviceId(str(number)), password=secrets.token_hex(8), webrtc=False)


async def _own_queue(stack: Stack, members: Sequence[AgentPhone]) -> None:
    """A queue of the same Asterisk that Tandem has no part in, and a number that leads there."""
    lines = "".join(f"member => PJSIP/{phone.device}\n" for phone in members)
    with (stack.asterisk.folders.etc / "queues.conf").open("a", encoding="utf-8") as file:
        file.write(f"{_QUEUE}{lines}")
    for command in (
        "queue reload all",
        f"dialplan add extension {QUEUE},1,Answer() into from-carrier",
        f"dialplan add extension {QUEUE},2,Queue(bench) into from-carrier",
    ):
        await stack.asterisk.rx(command)


async def _phones_up(stack: Stack, count: int) -> None:
    async with asyncio.timeout(30):
        # the trunk has a contact, too; the first line is the heading
        while (await stack.asterisk.rx("pjsip show contacts")).count("Contact:") < count + 2:  # noqa: ASYNC110
            await asyncio.sleep(0.2)


async def _cookies(stack: Stack) -> list[str]:
    rows = await stack.database.fetch("select login from users where role = 'agent'")
    tokens = {row["login"]: secrets.token_urlsafe(32) for row in rows}
    async with stack.database.session(10) as connection:
        await connection.executemany(
            "insert into sessions (token_hash, login, until) values ($1, $2, now() + interval '1 hour')",
            [(hashlib.sha256(token.encode()).digest(), login) for login, token in tokens.items()],
        )
    return [f"{COOKIE}={token}" for token in tokens.values()]


@dataclass(frozen=True, slots=True)
class Load:
    """``calls_each`` callers on each side, ``calls_per_s`` on each side."""

    what: str
    prefix: str
    calls_each: int
    calls_per_s: float


LOADS = (
    Load("an agent is free", "+8613800", 60, 2.0),
    # eight agents serve six or seven calls a second
    Load("callers must wait", "+8613900", 60, 9.0),
)


async def measure(loads: tuple[Load, ...] = LOADS) -> list[Figure]:
    async with exchange() as (stack, pages):
        assert stack.server is not None
        with SipWatch(switch_port=PORTS["sip_port"], phones_port=PHONES_PORT) as watch:
            await _ring_in(stack, watch, Load("to warm up", "+8613700", 4, 2.0))
            figures = []
            for load in loads:
                say(f"{2 * load.calls_each} calls, alternately: {load.what}")
                machine, busy_s = Machine(), cpu_s(stack.server.pid)
                took = await _ring_in(stack, watch, load)
                busy_s = cpu_s(stack.server.pid) - busy_s
                figures += _compared(load, took[TANDEM], took[QUEUE])
                figures.append(Figure("  CPU of the Tandem server, per call", busy_s / load.calls_each * 1e3, "ms"))
                figures += [figure._replace(what=f"  {figure.what}") for figure in machine.figures()]
        if pages.refused:
            say(f"refused commands: {pages.refused[:5]}")
    return figures


def _compared(load: Load, tandem: list[float], queue: list[float]) -> list[Figure]:
    figures = [Figure(f"{load.what}, {load.calls_per_s:g} calls/s on each side", len(tandem), "calls on each side")]
    for percent in (50, 90):
        ours, theirs = percentile(tandem, percent), percentile(queue, percent)
        figures.append(Figure(f"  Tandem, p{percent}", ours * 1e3, "ms"))
        figures.append(Figure(f"  Queue(), p{percent}", theirs * 1e3, "ms"))
        figures.append(Figure(f"  Tandem / Queue(), p{percent}", ours / theirs, "x"))
    return figures


async def _ring_in(stack: Stack, watch: SipWatch, load: Load) -> dict[str, list[float]]:
    """Returns when the last call is over: seconds from INVITE to 180, of each side."""
    rings: dict[str, list[asyncio.Task[float]]] = {TANDEM: [], QUEUE: []}
    began = time.monotonic()
    for turn in range(2 * load.calls_each):
        await asyncio.sleep(max(0.0, began + turn / load.calls_per_s / 2 - time.monotonic()))
        dnis, number = (TANDEM, QUEUE)[turn % 2], f"{load.prefix}{turn:06}"
        call = await stack.carrier.place_call(dnis, number, f"caller {turn}")
        rings[dnis].append(asyncio.create_task(_served(call, number, watch)))
    took = {dnis: await asyncio.gather(*tasks) for dnis, tasks in rings.items()}
    await asyncio.sleep(0.5)  # the agents' wrap-up
    return took


async def _served(call: PlacedCall, number: str, watch: SipWatch) -> float:
    """The caller waits for an agent, talks, hangs up. Seconds from INVITE to 180. Raises TimeoutError."""
    async with asyncio.timeout(60):
        while (seen := watch.calls.get(number)) is None or seen.phone_rings_at is None:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    await asyncio.sleep(_PHONE_RINGS_S + _TALK_S)
    await call.hang_up()
    await call.wait_ended(10)
    return seen.phone_rings_at - seen.invited_at


def main() -> None:
    show("INVITE -> the agent's phone rings", asyncio.run(measure()))


if __name__ == "__main__":
    main()
