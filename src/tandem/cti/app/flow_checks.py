"""``tandem check`` of flows: the versions that calls get, and the files that they once came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tandem.agent_desktop.core.resources import CheckLine
from tandem.cti.adapters.postgres.flows import FlowStore, StoredFlow
from tandem.cti.app.check_words import Both, alike, both, line
from tandem.cti.app.flow_start import on_disk
from tandem.cti.app.installation import Installation
from tandem.cti.documents.problems import Problem
from tandem.ivr.core.check import load_bundle, review_bundle
from tandem.ivr.core.flow_reading import Catalog
from tandem.ivr.core.problem_texts import texts_of
from tandem.ivr.errors import FlowError


@dataclass(frozen=True, slots=True)
class Deployed:
    """``live``: what calls get, by flow. ``editions``: of all versions of each."""

    live: Mapping[str, StoredFlow] = field(default_factory=dict)
    editions: Mapping[str, frozenset[str]] = field(default_factory=dict)


async def deployed(store: FlowStore) -> Deployed:
    """Raises DatabaseDown."""
    live, editions = {}, {}
    for name, now in (await store.deployed()).items():
        live[name] = await store.version(name, now.live)
        editions[name] = frozenset(version.edition for version in await store.versions(name))
    return Deployed(live, editions)


def check_flows(installation: Installation, queues: frozenset[str] | None, found: Deployed) -> list[CheckLine]:
    """A line for each number. ``queues`` None: not known, any name will do."""
    catalog = Catalog(queues=queues)
    return [_line(number, *_look(file, catalog, found)) for number, file in installation.flows.items()]


def _line(number: str, found: Both, remedy: Both | None) -> CheckLine:
    name = both("flow", number=number)
    return line(name, None, alike(""), found) if remedy is None else line(name, found, remedy, alike(""))


def _look(file: Path, catalog: Catalog, found: Deployed) -> tuple[Both, Both | None]:
    """What is to be said, and what to do about it (None when all is well). The database counts; a file does for a flow
    that the database does not know."""
    try:
        disk = on_disk(file)
        live = found.live.get(disk.name)
        if live is None:
            load_bundle(disk.files, disk.main, catalog)
            return alike(file.name), None
    except FlowError as error:
        problem, fix = _told(error.problems[0])
        live = next((each for each in found.live.values() if each.main == file.name), None)
        if live is None:
            return problem, fix
        return both("flow_file_spoilt", version=live.version, flow=live.name, problem=problem), None
    if errors := review_bundle(live.files, live.main, catalog, stored=True).errors:
        problem, fix = _told(errors[0])
        fix = {language: f"{text} " for language, text in fix.items()}
        mend = both("mend_flow", fix=fix, file=str(file), flow=live.name)
        return both("flow_spoilt", version=live.version, problem=problem), mend
    if disk.edition == live.edition:
        return both("flow_as_file", version=live.version, file=file.name), None
    if disk.edition in found.editions.get(live.name, ()):
        return both("flow_other_file", version=live.version, file=file.name), None
    mend = both("mend_flow", fix=both("save_flow"), file=str(file), flow=live.name)
    return both("flow_changed", version=live.version, file=file.name), mend


def _told(problem: Problem) -> tuple[Both, Both]:
    what, fix = texts_of(problem)
    return {language: f"{problem.file}:{problem.line}: {text}" for language, text in what.items()}, fix
