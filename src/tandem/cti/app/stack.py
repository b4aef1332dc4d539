"""All parts on one machine, started and stopped together: the demo, the end-to-end tests and the benchmarks use it."""

from __future__ import annotations

import asyncio
import errno
import os
import secrets
import shutil
import signal
import socket
import sys
import time
from collections.abc import Awaitable, Callable, Container
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

import aiohttp
import msgspec

from tandem.agent_desktop.errors import PortTaken
from tandem.cti.adapters.asterisk.carrier import Carrier
from tandem.cti.adapters.asterisk.carrier_config import Behaviour, CarrierSettings, carrier_files, carrier_modules
from tandem.cti.adapters.asterisk.config import AgentPhone, asterisk_files
from tandem.cti.adapters.postgres.calls import CallStore
from tandem.cti.app.certificate import ensure_certificate
from tandem.cti.app.demo_data import load_demo
from tandem.cti.app.installation import Installation
from tandem.cti.model.errors import Unavailable
from tandem.cti.model.system_reasons import reason_of
from tandem.cti.provision.asterisk import AsteriskInstall, default_cache_dir, find_or_build
from tandem.cti.provision.asterisk_instance import AsteriskInstance
from tandem.cti.provision.postgres import EmbeddedPostgres
from tandem.cti.provision.processes import last_lines, with_parent_death_signal
from tandem.cti.runtime.settings import BadSettings
from tandem.cti.storage.migrate import migrate
from tandem.cti.storage.pool import Database

Progress = Callable[[str], None]

OUTSIDE = {
    "+861095588": Behaviour.ANSWER,
    "+861095599": Behaviour.BUSY,
    "+861065551234": Behaviour.RING,
}
"""Numbers on the public network that calls can be transferred to, and what they do."""

MAIN_FLOW = "main"
PROGRESS_S = 5.0
"""So often a start says how far the server is."""
_EVERYWHERE = ("0.0.0.0", "localhost")  # noqa: S104


class ServerDied(Unavailable):
    code = "server_died"


class Preparing:
    """What a server that starts says in its log about what it prepares: lines that begin with ``- ``.

    ``silent_s`` is since when there was nothing new, in seconds, as of the last look.
    """

    def __init__(self, log: Path, *, now: float, every_s: float) -> None:
        self._log = log
        self._every_s = every_s
        self._line = self._now()
        self._new_at = self._said_at = now
        self.silent_s = 0.0

    def _now(self) -> str:
        line = last_lines(self._log, 1)
        return line.removeprefix("- ") if line.startswith("- ") else ""

    def look(self, *, now: float) -> str:
        """The newest line; "" when it is old, or ``every_s`` have not gone by since one was told."""
        line = self._now()
        is_new = line not in ("", self._line)
        if is_new:
            self._line, self._new_at = line, now
        self.silent_s = now - self._new_at
        if not is_new or now - self._said_at < self._every_s:
            return ""
        self._said_at = now
        return line


