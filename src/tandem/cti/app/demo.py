"""``tandem demo``: everything on this machine, with callers ringing in; ``--once``: one call without a person."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import sys
import time
from collections.abc import Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from tandem.cti.adapters.postgres.campaigns import CampaignStore
from tandem.cti.app.demo_callers import CALLERS, ring_in, serve_themselves
from tandem.cti.app.demo_campaign import PEOPLE, document
from tandem.cti.app.demo_data import DEMO_PASSWORD
from tandem.cti.app.demo_library import lay_out, token
from tandem.cti.app.demo_service import PORT, demo_service
from tandem.cti.app.demo_show import load_show
from tandem.cti.app.demo_words import say
from tandem.cti.app.installation import DEMO_DNIS
from tandem.cti.app.stack import Stack, forget
from tandem.cti.app.terminal import language_of_terminal, padded
from tandem.cti.model.system_reasons import reason_of
from tandem.cti.provision.asterisk import default_cache_dir
from tandem.cti.provision.errors import PartMissing
from tandem.cti.provision.netns import MODULE
from tandem.cti.storage.pool import Database
from tandem.recordings.files import wav_info

_INSIDE = "TANDEM_DEMO_INSIDE"
"""Set once the process is in a network of its own."""
_TALK_S = 6.0


TIMELINE = (
    "invite",
    "answered",
    "digit",
    "queued",
    "matched",
    "pop_shown",
    "ringing",
    "talking",
    "wrap_up",
    "recording_saved",
    "history_written",
)
"""Kinds of a call's timeline that one whole call must have, in this order; ``demo_words`` calls them by name."""


def demo(asked: argparse.Namespace) -> int:
    """Run the demo. With ``--once`` 0 when the whole call was seen, else 1."""
    home = asked.home or default_cache_dir() / ("demo-once" if asked.once else "demo")
    if asked.once and os.environ.get(_INSIDE) != "1":
        # ICE takes no loopback candidates, and a machine's own network is not for tests
        os.environ[_INSIDE] = "1"
        command = [sys.executable, "-m", MODULE, "--", sys.executable, "-m", "tandem.cti.app.cli", *sys.argv[1:]]
        os.execv(sys.executable, command)  # noqa: S606 - our own program and arguments
    if asked.fresh:
        asyncio.run(forget(home))
    flags = ("listen", "http_port", "seat_port", "ami_port", "sip_port", "phone_port")
    changes = {name: getattr(asked, name) for name in flags if getattr(asked, name) is not None}
    with contextlib.suppress(KeyboardInterrupt):
        return asyncio.run(_once(home, changes) if asked.once else _show(home, changes))
    print(say("stopped", language_of_terminal()), file=sys.stderr)
    return 0


def _progress() -> Any:
    began = time.monotonic()
    return lambda text: print(f"  {time.monotonic() - began:5.1f} s  {text}", file=sys.stderr, flush=True)


async def _show(home: Path, changes: Mapping[str, Any]) -> int:
    progress, language = _progress(), language_of_terminal()
    home.mkdir(parents=True, exist_ok=True)

    async def prepare(database: Database) -> None:
        await load_show(database, now=time.time())
        if await CampaignStore(database).one(document().id) is None:
            progress(say("no_campaign", language))
            progress(say("add_queue", language, queue=document().queue))

    async with AsyncExitStack() as open_:
        try:
            await open_.enter_async_context(demo_service(token(home)))
        except OSError as error:
            progress(say("no_systems", language, port=PORT, why=reason_of(error)[language]))
        if not (home / "sounds").exists():
            progress(say("first_start", language))
        settings = {**lay_out(home), **changes}
        stack = await open_.enter_async_context(
            Stack(
                home,
                progress=progress,
                changes=settings,
                prepare=prepare,
                carrier_changes={"crowds": (PEOPLE,)},
            )
        )
        print(_screen(stack, language), flush=True)
        async with asyncio.TaskGroup() as group:
            group.create_task(ring_in(stack))
            group.create_task(serve_themselves(stack))
    return 0


def _screen(stack: Stack, language: str) -> str:
    lines = [say("screen", language, url=stack.url, password=DEMO_PASSWORD)]
    if stack.installation.serves_tls:
        lines.append(say("warns", language))
    return "\n".join([*lines, say("log", language, file=stack.server_log)])


async def _once(home: Path, changes: Mapping[str, Any]) -> int:
    try:
        from tandem.cti.app.browser_agent import BrowserAgent, chromium
    except ModuleNotFoundError:
        raise PartMissing.because("no_playwright") from None

    progress, language = _progress(), language_of_terminal()
    settings = {"pop_s": 20.0, **changes}  # a browser that starts on a busy machine is slow to paint
    async with Stack(home, progress=progress, changes=settings) as stack, chromium() as browser:
        progress(say("headless", language))
        agent = await BrowserAgent.open(browser, stack.url)
        await agent.log_in("mei", DEMO_PASSWORD)
        await agent.ready()
        progress(say("rings_in", language))
        caller = CALLERS[0]
        began = time.time()
        call = await stack.carrier.place_call(DEMO_DNIS, caller.number, caller.name, digits=caller.digits, stay_s=60)
        await agent.answer()
        await asyncio.sleep(_TALK_S)
        await call.hang_up()
        await agent.wrap_up("balance", "Shown by the demo.")
        return await _report(stack, began, language)


async def _report(stack: Stack, began: float, language: str) -> int:
    """Print the timeline as the database has it; 1 when anything is missing."""
    missing = list(TIMELINE)
    rows: list[dict[str, Any]] = []
    for _ in range(50):
        rows = await stack.timeline(since=began - 1)
        kinds = {row["kind"] for row in rows}
        missing = [kind for kind in TIMELINE if kind not in kinds]
        if not missing:
            break
        await asyncio.sleep(0.2)
    print(f"\n  {'t':>8}   {say('what', language)}")
    for row in rows:
        name = say(row["kind"], language) if row["kind"] in TIMELINE else row["kind"]
        print(f"  {row['at'] - rows[0]['at']:7.3f}s   {padded(name, 16)} {row['text']}")
    faults = [say(kind, language) for kind in missing]
    faults += await _recording_faults(stack, rows, language)
    faults += await _history_faults(stack, rows, language)
    for name in faults:
        print("  " + say("missing", language, name=name))
    print("\n  " + say("not_whole" if faults else "whole", language))
    return 1 if faults else 0


async def _recording_faults(stack: Stack, rows: list[dict[str, Any]], language: str) -> list[str]:
    saved = next((row for row in rows if row["kind"] == "recording_saved"), None)
    if saved is None:
        return []
    info = await asyncio.to_thread(wav_info, stack.installation.recordings_dir / f"{saved['data']['recording']}.wav")
    if info.channels != 2 or info.duration_s < _TALK_S - 2:
        return [say("recording", language, channels=info.channels, seconds=info.duration_s)]
    return []


async def _history_faults(stack: Stack, rows: list[dict[str, Any]], language: str) -> list[str]:
    call = rows[0]["call"] if rows else ""
    contacts = await stack.contacts(call)
    if any(contact["disposition"] == "balance" and contact["customer"] for contact in contacts):
        return []
    return [say("history", language)]
