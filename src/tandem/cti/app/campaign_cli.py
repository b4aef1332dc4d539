"""``tandem campaign`` and ``tandem do-not-call``: everything goes through the server that runs in this home."""

from __future__ import annotations

import argparse
import asyncio
import getpass
import sys
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from tandem.cti.app.campaign_words import say, state_text
from tandem.cti.app.command_parser import CommandParser
from tandem.cti.app.control import ask
from tandem.cti.app.terminal import language_of_terminal, padded
from tandem.cti.app.text_files import text_given
from tandem.cti.model.campaigns import MODES
from tandem.cti.model.errors import BadRequest

_MOST_CHARACTERS = 1 << 18
_LOT = 20_000
_POLL_S = 0.5
_OVER = ("done", "failed", "cancelled")
_STATES = {"start": "running", "pause": "paused", "drain": "draining", "stop": "stopped"}
_ABOUT_ONE = ("show", "start", "pause", "drain", "stop", "delete", "waterfall")

ForAll = Callable[[CommandParser], None]


def add_commands(campaign: CommandParser, for_all: ForAll) -> None:
    """What ``run`` looks at. ``for_all`` gives each command its common options."""
    campaign.chosen("WHAT", dest="do")

    def command(name: str) -> CommandParser:
        made = campaign.command(name)
        for_all(made)
        return made

    command("list")
    for name in ("check", "save"):
        command(name).takes("file")
    for name in _ABOUT_ONE:
        command(name).takes("campaign")
    mode = command("mode")
    mode.takes("campaign")
    mode.takes("mode", choices=MODES)
    take = command("import")
    take.takes("campaign")
    take.takes("file")
    for name in ("--name", "--columns", "--country"):
        take.takes(name, default="")
    sheet = command("sheet")
    sheet.takes("campaign")
    sheet.takes("--day", default=None)
    dial = command("dial")
    dial.takes("number")
    dial.takes("--agent", required=True)
    dial.takes("--campaign", default="")


def add_do_not_call_commands(parser: CommandParser, for_all: ForAll) -> None:
    parser.chosen("WHAT", dest="do")
    add, search, lift = (parser.command(name) for name in ("add", "search", "lift"))
    add.takes("numbers", nargs="*")
    add.takes("--file", default="")
    add.takes("--campaign", default=None)
    search.takes("text", nargs="?", default="")
    lift.takes("entry")
    lift.takes("--reason", required=True)
    for command in (add, search, lift):
        for_all(command)


async def run(asked: argparse.Namespace, home: Path) -> int:
    """0: well; 1: a campaign has errors, an import failed, a number is not dialled. Raises CtiError."""
    by, language = getpass.getuser(), language_of_terminal()
    match asked.do:
        case "list":
            for each in (await ask(home, "campaign.list"))["campaigns"]:
                state, mode = state_text(each["state"], language), say(f"mode_{each['mode']}", language)
                print(f"{each['id']:20}  {padded(state, 10)}  {padded(mode, 12)}  {each['name']}")
        case "check":
            found = await ask(home, "campaign.check", document=_document(asked.file))
            return _report(found["problems"], language)
        case "save":
            view = await ask(home, "campaign.save", document=_document(asked.file), by=by)
            state = state_text(view["state"], language)
            print(say("saved", language, campaign=view["id"], rev=view["rev"], state=state))
            return _report(view["problems"], language)
        case "show":
            view = await ask(home, "campaign.show", campaign=asked.campaign)
            yaml.safe_dump(view["document"], sys.stdout, allow_unicode=True, sort_keys=False)
        case "start" | "pause" | "drain" | "stop":
            view = await ask(home, "campaign.state", campaign=asked.campaign, state=_STATES[asked.do], by=by)
            print(say("state", language, campaign=view["id"], state=state_text(view["state"], language)))
            if view["warning"]:
                print(f"{say('warning', language)}{view['warning'][language]}", file=sys.stderr)
        case "mode":
            await ask(home, "campaign.mode", campaign=asked.campaign, mode=asked.mode, by=by)
            print(say("mode", language, campaign=asked.campaign, mode=say(f"mode_{asked.mode}", language)))
        case "delete":
            await ask(home, "campaign.delete", campaign=asked.campaign, by=by)
        case "waterfall":
            _print_waterfall(await ask(home, "campaign.waterfall", campaign=asked.campaign), language)
        case "sheet":
            _print_sheet(await ask(home, "campaign.sheet", campaign=asked.campaign, day=asked.day), language)
        case "import":
            return await _import(asked, home, by, language)
        case _:
            found = await ask(
                home, "campaign.dial", number=asked.number, agent=asked.agent, campaign=asked.campaign, by=by
            )
            print(f"{found['number']}{say('colon', language)}{found['verdict']['text'][language]}")
            return 0 if found["call"] else 1
    return 0


async def run_do_not_call(asked: argparse.Namespace, home: Path) -> int:
    """1: there were numbers that are none. Raises CtiError."""
    by, language = getpass.getuser(), language_of_terminal()
    match asked.do:
        case "search":
            for entry in (await ask(home, "do_not_call.search", q=asked.text))["entries"]:
                what = entry["number"] or entry["person"]
                lifted = f"  {say('lifted', language)}" if entry["lifted"] else ""
                scope = padded(say(f"scope_{entry['scope']}", language), 8)
                print(f"{entry['id']}  {_moment(entry['at'])}  {scope}  {what}  {entry['by']}{lifted}")
        case "lift":
            await ask(home, "do_not_call.lift", entry=asked.entry, reason=asked.reason, by=by)
        case _:
            return await _forbid([*asked.numbers, *_lines(asked.file)], asked.campaign, home, by, language)
    return 0


