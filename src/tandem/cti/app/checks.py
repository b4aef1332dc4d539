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
from tandem.cti.app.check_words import Both, alike, both, line
from tandem.cti.app.flow_checks import Deployed, check_flows, deployed
from tandem.cti.app.installation import Installation
from tandem.cti.app.outside import credentials_of, speaker
from tandem.cti.app.terminal import LANGUAGES
from tandem.cti.model.errors import CtiError
from tandem.cti.model.system_reasons import reason_of
from tandem.cti.provision.asterisk import default_cache_dir, find_in_cache, find_on_host
from tandem.cti.storage.pool import Database
from tandem.ivr.core.speech import Prompt
from tandem.ivr.sound import for_the_line
from tandem.routing.plan_document.in_chinese import texts_of
from tandem.routing.plan_file import review_plan

_FREE_BYTES = 1 << 30
_CONNECT_S = 3.0
_SPEECH_S = 10.0
_NOTHING_TO_DO = alike("")


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
            _port(settings.listen, settings.http_port, "http_port", "port_pages"),
            _port(settings.listen, settings.seat_port, "seat_port", "port_live"),
        ]
    if installation.serves_tls:
        lines.append(_certificate(installation))
    return lines


def _asterisk() -> CheckLine:
    install = find_on_host(lambda _: None) or find_in_cache(default_cache_dir())
    problem = None if install else both("no_asterisk")
    fine = both("version", version=install.version if install else "")
    return line(both("asterisk"), problem, both("install_asterisk"), fine)


async def _ami(installation: Installation, *, log_in: bool) -> CheckLine:
    port = installation.settings.ami_port

    def found(problem: Both | None, remedy: str = "start_manager", banner: str = "") -> CheckLine:
        return line(both("manager"), problem, both(remedy), both("manager_fine", banner=banner, port=port))

    try:
        async with asyncio.timeout(_CONNECT_S):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                banner = (await reader.readline()).decode("ascii", "replace").strip()
                if not banner.startswith("Asterisk Call Manager"):
                    return found(both("manager_other", port=port, banner=repr(banner[:60])))
                if log_in and (problem := await _ami_log_in(installation, reader, writer)):
                    return found(both(problem), "restart_manager")
            finally:
                writer.close()
    except (OSError, TimeoutError, ValueError, asyncio.IncompleteReadError) as error:
        return found(both("manager_silent", port=port, why=_why(error)))
    return found(None, banner=banner)


