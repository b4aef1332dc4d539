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
from tandem.cti.app.installation import DEMO_DNIS
from tandem.cti.app.stack import Stack, forget
from tandem.cti.provision.asterisk import default_cache_dir
from tandem.cti.provision.errors import PartMissing
from tandem.cti.provision.netns import MODULE
from tandem.cti.storage.pool import Database
from tandem.recordings.files import wav_info

_INSIDE = "TANDEM_DEMO_INSIDE"
"""Set once the process is in a network of its own."""
_TALK_S = 6.0


TIMELINE = (
    ("invite", "invite"),
    ("answered", "answered"),
    ("digit", "IVR digit"),
    ("queued", "queued"),
    ("matched", "matched"),
    ("pop_shown", "pop on screen"),
    ("ringing", "ringing"),
    ("talking", "talking"),
    ("wrap_up", "wrap-up"),
    ("recording_saved", "recording saved"),
    ("history_written", "history written"),
)
"""Kinds of a call's timeline that one whole call must have, in this order, and what they are called."""


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
    print("stopped", file=sys.stderr)
    return 0


def _progress() -> Any:
    began = time.monotonic()
    return lambda text: print(f"  {time.monotonic() - began:5.1f} s  {text}", file=sys.stderr, flush=True)


async def _show(home: Path, changes: Mapping[str, Any]) -> int:
    progress = _progress()
    home.mkdir(parents=True, exist_ok=True)

    async def prepare(database: Database) -> None:
        await load_show(database, now=time.time())
        if await CampaignStore(database).one(document().id) is None:
            progress("no campaign: the routing plan of this folder was changed, and has no queue for it")
            progress(f"add the queue {document().queue}, with agents who do outbound work, or begin anew with --fresh")

    async with AsyncExitStack() as open_:
        try:
            await open_.enter_async_context(demo_service(token(home)))
        except OSError as error:
            progress(f"no systems behind the flows (port {PORT}: {error.strerror}); they take their fallback exits")
        if not (home / "sounds").exists():
            progress("the first start speaks some 500 prompts: about a quarter of a minute more")
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
        print(_screen(stack), flush=True)
        async with asyncio.TaskGroup() as group:
            group.create_task(ring_in(stack))
            group.create_task(serve_themselves(stack))
    return 0


def _screen(stack: Stack) -> str:
    agents = "mei, tom, lin, ana, wei ..."
    lines = [
        "",
        "  Tandem is running.   " + stack.url + "/",
        "",
        f"    agent        mei     {DEMO_PASSWORD}      (others: {agents})",
        f"    outbound     kai     {DEMO_PASSWORD}      (an agent who works for campaigns alone)",
        f"    supervisor   sofia   {DEMO_PASSWORD}",
        f"    operator     omar    {DEMO_PASSWORD}",
        "",
        "  Open this, log in as mei, allow the microphone, click Ready: a call arrives in 10 s.",
        "  打开上面的网址，用 mei 登录，允许使用麦克风，点“就绪”：10 秒内有来电。",
        "  Outbound: log in as kai, click Ready; as sofia (a private window), Campaigns, Platinum card, Start.",
        "  外呼：用 kai 登录并点“就绪”；再用 sofia 登录（无痕窗口），打开“外呼”，启动“白金卡邀请”。",
        "  As omar, open Flows: six menus with a week of made-up calls, and callers who try them now.",
        "  用 omar 登录，打开“流程”：六个菜单，已有一周的模拟数据，并不断有来电。",
    ]
    if stack.installation.serves_tls:
        lines.append("  The certificate was made on the spot: your browser warns once.")
    lines += ["", f"  Log of the server: {stack.server_log}", "  Ctrl-C stops everything.", ""]
    return "\n".join(lines)


async def _once(home: Path, changes: Mapping[str, Any]) -> int:
    try:
        from tandem.cti.app.browser_agent import BrowserAgent, chromium
    except ModuleNotFoundError:
        raise PartMissing.because("no_playwright") from None

    progress = _progress()
    settings = {"pop_s": 20.0, **changes}  # a browser that starts on a busy machine is slow to paint
    async with Stack(home, progress=progress, changes=settings) as stack, chromium() as browser:
        progress("a headless Chromium as the agent mei")
        agent = await BrowserAgent.open(browser, stack.url)
        await agent.log_in("mei", DEMO_PASSWORD)
        await agent.ready()
        progress("a caller rings in")
        caller = CALLERS[0]
        began = time.time()
        call = await stack.carrier.place_call(DEMO_DNIS, caller.number, caller.name, digits=caller.digits, stay_s=60)
        await agent.answer()
        await asyncio.sleep(_TALK_S)
        await call.hang_up()
        await agent.wrap_up("balance", "Shown by the demo.")
        return await _report(stack, began)


async def _report(stack: Stack, began: float) -> int:
    """Print the timeline as the database has it; 1 when anything is missing."""
    missing = [name for _, name in TIMELINE]
    rows: list[dict[str, Any]] = []
    for _ in range(50):
        rows = await stack.timeline(since=began - 1)
        kinds = {row["kind"] for row in rows}
        missing = [name for kind, name in TIMELINE if kind not in kinds]
        if not missing:
            break
        await asyncio.sleep(0.2)
    names = dict(TIMELINE)
    print(f"\n  {'t':>8}   what")
    for row in rows:
        print(f"  {row['at'] - rows[0]['at']:7.3f}s   {names.get(row['kind'], row['kind']):<16} {row['text']}")
    missing += await _recording_faults(stack, rows)
    missing += await _history_faults(stack, rows)
    for name in missing:
        print(f"  MISSING: {name}")
    print("\n  " + ("The whole call was seen." if not missing else "The call is not whole."))
    return 1 if missing else 0


async def _recording_faults(stack: Stack, rows: list[dict[str, Any]]) -> list[str]:
    saved = next((row for row in rows if row["kind"] == "recording_saved"), None)
    if saved is None:
        return []
    info = await asyncio.to_thread(wav_info, stack.installation.recordings_dir / f"{saved['data']['recording']}.wav")
    faults = []
    if info.channels != 2 or info.duration_s < _TALK_S - 2:
        faults.append(f"a stereo recording of the whole talk (there are {info.channels} channels, {info.duration_s} s)")
    return faults


async def _history_faults(stack: Stack, rows: list[dict[str, Any]]) -> list[str]:
    call = rows[0]["call"] if rows else ""
    contacts = await stack.contacts(call)
    if any(contact["disposition"] == "balance" and contact["customer"] for contact in contacts):
        return []
    return ["the contact in the customer's history"]