async def _forbid(numbers: list[str], campaign: str | None, home: Path, by: str, language: str) -> int:
    if not numbers:
        raise BadRequest.because("no_numbers_given")
    entered, bad = 0, 0
    for begin in range(0, len(numbers), _LOT):
        many = {"numbers": numbers[begin : begin + _LOT], "campaign": campaign}
        answer = await ask(home, "do_not_call.add", many=many, by=by)
        entered, bad = entered + answer["entered"], bad + answer["bad_count"]
        for number in answer["bad"]:
            print(say("no_number", language, number=number), file=sys.stderr)
    print(say("entered", language, entered=entered, bad=bad))
    return 1 if bad else 0


async def _import(asked: argparse.Namespace, home: Path, by: str, language: str) -> int:
    from tandem.cti.app.lists.files import ListFiles  # only when it is needed: every command reads this module

    columns = [use.strip() for use in asked.columns.split(",")] if asked.columns else []
    job = await ask(
        home,
        "campaign.import",
        campaign=asked.campaign,
        path=str(Path(asked.file).resolve()),
        name=asked.name,
        columns=columns,
        country=asked.country,
        by=by,
    )
    told = 0.0
    while job["state"] not in _OVER:
        await asyncio.sleep(_POLL_S)
        job = await ask(home, "campaign.job", job=job["id"])
        if time.monotonic() - told > 5.0:
            told = time.monotonic()
            code = "rows_of" if job["rows"] else "rows_so_far"
            print(say(code, language, done=job["rows_done"], rows=job["rows"]), file=sys.stderr)
    if job["state"] == "cancelled":
        print(say("import_cancelled", language), file=sys.stderr)
        return 1
    if job["state"] == "failed":
        print(say("import_failed", language, why=job["problem"].get(language, "")), file=sys.stderr)
        return 1
    counts = {name: job[name] for name in ("accepted", "bad", "duplicates")}
    print(say("imported", language, list=job["list_id"], forbidden=job["do_not_call"], **counts))
    if job["bad"] and (file := ListFiles(home / "lists").bad_rows(job["list_id"])):
        print(say("bad_rows", language, file=file), file=sys.stderr)
    if not job["accepted"] and job["bad"]:
        print(say("all_bad", language), file=sys.stderr)
        return 1
    return 0


def _report(problems: list[dict[str, Any]], language: str) -> int:
    for problem in problems:
        where = f"{problem['field']}{say('colon', language)}" if problem["field"] else ""
        what, fix = (problem[part].get(language, "") for part in ("what", "fix"))
        space = " " if language == "en" else ""
        print(f"{say(problem['severity'], language)}{where}{what}{space}{fix}".rstrip())
    return 1 if any(problem["severity"] == "error" for problem in problems) else 0


def _print_waterfall(found: dict[str, Any], language: str) -> None:
    print(f"{found['total']:10}  {say('contacts', language)}")
    for step in found["steps"]:
        until = say("until", language, moment=_moment(step["until"])) if step["until"] else ""
        print(f"{-step['count']:10}  {step['text'].get(language, step['rule'])}{until}")
    print(f"{found['callable_now']:10}  {say('callable', language)}")


def _print_sheet(sheet: dict[str, Any], language: str) -> None:
    from tandem.agent_desktop.adapters.compliance_pages import WORDS  # only when it is needed

    stamp = say("provisional", language) if sheet["provisional"] else sheet["hash"]
    print(say("sheet", language, stamp=stamp, **{each: sheet[each] for each in ("campaign", "day", "zone", "rules")}))
    for name, count in sheet["counts"].items():
        print(f"  {padded(WORDS[name][language], 46)}{count:10}")
    for formula in sheet["formulas"]:
        kept = say("kept" if formula["kept"] else "not_kept", language)
        days, share = formula["window_days"], _percent(formula["window_ratio"])
        in_window = say("in_window", language, days=days, share=share, kept=kept)
        print(f"  {padded(formula['name'][language], 46)}{_percent(formula['ratio']):>10}  {in_window}")


def _percent(ratio: float | None) -> str:
    return "-" if ratio is None else f"{100 * ratio:.2f} %"


def _moment(at: float) -> str:
    return datetime.fromtimestamp(at).astimezone().strftime("%Y-%m-%d %H:%M")


def _document(file: str) -> Any:
    """Raises BadRequest."""
    text = _text(file)
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise BadRequest.because("campaign_yaml", file=file, why=str(error)) from None
    if not isinstance(document, dict):
        raise BadRequest.because("campaign_no_mapping", file=file)
    return document


def _lines(file: str) -> list[str]:
    return [line.strip() for line in _text(file, most=1 << 28).splitlines() if line.strip()] if file else []


def _text(file: str, most: int = _MOST_CHARACTERS) -> str:
    """Raises BadRequest."""
    return text_given(file, most_characters=most).removeprefix("\ufeff")
