"""Arguments of the commands that look back: ``tandem replay`` and ``tandem whatif``. What they do is in
``replay_report`` and ``whatif_report``, which know everything and take long to import.
"""

from __future__ import annotations

from datetime import date, datetime
from datetime import time as time_of_day
from pathlib import Path

from tandem.cti.app.command_parser import CommandParser, refused


def add_replay_arguments(replay: CommandParser) -> None:
    replay.takes("day", metavar="DAY", type=day_of)
    replay.takes("--from", dest="since", metavar="HH:MM", type=_time)
    replay.takes("--call", metavar="ID")
    replay.takes("--agent", metavar="LOGIN")
    replay.takes("--step", action="store_true")


def day_of(text: str) -> date:
    """Raises argparse.ArgumentTypeError."""
    today = datetime.now().astimezone().date()
    if text in ("today", "yesterday"):
        return today if text == "today" else date.fromordinal(today.toordinal() - 1)
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise refused("no_day", text) from None


def _time(text: str) -> time_of_day:
    try:
        return time_of_day.fromisoformat(text)
    except ValueError:
        raise refused("no_time", text) from None


def add_whatif_arguments(whatif: CommandParser) -> None:
    whatif.takes("day", metavar="DAY", type=day_of)
    whatif.takes("--change", metavar="FILE", type=Path)
    whatif.takes("--runs", metavar="N", type=_runs, default=20)
    for name in ("--resample", "--staffing", "--forecast", "--json"):
        whatif.takes(name, action="store_true")


def _runs(text: str) -> int:
    if not text.isdecimal() or not 2 <= int(text) <= 1000:
        raise refused("no_runs", text)
    return int(text)
