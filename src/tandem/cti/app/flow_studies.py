"""What callers do in flows: the list of flows with their containment, numbers, replay."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from tandem.agent_desktop.core import flow_resources as shapes
from tandem.cti.adapters.postgres.flow_numbers import Asked, FlowNumbersStore, StepLine
from tandem.cti.adapters.postgres.flows import Deployment, FlowStore, Newest
from tandem.cti.app import flow_bundles as bundles
from tandem.cti.app.flow_numbers import flow_numbers, step_lines
from tandem.cti.app.flow_replay import DEADLINE_S, MOST_CALLS, Bundle, Order, replayed
from tandem.cti.app.flow_shelf import load
from tandem.cti.app.flow_versions import FlowVersions, GetCatalog, Publish, Shelf, canary_view
from tandem.cti.app.plan_desk import Speak
from tandem.cti.model.durations import DAY_S
from tandem.cti.model.errors import BadRequest, ResourceMissing
from tandem.cti.ports import Clock
from tandem.ivr.core.check import edition_of
from tandem.ivr.core.flow import Flow
from tandem.ivr.core.shelf import FlowText
from tandem.ivr.errors import FlowError

_SUMMARY_DAYS = 7
_SUMMARY_FRESH_S = 60.0
_MOST_VERSIONS = 40
"""Of one flow, whose steps the numbers tell apart: the newest that calls had."""


class FlowStudies(FlowVersions):
    """``numbers``: on connections of its own."""

    def __init__(
        self,
        store: FlowStore,
        shelf: Shelf,
        *,
        catalog: GetCatalog,
        speak: Speak,
        publish: Publish,
        clock: Clock,
        numbers: FlowNumbersStore,
    ) -> None:
        super().__init__(store, shelf, catalog=catalog, speak=speak, publish=publish)
        self._clock = clock
        self._counted = numbers
        self._served: tuple[float, dict[str, tuple[int, int]]] | None = None
        self._serving = asyncio.Lock()
        self._replaying = asyncio.Lock()
        """One after the other: each is a process that takes a core for itself."""

    # ---- the list

    async def flows(self) -> shapes.FlowCatalogue:
        newest = await self._store.newest()
        deployed = await self._store.deployed()
        served = await self._served_lately([each.version.name for each in newest])
        return shapes.FlowCatalogue(
            flows=[self._summary(each, deployed.get(each.version.name), served) for each in newest]
        )

    def _summary(
        self, newest: Newest, now: Deployment | None, served: Mapping[str, tuple[int, int]]
    ) -> shapes.FlowSummary:
        version = newest.version
        calls, contained = served.get(version.name, (0, 0))
        changed_at, changed_by = (now.at, now.by) if now and now.at > version.at else (version.at, version.by)
        return shapes.FlowSummary(
            name=version.name,
            numbers=list(self._numbers.get(version.name, ())),
            live_version=now.live if now else None,
            canary=canary_view(now) if now else None,
            newest_version=version.version,
            versions=newest.versions,
            languages=version.checked.languages,
            problems=version.checked.errors,
            calls=calls,
            containment=contained / calls if calls else None,
            changed_at=changed_at,
            changed_by=changed_by,
        )

    async def _served_lately(self, names: list[str]) -> Mapping[str, tuple[int, int]]:
        """By flow: calls of the last days, and how many were served to the end. At most a minute old."""
        async with self._serving:
            now = self._clock.now()
            if self._served is None or now - self._served[0] > _SUMMARY_FRESH_S:
                since = now - _SUMMARY_DAYS * DAY_S
                lines: list[tuple[str, StepLine]] = []
                for name in names:
                    flows = await self._flows_of(Asked(flow=name, since=since, until=now))
                    lines += [(name, line) for version, flow in flows.items() for line in step_lines(version, flow)]
                self._served = (now, await self._counted.containment(since, lines))
            return self._served[1]

    # ---- numbers and replay

    async def numbers(self, name: str, *, version: int | None, days: int) -> shapes.FlowNumbers:
        """Raises ResourceMissing."""
        await self._known(name, version)
        now = self._clock.now()
        asked = Asked(flow=name, since=now - days * DAY_S, until=now, version=version)
        return await flow_numbers(self._counted, asked, await self._flows_of(asked))

    async def replay(
        self, name: str, asked: shapes.NewReplay, *, deadline_s: float = DEADLINE_S, most_calls: int = MOST_CALLS
    ) -> shapes.ReplayReport:
        """The newest ``most_calls``. Raises BadRequest (errors), ResourceMissing, Unavailable (it takes too long)."""
        await self._known(name, asked.version)
        new = await self._new_version(name, asked)
        await asyncio.to_thread(_load, new)  # a bundle that does not load is said here, not in the worker
        now = self._clock.now()
        span = Asked(flow=name, since=now - asked.days * DAY_S, until=now)
        calls = await self._counted.recorded(span, limit=most_calls)
        olds = {}
        for version in sorted({call.version for call in calls})[-_MOST_VERSIONS:]:
            stored = await self._store.version(name, version)
            olds[version] = Bundle(main=stored.main, files=dict(stored.files))
        order = Order(
            name=name,
            version=asked.version,
            new=new,
            olds=olds,
            calls=calls,
            since=span.since,
            until=span.until,
            left_out=max(0, await self._counted.count_recorded(span) - most_calls),
        )
        async with self._replaying:
            return await replayed(order, deadline_s=deadline_s)

    async def _new_version(self, name: str, asked: shapes.NewReplay) -> Bundle:
        if asked.version is not None:
            stored = await self._store.version(name, asked.version)
            return Bundle(main=stored.main, files=dict(stored.files))
        if asked.bundle is None:
            raise BadRequest.because("version_or_files")
        return Bundle(main=asked.bundle.main, files=dict(asked.bundle.files))

    async def _known(self, name: str, version: int | None) -> None:
        if version is not None:
            await self._store.version(name, version)
        elif not await self._store.versions(name, limit=1):
            raise ResourceMissing.because("no_flow", flow=name)

    async def _flows_of(self, asked: Asked) -> dict[int, Flow]:
        """The versions that calls had, as far as they can still be read."""
        found = {}
        for version in (await self._counted.versions(asked))[-_MOST_VERSIONS:]:
            try:
                stored = await self._store.version(asked.flow, version)
                found[version] = await asyncio.to_thread(_load, Bundle(main=stored.main, files=dict(stored.files)))
            except (ResourceMissing, BadRequest):
                continue
        return found


def _load(bundle: Bundle) -> Flow:
    """Raises BadRequest."""
    if bundle.main not in bundle.files:
        raise BadRequest.because("no_main", main=bundle.main)
    text = FlowText(
        version=0, main=bundle.main, files=tuple(sorted(bundle.files.items())), edition=edition_of(bundle.files)
    )
    try:
        return load(text)
    except FlowError as error:
        raise BadRequest.because("flow_errors", texts=bundles.first_of(error.problems)) from None
