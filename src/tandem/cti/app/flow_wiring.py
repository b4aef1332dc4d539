"""Flows in the server: opened at start, handed to the center, looked after while it runs."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from tandem.cti.adapters.postgres.calls import CallStore
from tandem.cti.adapters.postgres.flow_numbers import FlowNumbersStore
from tandem.cti.adapters.postgres.flows import FlowStore
from tandem.cti.app.floor_plan import FlowsDeployed
from tandem.cti.app.flow_desk import FlowDesk, Prompts
from tandem.cti.app.flow_shelf import load
from tandem.cti.app.flow_start import Opened, open_shelf
from tandem.cti.app.flow_versions import check_texts, prompts_of, texts_on
from tandem.cti.app.installation import Installation
from tandem.cti.app.ivr_catalog import catalog_of
from tandem.cti.app.outside import Outside
from tandem.cti.app.shell import Shell
from tandem.cti.ports import Clock
from tandem.cti.storage.pool import Database
from tandem.ivr.core.flow_reading import Catalog
from tandem.ivr.core.shelf import DeployedFlow, FlowText
from tandem.ivr.core.speech import Prompt
from tandem.ivr.errors import FlowError
from tandem.routing.core.plan import Plan

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class FlowsAtStart:
    """``prompts``: all that these flows may say."""

    store: FlowStore
    opened: Opened
    prompts: frozenset[Prompt]

    @property
    def deployed(self) -> tuple[DeployedFlow, ...]:
        return tuple(self.opened.shelf.flows.values())


async def catalog_now(plan: Plan, out: Outside) -> Catalog:
    """What flows may name. Raises DatabaseDown."""
    return replace(
        catalog_of(plan),
        answers=frozenset(table.name for table in await out.answers.tables()),
        credentials=out.credentials,
    )


async def open_flows(installation: Installation, database: Database, plan: Plan, out: Outside) -> FlowsAtStart:
    """Raises FlowError, DatabaseDown."""
    store = FlowStore(database)
    catalog = await catalog_now(plan, out)
    opened = await open_shelf(store, installation.flows, catalog)
    deployed = texts_on(opened.shelf.flows.values())
    await asyncio.to_thread(_complain, deployed, catalog)
    editions = await asyncio.to_thread(_readable, opened.editions)
    flows = [await asyncio.to_thread(load, text) for text in (*deployed, *editions)]
    return FlowsAtStart(store, replace(opened, editions=editions), prompts_of(flows))


def _complain(deployed: Iterable[FlowText], catalog: Catalog) -> None:
    """What a live flow names may be gone since it went live: such a step takes its fallback, and a queue that is gone
    is the first one. A server that does not answer the phone would be worse."""
    for text in deployed:
        try:
            check_texts([text], catalog)
        except FlowError as error:
            log.error("version %d of a live flow has errors: %s", text.version, error)


def _readable(editions: tuple[FlowText, ...]) -> tuple[FlowText, ...]:
    """A call whose version this Tandem does not take any more goes on in the one that is live."""
    found = []
    for text in editions:
        try:
            load(text)
            found.append(text)
        except FlowError as error:
            log.error("version %d of calls under way cannot be read any more: %s", text.version, error)
    return tuple(found)


def flow_desk(start: FlowsAtStart, shell: Shell, out: Outside, *, clock: Clock, studies: Database) -> FlowDesk:
    """``studies``: connections of their own, for what is counted."""

    def publish(flows: tuple[DeployedFlow, ...], sounds: Mapping[Prompt, str], by: str) -> None:
        shell.take(FlowsDeployed(flows, tuple(sounds.items()), by))

    async def changed() -> None:
        sounds = await out.sounds.prepare(list(shell.center.sounds))
        publish(shell.center.flows, sounds, "")  # the flows as they are now: something may have gone live meanwhile

    return FlowDesk(
        start.store,
        start.opened.shelf,
        catalog=lambda: catalog_now(shell.center.plan, out),
        speak=out.sounds.prepare,
        publish=publish,
        clock=clock,
        numbers=FlowNumbersStore(studies),
        prompts=Prompts(out.speech, out.recordings, changed),
        call=shell.take,
        phones=CallStore(studies).phones,
    )


async def keep_sounds(shell: Shell, out: Outside) -> None:
    """Files that are deleted are made again; recordings that come or go are heard. Until cancelled."""

    async def changed(sounds: Mapping[Prompt, str]) -> None:
        shell.take(FlowsDeployed(shell.center.flows, tuple(sounds.items()), ""))

    await out.sounds.keep(lambda: list(shell.center.sounds), changed)
