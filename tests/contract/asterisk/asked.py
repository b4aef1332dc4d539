"""What tests ask of a switch, and how a caller comes to talk with an agent."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable

from tests.contract.asterisk.rig import ANI, NAME, Caller, Rig, caller_waits

from tandem.cti.model.events import ConnectionSnapshot, Joined, Party, RouteRequested, SwitchFound
from tandem.cti.model.ids import ConnectionId, DeviceId, Token
from tandem.cti.model.requests import Collect, Join, MakeConnection, Play

_numbers = itertools.count(1)


def new_connection() -> ConnectionId:
    return ConnectionId(f"leg-{next(_numbers)}-x")


def play(at: RouteRequested, *prompts: str, tag: str = "t") -> Play:
    return Play(call=at.call, connection=at.connection, prompts=prompts, token=Token(tag))


def collect(at: RouteRequested, prompt: str, *, digits: int = 1, timeout_s: float = 3.0, tag: str = "t") -> Collect:
    return Collect(
        call=at.call,
        connection=at.connection,
        prompts=(prompt,),
        max_digits=digits,
        timeout_s=timeout_s,
        token=Token(tag),
    )


def ring(at: RouteRequested, device: str = "1001", *, timeout_s: float = 20.0, memory: str = "") -> MakeConnection:
    return MakeConnection(
        call=at.call,
        connection=new_connection(),
        party=Party.AGENT if len(device) == 4 else Party.OUTSIDE,
        device=DeviceId(device),
        calling=ANI,
        name=NAME,
        timeout_s=timeout_s,
        memory=memory,
    )


async def talking(rig: Rig, device: str = "1001") -> tuple[Caller, RouteRequested, RouteRequested]:
    """A caller joined with an agent."""
    caller, waiting = await caller_waits(rig)
    request = ring(waiting, device, memory="agent=mei")
    await rig.switch.request(request)
    leg = await rig.heard.wait(RouteRequested, connection=request.connection)
    await rig.switch.request(Join(call=waiting.call, connection=waiting.connection, other=leg.connection))
    await rig.heard.wait(Joined, connection=waiting.connection)
    await rig.heard.wait(Joined, connection=leg.connection)
    return caller, waiting, leg


async def until(true: Callable[[], object]) -> None:
    """Within twenty seconds. For what the switch does not tell."""
    for _ in range(400):
        if true():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it never came to be")


def of(found: SwitchFound, connection: ConnectionId) -> ConnectionSnapshot:
    return next(each for each in found.snapshot.connections if each.connection == connection)
