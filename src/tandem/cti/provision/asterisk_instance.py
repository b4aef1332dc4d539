"""One running Asterisk: a child process with folders of its own."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import re
import secrets
import signal
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Self

from tandem.cti.provision.asterisk_conf import InstanceFolders, asterisk_conf, modules_conf, quiet_files
from tandem.cti.provision.errors import StartFailed
from tandem.cti.provision.processes import last_lines, run_text, with_parent_death_signal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tandem.cti.provision.asterisk import AsteriskInstall

_LONGEST_SOCKET_PATH = 107  # sun_path of unix(7), less the closing zero


class AsteriskInstance:
    """Runs one Asterisk in ``directory``; ``async with`` starts and stops it.

    ``files`` maps names to texts (``{"pjsip.conf": ...}``) and is written to ``directory/etc`` at each start, over
    the defaults of ``asterisk_conf.quiet_files``. ``system_name`` is random unless given. With ``outlive_parent`` the
    Asterisk survives a killed owner, else the kernel ends it with him. ``options`` are more ones for asterisk.conf.

    ``directory/spool/monitor`` takes recordings, ``log_file`` is Asterisk's full log, ``directory/data/sounds`` may
    be filled with prompts. Its process is ``pid`` while it runs.
    """

    def __init__(
        self,
        install: AsteriskInstall,
        directory: Path,
        files: Mapping[str, str],
        *,
        system_name: str | None = None,
        extra_modules: Iterable[str] = (),
        options: Mapping[str, str] | None = None,
        outlive_parent: bool = False,
        ready_timeout_s: float = 30.0,
    ) -> None:
        self.install = install
        self.folders = _folders(directory.absolute())
        self.system_name = system_name or secrets.token_hex(16)
        self.log_file = self.folders.log / "full"
        self._console = self.folders.log / "console"
        self._files = {
            "asterisk.conf": asterisk_conf(self.folders, install.module_dir, self.system_name, options),
            "modules.conf": modules_conf(install.module_dir, extra_modules),
            **quiet_files(self.folders.data),
            **files,
        }
        self._outlive_parent = outlive_parent
        self._ready_timeout_s = ready_timeout_s
        self._process: asyncio.subprocess.Process | None = None
        self._log_offset = 0

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @property
    def pid(self) -> int:
        """The process id; StartFailed when it does not run."""
        if self._process is None or self._process.returncode is not None:
            raise StartFailed(f"the Asterisk in {self.folders.home} is not running")
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.returncode is None

    async def start(self) -> None:
        """Write the configuration, start Asterisk, wait until it is fully booted.

        Raises:
            StartFailed: it ended or was not ready in time; the message ends with its last log lines.
        """
        if self.running:
            raise StartFailed(f"the Asterisk in {self.folders.home} is already running")
        self._lay_out()
        self._log_offset = self.log_file.stat().st_size if self.log_file.exists() else 0
        command = self.install.command(self.folders.config, "-f")
        if not self._outlive_parent:
            command = with_parent_death_signal(command, signal.SIGKILL)
        with self._console.open("wb") as console:
            # A session of its own: Ctrl-C in the owner's terminal is the owner's to handle.
            self._process = await asyncio.create_subprocess_exec(
                *command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=console,
                stderr=asyncio.subprocess.STDOUT,
                cwd=self.folders.home,
                start_new_session=True,
            )
        try:
            await self._wait_fully_booted()
        except BaseException:
            await self.kill()
            raise

    async def rx(self, command: str, *, timeout_s: float = 30.0) -> str:
        """Run a command of Asterisk's own command line (``asterisk -rx``) and return what it prints.

        Raises:
            StartFailed: Asterisk cannot be reached.
            TimeoutError: it did not answer in time.
        """
        code, text = await run_text(self.install.command(self.folders.config, "-rx", command), timeout_s=timeout_s)
        if code != 0:
            raise StartFailed(f"Asterisk in {self.folders.home} does not answer: {text.strip()}")
        return text

    async def reload(self, files: Mapping[str, str], command: str = "core reload") -> str:
        """Replace some configuration files and let Asterisk read them again."""
        self._files.update(files)
        self._write_files()
        return await self.rx(command)

    async def stop(self, *, timeout_s: float = 5.0) -> None:
        """End it: ``core stop now``, after ``timeout_s`` SIGKILL. Nothing happens when it does not run."""
        process = self._process
        if process is None or process.returncode is not None:
            return
        with contextlib.suppress(StartFailed, TimeoutError):
            await self.rx("core stop now", timeout_s=timeout_s)
        try:
            await asyncio.wait_for(process.wait(), timeout_s)
        except TimeoutError:
            await self.kill()
        self._clear_away()

    async def kill(self) -> None:
        """End it at once, with all that it started (SIGKILL to its process group): a crash, for tests of survival."""
        process = self._process
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
        self._clear_away()

    async def restart(self) -> None:
        """Stop and start; its calls end."""
        await self.stop()
        await self.start()

    def complaints(self) -> list[str]:
        """The ERROR lines of the full log since the last start, for example of a port that is taken."""
        if not self.log_file.exists():
            return []
        with self.log_file.open("rb") as log:
            log.seek(self._log_offset)
            text = log.read().decode("utf-8", errors="replace")
        return [line for line in text.splitlines() if re.match(r"\[[^\]]*\] ERROR\[", line)]

    def _lay_out(self) -> None:
        folders = self.folders
        folders.home.mkdir(parents=True, exist_ok=True)
        folders.home.chmod(0o700)  # the configuration holds passwords
        _private_folder(folders.run)
        for folder in (folders.etc, folders.log, folders.spool / "monitor", folders.home / "cache"):
            folder.mkdir(parents=True, exist_ok=True)
        for folder in (
            folders.home / "db",
            folders.home / "keys/keys",
            folders.data / "sounds",
            folders.data / "agi-bin",
        ):
            folder.mkdir(parents=True, exist_ok=True)
        if "cdr_custom.conf" in self._files:
            (folders.log / "cdr-custom").mkdir(exist_ok=True)
        for name in ("documentation", "moh", "sounds/en"):
            link, target = folders.data / name, self.install.data_dir / name
            if not link.exists() and target.exists():
                link.unlink(missing_ok=True)
                link.symlink_to(target)
        self._write_files()

    def _write_files(self) -> None:
        for name, text in self._files.items():
            path = self.folders.etc / name
            with open(path, "w", encoding="utf-8", opener=_open_private) as file:
                file.write(text)

    async def _wait_fully_booted(self) -> None:
        process = self._process
        assert process is not None  # start() has just made it
        deadline = time.monotonic() + self._ready_timeout_s
        while process.returncode is None and (left_s := deadline - time.monotonic()) > 0:
            if self.folders.control_socket.exists():
                with contextlib.suppress(StartFailed, TimeoutError):
                    # An Asterisk that gives up meanwhile closes the connection, which is no error to the client.
                    if "fully booted" in await self.rx("core waitfullybooted", timeout_s=left_s):
                        return
            await asyncio.sleep(0.02)
        lines = "\n".join(self.complaints()[-10:]) or last_lines(self._console, 10)
        folder = str(self.folders.home)
        if process.returncode is None:
            raise StartFailed.because("asterisk_late", folder=folder, log=lines)
        raise StartFailed.because("asterisk_ended", folder=folder, status=process.returncode, log=lines)

    def _clear_away(self) -> None:
        if self.folders.run.parent != self.folders.home:
            for leftover in self.folders.run.glob("asterisk.*"):
                leftover.unlink(missing_ok=True)
            with contextlib.suppress(OSError):
                self.folders.run.rmdir()


def _folders(home: Path) -> InstanceFolders:
    """``home/run``, or a short folder under /tmp when the socket's path would be too long for the kernel."""
    inside = InstanceFolders(home, home / "run")
    if len(os.fsencode(inside.control_socket)) <= _LONGEST_SOCKET_PATH:
        return inside
    digest = hashlib.sha256(os.fsencode(home)).hexdigest()[:12]
    return InstanceFolders(home, Path(tempfile.gettempdir()) / f"tandem-{os.getuid()}-{digest}")


def _private_folder(folder: Path) -> None:
    """Make ``folder`` with mode 0700, and refuse one that someone else put there first."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    facts = folder.lstat()
    if folder.is_symlink() or facts.st_uid != os.geteuid():
        raise StartFailed(f"{folder} belongs to someone else: remove it, or set TMPDIR")
    folder.chmod(0o700)


def _open_private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
