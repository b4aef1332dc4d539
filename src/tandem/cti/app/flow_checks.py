"""``tandem check`` of flows: the versions that calls get, and the files that they once came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tandem.agent_desktop.core.resources import CheckLine
from tandem.cti.adapters.postgres.flows import FlowStore, StoredFlow
from tandem.cti.app.flow_start import on_disk
from tandem.cti.app.installation import Installation
from tandem.ivr.core.check import load_bundle, review_bundle
from tandem.ivr.core.flow_reading import Catalog
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
    return [
        CheckLine(name=f"Flow of {number}", ok=not remedy, detail=detail, remedy=remedy)
        for number, file in installation.flows.items()
        for detail, remedy in (_look(file, catalog, found),)
    ]


def _look(file: Path, catalog: Catalog, found: Deployed) -> tuple[str, str]:
    """What is to be said, and what to do about it ('' when all is well). The database counts; a file does for a flow
    that the database does not know."""
    try:
        disk = on_disk(file)
        live = found.live.get(disk.name)
        if live is None:
            load_bundle(disk.files, disk.main, catalog)
            return file.name, ""
    except FlowError as error:
        first = error.problems[0]
        problem = f"{first.file}:{first.line}: {first.what}"
        live = next((each for each in found.live.values() if each.main == file.name), None)
        if live is None:
            return problem, first.fix
        return f"version {live.version} of {live.name} (the file does not count any more; {problem})", ""
    mend = f"tandem ivr draft {file}, then tandem ivr live {live.name} VERSION"
    if errors := review_bundle(live.files, live.main, catalog).errors:
        first = errors[0]
        return f"version {live.version} is live: {first.file}:{first.line}: {first.what}", f"{first.fix} {mend}"
    if disk.edition == live.edition:
        return f"version {live.version}, as in {file.name}", ""
    if disk.edition in found.editions.get(live.name, ()):
        return f"version {live.version} (in {file.name} stands another one)", ""
    return f"{file.name} was changed, but calls get version {live.version}: the database counts", f"Save it: {mend}"
