"""The switch with callers that are not there: hundreds of sessions for measurements, without an Asterisk."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

from tests.support.fake_ami import FakeAmi
from tests.support.fake_callers import FakeCallers
from tests.support.heard import Heard
from tests.unit.asterisk.test_config import settings_beside
from tests.unit.asterisk.test_lanes_machines import DETECT

from tandem.cti.adapters.asterisk.switch import AsteriskSwitch
from tandem.cti.model.events import ConnectionCleared, MachineDetected, MediaEnded, RouteRequested, SwitchFound
from tandem.cti.model.ids import Token
from tandem.cti.model.requests import Collect, LeaveMessage, Play


async def test_callers_of_the_fake_hear_and_press(tmp_path: Path) -> None:
    ami = FakeAmi()
    callers = FakeCallers(ami, prompt_s=0.05)
    await ami.start()
    heard = Heard()
    switch = AsteriskSwitch(settings_beside(ami, tmp_path), heard)
    run = asyncio.create_task(switch.run())
    await heard.wait(SwitchFound)
    caller = callers.call_in("95001", "+8613800138000")
    at = await heard.wait(RouteRequested)
    assert (at.calling, at.called) == ("+8613800138000", "95001")

    def asked(tag: str, *prompts: str, digits: int = 2, timeout_s: float = 30.0) -> Collect:
        return Collect(
            call=at.call,
            connection=at.connection,
            prompts=prompts,
            max_digits=digits,
            timeout_s=timeout_s,
            token=Token(tag),
        )

    await switch.request(Play(call=at.call, connection=at.connection, prompts=("a", "b"), token=Token("p")))
    caller.press("1")
    assert (await heard.wait(MediaEnded, token="p")).ok
    await switch.request(asked("q", "a"))
    await asyncio.sleep(0.05)
    caller.press("2")
    assert (await heard.wait(MediaEnded, token="q")).digits == "12"
    await switch.request(asked("r", "a", timeout_s=0.2))
    assert (await heard.wait(MediaEnded, token="r")).digits == ""
    for caller.amd, verdict in ((("HUMAN", "HUMAN-800-800"), "human"), (("MACHINE", "MAXWORDS-4-4"), "machine")):
        await switch.request(replace(DETECT, call=at.call, connection=at.connection, token=Token(verdict)))
        caller.press("3")
        found = await heard.wait(MachineDetected, token=verdict)
        assert (found.verdict, found.why) == (verdict, caller.amd[1])
    await switch.request(LeaveMessage(call=at.call, connection=at.connection, prompts=("a",), token=Token("m")))
    assert (await heard.wait(MediaEnded, token="m")).ok
    caller.hang_up()
    await heard.wait(ConnectionCleared, connection=at.connection)
    run.cancel()
    await asyncio.gather(run, return_exceptions=True)
    await ami.kill()
