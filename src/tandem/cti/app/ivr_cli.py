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
from tandem.cti.app.installation import Installation, default_home, expect_installed
from tandem.cti.app.ivr_words import say
from tandem.cti.app.terminal import LANGUAGES, language_of_terminal

OpenInstallation = Callable[[], Installation]
OpenDatabase = Callable[[Installation], AbstractAsyncContextManager[str]]


def add_commands(ivr: argparse.ArgumentParser, at_home: Callable[[argparse.ArgumentParser], None]) -> None:
    """``at_home`` gives a command the options that name the installation."""
    commands = ivr.add_subparsers(dest="do", required=True, metavar="WHAT")
    check = commands.add_parser("check", help=_CHECK, description=_CHECK)
    test = commands.add_parser("test", help=_TEST, description=_TEST)
    for command in (check, test):
        command.add_argument("flow", nargs="+", metavar="FLOW", help="a flow file, a folder of flows, or a pattern")
        command.add_argument("--language", choices=LANGUAGES, help="of what is said here (default: the terminal's)")
    check.add_argument("--plan", type=Path, metavar="FILE", help="the routing plan whose queues and skills there are")
    test.add_argument("--junit", type=Path, metavar="FILE", help="write the results as JUnit XML")
    test.add_argument("--coverage", action="store_true", help="say which steps and exits no test takes")
    test.add_argument(
        "--min-coverage", type=percent, metavar="PERCENT", help="fail when fewer of the steps or exits are taken"
    )
    test.add_argument("--live", action="store_true", help=_LIVE)
    test.add_argument("--at-once", type=some, default=8, metavar="N", help="real calls at the same time (default: 8)")
    test.add_argument(
        "--longest",
        type=seconds,
        default=120.0,
        metavar="SECONDS",
        help="tests that would last longer are not called but said to be skipped (default: 120)",
    )
    at_home(check)
    ivr_versions_cli.add_commands(commands, at_home)


_CHECK = "say what is wrong with flows, and what to do"
_TEST = "run the tests that lie beside flows"
_LIVE = "and once more as real calls: a throw-away Asterisk and server, a scripted caller, sounds compared"


def percent(text: str) -> float:
    """Raises ArgumentTypeError."""
    with contextlib.suppress(ValueError):
        if 0 <= (value := float(text)) <= 100:
            return value
    raise argparse.ArgumentTypeError(f"{text!r} is no percentage: write a number from 0 to 100")


def some(text: str) -> int:
    """At least 1. Raises ArgumentTypeError."""
    if not re.fullmatch(r"[1-9]\d{0,3}", text.strip()):
        raise argparse.ArgumentTypeError(f"{text!r}: write a whole number from 1 to 9999")
    return int(text)


def seconds(text: str) -> float:
    """More than 0. Raises ArgumentTypeError."""
    with contextlib.suppress(ValueError):
        if 0 < (value := float(text)) <= 86_400:
            return value
    raise argparse.ArgumentTypeError(f"{text!r}: write seconds, more than 0 and at most 86400")


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
