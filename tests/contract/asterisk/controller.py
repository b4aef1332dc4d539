"""A controller in a process of its own, to be killed: takes calls and leaves each in another place.

The first caller hears a long prompt, the second waits with music, the third waits while 1002 rings, the fourth talks
with 1001. Prints a line when it is ready for them, and one when all is so.
"""

from __future__ import annotations

import asyncio
import pickle
import sys
from pathlib import Path

from tests.support.heard import Heard

from tandem.cti.adapters.asterisk.config import SwitchSettings
from tandem.cti.adapters.asterisk.switch import AsteriskSwitch
from tandem.cti.model.events import Delivered, Joined, Party, RouteRequested, SwitchFound
from tandem.cti.model.ids import ConnectionId, DeviceId, Token
from tandem.cti.model.requests import Join, MakeConnection, Play, Remember, StartMusic, SwitchRequest


async def main(settings: SwitchSettings) -> None:
    heard = Heard()
    switch = AsteriskSwitch(settings, heard)
    run = asyncio.create_task(switch.run())
    await heard.wait(SwitchFound)
    print("ready", flush=True)
    for number in range(4):
        at = await heard.wait(RouteRequested, party=Party.CALLER, timeout_s=30)
        heard.forget()
        call, connection = at.call, at.connection
        await switch.request(Remember(call=call, connection=connection, memory=f"place={number}"))
        first: SwitchRequest = StartMusic(call=call, connection=connection)
        if number == 0:
            first = Play(call=call, connection=connection, prompts=("demo-instruct",), token=Token("t"))
        await switch.request(first)
        if number >= 2:
            leg = ConnectionId(f"leg-of-{number}")
            await switch.request(
                MakeConnection(
                    call=call,
                    connection=leg,
                    party=Party.AGENT,
                    device=DeviceId("1002" if number == 2 else "1001"),
                    calling="",
                    name="",
                    timeout_s=60,
                )
            )
            if number == 2:
                await heard.wait(Delivered, connection=leg)
            else:
                await heard.wait(RouteRequested, connection=leg)
                await switch.request(Join(call=call, connection=connection, other=leg))
                await heard.wait(Joined, connection=leg)
    print("all in their places", flush=True)
    await run


if __name__ == "__main__":
    asyncio.run(main(pickle.loads(Path(sys.argv[1]).read_bytes())))  # noqa: S301  (our own file)
