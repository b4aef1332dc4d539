"""What ``tandem ivr draft|versions|canary|live|rollback|numbers|replay|call`` do."""

from __future__ import annotations

import argparse
import asyncio
import getpass
import re
import sys
from collections.abc import AsyncIterator, Collection, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from tandem.agent_desktop.core import flow_resources as shapes
from tandem.cti.adapters.postgres.flow_numbers import FlowNumbersStore
from tandem.cti.adapters.postgres.flows import FlowStore
from tandem.cti.app.control import ask
from tandem.cti.app.flow_start import ANYTHING, OnDisk, on_disk, tests_beside
from tandem.cti.app.flow_studies import FlowStudies
from tandem.cti.app.flow_versions import Shelf, text_of
from tandem.cti.app.installation import Installation
from tandem.cti.app.ivr_catalog import stored_catalog
from tandem.cti.app.ivr_version_words import say
from tandem.cti.app.outside import credentials_of
from tandem.cti.app.terminal import language_of_terminal, padded
from tandem.cti.model.errors import BadRequest, ResourceMissing, Unavailable
from tandem.cti.runtime.clock import SystemClock
from tandem.cti.storage.migrate import migrate
from tandem.cti.storage.pool import Database
from tandem.ivr.core.check import review_bundle
from tandem.ivr.core.flow_reading import Catalog
from tandem.ivr.core.shelf import DeployedFlow
from tandem.ivr.core.speech import Prompt
from tandem.ivr.flow_files import read_bundle

REPLAY_S = 600.0
REPLAYED = 100_000


async def run(
    name: str, asked: argparse.Namespace, installation: Installation, database: AbstractAsyncContextManager[str]
) -> int:
    """Raises CtiError with a sentence for the one who asked."""
    language = language_of_terminal()
    async with _desk(installation, database) as desk:
        match name:
            case "draft":
                return await _draft(desk, asked, installation.home)
            case "live":
                live = shapes.GoLive(version=_version(asked.version), force=asked.force)
                return await _deploy(desk.go_live, asked, installation.home, "ivr.live", live)
            case "canary" if asked.end:
                return await _deploy(desk.end_canary, asked, installation.home, "ivr.end_canary", None)
            case "canary":
                canary = shapes.GoCanary(
                    version=_version(asked.version), share=asked.share, numbers=asked.number, force=asked.force
                )
                return await _deploy(desk.go_canary, asked, installation.home, "ivr.canary", canary)
            case "rollback":
                return await _deploy(desk.roll_back, asked, installation.home, "ivr.rollback", None)
            case "numbers":
                numbers = await desk.numbers(asked.flow, version=asked.version, days=asked.calls)
                return _show(numbers, asked.json, _numbers(numbers, language))
            case "replay":
                report = await _replay(desk, asked)
                return _show(report, asked.json, _report(report, language))
            case "call":
                return await _call(asked, installation.home)
            case _:
                print("\n".join(_versions(await desk.flow(asked.flow), language)))
    return 0


@asynccontextmanager
async def _desk(installation: Installation, database: AbstractAsyncContextManager[str]) -> AsyncIterator[FlowStudies]:
    """One that works on the store alone: sounds are made, and calls told, when a server starts."""
    async with database as url:
        await migrate(url)
        pool = Database(url, connections=2, deadline_s=60.0)
        await pool.open()
        try:
            store = FlowStore(pool)

            async def catalog() -> Catalog:
                stored = await stored_catalog(pool)
                if stored is None:
                    return ANYTHING
                return replace(stored[0], credentials=frozenset(credentials_of(installation)))

            async def speak(_: Collection[Prompt]) -> Mapping[Prompt, str]:
                return {}

            yield FlowStudies(
                store,
                await _shelf(store, installation),
                catalog=catalog,
                speak=speak,
                publish=lambda *_: None,
                clock=SystemClock(),
                numbers=FlowNumbersStore(pool),
            )
        finally:
            await pool.close()


async def _shelf(store: FlowStore, installation: Installation) -> Shelf:
    """As it is stored; a flow's numbers as the settings' files say, as far as they can be read."""
    numbers: dict[str, list[str]] = {}
    for number, path in installation.flows.items():
        try:
            name = (await asyncio.to_thread(on_disk, path)).name
        except BadRequest:
            continue
        numbers.setdefault(name, []).append(number)
    flows = {}
    for name, now in (await store.deployed()).items():
        canary = None if now.canary is None else text_of(await store.version(name, now.canary))
        live = text_of(await store.version(name, now.live))
        own = tuple(numbers.get(name, ()))
        flows[name] = DeployedFlow(name=name, numbers=own, live=live, canary=canary, share=now.share)
    return Shelf(flows, {name: tuple(own) for name, own in numbers.items()})


