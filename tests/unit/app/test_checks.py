"""``tandem check`` against an Asterisk that is played by a few lines of text."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import pytest_asyncio

from tandem.agent_desktop.core.resources import CheckLine
from tandem.cti.app.checks import check_installation, is_serving
from tandem.cti.app.installation import Installation
from tandem.cti.runtime.stream_server import StreamServer

GOOD = b"Response: Success\r\nMessage: Authentication accepted\r\n\r\n"
Play = Callable[..., Awaitable[Installation]]


@pytest_asyncio.fixture
async def played(tmp_path: Path) -> AsyncIterator[Play]:
    """An installation whose AMI port says a banner, then one answer to each action."""
    servers: list[StreamServer] = []

    async def play(banner: bytes, *answers: bytes) -> Installation:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(banner)
            for answer in answers:
                await reader.readuntil(b"\r\n\r\n")
                writer.write(answer)
            await reader.read()

        servers.append(StreamServer(serve))
        port = await servers[-1].open()
        return Installation.at(tmp_path, {"ami_port": port, "database_url": ""})

    yield play
    for server in servers:
        await server.close()


async def manager(installation: Installation, *, serving: bool = False) -> CheckLine:
    lines = await check_installation(installation, serving=serving)
    return next(line for line in lines if line.name == "Asterisk manager")


async def test_all_is_well(played: Play, tmp_path: Path) -> None:
    name = Installation.at(tmp_path).secrets.system_name
    settings = f"Response: Success\r\nSystemName: {name}\r\nCoreMaxCalls: 0\r\n\r\n".encode()
    assert (await manager(await played(b"Asterisk Call Manager/11.0.0\r\n", GOOD, settings))).ok


async def test_a_refused_log_in(played: Play) -> None:
    refused = b"Response: Error\r\nMessage: Authentication failed\r\n\r\n"
    line = await manager(await played(b"Asterisk Call Manager/11.0.0\r\n", refused))
    assert not line.ok
    assert "refuses the log-in" in line.detail


async def test_another_system_name(played: Play) -> None:
    settings = b"Response: Success\r\nSystemName: pbx1\r\n\r\n"
    line = await manager(await played(b"Asterisk Call Manager/11.0.0\r\n", GOOD, settings))
    assert not line.ok
    assert "systemname" in line.detail


async def test_no_second_session_beside_a_running_server(played: Play) -> None:
    assert (await manager(await played(b"Asterisk Call Manager/11.0.0\r\n"), serving=True)).ok


async def test_something_else_on_the_port(played: Play) -> None:
    line = await manager(await played(b"SSH-2.0-OpenSSH_9.2\r\n"))
    assert not line.ok
    assert "SSH-2.0" in line.detail


async def test_nothing_on_the_port(tmp_path: Path, unused_tcp_port: int) -> None:
    line = await manager(Installation.at(tmp_path, {"ami_port": unused_tcp_port, "database_url": ""}))
    assert not line.ok
    assert str(unused_tcp_port) in line.detail


async def test_whether_a_server_runs(tmp_path: Path, unused_tcp_port: int) -> None:
    assert not await is_serving(Installation.at(tmp_path, {"http_port": unused_tcp_port}))


async def test_a_flow_with_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TANDEM_DATABASE_URL", "")
    installation = Installation.at(tmp_path, {"flows": {"95001": "none.yaml"}})
    lines = {line.name: line for line in await check_installation(installation, serving=True)}
    assert not lines["Flow of 95001"].ok
    assert lines["Flow of 95001"].remedy


async def speech(home: Path, settings: str) -> CheckLine:
    (home / "tandem.toml").write_text(settings)
    lines = await check_installation(Installation.at(home, {"ami_port": 1}), serving=True)
    return next(line for line in lines if line.name == "Speech")


async def test_something_is_spoken_whoever_speaks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spoken = await speech(tmp_path, "")
    assert (spoken.ok, spoken.detail, spoken.remedy) == (True, "espeak-ng", "")
    away = await speech(tmp_path, 'speech_url = "http://127.0.0.1:9/say?text={text}"')
    assert not away.ok
    assert "the speech service cannot be used" in away.detail
    lacking = await speech(tmp_path, 'data_credentials = {crm = {hosts = ["a.example"], value_env = "NO_SUCH_TOKEN"}}')
    assert "NO_SUCH_TOKEN" in lacking.detail
    monkeypatch.setenv("PATH", str(tmp_path))
    missing = await speech(tmp_path, "")
    assert "espeak-ng cannot be started" in missing.detail
    assert "apt-get install espeak-ng" in missing.remedy
