"""Children that must not be left behind: how they are started, found and ended."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

_PROC = Path("/proc")


def with_parent_death_signal(command: Sequence[str], death_signal: signal.Signals) -> list[str]:
    """``command``, told by the kernel with ``death_signal`` when the thread that starts it dies (PR_SET_PDEATHSIG)."""
    return ["setpriv", "--pdeathsig", death_signal.name.removeprefix("SIG"), "--", *command]


def is_alive(pid: int) -> bool:
    """Whether ``pid`` runs; a zombie does not."""
    try:
        stat = (_PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] not in "ZX"


def descendants(pid: int) -> list[int]:
    """All living processes below ``pid``, parents before children; found by ``/proc/*/stat`` (proc_pid_stat(5))."""
    children: dict[int, list[int]] = {}
    for entry in _PROC.iterdir():
        if not entry.name.isdigit():
            continue
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            stat = (entry / "stat").read_text(encoding="utf-8", errors="replace")
            parent = int(stat.rpartition(")")[2].split()[1])
            children.setdefault(parent, []).append(int(entry.name))
    found: list[int] = []
    frontier = [pid]
    while frontier:
        below = children.get(frontier.pop(0), [])
        found += below
        frontier += below
    return found


def send(pids: Iterable[int], signum: signal.Signals) -> None:
    """Signal each process; those already gone are not an error."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signum)


async def wait_gone(pid: int, timeout_s: float) -> bool:
    """Wait until ``pid`` has ended; False when it still runs after ``timeout_s``."""
    deadline = time.monotonic() + timeout_s
    while is_alive(pid):
        if time.monotonic() >= deadline:
            return False
        await asyncio.sleep(0.02)
    return True


async def run_text(command: Sequence[str], *, timeout_s: float, cwd: Path | None = None) -> tuple[int, str]:
    """Run a short command: its exit code and its output (stdout and stderr together).

    Raises:
        TimeoutError: it did not end in ``timeout_s``; it has been killed.
    """
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        cwd=cwd,
    )
    try:
        output, _ = await asyncio.wait_for(process.communicate(), timeout_s)
    except BaseException:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        raise
    return process.returncode or 0, output.decode("utf-8", errors="replace")


def run_logged(
    command: Sequence[str],
    log: Path,
    say: Callable[[str], None],
    *,
    every_s: float = 5.0,
    env: dict[str, str] | None = None,
) -> int:
    """Run a long command with its output in ``log``; every ``every_s`` seconds ``say`` gets a line that it still runs.

    Returns its exit code. An exception (Ctrl-C) ends the command before it goes on.
    """
    started = time.monotonic()
    with log.open("ab") as out:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, env=env)
    try:
        while True:
            try:
                return process.wait(every_s)
            except subprocess.TimeoutExpired:
                say(f"... {time.monotonic() - started:.0f} s {last_lines(log, 1)[:100]}".rstrip())
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def last_lines(path: Path, count: int, *, max_bytes: int = 32_768) -> str:
    """The last ``count`` lines of a log file, "" when there is none."""
    try:
        with path.open("rb") as file:
            file.seek(0, os.SEEK_END)
            file.seek(max(0, file.tell() - max_bytes))
            text = file.read().decode("utf-8", errors="replace")
    except FileNotFoundError:
        return ""
    return "\n".join(text.splitlines()[-count:])
