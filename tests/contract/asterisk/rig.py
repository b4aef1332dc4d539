"""One set of levers for both: the fake telephony, and a pair of real Asterisks."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Protocol

from tests.support.asterisk_pair import DEAD_CARRIER, DNIS, OUTSIDE, PHONES, SECOND_CARRIER, AsteriskPair
from tests.support.fake_media import Line
from tests.support.fake_switch import FakeSwitch, FakeTelephony
from tests.support.heard import Heard
from tests.support.raw_sip import RawSip

from tandem.cti.adapters.asterisk.carrier import PlacedCall
from tandem.cti.adapters.asterisk.carrier_people import Behaviour, Subscriber
from tandem.cti.adapters.asterisk.switch import AsteriskSwitch
from tandem.cti.model.events import RouteRequested, SwitchFound
from tandem.cti.model.ids import DeviceId
from tandem.cti.ports import Switch
from tandem.cti.runtime.secret_digits import SecretDigits

ANI, NAME = "+8613800138000", "王小明"


class Caller(Protocol):
    async def press(self, keys: str) -> None: ...
    async def hang_up(self) -> None: ...
    @property
    def gone(self) -> bool: ...


class Rig(Protocol):
    """``good`` and ``long`` are prompts: one of a second or so, one that outlasts a test's patience; ``missing`` is one
    that is not there. ``vault`` has the digits of sensitive questions."""

    heard: Heard
    good: str
    long: str
    missing: str
    vault: SecretDigits

    @property
    def switch(self) -> Switch: ...
    @property
    def guard_s(self) -> float: ...
    @property
    def slack_s(self) -> float:
        """How long the switch may take to act by itself, for example to ring the next phone of its queue."""

    async def call_in(self, name: str = NAME) -> Caller: ...
    async def phone(self, device: str, behaviour: Behaviour) -> None: ...
    async def phone_has_answered(self, device: str) -> None:
        """Wait until its leg could be joined; nobody tells while no controller is there."""

    async def phone_hangs_up(self, device: str) -> None: ...
    async def sign_off(self, device: str) -> None: ...
    async def sign_on(self, device: str) -> None: ...
    def recorded_bytes(self, recording: str) -> int: ...
    async def controller_dies(self) -> None: ...
    async def controller_returns(self) -> SwitchFound: ...
    async def crash(self) -> None: ...


class FakeCaller:
    def __init__(self, world: FakeTelephony, line: Line) -> None:
        self._world, self._line = world, line

    async def press(self, keys: str) -> None:
        self._world.press(self._line, keys)

    async def hang_up(self) -> None:
        self._world.hang_up(self._line)

    @property
    def gone(self) -> bool:
        return self._line.connection not in self._world.lines


class FakeRig:
    good, long, missing = "good", "long", "/no/such/prompt"
    guard_s = 1.0
    slack_s = 0.2

    def __init__(self) -> None:
        self.heard = Heard()
        self.world = FakeTelephony(guard_s=self.guard_s)
        self.world.media.missing.update({"no-such-prompt", self.missing})
        self.world.sip_hosts = ("127.0.0.1:5099",)
        self.vault = self.world.media.vault
        for number, who in OUTSIDE.items():
            self.world.behaviours[number] = who.does if isinstance(who, Subscriber) else who
        self.world.trunks = {name: name for name in ("", "trunk", SECOND_CARRIER, DEAD_CARRIER)}
        self.world.dead_carriers.add(DEAD_CARRIER)
        self.world.media.long.add(self.long)
        for device in PHONES:
            self.world.register(device)
        self.switch: Switch = FakeSwitch(self.world, self.heard)
        self._run = asyncio.create_task(self.switch.run())

    async def call_in(self, name: str = NAME) -> Caller:
        return FakeCaller(self.world, self.world.call_in(DNIS, ANI, name))

    async def phone(self, device: str, behaviour: Behaviour) -> None:
        self.world.behave(device, behaviour)

    async def phone_has_answered(self, device: str) -> None:
        for _ in range(1_000):
            if any(line.controlled for line in self.world.lines.values() if line.device == device):
                return
            await asyncio.sleep(0.02)
        raise AssertionError("it has not answered")

    async def phone_hangs_up(self, device: str) -> None:
        self.world.hang_up_phone(device)

    async def sign_off(self, device: str) -> None:
        self.world.unregister(device)

    async def sign_on(self, device: str) -> None:
        self.world.register(device)

    def recorded_bytes(self, recording: str) -> int:
        return 32_000 if recording in self.world.recordings else 0

    async def controller_dies(self) -> None:
        self._run.cancel()
        await asyncio.gather(self._run, return_exceptions=True)

    async def controller_returns(self) -> SwitchFound:
        self.heard.forget()
        self.switch = FakeSwitch(self.world, self.heard)
        self._run = asyncio.create_task(self.switch.run())
        return await self.heard.wait(SwitchFound)

    async def crash(self) -> None:
        self.world.crash()
        self.world.in_service.update(DeviceId(device) for device in PHONES)

    async def close(self) -> None:
        await self.controller_dies()


class RealCaller:
    def __init__(self, call: PlacedCall) -> None:
        self.call = call

    async def press(self, keys: str) -> None:
        await self.call.press(keys)

    async def hang_up(self) -> None:
        await self.call.hang_up()

    @property
    def gone(self) -> bool:
        return self.call.ended_at is not None


class RealRig:
    good, long = "hello-world", "demo-instruct"
    slack_s = 2.5

    def __init__(self, pair: AsteriskPair) -> None:
        self.pair = pair
        self.guard_s = pair.settings.guard_s
        self.heard = Heard()
        self.vault = SecretDigits()
        self.missing = str(pair.settings.sounds_dir / "gone")
        self.switch = AsteriskSwitch(pair.settings, self.heard, vault=self.vault)
        self._run = asyncio.create_task(self.switch.run())
        self._calls: list[PlacedCall] = []

    async def call_in(self, name: str = NAME) -> Caller:
        call = await self.pair.carrier.place_call(DNIS, ANI, name)
        self._calls.append(call)
        await call.wait_answered()
        return RealCaller(call)

    async def phone(self, device: str, behaviour: Behaviour) -> None:
        await self.pair.carrier.set_phone(device, behaviour)

    async def phone_has_answered(self, device: str) -> None:
        for _ in range(200):
            channels = await self.pair.tandem.rx("core show channels concise")
            if re.search(rf"^PJSIP/{device}-.*!Up!AGI!", channels, re.MULTILINE):
                return
            await asyncio.sleep(0.1)
        raise AssertionError(f"it has not answered: {channels}")

    async def phone_hangs_up(self, device: str) -> None:
        assert await self.pair.carrier.hang_up_phone(device)

    async def sign_off(self, device: str) -> None:
        await self._register(device, expires=0)

    async def sign_on(self, device: str) -> None:
        await self._register(device, expires=60)

    async def _register(self, device: str, *, expires: int) -> None:
        phone = await RawSip.open(self.pair.settings.sip_port)
        try:
            assert await phone.register(device, f"pw-{device}", expires=expires) == "SIP/2.0 200 OK"
        finally:
            phone.close()

    def recorded_bytes(self, recording: str) -> int:
        file: Path = self.pair.settings.recordings_dir / f"{recording}.raw"
        return file.stat().st_size if file.exists() else 0

    async def controller_dies(self) -> None:
        self._run.cancel()
        await asyncio.gather(self._run, return_exceptions=True)

    async def controller_returns(self) -> SwitchFound:
        self.heard.forget()
        self.switch = AsteriskSwitch(self.pair.settings, self.heard, vault=self.vault)
        self._run = asyncio.create_task(self.switch.run())
        return await self.heard.wait(SwitchFound)

    async def crash(self) -> None:
        await self.pair.tandem.kill()
        await self.pair.tandem.start()

    async def close(self) -> None:
        await self.controller_dies()
        for call in self._calls:
            if call.ended_at is None:
                await call.hang_up()
                await call.wait_ended()
        for number in (*PHONES, *OUTSIDE):
            await self.pair.carrier.hang_up_phone(number)
            if number in PHONES:
                await self.pair.carrier.set_phone(number, Behaviour.ANSWER)
        for _ in range(600):
            if "0 active channels" in await self.pair.tandem.rx("core show channels count"):
                return
            await asyncio.sleep(0.05)
        raise AssertionError("a channel of the last test is still there")


async def caller_waits(rig: Rig) -> tuple[Caller, RouteRequested]:
    """A caller under our control."""
    rig.heard.forget()
    caller = await rig.call_in()
    return caller, await rig.heard.wait(RouteRequested)
