"""``tandem check``: what is wrong with this installation, and what to do about it."""

from __future__ import annotations

import asyncio
import errno
import os
import shutil
import socket
from collections.abc import Collection
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import asyncpg

from tandem import agent_desktop
from tandem.agent_desktop.core.resources import CheckLine
from tandem.cti.adapters.asterisk.config import AMI_USER
from tandem.cti.adapters.postgres.calls import CallStore
from tandem.cti.adapters.postgres.flows import FlowStore
from tandem.cti.adapters.postgres.plans import PlanStore, StoredPlan
from tandem.cti.app.flow_checks import Deployed, check_flows, deployed
from tandem.cti.app.installation import Installation
from tandem.cti.app.outside import credentials_of, speaker
from tandem.cti.model.errors import CtiError
from tandem.cti.provision.asterisk import default_cache_dir, find_in_cache, find_on_host
from tandem.cti.storage.pool import Database
from tandem.ivr.core.speech import Prompt
from tandem.ivr.sound import for_the_line
from tandem.routing.plan_file import review_plan

_FREE_BYTES = 1 << 30
_CONNECT_S = 3.0
_SPEECH_S = 10.0


async def is_serving(installation: Installation) -> bool:
    """A Tandem server answers where this installation's would."""
    scheme = "https" if installation.serves_tls else "http"
    url = f"{scheme}://{installation.names[0]}:{installation.settings.http_port}/api/health"
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_CONNECT_S)) as http,
            http.get(url, ssl=False) as answer,
        ):
            return "switch_up" in await answer.json()
    except (aiohttp.ClientError, TimeoutError, ValueError):
        return False


async def check_installation(installation: Installation, *, serving: bool) -> list[CheckLine]:
    """Every check, each on its own. ``serving``: the ports and the AMI session are expected to be taken, by us."""
    settings = installation.settings
    lines = [_asterisk(), await _ami(installation, log_in=not serving)]
    found, database_lines = await _database(installation)
    lines += [*database_lines, *await asyncio.to_thread(check_flows, installation, *found)]
    lines.append(await _speech(installation))
    lines.append(_pages())
    lines.append(_disk(installation.home))
    if not serving:
        lines += [
            _port(settings.listen, settings.http_port, "http_port", "pages"),
            _port(settings.listen, settings.seat_port, "seat_port", "live channel"),
        ]
    if installation.serves_tls:
        lines.append(_certificate(installation))
    return lines


def _line(name: str, problem: str, remedy: str, fine: str) -> CheckLine:
    return CheckLine(name=name, ok=not problem, detail=problem or fine, remedy=remedy if problem else "")


def _asterisk() -> CheckLine:
    install = find_on_host(lambda _: None) or find_in_cache(default_cache_dir())
    return _line(
        "Asterisk program",
        "" if install else "no Asterisk of version 20 or later is installed",
        "Install the package asterisk, or run: tandem demo (it unpacks one for itself)",
        f"version {install.version}" if install else "",
    )


async def _ami(installation: Installation, *, log_in: bool) -> CheckLine:
    port = installation.settings.ami_port
    remedy = (
        "Start Asterisk with the configuration that `tandem asterisk-config` writes, "
        "or set ami_port to where its manager listens"
    )
    try:
        async with asyncio.timeout(_CONNECT_S):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                banner = (await reader.readline()).decode("ascii", "replace").strip()
                if not banner.startswith("Asterisk Call Manager"):
                    problem = f"port {port} is taken by something else: it says {banner[:60]!r}"
                    return _line("Asterisk manager", problem, remedy, "")
                if log_in and (problem := await _ami_log_in(installation, reader, writer)):
                    return _line("Asterisk manager", problem, f"{remedy}; then reload or restart Asterisk", "")
            finally:
                writer.close()
    except (OSError, TimeoutError, ValueError, asyncio.IncompleteReadError) as error:
        return _line("Asterisk manager", f"nothing answers on 127.0.0.1 port {port} ({_why(error)})", remedy, "")
    return _line("Asterisk manager", "", "", f"{banner} on port {port}")


