"""Whom the server vouches for: a timer that is set behind the bridge would end the talk."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support.fake_ami import FakeAmi
from tests.support.fake_callers import FakeCallers
from tests.support.heard import Heard
from tests.unit.asterisk.test_config import settings_beside

from tandem.cti.adapters.asterisk import switch as switch_module
from tandem.cti.adapters.asterisk.switch import ANSWER_S, AsteriskSwitch
from tandem.cti.model.errors import ResourceMissing
from tandem.cti.model.events import RouteRequested, SwitchFound
from tandem.cti.model.requests import Join


@pytest.fixture
async def ami() -> AsyncIterator[FakeAmi]:
    fake = FakeAmi()
    await fake.start()
    yield fake
    await fake.kill()


async def test_nobody_is_vouched_for_behind_his_bridge(
    ami: FakeAmi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    callers, heard = FakeCallers(ami), Heard()
    switch = AsteriskSwitch(settings_beside(ami, tmp_path), heard)
    run = asyncio.create_task(switch.run())
    await heard.wait(SwitchFound)
    legs = []
    for number in ("+8613800138000", "+8613800138001", "+8613800138002"):
        callers.call_in("95001", number)
        legs.append(await heard.wait(RouteRequested, calling=number))
    join = Join(call=legs[0].call, connection=legs[0].connection, other=legs[1].connection)

    ami.obeys["Bridge"] = lambda asked: None
    with pytest.raises(ResourceMissing):
        await switch.request(join)
    await switch._vouch()
    assert ami.count("AbsoluteTimeout") == 3, "whose bridge has failed waits on"

    ami.mute.add("Bridge")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await switch.request(join)
    await switch._vouch()
    assert ami.count("AbsoluteTimeout") == 4, "whose bridge may still come is not vouched for"
    monkeypatch.setattr(switch_module, "_now", lambda: asyncio.get_running_loop().time() + ANSWER_S)
    await switch._vouch()
    assert ami.count("AbsoluteTimeout") == 7, "whose bridge has not come by then waits on"

    ami.mute.clear()
    ami.obeys["Bridge"] = lambda asked: [("Message", "Launched bridge")]
    await switch.request(join)
    await switch._vouch()
    assert ami.count("AbsoluteTimeout") == 8, "the third alone"

    run.cancel()
    await asyncio.gather(run, return_exceptions=True)
