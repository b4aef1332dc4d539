"""Records what a real Asterisk sends in a few scenes: ``python -m tests.scenario.record``.

A transcript is the AMI events as they came, with our requests to ring a device in between (``> ring ...``), and next
to it the golden list of the model's events. A recorded list is read by a person before it is golden.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

from tests.scenario.transcript import FOLDER, SYSTEM_NAME, golden, ring_line, translate
from tests.support.asterisk_pair import DNIS, RAW_PHONE, AsteriskPair
from tests.support.heard import Heard
from tests.support.raw_sip import RawSip

from tandem.cti.adapters.asterisk.carrier_config import Behaviour
from tandem.cti.adapters.asterisk.codec import Message
from tandem.cti.adapters.asterisk.switch import AsteriskSwitch
from tandem.cti.model.causes import Cause
from tandem.cti.model.events import (
    BackInService,
    ConnectionCleared,
    Delivered,
    Failed,
    Joined,
    MediaEnded,
    OutOfService,
    Party,
    RouteRequested,
    SwitchFound,
)
from tandem.cti.model.ids import ConnectionId, DeviceId, Token
from tandem.cti.model.requests import (
    ClearConnection,
    Join,
    MakeConnection,
    Play,
    Retake,
    SetFallbackMember,
    StartMusic,
    SwitchRequest,
)

GUARD_S = 2


class Scene:
    """A pair, a switch, and the tape."""

    def __init__(self, pair: AsteriskPair) -> None:
        self.pair = pair
        self.heard = Heard()
        self.tape: list[str] = []
        self.switch = AsteriskSwitch(pair.settings, self.heard)
        hear = self.switch._link._on_event

        def keep(message: Message) -> None:
            self.tape.append(message.text)
            hear(message)

        self.switch._link._on_event = keep

    async def call_in(self, name: str = "王小明") -> RouteRequested:
        self.heard.forget()
        self.caller = await self.pair.carrier.place_call(DNIS, "+8613800138000", name)
        await self.caller.wait_answered()
        return await self.heard.wait(RouteRequested, party=Party.CALLER)

    async def ask(self, request: SwitchRequest) -> None:
        if isinstance(request, MakeConnection):
            self.tape.append(ring_line(request))
        await self.switch.request(request)

    def ring(self, at: RouteRequested, device: str, leg: str, timeout_s: float = 5) -> MakeConnection:
        return MakeConnection(
            call=at.call,
            connection=ConnectionId(leg),
            party=Party.AGENT if len(device) == 4 else Party.OUTSIDE,
            device=DeviceId(device),
            calling=at.calling,
            name=at.name,
            timeout_s=timeout_s,
            memory="for=" + leg,
        )

    async def join(self, at: RouteRequested, leg: str) -> None:
        await self.heard.wait(RouteRequested, connection=leg)
        await self.ask(Join(call=at.call, connection=at.connection, other=ConnectionId(leg)))
        await self.heard.wait(Joined, connection=leg)

    async def caller_hangs_up(self, at: RouteRequested) -> None:
        await self.caller.hang_up()
        await self.heard.wait(ConnectionCleared, connection=at.connection)


async def served_by_an_agent(s: Scene) -> None:
    at = await s.call_in()
    await s.ask(Play(call=at.call, connection=at.connection, prompts=("hello-world",), token=Token("t")))
    await s.heard.wait(MediaEnded)
    await s.ask(StartMusic(call=at.call, connection=at.connection))
    await s.ask(s.ring(at, "1001", "leg-a"))
    await s.join(at, "leg-a")
    await s.pair.carrier.hang_up_phone("1001")
    await s.heard.wait(ConnectionCleared, connection="leg-a")
    await s.caller_hangs_up(at)


async def caller_gives_up_while_it_rings(s: Scene) -> None:
    await s.pair.carrier.set_phone("1001", Behaviour.RING)
    at = await s.call_in('O"Brien \\ ${SHELL(id)}')
    await s.ask(s.ring(at, "1001", "leg-b"))
    await s.heard.wait(Delivered, connection="leg-b")
    await s.caller_hangs_up(at)
    await s.ask(ClearConnection(call=at.call, connection=ConnectionId("leg-b"), cause=Cause.CANCELLED))
    await s.heard.wait(Failed, connection="leg-b")


async def legs_that_fail(s: Scene) -> None:
    at = await s.call_in()
    for device, behaviour in (("1001", Behaviour.BUSY), ("1001", Behaviour.DECLINE), ("1001", Behaviour.RING)):
        await s.pair.carrier.set_phone(device, behaviour)
        await s.ask(s.ring(at, device, f"leg-{behaviour}", 0.5))
        await s.heard.wait(Failed, connection=f"leg-{behaviour}")
    await s.ask(s.ring(at, "1003", "leg-absent"))
    await s.heard.wait(Failed, connection="leg-absent")
    await s.ask(s.ring(at, "+8613900000004", "leg-nobody"))
    await s.heard.wait(Failed, connection="leg-nobody")
    await s.caller_hangs_up(at)


async def taken_back_and_sent_outside(s: Scene) -> None:
    at = await s.call_in()
    await s.ask(s.ring(at, "1001", "leg-c"))
    await s.join(at, "leg-c")
    s.heard.forget()
    await s.ask(Retake(call=at.call, connection=at.connection))
    await s.heard.wait(RouteRequested, connection="leg-c")
    await s.heard.wait(RouteRequested, connection=at.connection)
    await s.ask(ClearConnection(call=at.call, connection=ConnectionId("leg-c")))
    await s.ask(s.ring(at, "+8613900000001", "leg-d"))
    await s.join(at, "leg-d")
    await s.caller_hangs_up(at)
    await s.heard.wait(RouteRequested, connection="leg-d")
    await s.ask(ClearConnection(call=at.call, connection=ConnectionId("leg-d")))
    await s.heard.wait(ConnectionCleared, connection="leg-d")


async def fallback_queue_serves(s: Scene) -> None:
    """The dead-man switch fires, and this once we do not take the caller back."""
    at = await s.call_in()
    await s.ask(SetFallbackMember(device=DeviceId("1002"), ready=True))
    s.switch._translator.leg(at.connection).controlled = False  # type: ignore[union-attr]  # nobody vouches for him
    redirect, s.switch._spawn = s.switch._spawn, lambda work: work.close()  # type: ignore[method-assign]
    await s.heard.wait(Joined, connection=at.connection, timeout_s=10)
    s.switch._spawn = redirect  # type: ignore[method-assign]
    s.heard.forget()
    await s.pair.carrier.hang_up_phone("1002")
    await s.heard.wait(RouteRequested, connection=at.connection)
    await s.ask(SetFallbackMember(device=DeviceId("1002"), ready=False))
    await s.caller_hangs_up(at)


async def a_phone_comes_and_goes(s: Scene) -> None:
    phone = await RawSip.open(s.pair.settings.sip_port)
    for _ in range(2):
        s.heard.forget()
        await phone.register(RAW_PHONE, f"pw-{RAW_PHONE}")
        await s.heard.wait(BackInService, device=RAW_PHONE)
        await phone.register(RAW_PHONE, f"pw-{RAW_PHONE}", expires=0)
        await s.heard.wait(OutOfService, device=RAW_PHONE)
    phone.close()


SCENES: tuple[Callable[[Scene], Awaitable[None]], ...] = (
    served_by_an_agent,
    caller_gives_up_while_it_rings,
    legs_that_fail,
    taken_back_and_sent_outside,
    fallback_queue_serves,
    a_phone_comes_and_goes,
)


async def main() -> None:
    with tempfile.TemporaryDirectory() as home:
        async with AsteriskPair(Path(home), system_name=SYSTEM_NAME, guard_s=GUARD_S) as pair:
            for play in SCENES:
                scene = Scene(pair)
                run = asyncio.create_task(scene.switch.run())
                await scene.heard.wait(SwitchFound)
                await play(scene)
                await asyncio.sleep(0.3)
                run.cancel()
                await asyncio.gather(run, return_exceptions=True)
                await pair.carrier.set_phone("1001", Behaviour.ANSWER)
                name = play.__name__
                text = "\r\n\r\n".join(scene.tape) + "\r\n\r\n"
                (FOLDER / f"{name}.ami").write_bytes(text.encode())
                (FOLDER / f"{name}.golden").write_text(golden(translate(text.encode())))
                print(name, len(scene.tape), "messages")


if __name__ == "__main__":
    asyncio.run(main())
