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


async def measure(calls_each: int = 60, calls_per_s: float = 2.0) -> list[Figure]:
    """``calls_per_s`` on each side."""
    async with exchange() as (stack, pages):
        with SipWatch(switch_port=PORTS["sip_port"], phones_port=PHONES_PORT) as watch:
            say(f"{2 * calls_each} calls, alternately")
            await _ring_in(stack, 4, calls_per_s, "+8613700")  # the first of all warm things up
            assert stack.server is not None
            machine, busy_s = Machine(), cpu_s(stack.server.pid)
            numbers = await _ring_in(stack, calls_each, calls_per_s, "+8613800")
            busy_s, of_machine = cpu_s(stack.server.pid) - busy_s, machine.figures()
        took = {dnis: _seconds(watch, mine) for dnis, mine in numbers.items()}
        if pages.refused:
            say(f"refused commands: {pages.refused[:5]}")
    tandem, queue = took[TANDEM], took[QUEUE]
    return [
        Figure("Tandem: INVITE -> 180 of the agent's phone, p50", percentile(tandem, 50) * 1e3, "ms"),
        Figure("Queue(): INVITE -> 180 of the agent's phone, p50", percentile(queue, 50) * 1e3, "ms"),
        Figure("Tandem / Queue(), p50", percentile(tandem, 50) / percentile(queue, 50), "x"),
        Figure("Tandem, p90", percentile(tandem, 90) * 1e3, "ms"),
        Figure("Queue(), p90", percentile(queue, 90) * 1e3, "ms"),
        Figure("Tandem / Queue(), p90", percentile(tandem, 90) / percentile(queue, 90), "x"),
        Figure("CPU of the Tandem server, per call", busy_s / calls_each * 1e3, "ms"),
        Figure("calls on each side", len(tandem), "calls"),
        *of_machine,
    ]


async def _ring_in(stack: Stack, calls_each: int, calls_per_s: float, prefix: str) -> dict[str, list[str]]:
    """Returns when the last call is over. The numbers that called each side."""
    numbers: dict[str, list[str]] = {TANDEM: [], QUEUE: []}
    calls: list[PlacedCall] = []
    leaving: set[asyncio.Task[None]] = set()
    began = time.monotonic()
    for turn in range(2 * calls_each):
        await asyncio.sleep(max(0.0, began + turn / calls_per_s / 2 - time.monotonic()))
        dnis = (TANDEM, QUEUE)[turn % 2]
        numbers[dnis].append(f"{prefix}{turn:06}")
        calls.append(await stack.carrier.place_call(dnis, numbers[dnis][-1], f"caller {turn}"))
        leaving.add(asyncio.create_task(_leave(calls[-1])))
    await asyncio.gather(*leaving)
    await asyncio.gather(*(call.wait_ended(10) for call in calls))
    await asyncio.sleep(0.5)  # the agents' wrap-up
    return numbers


async def _leave(call: PlacedCall) -> None:
    """The caller hangs up ``_TALK_S`` after the agent, who lets it ring for 0.3 s, has answered."""
    await call.wait_answered()
    await asyncio.sleep(0.5 + _TALK_S)
    await call.hang_up()


def _seconds(watch: SipWatch, numbers: Sequence[str]) -> list[float]:
    took = []
    for number in numbers:
        call = watch.calls.get(number)
        if call is None or call.phone_rings_at is None:
            raise RuntimeError(f"the call of {number} rang at no phone: {call}")
        took.append(call.phone_rings_at - call.invited_at)
    return took


def main() -> None:
    show("INVITE -> the agent's phone rings", asyncio.run(measure()))


if __name__ == "__main__":
    main()