# ---- what changes something ------------------------------------------------------------------------------------------


async def _draft(desk: FlowStudies, asked: argparse.Namespace, home: Path) -> int:
    found = await asyncio.to_thread(_bundle, Path(asked.file))
    base = await desk.newest_version(found.name)
    new = shapes.NewDraft(
        base_version=base, main=found.main, files=dict(found.files), tests=dict(found.tests), note=asked.note
    )
    by = getpass.getuser()
    try:
        answer = await ask(home, "ivr.draft", name=found.name, draft=msgspec.to_builtins(new), by=by)
        saved = msgspec.convert(answer, shapes.FlowVersion)
    except Unavailable:
        saved = await desk.save_draft(found.name, new, by=by)
    language, problems, tests = language_of_terminal(), "", ""
    if saved.problems:
        errors = say("errors", language, count=saved.problems)
        problems = say("saved_problems", language, errors=errors, file=asked.file)
    if saved.tested is not None:
        tests = say("saved_tests_pass" if saved.tested else "saved_tests_fail", language)
    print(say("saved", language, flow=found.name, version=saved.version, tests=tests, problems=problems))
    return 1 if saved.problems else 0


def _bundle(path: Path) -> OnDisk:
    """A draft may have errors; without a name it has none to be saved under. Raises FlowError, BadRequest."""
    files, main = read_bundle(path)
    review = review_bundle(files, main, ANYTHING)
    name = review.flow.name if review.flow else _name_in(files[main])
    return OnDisk(name=name, main=main, files=files, tests=tests_beside(path), edition="", languages=())


def _name_in(text: str) -> str:
    found = re.search(r"^name:[ \t]*[\"']?([a-z][a-z0-9_]{0,31})", text, re.MULTILINE)
    if found is None:
        raise BadRequest.because("flow_nameless")
    return found[1]


async def _deploy(work: Any, asked: argparse.Namespace, home: Path, do: str, about: Any) -> int:
    by = getpass.getuser()
    given = {} if about is None else {do.partition(".")[2]: msgspec.to_builtins(about)}
    language, later = language_of_terminal(), ""
    try:
        detail = msgspec.convert(await ask(home, do, name=asked.flow, by=by, **given), shapes.FlowDetail)
    except Unavailable:
        later = say("later", language)
        parameters = () if about is None else (about,)
        detail = await work(asked.flow, *parameters, by=by)
    print(f"{_state(detail, language)} {later}".strip())
    return 0


def _state(detail: shapes.FlowDetail, language: str) -> str:
    now = detail.deployment
    if now is None:
        return say("nothing_live", language, flow=detail.name)
    canary = ""
    if now.canary is not None:
        who = [say("canary_share", language, share=f"{now.canary.share:.0%}")] if now.canary.share else []
        if now.canary.numbers:
            who.append(say("canary_numbers", language, numbers=", ".join(now.canary.numbers)))
        canary = say("canary", language, who=say("and", language).join(who), version=now.canary.version)
    return say("live", language, version=now.live, flow=detail.name, canary=canary)


async def _call(asked: argparse.Namespace, home: Path) -> int:
    files, main = await asyncio.to_thread(read_bundle, Path(asked.file))
    bundle = msgspec.to_builtins(shapes.CallMe(main=main, files=dict(files)))
    called = await ask(home, "ivr.call", bundle=bundle, device=asked.device, by=getpass.getuser())
    print(say("rings", language_of_terminal(), device=asked.device, call=called["call"]))
    return 0


def _version(given: int | None) -> int:
    if given is None or not 1 <= given < 2**31:
        raise BadRequest.because("which_version")
    return given


# ---- what only looks -------------------------------------------------------------------------------------------------


def _show(found: Any, as_json: bool, lines: Iterator[str]) -> int:
    if as_json:
        sys.stdout.buffer.write(msgspec.json.encode(found) + b"\n")
    else:
        print("\n".join(lines))
    return 0