async def _ami_log_in(installation: Installation, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> str:
    """What is wrong with the account or with the name by which Asterisk vouches for its events; '' = nothing."""
    secrets = installation.secrets
    writer.write(f"Action: Login\r\nUsername: {AMI_USER}\r\nSecret: {secrets.ami}\r\nEvents: off\r\n\r\n".encode())
    if b"Response: Success" not in await reader.readuntil(b"\r\n\r\n"):
        return "manager_refused"
    writer.write(b"Action: CoreSettings\r\n\r\n")
    if f"SystemName: {secrets.system_name}\r\n".encode() not in await reader.readuntil(b"\r\n\r\n"):
        return "manager_name"
    return ""


_Known = tuple[frozenset[str] | None, Deployed]
"""The queues that flows may name (None: not known, any name will do), and the flows that calls get."""
_NOTHING: _Known = (None, Deployed())


async def _database(installation: Installation) -> tuple[_Known, list[CheckLine]]:
    """What flows are looked at with, and what was found."""
    url = os.environ.get("TANDEM_DATABASE_URL") or installation.settings.database_url
    if not url:
        return _NOTHING, [line(both("database"), None, _NOTHING_TO_DO, both("embedded"))]
    try:
        async with asyncio.timeout(_CONNECT_S):
            connection = await asyncpg.connect(url)
            version = await connection.fetchval("show server_version")
            connection.terminate()
    except (OSError, TimeoutError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        problem = both("no_database", why=_why(error))
        return _NOTHING, [line(both("database"), problem, both("start_database"), _NOTHING_TO_DO)]
    found, lines = await _people_and_queues(url)
    return found, [line(both("database"), None, _NOTHING_TO_DO, both("postgres", version=version)), *lines]


async def _people_and_queues(url: str) -> tuple[_Known, list[CheckLine]]:
    database = Database(url, connections=1)
    await database.open()
    try:
        store = CallStore(database)
        agents, dispositions = await store.agents(), await store.dispositions()
        stored = await PlanStore(database).current()
        flows = await deployed(FlowStore(database))
    except (CtiError, asyncpg.PostgresError) as error:
        return _NOTHING, [line(both("tables"), _why(error), both("make_tables"), _NOTHING_TO_DO)]
    finally:
        await database.close()
    queues, routing = _routing(stored, [agent.login for agent in agents])
    return (queues, flows), [
        _some("agents", len(agents), "add_agent"),
        routing,
        _some("dispositions", len(dispositions), "fill_dispositions"),
    ]


def _routing(stored: StoredPlan | None, logins: Collection[str]) -> tuple[frozenset[str] | None, CheckLine]:
    """The queues of the stored plan, and whether it makes sense."""
    name = both("plan")
    if stored is None:
        return None, line(name, both("no_plan"), both("write_plan"), _NOTHING_TO_DO)
    review = review_plan(stored.text, f"version {stored.version}", logins=logins, stored=True)
    if review.plan is None:
        first = review.errors[0]
        what, fix = texts_of(first)
        problem = {language: f"{first.file}:{first.line}: {text}" for language, text in what.items()}
        return None, line(name, problem, fix, _NOTHING_TO_DO)
    seen = both("plan_fine", version=stored.version, queues=len(review.plan.queues), warnings=len(review.warnings))
    return frozenset(review.plan.queues), line(name, None, _NOTHING_TO_DO, seen)


def _some(name: str, count: int, remedy: str) -> CheckLine:
    return line(both(name), None if count else both("none"), both(remedy), alike(f"{count}"))


async def _speech(installation: Installation) -> CheckLine:
    """Something is spoken, whoever speaks."""
    settings = installation.settings
    language = next(iter(settings.speech_voices), "en")
    problem = None
    try:
        async with asyncio.timeout(_SPEECH_S), speaker(installation, credentials_of(installation)) as voices:
            for_the_line(await voices.speak(Prompt(language, "1")))
    except (CtiError, TimeoutError) as error:
        problem = _why(error)
    if settings.speech_url:
        return line(both("speech"), problem, both("look_at_speech"), alike(urlsplit(settings.speech_url).netloc))
    return line(both("speech"), problem, both("install_speech"), alike("espeak-ng"))


def _pages() -> CheckLine:
    built = Path(agent_desktop.__path__[0]) / "web_dist" / "index.html"
    return line(both("pages"), None if built.exists() else both("not_built"), both("build"), both("built"))


def _disk(home: Path) -> CheckLine:
    place = next(folder for folder in (home, *home.parents) if folder.exists())
    free = shutil.disk_usage(place).free
    problem = None if free >= _FREE_BYTES else both("disk_full", free=free >> 20, place=str(place))
    return line(both("disk"), problem, both("free_space"), both("disk_fine", free=free >> 30))


def _port(address: str, port: int, setting: str, name: str) -> CheckLine:
    problem: Both | None = None
    try:
        socket.create_server((address, port)).close()
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            problem = both("port_taken", port=port)
        else:
            problem = both("port_refused", address=address, port=port, why=reason_of(error))
    return line(both(name), problem, both("free_port", setting=setting), both("port_fine", address=address, port=port))


def _certificate(installation: Installation) -> CheckLine:
    file = str(installation.certificate)
    there = installation.certificate.exists() and installation.key.exists()
    problem = None if there else both("no_certificate", file=file)
    return line(both("certificate"), problem, both("make_certificate"), alike(file))


def _why(error: BaseException) -> Both:
    if isinstance(error, OSError):
        return reason_of(error)
    if isinstance(error, CtiError) and str(error):
        return {each: error.in_language(each) for each in LANGUAGES}
    return alike(str(error) or type(error).__name__)
