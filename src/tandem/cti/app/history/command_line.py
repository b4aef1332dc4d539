"""Arguments of the commands that look back: ``tandem replay`` and ``tandem whatif``. What they do is in
``replay_report`` and ``whatif_report``, which know everything and take long to import.
"""

from __future__ import annotations

import argparse
from datetime import date, datetime
from datetime import time as time_of_day
from pathlib import Path


def add_replay_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "day", metavar="DAY", type=day_of, help="a recorded day, such as 2026-11-22, or today, yesterday"
    )
    parser.add_argument("--from", dest="since", metavar="HH:MM", type=_time, help="begin at this time")
    parser.add_argument("--call", metavar="ID", help="only what concerns this call")
    parser.add_argument("--agent", metavar="LOGIN", help="only what concerns this agent")
    parser.add_argument("--step", action="store_true", help="wait for Enter after each input (on a terminal)")


def day_of(text: str) -> date:
    """Raises argparse.ArgumentTypeError."""
    today = datetime.now().astimezone().date()
    if text in ("today", "yesterday"):
        return today if text == "today" else date.fromordinal(today.toordinal() - 1)
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no day; write it like 2026-11-22") from None


def _time(text: str) -> time_of_day:
    try:
        return time_of_day.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no time of day; write it like 09:30") from None


def add_whatif_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("day", metavar="DAY", type=day_of, help="a past day, such as 2026-11-22, or today, yesterday")
    parser.add_argument(
        "--change", metavar="FILE", type=Path, help="the part of the routing plan that is to be another"
    )
    parser.add_argument("--runs", metavar="N", type=_runs, default=20, help="simulate the day so often (default: 20)")
    parser.add_argument("--resample", action="store_true", help="draw the callers anew in each run: days like this one")
    parser.add_argument("--staffing", action="store_true", help="agents needed per half hour for the queues' targets")
    parser.add_argument("--forecast", action="store_true", help="expected calls per half hour of DAY, with a band")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")


def _runs(text: str) -> int:
    if not text.isdecimal() or not 2 <= int(text) <= 1000:
        raise argparse.ArgumentTypeError("write a number from 2 to 1000: an interval needs more than one run")
    return int(text)
