"""``tandem ivr draft|versions|canary|live|rollback|numbers|replay|call``: the flows of an installation.

What changes something goes through the server that runs in this home, so that it counts at once; where none runs it is
saved, and counts from the next start on.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tandem.cti.app.installation import Installation

Work = Callable[[argparse.Namespace, "Installation", AbstractAsyncContextManager[str]], Awaitable[int]]
_FLOW = "the flow's name"


def add_commands(commands: argparse._SubParsersAction, at_home: Callable[[argparse.ArgumentParser], None]) -> None:  # type: ignore[type-arg]
    """``commands``: the sub-commands of ``tandem ivr``. Each sets ``ivr``: what does it."""

    def command(name: str, text: str) -> argparse.ArgumentParser:
        made: argparse.ArgumentParser = commands.add_parser(name, help=text, description=text)
        at_home(made)
        made.set_defaults(ivr=_work(name))
        return made

    draft = command("draft", "save a flow, with its sub-flows and tests, as a new version; no call gets it yet")
    draft.add_argument("file", metavar="FILE", help="the flow's main file")
    draft.add_argument("--note", default="", help="why, for those who read the versions")
    versions = command("versions", "list the versions of a flow, and what was live when")
    versions.add_argument("flow", metavar="FLOW", help=_FLOW)
    live = command("live", "all new calls get this version")
    canary = command("canary", "some new calls get this version; with --end none any more")
    for each in (live, canary):
        each.add_argument("flow", metavar="FLOW", help=_FLOW)
        each.add_argument("version", type=int, nargs="?" if each is canary else None, metavar="VERSION")
        each.add_argument("--force", action="store_true", help="although its tests fail")
    canary.add_argument("--share", type=share, default=0.0, metavar="SHARE", help="of the calls, such as 10%%")
    canary.add_argument("--number", action="append", default=[], metavar="DNIS", help="all calls to this number")
    canary.add_argument("--end", action="store_true", help="all new calls get the live version again")
    rollback = command("rollback", "one step back: end the canary, or else what was live before is live again")
    rollback.add_argument("flow", metavar="FLOW", help=_FLOW)
    numbers = command("numbers", "what callers did at each step, and how many were served to the end")
    numbers.add_argument("flow", metavar="FLOW", help=_FLOW)
    numbers.add_argument("--version", type=int, metavar="VERSION", help="of one version (default: all)")
    replay = command("replay", "recorded calls against another version: where they would go now")
    replay.add_argument("flow", metavar="FLOW", help="a flow file, or a flow's name (then its newest version)")
    replay.add_argument("--version", type=int, metavar="VERSION", help="a saved version")
    for each in (numbers, replay):
        each.add_argument(
            "--calls", type=last_days, default=7, metavar="last-7d", help="how far back (default: last-7d)"
        )
        each.add_argument("--json", action="store_true", help="everything, as JSON")
    call = command("call", "ring a phone of ours, and run a flow file there; nothing of it is counted")
    call.add_argument("file", metavar="FILE", help="the flow's main file")
    call.add_argument("--device", required=True, metavar="EXTENSION", help="such as 1090")


def _work(name: str) -> Work:
    async def work(
        asked: argparse.Namespace, installation: Installation, database: AbstractAsyncContextManager[str]
    ) -> int:
        from tandem.cti.app.ivr_versions import run  # only when it is needed: every command reads this module

        return await run(name, asked, installation, database)

    return work


def share(text: str) -> float:
    """``10%`` or ``0.1`` -> 0.1. Raises ArgumentTypeError."""
    found = re.fullmatch(r"(\d{1,3}(?:\.\d+)?)%|(0?\.\d+|[01])", text.strip())
    value = 0.0 if found is None else float(found[1]) / 100 if found[1] else float(found[2])
    if not 0 < value <= 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no share: write 10% or 0.1, more than 0 and at most 100%")
    return value


def last_days(text: str) -> int:
    """``last-7d`` -> 7; 1 to 92. Raises ArgumentTypeError."""
    found = re.fullmatch(r"last-(\d{1,3})d", text.strip())
    if found is None or not 1 <= int(found[1]) <= 92:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of days: write last-7d, from last-1d to last-92d")
    return int(found[1])
