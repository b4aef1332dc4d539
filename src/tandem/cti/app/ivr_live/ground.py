"""A throw-away installation to call: Asterisk, the carrier, PostgreSQL and the server, in a folder that goes with it.

Nothing of the user's own installation is read or touched: neither its home, nor its settings, nor ``TANDEM_*``.
"""

from __future__ import annotations

import asyncio
import secrets
import shutil
import socket
import tempfile
from collections.abc import Callable, Collection, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from tandem.cti.adapters.asterisk.carrier import Carrier
from tandem.cti.adapters.asterisk.carrier_config import Behaviour, CarrierSettings, carrier_files
from tandem.cti.adapters.asterisk.config import AgentPhone, asterisk_files
from tandem.cti.adapters.postgres.answers import AnswerStore
from tandem.cti.adapters.postgres.plans import PlanStore
from tandem.cti.app.installation import Installation
from tandem.cti.app.ivr_live.house import DISPOSITION, Staff, needed
from tandem.cti.app.server import Server, serving
from tandem.cti.app.stage import Stage
from tandem.cti.model.credentials import sip_password
from tandem.cti.model.ids import DeviceId
from tandem.cti.provision.asterisk import AsteriskInstall, default_cache_dir, find_or_build
from tandem.cti.provision.asterisk_instance import AsteriskInstance
from tandem.cti.provision.ports import free_port, media_ports
from tandem.cti.provision.postgres import EmbeddedPostgres
from tandem.cti.runtime.settings import load, load_secrets
from tandem.cti.storage.migrate import migrate
from tandem.cti.storage.pool import Database
from tandem.ivr.adapters.espeak import VOICES, EspeakNg, Voice
from tandem.ivr.core.flow import Flow
from tandem.ivr.core.speech import Prompt
from tandem.ivr.media import PromptSounds

_PORTS_PER_SIDE = 1000
_CREDENTIAL = "credential"
_TYPISTS = 8
_FAST = {language: Voice(voice.name, 2 * voice.words_per_minute) for language, voice in VOICES.items()}
"""Nobody listens who could not follow: real calls take real time."""
_PUT_USER = """
insert into users (login, name, role, device, language, password_hash)
values ($1, $1, 'agent', $2, 'en', '$argon2id$nobody logs in')
"""

_PUT_DISPOSITION = "insert into dispositions (code, parent, zh, en, position) values ($1, null, $1, $1, 0)"


@dataclass(frozen=True, slots=True)
class FlowOnDisk:
    """A flow's file, and the flow."""

    file: Path
    flow: Flow


@dataclass(frozen=True, slots=True)
class People:
    """``agents``: log-ins of those who take calls; they can everything, and nobody is at work before ``Staff`` says so.
    ``dialled``: the numbers outside that flows may transfer to, all of which answer."""

    agents: tuple[str, ...] = ()
    dialled: tuple[str, ...] = ()


