"""The network namespace, made for real: as root, or as a plain user with user namespaces."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

PREFIX = (sys.executable, "-m", "tandem.cti.provision.netns", "--")


async def run(*command: str) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        *PREFIX, *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    output, _ = await asyncio.wait_for(process.communicate(), 60)
    return process.returncode or 0, output.decode()


async def test_addresses_and_nothing_else() -> None:
    code, text = await run("ip", "-o", "-4", "address")
    assert code == 0
    assert [line.split()[3] for line in text.splitlines()] == ["127.0.0.1/8", "10.99.0.1/24"]
    code, text = await run("ip", "route", "get", "192.0.2.1")  # RFC 5737: a documentation address, never routed
    assert code != 0
    assert "unreachable" in text


async def test_the_command_runs_as_the_same_user_and_returns_its_own_code() -> None:
    assert await run("sh", "-c", "id -u; exit 7") == (7, f"{os.getuid()}\n")


async def test_a_program_that_is_not_there() -> None:
    code, text = await run("no-such-program")
    assert code == 127
    assert "no-such-program" in text


async def test_a_signal_reaches_the_command_and_the_network_goes_with_it() -> None:
    process = await asyncio.create_subprocess_exec(*PREFIX, "sleep", "30")
    for _ in range(1000):
        if Path(f"/proc/{process.pid}/comm").read_text(encoding="utf-8") == "sleep\n":
            break
        await asyncio.sleep(0.01)
    inside = Path(f"/proc/{process.pid}/ns/net").readlink()
    assert inside != Path("/proc/self/ns/net").readlink()
    process.send_signal(signal.SIGTERM)
    assert await asyncio.wait_for(process.wait(), 30) == -signal.SIGTERM
    assert inside not in namespaces_in_use()


def namespaces_in_use() -> set[Path]:
    found = set()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            found.add((process / "ns/net").readlink())
        except OSError:
            continue
    return found