class Stack:
    """``async with`` starts Asterisk, the carrier, PostgreSQL with the demo bank, and the server as its own process.

    ``changes`` are settings (see ``Settings``); ``switch_changes`` go to Asterisk's configuration. ``plain_phones`` are
    registered by the carrier and answer by themselves; ``carrier_changes`` go to its ``CarrierSettings``. ``prepare``
    adds to the demo bank before the server starts. Without ``keep`` the database goes with the stack. Everything dies
    with this process.
    """

    def __init__(
        self,
        home: Path,
        *,
        progress: Progress = lambda _: None,
        changes: dict[str, Any] | None = None,
        switch_changes: dict[str, Any] | None = None,
        plain_phones: tuple[AgentPhone, ...] = (),
        carrier_ami_port: int = 5039,
        carrier_changes: dict[str, Any] | None = None,
        prepare: Callable[[Database], Awaitable[object]] | None = None,
        keep: bool = True,
    ) -> None:
        self.installation = Installation.at(home, changes)
        self.postgres: EmbeddedPostgres | None = None
        self._progress = progress
        self._switch_changes = switch_changes or {}
        self._plain_phones = plain_phones
        self._carrier_ami_port = carrier_ami_port
        self._carrier_changes = carrier_changes or {}
        self._prepare = prepare
        self._keep = keep
        self._stack = AsyncExitStack()
        self.asterisk: AsteriskInstance
        self.carrier: Carrier
        self.database: Database
        self.database_url = ""
        self.server: asyncio.subprocess.Process | None = None
        self.server_log = home / "server.log"

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            await self._start(stack)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    @property
    def url(self) -> str:
        """Where a browser finds the pages."""
        settings = self.installation.settings
        scheme = "https" if self.installation.serves_tls else "http"
        return f"{scheme}://{self.installation.names[0]}:{settings.http_port}"

    def _require_free_ports(self) -> None:
        """Asterisk would only say in its log that a port is taken. Raises PortTaken."""
        settings = self.installation.settings
        for address, kind, setting in (
            (settings.listen, socket.SOCK_STREAM, "http_port"),
            (settings.listen, socket.SOCK_STREAM, "seat_port"),
            ("127.0.0.1", socket.SOCK_STREAM, "ami_port"),
            (settings.listen, socket.SOCK_DGRAM, "sip_port"),
            (settings.listen, socket.SOCK_STREAM, "phone_port"),
            ("127.0.0.1", socket.SOCK_DGRAM, "trunk_port"),
        ):
            port: int = getattr(settings, setting)
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            with socket.socket(family, kind) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, kind is socket.SOCK_STREAM)
                try:
                    probe.bind((address, port))
                except OSError as error:
                    if error.errno == errno.EADDRINUSE:
                        raise PortTaken(address=address, port=port, setting=setting) from None
                    raise BadSettings.because("cannot_listen", address=address, texts=reason_of(error)) from None

    async def _start(self, stack: AsyncExitStack) -> None:
        here = self.installation
        self._require_free_ports()
        here.home.mkdir(parents=True, exist_ok=True)
        install = await asyncio.to_thread(find_or_build, default_cache_dir(), self._progress)
        self._progress("PostgreSQL")
        self.database_url = os.environ.get("TANDEM_DATABASE_URL") or here.settings.database_url
        if not self.database_url:
            self.postgres = EmbeddedPostgres(here.postgres_dir, durable=self._keep)
            if not self._keep:
                stack.push_async_callback(self.postgres.destroy)
            await stack.enter_async_context(self.postgres)
            self.database_url = self.postgres.url
        await migrate(self.database_url)
        self.database = Database(self.database_url, connections=2)
        await self.database.open()
        stack.push_async_callback(self.database.close)
        await load_demo(self.database, now=time.time())
        if self._prepare is not None:
            await self._prepare(self.database)
        if here.serves_tls:
            ensure_certificate(here.certificate, here.key, here.names)
        for folder in (here.recordings_dir, here.sounds_dir):
            folder.mkdir(parents=True, exist_ok=True)
        self._progress("Asterisk")
        phones = await CallStore(self.database).phones()
        switch = here.switch_settings(phones, install.data_dir / "moh", trunk_match_port=True, **self._switch_changes)
        self.asterisk = AsteriskInstance(
            install, here.asterisk_dir, asterisk_files(switch), system_name=here.secrets.system_name
        )
        await stack.enter_async_context(self.asterisk)
        self._progress("a second Asterisk, as the public network")
        await self._start_carrier(stack, install)
        stack.push_async_callback(self.stop_server)
        self._progress("the Tandem server")
        await self.start_server()

    async def _start_carrier(self, stack: AsyncExitStack, install: AsteriskInstall) -> None:
        settings = self.installation.settings
        carrier = CarrierSettings(
            system_name=secrets.token_hex(16),
            ami_port=self._carrier_ami_port,
            ami_secret=secrets.token_hex(16),
            sip_port=settings.trunk_port,
            phones_port=settings.trunk_port + 1,
            rtp_ports=(settings.rtp_last + 1, settings.rtp_last + 1000),
            tandem_port=settings.sip_port,
            tandem_host="127.0.0.1" if settings.listen in _EVERYWHERE else settings.listen,
            phones=self._plain_phones,
            numbers=OUTSIDE,
        )
        carrier = replace(carrier, **self._carrier_changes)
        instance = AsteriskInstance(
            install,
            self.installation.home / "carrier",
            carrier_files(carrier),
            system_name=carrier.system_name,
            extra_modules=carrier_modules(install.module_dir) if carrier.keep_calls else (),
        )
        await stack.enter_async_context(instance)
        self.carrier = Carrier(carrier)
        link = asyncio.create_task(self.carrier.run(), name="carrier")
        stack.callback(link.cancel)
        await self.carrier.ready()

    async def start_server(self, *, timeout_s: float = 60.0) -> None:
        """Start the server's process and wait until it is healthy: ``timeout_s`` from its start, or from what it last
        said it had prepared (the first start speaks hundreds of prompts, and machines are slow).

        Raises ServerDied with the end of its log.
        """
        settings = self.installation.settings
        command = [sys.executable, "-m", "tandem.cti.app.cli", "serve", "--home", str(self.installation.home)]
        with self.server_log.open("ab") as out:
            self.server = await asyncio.create_subprocess_exec(
                *with_parent_death_signal(command, signal.SIGTERM),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                env=self._environment(),
                start_new_session=True,
            )
        preparing = Preparing(self.server_log, now=time.monotonic(), every_s=PROGRESS_S)
        scheme = "https" if self.installation.serves_tls else "http"
        health = f"{scheme}://{self.installation.names[0]}:{settings.http_port}/api/health"
        async with aiohttp.ClientSession() as http:
            while preparing.silent_s < timeout_s:
                if self.server.returncode is not None:
                    break
                if said := preparing.look(now=time.monotonic()):
                    self._progress(said)
                try:
                    async with http.get(health, ssl=False) as answer:
                        if answer.status == 200 and (await answer.json())["switch_up"]:
                            return
                except aiohttp.ClientError:
                    pass
                await asyncio.sleep(0.05)
        raise ServerDied(f"the server did not come up:\n{last_lines(self.server_log, 15)}")

    def _environment(self) -> dict[str, str]:
        given = dict(os.environ)
        for name, value in msgspec.structs.asdict(self.installation.settings).items():
            given[f"TANDEM_{name.upper()}"] = value if isinstance(value, str) else msgspec.json.encode(value).decode()
        given["TANDEM_DATABASE_URL"] = self.database_url
        return given

    async def somebody_ready(self, *, but: Container[str] = ()) -> bool:
        """An agent is Ready, not counting ``but``, and no call is on its way to one (who is in another menu may never
        get there)."""
        store = CallStore(self.database)
        for call in await store.open_calls():
            on_its_way = call.queued_at is not None or call.flow == MAIN_FLOW
            if on_its_way and call.ended_at is None and call.answered_at is None:
                return False
        return any(state.state == "ready" and agent not in but for agent, state in (await store.agent_states()).items())

    async def timeline(self, *, since: float) -> list[dict[str, Any]]:
        """The lines of the newest call since then, in order."""
        rows = await self.database.fetch(_TIMELINE, since)
        return [{**row, "data": msgspec.json.decode(row["data"])} for row in rows]

    async def contacts(self, call: str) -> list[dict[str, Any]]:
        return [dict(row) for row in await self.database.fetch(_CONTACTS, call)]

    async def kill_server(self) -> None:
        """``kill -9``."""
        assert self.server is not None
        self.server.kill()
        await self.server.wait()

    async def stop_server(self) -> None:
        if self.server is None or self.server.returncode is not None:
            return
        self.server.terminate()
        try:
            async with asyncio.timeout(10):
                await self.server.wait()
        except TimeoutError:
            await self.kill_server()


_TIMELINE = """
select call, extract(epoch from at)::float8 as at, kind, text, data::text from call_events
where call = (select id from calls where started_at >= to_timestamp($1) order by started_at desc limit 1)
order by number
"""
_CONTACTS = "select * from contacts where call = $1"


async def forget(home: Path) -> None:
    """Remove what an earlier run left, its database included (which may lie elsewhere, see ``EmbeddedPostgres``)."""
    await EmbeddedPostgres(Installation.at(home).postgres_dir).destroy()
    shutil.rmtree(home, ignore_errors=True)
