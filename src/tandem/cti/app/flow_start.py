"""Flows at start: which one answers at each number, and in which version.

The settings say which file belongs to a number. A flow that the database does not know is taken in from its file, as
version 1, live; from then on the database counts, and the file is only where it once came from.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tandem.cti.adapters.postgres.flows import Checked, Deployment, FlowStore, NewVersion
from tandem.cti.app.flow_versions import Shelf, text_of
from tandem.cti.model.ids import DeviceId
from tandem.ivr.core.check import edition_of, load_bundle
from tandem.ivr.core.flow_reading import Catalog
from tandem.ivr.core.shelf import DeployedFlow, FlowText
from tandem.ivr.errors import FlowError
from tandem.ivr.flow_files import read_bundle

log = logging.getLogger(__name__)

IMPORTED_BY = "settings"
_TEST_ENDINGS = (".test.yaml", ".test.yml")
_MOST_TEST_BYTES = 1 << 20
ANYTHING = Catalog()


@dataclass(frozen=True, slots=True, kw_only=True)
class OnDisk:
    """A flow as its file is now. ``tests``: the test files beside it."""

    name: str
    main: str
    files: Mapping[str, str]
    tests: Mapping[str, str]
    edition: str
    languages: Sequence[str]


@dataclass(frozen=True, slots=True)
class Opened:
    """``editions``: the versions of calls under way that are not on the shelf any more."""

    shelf: Shelf
    editions: tuple[FlowText, ...]


def on_disk(path: Path, catalog: Catalog = ANYTHING, *, stored: bool = False) -> OnDisk:
    """``stored``: it may have been taken in before (see ``review_bundle``). Slow: for a thread. Raises FlowError."""
    files, main = read_bundle(path)
    flow = load_bundle(files, main, catalog, stored=stored)
    return OnDisk(
        name=flow.name,
        main=main,
        files=files,
        tests=tests_beside(path),
        edition=edition_of(files),
        languages=flow.languages,
    )


def tests_beside(path: Path) -> dict[str, str]:
    """The test file with the flow's own name (``main.test.yaml``, ``main.yaml``). What cannot be read is left out."""
    found = {}
    for ending in _TEST_ENDINGS:
        file = path.with_name(path.name.removesuffix(path.suffix) + ending)
        try:
            if file.is_file() and file.stat().st_size <= _MOST_TEST_BYTES:
                found[file.name] = file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            log.warning("%s is not taken in: %s", file, error)
    return found


async def open_shelf(store: FlowStore, files: Mapping[DeviceId, Path], catalog: Catalog) -> Opened:
    """Raises FlowError (a new flow has errors, or is of a file that cannot be read), DatabaseDown."""
    deployed = await store.deployed()
    numbers: dict[str, list[str]] = {}
    names: dict[Path, str] = {}
    for number, path in files.items():
        if path not in names:
            names[path] = await _name_of(store, path, catalog, deployed)
        numbers.setdefault(names[path], []).append(number)
    shelf = Shelf(
        {name: await _on_shelf(store, now, tuple(numbers.get(name, ()))) for name, now in sorted(deployed.items())},
        {name: tuple(own) for name, own in numbers.items()},
    )
    texts = {(f.name, text.version) for f in shelf.flows.values() for text in (f.live, f.canary) if text}
    open_calls = await store.of_open_calls()
    return Opened(shelf, tuple(text_of(each) for each in open_calls if (each.name, each.version) not in texts))


async def _name_of(store: FlowStore, path: Path, catalog: Catalog, deployed: dict[str, Deployment]) -> str:
    """The flow of this file, which is taken in when it is new (into ``deployed``, too)."""
    try:
        found = await asyncio.to_thread(on_disk, path, stored=True)
    except FlowError:
        # the database counts: a file that was spoilt, or moved away, since does not stop the server
        known = await _known_by_file(store, path, deployed)
        if known is None:
            raise
        log.warning("%s has errors; the flow %s is the database's", path, known)
        return known
    if found.name not in deployed:
        await asyncio.to_thread(on_disk, path, catalog)
        deployed[found.name] = await _take_in(store, found)
        log.info("the flow %s was taken in from %s", found.name, path)
    return found.name


async def _known_by_file(store: FlowStore, path: Path, deployed: Mapping[str, Deployment]) -> str | None:
    for name, now in deployed.items():
        if (await store.version(name, now.live)).main == path.name:
            return name
    return None


async def _take_in(store: FlowStore, found: OnDisk) -> Deployment:
    new = NewVersion(
        name=found.name,
        base=0,
        main=found.main,
        files=found.files,
        tests=found.tests,
        note="",
        by=IMPORTED_BY,
        edition=found.edition,
        checked=Checked(languages=list(found.languages)),
    )
    return (await store.take_in(new))[1]


async def _on_shelf(store: FlowStore, now: Deployment, numbers: tuple[str, ...]) -> DeployedFlow:
    return DeployedFlow(
        name=now.flow,
        numbers=numbers,
        live=text_of(await store.version(now.flow, now.live)),
        canary=None if now.canary is None else text_of(await store.version(now.flow, now.canary)),
        share=now.share,
        canary_numbers=tuple(number for number in now.canary_numbers if number in numbers),
    )
