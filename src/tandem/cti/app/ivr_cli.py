"""``tandem ivr``: check flows, run their tests; the commands for the installation's flows come from other modules.

``check`` and ``test`` work on files, without a server or a switch: exit 0 when all is well, 1 when a flow has errors,
a test fails or the coverage is too low, 2 when there is nothing to work on.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import re
import sys
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from tandem.cti.app import ivr_versions_cli
from tandem.cti.app.command_parser import CommandParser, refused
from tandem.cti.app.installation import Installation, default_home, expect_installed
from tandem.cti.app.ivr_words import say
from tandem.cti.app.terminal import LANGUAGES, language_of_terminal

OpenInstallation = Callable[[], Installation]
OpenDatabase = Callable[[Installation], AbstractAsyncContextManager[str]]


def add_commands(ivr: CommandParser, at_home: Callable[[CommandParser], None]) -> None:
    """``at_home`` gives a command the options that name the installation."""
    ivr.chosen("WHAT", dest="do")
    check, test = ivr.command("check"), ivr.command("test")
    for command in (check, test):
        command.takes("flow", nargs="+", metavar="FLOW")
        command.takes("--language", choices=LANGUAGES)
    check.takes("--plan", type=Path, metavar="FILE")
    test.takes("--junit", type=Path, metavar="FILE")
    test.takes("--coverage", action="store_true")
    test.takes("--min-coverage", type=percent, metavar="PERCENT")
    test.takes("--live", action="store_true")
    test.takes("--at-once", type=some, default=8, metavar="N")
    test.takes("--longest", type=seconds, default=120.0, metavar="SECONDS")
    at_home(check)
    ivr_versions_cli.add_commands(ivr, at_home)


def percent(text: str) -> float:
    """Raises ArgumentTypeError."""
    with contextlib.suppress(ValueError):
        if 0 <= (value := float(text)) <= 100:
            return value
    raise refused("no_percentage", text)


def some(text: str) -> int:
    """At least 1. Raises ArgumentTypeError."""
    if not re.fullmatch(r"[1-9]\d{0,3}", text.strip()):
        raise refused("no_count", text)
    return int(text)


def seconds(text: str) -> float:
    """More than 0. Raises ArgumentTypeError."""
    with contextlib.suppress(ValueError):
        if 0 < (value := float(text)) <= 86_400:
            return value
    raise refused("no_seconds", text)


def run(asked: argparse.Namespace, installation: OpenInstallation, database: OpenDatabase) -> int:
    """One of the commands. Raises CtiError with a sentence for the one who asked."""
    from tandem.cti.app import ivr_files_cli  # only when it is needed: every command reads this module
    from tandem.cti.app.ivr_files import NothingFound

    language = getattr(asked, "language", None) or language_of_terminal()
    try:
        match asked.do:
            case "check":
                return ivr_files_cli.check(asked, language, installation, database)
            case "test":
                return ivr_files_cli.test(asked, language)
    except NothingFound as nothing:
        print(f"tandem ivr: {say('nothing', language, what=nothing)}", file=sys.stderr)
        return 2
    expect_installed(asked.home or default_home())
    opened = installation()
    return int(asyncio.run(asked.ivr(asked, opened, database(opened))))
