from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tandem.cti.provision import quietly
from tandem.cti.provision.processes import (
    descendants,
    is_alive,
    last_lines,
    run_logged,
    run_text,
    send,
    wait_gone,
    with_parent_death_signal,
)


async def test_descendants_are_found_stopped_and_gone() -> None:
    parent = await asyncio.create_subprocess_exec("sh", "-c", "sleep 30 & sh -c 'sleep 30 & wait' & wait")
    try:
        for _ in range(500):
            if len(descendants(parent.pid)) == 3:
                break
            await asyncio.sleep(0.01)
        family = descendants(parent.pid)
        assert len(family) == 3
        assert all(is_alive(pid) for pid in family)
    finally:
        send([*descendants(parent.pid), parent.pid], signal.SIGKILL)
        await parent.wait()
    for pid in family:
        assert await wait_gone(pid, 25.0)


async def test_wait_gone_gives_up_in_time() -> None:
    assert not await wait_gone(os.getpid(), 0.05)


def test_a_zombie_is_not_alive() -> None:
    child = subprocess.Popen(["true"])
    deadline = time.monotonic() + 25
    while is_alive(child.pid) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not is_alive(child.pid)
    assert child.wait() == 0


def test_send_to_a_process_that_is_gone_is_no_error() -> None:
    child = subprocess.Popen(["true"])
    child.wait()
    send([child.pid], signal.SIGKILL)


async def test_a_child_is_ended_with_its_killed_parent() -> None:
    code = (
        "import subprocess, signal, sys\n"
        "from tandem.cti.provision.processes import with_parent_death_signal\n"
        "child = subprocess.Popen(with_parent_death_signal(['sleep', '30'], signal.SIGKILL))\n"
        "import pathlib, time\n"
        "while pathlib.Path(f'/proc/{child.pid}/comm').read_text() != 'sleep\\n': time.sleep(0.01)\n"
        "print(child.pid, flush=True)\n"
        "time.sleep(30)\n"
    )
    parent = await asyncio.create_subprocess_exec(sys.executable, "-c", code, stdout=asyncio.subprocess.PIPE)
    assert parent.stdout is not None
    child = int(await parent.stdout.readline())
    assert is_alive(child)
    parent.kill()
    await parent.wait()
    assert await wait_gone(child, 25.0)


def test_the_death_signal_is_named_as_setpriv_wants_it() -> None:
    assert with_parent_death_signal(["a", "-b"], signal.SIGINT) == ["setpriv", "--pdeathsig", "INT", "--", "a", "-b"]


async def test_run_text_returns_code_and_both_outputs() -> None:
    assert await run_text(["sh", "-c", "echo out; echo err >&2; exit 3"], timeout_s=60) == (3, "out\nerr\n")


async def test_run_text_kills_what_takes_too_long() -> None:
    started = time.monotonic()
    with pytest.raises(TimeoutError):
        await run_text(["sleep", "30"], timeout_s=0.1)
    assert time.monotonic() - started < 25


def test_run_logged_reports_that_it_still_runs(tmp_path: Path) -> None:
    lines: list[str] = []

    def say(line: str) -> None:
        lines.append(line)
        if "unpacking" in line:
            (tmp_path / "enough").touch()

    command = f"echo unpacking x; while [ ! -e {tmp_path}/enough ]; do sleep 0.02; done; exit 4"
    assert run_logged(["sh", "-c", command], tmp_path / "log", say, every_s=0.1) == 4
    assert re.fullmatch(r"\.\.\. \d+ s unpacking x", lines[-1])


def test_run_logged_ends_the_command_when_interrupted(tmp_path: Path) -> None:
    def interrupt(_: str) -> None:
        raise KeyboardInterrupt

    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        run_logged(["sleep", "30"], tmp_path / "log", interrupt, every_s=0.05)
    assert time.monotonic() - started < 25


def test_last_lines(tmp_path: Path) -> None:
    log = tmp_path / "log"
    assert last_lines(log, 3) == ""
    log.write_text("".join(f"line {number}\n" for number in range(10_000)), encoding="utf-8")
    assert last_lines(log, 2) == "line 9998\nline 9999"


@pytest.mark.parametrize(
    ("arguments", "code", "out", "err"),
    [
        (["label", "--", "sh", "-c", "echo much"], 0, "- label\n", ""),
        (["label", "--", "sh", "-c", "echo why; exit 3"], 3, "- label\n", "why\n"),
        (["label", "--", "no-such-program"], 127, "- label\n", "no-such-program: not found\n"),
        (["label"], 2, "", "usage: "),
    ],
)
def test_quietly(arguments: list[str], code: int, out: str, err: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert quietly.main(arguments) == code
    printed = capsys.readouterr()
    assert printed.out == out
    assert printed.err.startswith(err)
    assert bool(printed.err) == bool(code)