def _versions(detail: shapes.FlowDetail, language: str) -> Iterator[str]:
    numbers = ", ".join(detail.numbers) or say("no_number", language)
    yield say("answers_at", language, flow=detail.name, numbers=numbers, state=_state(detail, language))
    for version in detail.versions:
        errors = say("errors", language, count=version.problems).strip() if version.problems else ""
        tests = "" if version.tested is None else say("tests_pass" if version.tested else "tests_fail", language)
        found = padded(", ".join(filter(None, (errors, tests))), 24)
        state = padded(say(f"state_{version.state}", language), 8)
        line = f"{version.version:5}  {_when(version.at)}  {state} {version.by:12}  {found}  {version.note}"
        yield line.rstrip()
    for each in detail.history[:20]:
        canary, what = "", say(f"what_{each.what}", language)
        if each.canary:
            share = f"{each.canary.share:.0%}"
            canary = say("deployed_canary", language, version=each.canary.version, share=share)
        told = say("deployed", language, what=what, live=each.live, canary=canary, by=each.by)
        yield f"       {_when(each.at)}  {told}"


def _numbers(found: shapes.FlowNumbers, language: str) -> Iterator[str]:
    span = {"since": _when(found.since), "until": _when(found.until)}
    yield say("calls", language, flow=found.name, calls=found.containment.calls, **span)
    yield from _containment(found.containment, language)
    heads = (("entered", 8), ("hung_up", 8), ("mean", 7), ("silent", 7), ("wrong", 7))
    columns = " ".join(padded(say(name, language), width, right=True) for name, width in heads)
    yield f"{padded(say('step', language), 32)} {columns}  {say('exits', language)}"
    for node in sorted(found.nodes, key=lambda node: -node.entered):
        exits = ", ".join(f"{name} {count}" for name, count in node.exits.items())
        yield (
            f"{node.step:32} {node.entered:8} {node.abandoned:8} {node.mean_s:6.1f}s {node.no_input:7}"
            f" {node.no_match:7}  {exits}"
        )


def _containment(found: shapes.Containment, language: str) -> Iterator[str]:
    if found.ratio is not None:
        yield say("served", language, share=_share(found.ratio, language))
    for end in found.ends:
        where = f" {end.queue}" if end.queue else ""
        yield f"  {say(f'end_{end.reason}', language)}{where}: {end.calls}"


async def _replay(desk: FlowStudies, asked: argparse.Namespace) -> shapes.ReplayReport:
    path = Path(asked.flow)
    if path.is_file():
        if asked.version is not None:
            raise BadRequest.because("file_has_no_version")
        found = await asyncio.to_thread(on_disk, path)
        bundle = shapes.FlowFiles(main=found.main, files=dict(found.files))
        return await desk.replay(
            found.name, shapes.NewReplay(bundle=bundle, days=asked.calls), deadline_s=REPLAY_S, most_calls=REPLAYED
        )
    version = asked.version or await desk.newest_version(asked.flow)
    if not version:
        raise ResourceMissing.because("no_flow_no_file", flow=asked.flow)
    return await desk.replay(
        asked.flow, shapes.NewReplay(version=version, days=asked.calls), deadline_s=REPLAY_S, most_calls=REPLAYED
    )


def _report(found: shapes.ReplayReport, language: str) -> Iterator[str]:
    which = say("this_version", language, version=found.version) if found.version else say("this_file", language)
    yield say("against", language, flow=found.name, calls=found.calls, since=_when(found.since), which=which)
    if found.left_out:
        yield say("left_out", language, calls=found.left_out)
    yield say("ends", language, same=found.same, moved=found.moved, undetermined=found.undetermined)
    for move in found.moves:
        if move.before != move.after:
            yield f"  {_end(move.before, language)} -> {_end(move.after, language)}: {move.calls}"
    for stop in found.stops:
        why = stop.why.get(language, "")
        yield "  " + say("stops", language, step=stop.step or "?", calls=stop.calls, why=why)
    for step, calls in found.dead_ends.items():
        yield "  " + say("dead_end", language, step=step, calls=calls)
    if found.before and found.after and found.difference:
        change = {name: f"{getattr(found.difference, name):+.1%}" for name in ("value", "low", "high")}
        shares = {"before": _share(found.before, language), "after": _share(found.after, language)}
        yield say("served_both", language, calls=found.calls - found.undetermined)
        yield "  " + say("before_after", language, **shares)
        yield "  " + say("difference", language, **change)


def _end(end: str, language: str) -> str:
    """``hung_up``, ``queue:loans``: where a caller went."""
    reason, _, queue = end.partition(":")
    return f"{say(f'end_{reason}', language)} {queue}".rstrip()


def _share(ratio: shapes.Ratio, language: str) -> str:
    facts = {name: f"{getattr(ratio, name):.1%}" for name in ("value", "low", "high")}
    return say("share", language, **facts)


def _when(at: float) -> str:
    return datetime.fromtimestamp(at).astimezone().strftime("%Y-%m-%d %H:%M")
