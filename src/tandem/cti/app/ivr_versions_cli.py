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

from tandem.cti.app.command_parser import CommandParser, refused

if TYPE_CHECKING:
    from tandem.cti.app.installation import Installation

Work = Callable[[argparse.Namespace, "Installation", AbstractAsyncContextManager[str]], Awaitable[int]]


def add_commands(ivr: CommandParser, at_home: Callable[[CommandParser], None]) -> None:
    """``ivr``: the command ``tandem ivr``. Each of these sets ``ivr``: what does it."""

    def command(name: str) -> CommandParser:
        made = ivr.command(name)
        at_home(made)
        made.set_defaults(ivr=_work(name))
        return made

    draft = command("draft")
    draft.takes("file", metavar="FILE")
    draft.takes("--note", default="")
    command("versions").takes("flow", metavar="FLOW")
    live, canary = command("live"), command("canary")
    for each in (live, canary):
        each.takes("flow", metavar="FLOW")
        each.takes("version", type=int, nargs="?" if each is canary else None, metavar="VERSION")
        each.takes("--force", action="store_true")
    canary.takes("--share", type=share, default=0.0, metavar="SHARE")
    canary.takes("--number", action="append", default=[], metavar="DNIS")
    canary.takes("--end", action="store_true")
    command("rollback").takes("flow", metavar="FLOW")
    numbers, replay = command("numbers"), command("replay")
    for each in (numbers, replay):
        each.takes("flow", metavar="FLOW")
        each.takes("--version", type=int, metavar="VERSION")
        each.takes("--calls", type=last_days, default=7, metavar="last-7d")
        each.takes("--json", action="store_true")
    call = command("call")
    call.takes("file", metavar="FILE")
    call.takes("--device", required=True, metavar="EXTENSION")


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
        raise refused("no_share", text)
    return value


def last_days(text: str) -> int:
    """``last-7d`` -> 7; 1 to 92. Raises ArgumentTypeError."""
    found = re.fullmatch(r"last-(\d{1,3})d", text.strip())
    if found is None or not 1 <= int(found[1]) <= 92:
        raise refused("no_days", text)
    return int(found[1])
