"""Two real Asterisks: ours, and the public network that calls it."""

from __future__ import annotations

import asyncio
import secrets
import socket
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

from tandem.cti.adapters.asterisk.carrier import Carrier
from tandem.cti.adapters.asterisk.carrier_calls import CarrierCall, calls_file, read_calls
from tandem.cti.adapters.asterisk.carrier_config import CarrierSettings, carrier_files, carrier_modules
from tandem.cti.adapters.asterisk.carrier_people import Behaviour, Crowd, Subscriber
from tandem.cti.adapters.asterisk.config import AgentPhone, SwitchSettings, Trunk, asterisk_files
from tandem.cti.model.ids import DeviceId
from tandem.cti.provision.asterisk import AsteriskInstall, default_cache_dir, find_or_build
from tandem.cti.provision.asterisk_instance import AsteriskInstance
from tandem.cti.provision.ports import free_port, media_ports

PHONES = ("1001", "1002")
RAW_PHONE = "1003"
"""An account for a phone that a test plays by hand."""
DNIS = "95001"
OUTSIDE: dict[str, Behaviour | Subscriber] = {
    "+8613900000001": Behaviour.ANSWER,
    "+8613900000002": Behaviour.BUSY,
    "+8613900000003": Behaviour.RING,
    "+8613900000004": Behaviour.UNALLOCATED,
    "+8613900000005": Behaviour.DECLINE,
    "+8613900000006": Behaviour.CONGESTION,
    "+8613900000007": Behaviour.DEAD,
    "+8613900000008": Behaviour.ANNOUNCEMENT,
    "+8613900000009": Behaviour.BRIEF,
    "+8613900000010": Behaviour.PERSON,
    "+8613900000011": Behaviour.MACHINE,
    "+8613900000012": Behaviour.SILENT,
    "+8613900000013": Subscriber(does=Behaviour.MACHINE, speech="goodbye"),
    "+8613900000014": Subscriber(does=Behaviour.MACHINE, speech="goodbye", pause_s=3.0),
    "+8613900000015": Subscriber(does=Behaviour.MACHINE, speech="goodbye", pause_s=6.0),
}
SECOND_CARRIER, DEAD_CARRIER = "second", "dead"
"""``second`` is the same public network; ``dead`` takes every packet and says nothing."""
_install: list[AsteriskInstall] = []


def asterisk_install() -> AsteriskInstall:
    """The host's Asterisk or the one of the cache; built when there is none."""
    if not _install:
        _install.append(find_or_build(default_cache_dir(), lambda line: None))
    return _install[0]


def switch_settings(directory: Path, install: AsteriskInstall, **changes: Any) -> SwitchSettings:
    """Settings on free ports, with three plain phones. Makes the folders."""
    for name in ("recordings", "sounds"):
        (directory / name).mkdir(parents=True, exist_ok=True)
    rtp, _ = media_ports(400)
    settings = SwitchSettings(
        system_name=secrets.token_hex(16),
        ami_port=free_port(),
        ami_secret=secrets.token_hex(16),
        recorder_secret=secrets.token_hex(16),
        sip_port=free_port(socket.SOCK_DGRAM),
        http_port=free_port(),
        rtp_ports=(rtp, rtp + 199),
        dnis=(DNIS, "+861088880001"),
        phones=tuple(AgentPhone(device=DeviceId(d), password=f"pw-{d}", webrtc=False) for d in (*PHONES, RAW_PHONE)),
        trunk_host="127.0.0.1",
        trunk_port=free_port(socket.SOCK_DGRAM),
        recordings_dir=directory / "recordings",
        sounds_dir=directory / "sounds",
        music_dir=install.data_dir / "moh",
        trunk_match_port=True,
    )
    return replace(settings, **changes)


def _silence() -> socket.socket:
    """A port that takes packets and never answers."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    listening.bind(("127.0.0.1", 0))
    return listening


class AsteriskPair:
    """``async with`` starts both, registers the phones and stops them. ``home`` is a folder of its own; ``crowds`` can
    be called besides ``OUTSIDE``."""

    def __init__(self, home: Path, *, crowds: tuple[Crowd, ...] = (), **changes: Any) -> None:
        install = asterisk_install()
        self.dead = _silence()
        """The socket of the dead carrier: a test may play that one by hand."""
        given = switch_settings(home / "tandem", install, **changes)
        self.settings = replace(
            given,
            carriers=(
                Trunk(name=SECOND_CARRIER, host="127.0.0.1", port=given.trunk_port),
                Trunk(name=DEAD_CARRIER, host="127.0.0.1", port=self.dead.getsockname()[1]),
            ),
        )
        self.messages_dir = home / "messages"
        self.messages_dir.mkdir(exist_ok=True)
        rtp = self.settings.rtp_ports[1] + 1
        self.network = CarrierSettings(
            system_name=secrets.token_hex(16),
            ami_port=free_port(),
            ami_secret=secrets.token_hex(16),
            sip_port=self.settings.trunk_port,
            phones_port=free_port(socket.SOCK_DGRAM),
            rtp_ports=(rtp, rtp + 199),
            tandem_port=self.settings.sip_port,
            phones=tuple(phone for phone in self.settings.phones if phone.device in PHONES),
            numbers=OUTSIDE,
            crowds=crowds,
            keep_calls=True,
            messages_dir=self.messages_dir,
        )
        self.tandem = AsteriskInstance(
            install, home / "tandem", asterisk_files(self.settings), system_name=self.settings.system_name
        )
        self.public = AsteriskInstance(
            install,
            home / "public",
            carrier_files(self.network),
            system_name=self.network.system_name,
            extra_modules=carrier_modules(install.module_dir),
        )
        self.carrier = Carrier(self.network)
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self.tandem.stop)
            stack.push_async_callback(self.public.stop)
            await asyncio.gather(self.tandem.start(), self.public.start())
            link = asyncio.create_task(self.carrier.run())
            stack.push_async_callback(_end, link)
            await self.carrier.ready()
            await self._registered()
            self._stack = stack.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()
        self.dead.close()

    def calls(self) -> list[CarrierCall]:
        """What the carrier has noted of the calls to numbers outside that are over."""
        return read_calls(calls_file(self.public.folders.log))

    async def _registered(self) -> None:
        wanted = [f"{phone.device}/sip:" for phone in self.network.phones]
        for _ in range(600):
            contacts = await self.tandem.rx("pjsip show contacts")
            if all(each in contacts for each in wanted):
                return
            await asyncio.sleep(0.1)
        raise AssertionError(f"the phones did not register:\n{contacts}")


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
