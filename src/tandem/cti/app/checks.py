"""``tandem check``: what is wrong with this installation, and what to do about it."""

from __future__ import annotations

import asyncio
import errno
import os
import shutil
import socket
from pathlib import Path

import asyncpg

from tandem import agent_desktop
from tandem.agent_desktop.core.resources import CheckLine
from tandem.cti.adapters.postgres.calls import CallStore
from tandem.cti.app.installation import Installation
from tandem.cti.model.errors import CtiError
from tandem.cti.provision.asterisk import default_cache_dir, find_in_cache, find_on_host
from tandem.cti.storage.pool import Database
from tandem.ivr.errors import FlowError
from tandem.ivr.flow_files import load_flow_file

_FREE_BYTES = 1 << 30
_CONNECT_S = 3.0


async def check_installation(installation: Installation, *, serving: bool) -> list[CheckLine]:
    """Every check, each on its own. ``serving``: the ports are expected to be taken, by us."""
    settings = installation.settings
    lines = [_asterisk(), *await _ami(installation), *await _database(installation), *_flows(installation)]
    lines.append(_speech())
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


async def _ami(installation: Installation) -> list[CheckLine]:
    port = installation.settings.ami_port
    remedy = (
        "Start Asterisk with the configuration that `tandem asterisk-config` writes, "
        "or set ami_port to where its manager listens"
    )
    try:
        async with asyncio.timeout(_CONNECT_S):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            banner = (await reader.readline()).decode("ascii", "replace").strip()
            writer.close()
    except (OSError, TimeoutError) as error:
        return [_line("Asterisk manager", f"nothing answers on 127.0.0.1 port {port} ({_why(error)})", remedy, "")]
    known = banner.startswith("Asterisk Call Manager")
    problem = "" if known else f"port {port} is taken by something else: it says {banner[:60]!r}"
    return [_line("Asterisk manager", problem, remedy, f"{banner} on port {port}")]


async def _database(installation: Installation) -> list[CheckLine]:
    url = os.environ.get("TANDEM_DATABASE_URL") or installation.settings.database_url
    if not url:
        return [CheckLine(name="Database", ok=True, detail="embedded; starts with the server", remedy="")]
    remedy = "Start PostgreSQL, or mend TANDEM_DATABASE_URL (postgresql://user@host/database)"
    try:
        async with asyncio.timeout(_CONNECT_S):
            connection = await asyncpg.connect(url)
            version = await connection.fetchval("show server_version")
            connection.terminate()
    except (OSError, TimeoutError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        return [_line("Database", f"cannot connect ({_why(error)})", remedy, "")]
    return [_line("Database", "", "", f"PostgreSQL {version}"), await _agents(url)]


async def _agents(url: str) -> CheckLine:
    database = Database(url, connections=1)
    await database.open()
    try:
        agents = len(await CallStore(database).agents())
    except CtiError as error:
        return _line("Agents", str(error), "Run: tandem serve once; it makes the tables", "")
    finally:
        await database.close()
    problem = "" if agents else "there is no agent yet"
    return _line("Agents", problem, "Add one: tandem user add LOGIN --name NAME --device 1001", f"{agents}")


def _flows(installation: Installation) -> list[CheckLine]:
    lines = []
    for number, file in installation.flows.items():
        try:
            load_flow_file(file, _any_queue)
        except FlowError as error:
            first = error.problems[0]
            lines.append(_line(f"Flow of {number}", f"{first.file}:{first.line}: {first.what}", first.fix, ""))
        else:
            lines.append(_line(f"Flow of {number}", "", "", file.name))
    return lines


class _AnyQueue(frozenset[str]):
    """Queues live in the database, which may be away while a file is checked."""

    def __contains__(self, name: object) -> bool:
        return True


_any_queue = _AnyQueue()


def _speech() -> CheckLine:
    found = shutil.which("espeak-ng")
    return _line("Speech", "" if found else "espeak-ng is missing", "Run: sudo apt-get install espeak-ng", "espeak-ng")


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