async def _ami_log_in(installation: Installation, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> str:
    """What is wrong with the account or with the name by which Asterisk vouches for its events; '' = nothing."""
    secrets = installation.secrets
    writer.write(f"Action: Login\r\nUsername: {AMI_USER}\r\nSecret: {secrets.ami}\r\nEvents: off\r\n\r\n".encode())
    if b"Response: Success" not in await reader.readuntil(b"\r\n\r\n"):
        return "Asterisk refuses the log-in: it runs with another configuration, or another server is logged in"
    writer.write(b"Action: CoreSettings\r\n\r\n")
    if f"SystemName: {secrets.system_name}\r\n".encode() not in await reader.readuntil(b"\r\n\r\n"):
        return "systemname in asterisk.conf is not this installation's: all its events would be taken for forged"
    return ""


_Known = tuple[frozenset[str] | None, Deployed]
"""The queues that flows may name (None: not known, any name will do), and the flows that calls get."""
_NOTHING: _Known = (None, Deployed())


async def _database(installation: Installation) -> tuple[_Known, list[CheckLine]]:
    """What flows are looked at with, and what was found."""
    url = os.environ.get("TANDEM_DATABASE_URL") or installation.settings.database_url
    if not url:
        return _NOTHING, [CheckLine(name="Database", ok=True, detail="embedded; starts with the server", remedy="")]
    remedy = "Start PostgreSQL, or mend TANDEM_DATABASE_URL (postgresql://user@host/database)"
    try:
        async with asyncio.timeout(_CONNECT_S):
            connection = await asyncpg.connect(url)
            version = await connection.fetchval("show server_version")
            connection.terminate()
    except (OSError, TimeoutError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        return _NOTHING, [_line("Database", f"cannot connect ({_why(error)})", remedy, "")]
    found, lines = await _people_and_queues(url)
    return found, [_line("Database", "", "", f"PostgreSQL {version}"), *lines]


async def _people_and_queues(url: str) -> tuple[_Known, list[CheckLine]]:
    database = Database(url, connections=1)
    await database.open()
    try:
        store = CallStore(database)
        agents, dispositions = await store.agents(), await store.dispositions()
        stored = await PlanStore(database).current()
        flows = await deployed(FlowStore(database))
    except (CtiError, asyncpg.PostgresError) as error:
        remedy = "Run: tandem user LOGIN --name NAME --device 1001; it makes the tables"
        return _NOTHING, [_line("Tables", _why(error), remedy, "")]
    finally:
        await database.close()
    queues, routing = _routing(stored, [agent.login for agent in agents])
    return (queues, flows), [
        _some("Agents", len(agents), "Add one: tandem user LOGIN --name NAME --device 1001"),
        routing,
        _some("Dispositions", len(dispositions), "Fill the table dispositions: a wrap-up needs one to choose"),
    ]


def _routing(stored: StoredPlan | None, logins: Collection[str]) -> tuple[frozenset[str] | None, CheckLine]:
    """The queues of the stored plan, and whether it makes sense."""
    if stored is None:
        return None, _line("Routing plan", "there is none yet", "Write one, then: tandem routing apply FILE", "")
    review = review_plan(stored.text, f"version {stored.version}", logins=logins)
    if review.plan is None:
        first = review.errors[0]
        return None, _line("Routing plan", f"{first.file}:{first.line}: {first.what}", first.fix, "")
    seen = f"version {stored.version}, {len(review.plan.queues)} queues, {len(review.warnings)} warnings"
    return frozenset(review.plan.queues), _line("Routing plan", "", "", seen)


def _some(name: str, count: int, remedy: str) -> CheckLine:
    return _line(name, "" if count else "there are none yet", remedy, f"{count}")


async def _speech(installation: Installation) -> CheckLine:
    """Something is spoken, whoever speaks."""
    settings = installation.settings
    language = next(iter(settings.speech_voices), "en")
    problem = ""
    try:
        async with asyncio.timeout(_SPEECH_S), speaker(installation, credentials_of(installation)) as voices:
            for_the_line(await voices.speak(Prompt(language, "1")))
    except (CtiError, TimeoutError) as error:
        problem = _why(error)
    if settings.speech_url:
        return _line(
            "Speech", problem, "Look at speech_url and the settings beside it", urlsplit(settings.speech_url).netloc
        )
    return _line("Speech", problem, "Run: sudo apt-get install espeak-ng", "espeak-ng")


def _pages() -> CheckLine:
    built = Path(agent_desktop.__path__[0]) / "web_dist" / "index.html"
    return _line("Pages", "" if built.exists() else "the pages are not built", "Run: make web", "built")


def _disk(home: Path) -> CheckLine:
    place = next(folder for folder in (home, *home.parents) if folder.exists())
    free = shutil.disk_usage(place).free
    return _line(
        "Disk",
        "" if free >= _FREE_BYTES else f"only {free >> 20} MB are free in {place}",
        "Free some space: recordings need about 2 MB a minute until they are compressed",
        f"{free >> 30} GB free",
    )


def _port(address: str, port: int, setting: str, what: str) -> CheckLine:
    try:
        with socket.create_server((address, port)):
            problem = ""
    except OSError as error:
        taken = error.errno == errno.EADDRINUSE
        problem = f"port {port} is taken" if taken else f"cannot listen on {address} port {port}: {error.strerror}"
    return _line(f"Port for {what}", problem, f"Stop what uses it, or set {setting}", f"{address}:{port} is free")


def _certificate(installation: Installation) -> CheckLine:
    there = installation.certificate.exists() and installation.key.exists()
    return _line(
        "Certificate",
        "" if there else f"{installation.certificate} is missing",
        "tandem serve makes one; put your own there for a name that browsers trust",
        str(installation.certificate),
    )


def _why(error: BaseException) -> str:
    return str(error) or type(error).__name__