class Ground:
    """``async with`` starts everything, and removes it. ``numbers``: what to dial for each flow, by its name."""

    def __init__(
        self,
        flows: Sequence[FlowOnDisk],
        stage: Stage,
        *,
        people: People,
        progress: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.numbers = {tested.flow.name: f"9500{place:03}" for place, tested in enumerate(flows, 1)}
        self.sounds: dict[Prompt, Path] = {}
        """What each prompt should sound like: kept apart from the server's own files."""
        self.server: Server
        self.carrier: Carrier
        self.database: Database
        self.staff: Staff
        self._flows = flows
        self._stage = stage
        self._agents = {login: str(1001 + place) for place, login in enumerate(people.agents)}
        self._dialled = people.dialled
        self._progress = progress
        self._stack = AsyncExitStack()
        self.home: Path

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            self.home = Path(tempfile.mkdtemp(prefix="tandem-live-"))
            stack.callback(shutil.rmtree, self.home, ignore_errors=True)
            await self._start(stack)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    async def _start(self, stack: AsyncExitStack) -> None:
        here = self._installation()
        install = await asyncio.to_thread(find_or_build, default_cache_dir(), self._progress)
        self._progress("prompts")
        await self._speak(here)
        self._progress("PostgreSQL")
        postgres = EmbeddedPostgres(here.postgres_dir, durable=False)
        stack.push_async_callback(postgres.destroy)
        await stack.enter_async_context(postgres)
        await migrate(postgres.url)
        self.database = Database(postgres.url, connections=2)
        await self.database.open()
        stack.push_async_callback(self.database.close)
        await self._furnish()
        self._progress("Asterisk, and a second one as the public network")
        await self._start_switches(stack, here, install)
        self._progress("the server")
        self.server = await stack.enter_async_context(serving(here, postgres.url, stage=self._stage))
        await self.server.shell.switch_found.wait()
        self.staff = Staff(self.server.shell, self.carrier, self._agents)

    def _installation(self) -> Installation:
        """On free ports, with what the flows name in settings."""
        rtp, rtp_last = media_ports(2 * _PORTS_PER_SIDE)
        needs = needed(tested.flow for tested in self._flows)
        (self.home / _CREDENTIAL).write_text("none", encoding="ascii")
        overrides = {
            "flows": {self.numbers[tested.flow.name]: str(tested.file.absolute()) for tested in self._flows},
            "data_credentials": {
                name: {"hosts": [], "header": "X-None", "value_file": _CREDENTIAL} for name in needs.credentials
            },
            "rtp_first": rtp,
            "rtp_last": rtp_last - _PORTS_PER_SIDE,
            **{f"{name}_port": free_port(socket.SOCK_STREAM) for name in ("http", "seat", "ami", "phone")},
            **{f"{name}_port": free_port(socket.SOCK_DGRAM) for name in ("sip", "trunk")},
        }
        return Installation(self.home, load(self.home, {}, overrides), load_secrets(self.home))

    async def _speak(self, here: Installation) -> None:
        """Fast, and once for all runs, in the cache. The server gets copies, so that a file of his can be wrong."""
        prompts = frozenset(prompt for tested in self._flows for prompt in tested.flow.spoken())
        await self._know(prompts, EspeakNg(voices=_FAST))
        await asyncio.to_thread(self._copy, PromptSounds(here.sounds_dir))

    async def know(self, prompts: Collection[Prompt]) -> None:
        """What these should sound like, also when the server made them in a call. Raises SpeechUnavailable."""
        await self._know(prompts, EspeakNg())

    async def _know(self, prompts: Collection[Prompt], synthesiser: EspeakNg) -> None:
        missing = [prompt for prompt in prompts if prompt not in self.sounds]
        if missing:
            names = await PromptSounds(default_cache_dir() / "speech", synthesiser=synthesiser).prepare(missing)
            self.sounds |= {prompt: Path(f"{name}.wav") for prompt, name in names.items()}

    def _copy(self, servers: PromptSounds) -> None:
        for prompt, sound in self.sounds.items():
            copy = servers.path(prompt)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(sound, copy)

    async def _furnish(self) -> None:
        """The routing plan, the agents and the (empty) tables of answers that the flows name."""
        needs = needed(tested.flow for tested in self._flows)
        await PlanStore(self.database).save(needs.plan(self._agents), note="live test", by="live test")
        for login, device in self._agents.items():
            await self.database.execute(_PUT_USER, login, device)
        await self.database.execute(_PUT_DISPOSITION, DISPOSITION)
        for table in needs.tables:
            await AnswerStore(self.database).load(table, (), (), by="live test")

    async def _start_switches(self, stack: AsyncExitStack, here: Installation, install: AsteriskInstall) -> None:
        settings, secret = here.settings, here.secrets.sip.encode()
        phones = tuple(
            AgentPhone(device=device, password=sip_password(secret, device), webrtc=False)
            for device in map(DeviceId, self._agents.values())
        )
        for folder in (here.recordings_dir, here.sounds_dir, self.home / "heard"):
            folder.mkdir(parents=True, exist_ok=True)
        switch = here.switch_settings((), install.data_dir / "moh", trunk_match_port=True, phones=phones)
        network = CarrierSettings(
            system_name=secrets.token_hex(16),
            ami_port=free_port(socket.SOCK_STREAM),
            ami_secret=secrets.token_hex(16),
            sip_port=settings.trunk_port,
            phones_port=free_port(socket.SOCK_DGRAM),
            rtp_ports=(settings.rtp_last + 1, settings.rtp_last + _PORTS_PER_SIDE),
            tandem_port=settings.sip_port,
            phones=phones,
            typists=_TYPISTS,
            numbers=dict.fromkeys(self._dialled, Behaviour.ANSWER),
        )
        ours = AsteriskInstance(
            install, here.asterisk_dir, asterisk_files(switch), system_name=here.secrets.system_name
        )
        public = AsteriskInstance(
            install,
            self.home / "carrier",
            carrier_files(network),
            system_name=network.system_name,
            options={"transmit_silence": "yes"},
        )
        await asyncio.gather(stack.enter_async_context(ours), stack.enter_async_context(public))
        self.carrier = Carrier(network)
        link = asyncio.create_task(self.carrier.run(), name="carrier")
        stack.push_async_callback(_end, link)
        await self.carrier.ready()


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
